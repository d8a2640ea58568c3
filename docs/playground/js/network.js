'use strict';
// The network in view: its layers, the memory of forward and backward, and the terms of every sum,
// so that each value can be shown with the numbers that it is made of.

const FACTS = ['inC', 'inH', 'inW', 'outC', 'outH', 'outW', 'size', 'stride', 'pad',
    'weight0', 'weight1', 'weight2', 'weight3', 'bias', 'offset'];
const CLASSES = 10;
const IMAGE_SIDE = 28;

class Network {
    constructor(machine) {
        this.machine = machine;
        this.c = machine.c;
    }

    // choice: {original, activation, lo, hi}; parameters come afterwards.
    build(choice) {
        this.choice = choice;
        this.c.look_network(choice.original ? 1 : 0, choice.activation);
        if (choice.hi > choice.lo) this.c.look_range(choice.lo, choice.hi);
        this.layers = [];
        for (let i = 0; i < this.c.look_layers(); i++) this.layers.push(this.readLayer(i));
        this.columns = this.findColumns();
        this.count = this.c.look_count();
        this.rbf = choice.original;
    }

    readLayer(i) {
        const layer = {
            index: i,
            name: this.machine.text(this.c.look_name(i)),
            kind: this.machine.text(this.c.look_kind(i)),
        };
        FACTS.forEach((fact, k) => { layer[fact] = this.c.look_fact(i, k); });
        layer.in = { c: layer.inC, h: layer.inH, w: layer.inW };
        layer.out = { c: layer.outC, h: layer.outH, w: layer.outW };
        return layer;
    }

    // The columns of the picture: the input, and each layer together with the activation after it.
    findColumns() {
        const first = this.layers[0];
        const columns = [{ name: 'input', layers: [], shape: first.in, at: 0 }];
        for (const layer of this.layers) {
            const [name, activation] = layer.name.split('.');
            if (!activation) columns.push({ name, layers: [], shape: layer.out, at: 0 });
            const column = columns[columns.length - 1];
            column.layers.push(layer);
            column.at = layer.index + 1;
        }
        columns.forEach((column, k) => { column.number = k; });
        return columns;
    }

    column(name) {
        return this.columns.find(column => column.name === name);
    }

    params() {
        return this.machine.floats(this.c.look_params(), this.count);
    }

    setParams(numbers) {
        this.params().set(numbers);
    }

    // Values before layer i, so after layer i - 1; the same for gradients.
    y(i) {
        return this.machine.floats(this.c.look_y(i), this.sizeAt(i));
    }

    dy(i) {
        return this.machine.floats(this.c.look_dy(i), this.sizeAt(i));
    }

    sizeAt(i) {
        const shape = i === 0 ? this.layers[0].in : this.layers[i - 1].out;
        return shape.c * shape.h * shape.w;
    }

    scores() {
        return this.machine.floats(this.c.look_scores(), CLASSES);
    }

    image() {
        return this.machine.bytes(this.c.look_image(), IMAGE_SIDE * IMAGE_SIDE);
    }

    setImage(bytes) {
        this.image().set(bytes);
    }

    // Grey levels of a drawing become the image; the answer is '' or an error.
    preprocess(grey, height, width) {
        const at = this.c.look_drawing(height, width);
        if (!at) return 'no memory';
        this.machine.bytes(at, height * width).set(grey);
        return this.c.look_preprocess() ? '' : this.machine.text(this.c.look_error());
    }

    forward() {
        this.digit = this.c.look_forward();
        return this.digit;
    }

    backward(label) {
        this.loss = this.c.look_backward(label);
        return this.loss;
    }

    // Ten shares that sum to 1. Distances to codes become e^-distance, as `predict` does.
    probabilities() {
        const scores = [...this.scores()];
        if (!this.rbf) return scores;
        const best = Math.min(...scores);
        const weights = scores.map(score => Math.exp(best - score));
        const sum = weights.reduce((a, b) => a + b, 0);
        return weights.map(weight => weight / sum);
    }

    // 1998: the shares of the loss on codes, with the constant j as an eleventh competitor.
    competition() {
        const scores = [...this.scores()], j = this.c.look_constant();
        const least = Math.min(j, ...scores), powers = scores.map(d => Math.exp(least - d));
        const sum = powers.reduce((a, b) => a + b, Math.exp(least - j));
        return powers.map(power => power / sum);
    }

    // dL/d of each score: p - truth for softmax, truth - p for distances, which should be small.
    lossGradient(label) {
        const truth = digit => (digit === label ? 1 : 0);
        return this.rbf
            ? this.competition().map((p, digit) => truth(digit) - p)
            : this.probabilities().map((p, digit) => p - truth(digit));
    }

