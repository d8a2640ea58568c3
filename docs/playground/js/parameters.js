'use strict';
// Parameters from a .safetensors file: checked completely, or refused in one sentence.

class Refused extends Error {}

const READERS = {
    F32: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
    F64: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
    F16: { bytes: 2, read: (view, at) => fromHalf(view.getUint16(at, true)) },
    BF16: { bytes: 2, read: (view, at) => fromUpperHalf(view.getUint16(at, true)) },
};

// 16 bits: sign, 5 bits of exponent (bias 15), 10 of fraction.
function fromHalf(bits) {
    const sign = bits & 0x8000 ? -1 : 1, exponent = bits >> 10 & 31, fraction = bits & 1023;
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

const shared = new DataView(new ArrayBuffer(4));
function fromUpperHalf(bits) {
    shared.setUint32(0, bits << 16);
    return shared.getFloat32(0);
}

// The header of a file, and where its numbers begin.
function readHeader(buffer) {
    const view = new DataView(buffer);
    if (buffer.byteLength < 8) throw new Refused(say('fileShort'));
    const length = Number(view.getBigUint64(0, true));
    if (length > buffer.byteLength - 8 || length > 1 << 20) throw new Refused(say('fileKind'));
    let header;
    try {
        header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
    } catch {
        throw new Refused(say('fileKind'));
    }
    return { header, data: 8 + length };
}

// Which network the file's metadata speaks of; without metadata, the report's.
function choiceOf(metadata) {
    const said = metadata || {};
    const original = said.net === '1998' || said.head === 'rbf';
    const activation = ['relu', 'sigmoid', 'tanh'].indexOf(said.activation || 'relu');
    const fits = original
        ? said.pool === 'subsample' && said.c3 === 'table' && said.head === 'rbf'
        : (said.pool || 'max') === 'max' && (said.c3 || 'full') === 'full';
    if (!fits || activation < 0)
        throw new Refused(say('fileNetwork', { pool: said.pool, c3: said.c3, head: said.head }));
    const number = key => (said[key] === undefined ? NaN : Number(said[key]));
    return { original, activation, lo: number('input_black'), hi: number('input_white') };
}

// Names and shapes that the network expects, in the order of its flat vector.
function expectedTensors(layers) {
    const tensors = [];
    for (const layer of layers) {
        const shape = [0, 1, 2, 3].map(k => layer['weight' + k]).filter(size => size > 0);
        if (shape.length === 0) continue;
        tensors.push({ name: layer.name + '.weight', shape });
        tensors.push({ name: layer.name + '.bias', shape: [layer.bias] });
    }
    return tensors;
}

function sizeOf(shape) {
    return shape.reduce((a, b) => a * b, 1);
}

// The numbers of one tensor.
function readTensor(view, data, entry, wanted) {
    if (!entry) throw new Refused(say('fileMissing', { name: wanted.name }));
    const shape = (entry.shape || []).join('x'), expected = wanted.shape.join('x');
    if (shape !== expected)
        throw new Refused(say('fileShape', { name: wanted.name, shape, expected }));
    const reader = READERS[entry.dtype];
    if (!reader) throw new Refused(say('fileType', { name: wanted.name, type: entry.dtype }));
    const count = sizeOf(wanted.shape), [begin, end] = entry.data_offsets || [];
    const inside = begin >= 0 && data + end <= view.byteLength;
    if (!inside || end - begin !== count * reader.bytes)
        throw new Refused(say('fileCut', { name: wanted.name }));
    const numbers = new Float32Array(count);
    for (let k = 0; k < count; k++) {
        numbers[k] = reader.read(view, data + begin + k * reader.bytes);
        if (!Number.isFinite(numbers[k]))
            throw new Refused(say('fileFinite', { name: wanted.name, number: k }));
    }
    return numbers;
}

// Builds the network that a file belongs to, and returns its parameters; the network changes only
// if the whole file is right.
function readParameters(buffer, layersOf) {
    const { header, data } = readHeader(buffer);
    const choice = choiceOf(header.__metadata__);
    const tensors = expectedTensors(layersOf(choice));
    const view = new DataView(buffer);
    const params = new Float32Array(tensors.reduce((sum, one) => sum + sizeOf(one.shape), 0));
    let place = 0;
    for (const wanted of tensors) {
        params.set(readTensor(view, data, header[wanted.name], wanted), place);
        place += sizeOf(wanted.shape);
    }
    return { choice, params, metadata: header.__metadata__ || {} };
}