    code(digit) {
        return Array.from({ length: 84 }, (_, k) => this.c.look_code(digit, k));
    }
}

// Where entry (c, r, s) of a shape is stored: at() of common/shape.h.
function at(shape, c, r, s) {
    return (c * shape.h + r) * shape.w + s;
}

function unitAt(shape, index) {
    const map = shape.h * shape.w;
    return {
        c: Math.floor(index / map),
        r: Math.floor(index % map / shape.w),
        s: index % shape.w,
    };
}

// ---- forward: the terms of a value ----

// The window of a unit in the layer below: rows r .. r+size-1, and whether all channels are seen.
function windowOf(layer, unit) {
    if (layer.size === 0) return { whole: true };
    return {
        r: unit.r * layer.stride - layer.pad,
        s: unit.s * layer.stride - layer.pad,
        size: layer.size,
        c: layer.kind === 'conv' ? null : unit.c,
    };
}

// One entry for each input channel that a filter sees: its window, weights and sum of products.
function convParts(net, layer, unit) {
    const x = net.y(layer.index), w = net.params(), window = windowOf(layer, unit);
    const parts = [];
    for (let c = 0; c < layer.in.c; c++) {
        if (!net.c.look_linked(layer.index, unit.c, c)) continue;
        const part = { c, x: [], w: [], sum: 0 };
        for (let p = 0; p < layer.size; p++)
            for (let q = 0; q < layer.size; q++) {
                const value = x[at(layer.in, c, window.r + p, window.s + q)];
                const row = (unit.c * layer.in.c + c) * layer.size + p;
                const weight = w[layer.offset + row * layer.size + q];
                part.x.push(value);
                part.w.push(weight);
                part.sum += value * weight;
            }
        parts.push(part);
    }
    return parts;
}

function biasOf(net, layer, unit) {
    const weights = [0, 1, 2, 3].map(k => layer['weight' + k]).filter(size => size > 0);
    const count = weights.reduce((a, b) => a * b, 1);
    return net.params()[layer.offset + count + unit.c];
}

// The products of a fully connected unit, the largest first.
function affineTerms(net, layer, unit) {
    const x = net.y(layer.index), w = net.params();
    const terms = [];
    for (let k = 0; k < x.length; k++) {
        const weight = w[layer.offset + unit.c * x.length + k];
        terms.push({ k, x: x[k], w: weight, product: x[k] * weight });
    }
    return terms;
}

function poolValues(net, layer, unit) {
    const x = net.y(layer.index), window = windowOf(layer, unit);
    const values = [];
    for (let p = 0; p < layer.size; p++)
        for (let q = 0; q < layer.size; q++)
            values.push(x[at(layer.in, unit.c, window.r + p, window.s + q)]);
    return values;
}

// ---- backward: the terms of a gradient ----

// dx of a convolution: for each filter, the outputs (i, j) whose window holds the entry.
function convBackParts(net, layer, unit) {
    const dy = net.dy(layer.index + 1), w = net.params();
    const parts = [];
    for (let f = 0; f < layer.out.c; f++) {
        if (!net.c.look_linked(layer.index, f, unit.c)) continue;
        const part = { c: f, dy: [], w: [], sum: 0 };
        for (let i = 0; i < layer.out.h; i++)
            for (let j = 0; j < layer.out.w; j++) {
                const p = unit.r + layer.pad - i * layer.stride;
                const q = unit.s + layer.pad - j * layer.stride;
                if (p < 0 || q < 0 || p >= layer.size || q >= layer.size) continue;
                const row = (f * layer.in.c + unit.c) * layer.size + p;
                const weight = w[layer.offset + row * layer.size + q];
                const value = dy[at(layer.out, f, i, j)];
                part.dy.push({ i, j, p, q, value });
                part.w.push(weight);
                part.sum += weight * value;
            }
        parts.push(part);
    }
    return parts;
}

function affineBackTerms(net, layer, index) {
    const dy = net.dy(layer.index + 1), w = net.params();
    const inputs = layer.in.c * layer.in.h * layer.in.w;
    return Array.from(dy, (value, o) => {
        const weight = w[layer.offset + o * inputs + index];
        return { k: o, x: value, w: weight, product: value * weight };
    });
}

// The outputs of the layer above whose windows hold an entry: the targets in Backwards.
function windowsAbove(layer, unit) {
    if (layer.size === 0) return { whole: true };
    const span = (place, out) => ({
        from: Math.max(0, Math.ceil((place + layer.pad - layer.size + 1) / layer.stride)),
        to: Math.min(out - 1, Math.floor((place + layer.pad) / layer.stride)),
    });
    return {
        rows: span(unit.r, layer.out.h),
        columns: span(unit.s, layer.out.w),
        c: layer.kind === 'conv' ? null : unit.c,
    };
}
