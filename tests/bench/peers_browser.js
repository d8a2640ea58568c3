'use strict';
// The same network in the browser: ours, ConvNetJS, TensorFlow.js. For peers_browser.py, which
// opens this page once for each measurement, with #NAME.

const BATCH = 100, SIDE = 32, PIXELS = SIDE * SIDE;

async function bytes(name) {
    return new Uint8Array(await (await fetch(name)).arrayBuffer());
}

function script(name) {
    return new Promise((done, failed) => {
        const element = document.createElement('script');
        element.src = name;
        element.onload = done;
        element.onerror = () => failed(new Error(name));
        document.head.append(element);
    });
}

// n images and their labels, as the playground keeps them; padded to 32 x 32 for the others.
async function images(n) {
    const all = await bytes('images.bin'), size = 784;
    return { n, bytes: all, byte: i => all.subarray(i * size, (i + 1) * size),
        label: i => all[n * size + i] };
}

function padded(set, i, out, place) {
    const byte = set.byte(i);
    for (let r = 0; r < 28; r++)
        for (let s = 0; s < 28; s++)
            out[place + (r + 2) * SIDE + s + 2] = byte[r * 28 + s] / 255;
}

// ---- ours ----
const ours = {
    async load() {
        await script('machine.js');
        this.machine = new Machine(await WebAssembly.compile(await bytes('lenet5.wasm')));
    },
    give(test, set, n) {
        const { machine } = this, place = machine.c.practice_images(test ? 1 : 0, n);
        for (let i = 0; i < n; i++) machine.bytes(place + i * 784, 784).set(set.byte(i));
        for (let i = 0; i < n; i++) machine.bytes(place + n * 784 + i, 1)[0] = set.label(i);
    },
    build(set) {
        this.give(false, set, BATCH);
        this.give(true, set, 1);
        this.machine.c.practice_begin(0, 4, 0.001, BATCH, 1, 0);
    },
    one() {
        return this.machine.c.practice_test();
    },
    forward(set, n) {
        this.give(true, set, n);
        const begin = performance.now();
        this.machine.c.practice_test();
        const time = performance.now() - begin;
        this.give(true, set, 1);
        return time;
    },
    train(set, n) {
        const begin = performance.now();
        this.give(false, set, n);
        this.machine.c.practice_begin(0, 4, 0.001, BATCH, 1, 0);
        for (let k = 0; k < n / BATCH; k++) this.loss = this.machine.c.practice_step();
        return performance.now() - begin;
    },
};

// ---- ConvNetJS: one image at a time, gradients added over a batch ----
const convnet = {
    async load() {
        await script('convnet-min.js');
    },
    build(set) {
        this.net = new convnetjs.Net();
        this.net.makeLayers([
            { type: 'input', out_sx: SIDE, out_sy: SIDE, out_depth: 1 },
            { type: 'conv', sx: 5, filters: 6, stride: 1, pad: 0, activation: 'relu' },
            { type: 'pool', sx: 2, stride: 2 },
            { type: 'conv', sx: 5, filters: 16, stride: 1, pad: 0, activation: 'relu' },
            { type: 'pool', sx: 2, stride: 2 },
            { type: 'fc', num_neurons: 120, activation: 'relu' },
            { type: 'fc', num_neurons: 84, activation: 'relu' },
            { type: 'softmax', num_classes: 10 },
        ]);
        this.trainer = new convnetjs.Trainer(this.net, { method: 'adam', learning_rate: 0.001,
            batch_size: BATCH, l2_decay: 0 });
        this.first = this.volume(set, 0);
    },
    volume(set, i) {
        const volume = new convnetjs.Vol(SIDE, SIDE, 1, 0);
        padded(set, i, volume.w, 0);
        return volume;
    },
    one() {
        return this.net.forward(this.first).w[0];
    },
    forward(set, n) {
        const begin = performance.now();
        for (let i = 0; i < n; i++) this.net.forward(this.volume(set, i));
        return performance.now() - begin;
    },
    train(set, n) {
        const begin = performance.now();
        for (let i = 0; i < n; i++)
            this.loss = this.trainer.train(this.volume(set, i), set.label(i)).loss;
        return performance.now() - begin;
    },
};

// ---- TensorFlow.js, on one of its backends ----
const tensorflow = backend => ({
    async load() {
        await script('tf.min.js');
        if (backend === 'wasm') {
            await script('tf-backend-wasm.min.js');
            tf.wasm.setWasmPaths('');
        }
        await tf.setBackend(backend);
        await tf.ready();
    },
    build(set) {
        const conv = (filters, more) => tf.layers.conv2d({ filters, kernelSize: 5,
            activation: 'relu', ...more });
        const pool = () => tf.layers.maxPooling2d({ poolSize: 2, strides: 2 });
        this.model = tf.sequential({ layers: [
            conv(6, { inputShape: [SIDE, SIDE, 1] }), pool(), conv(16), pool(), tf.layers.flatten(),
            tf.layers.dense({ units: 120, activation: 'relu' }),
            tf.layers.dense({ units: 84, activation: 'relu' }),
            tf.layers.dense({ units: 10, activation: 'softmax' }),
        ] });
        this.model.compile({ optimizer: tf.train.adam(0.001), loss: 'categoricalCrossentropy' });
        this.first = this.batch(set, 0, 1).x;
    },
    batch(set, begin, n) {
        const x = new Float32Array(n * PIXELS), y = new Float32Array(n * 10);
        for (let i = 0; i < n; i++) {
            padded(set, begin + i, x, i * PIXELS);
            y[i * 10 + set.label(begin + i)] = 1;
        }
        return { x: tf.tensor4d(x, [n, SIDE, SIDE, 1]), y: tf.tensor2d(y, [n, 10]) };
    },
    one() {
        return tf.tidy(() => this.model.predict(this.first).dataSync()[0]);
    },
    forward(set, n) {
        const begin = performance.now();
        for (let i = 0; i < n; i += BATCH)
            tf.tidy(() => this.model.predict(this.batch(set, i, BATCH).x).dataSync());
        return performance.now() - begin;
    },
    async train(set, n) {
        const begin = performance.now();
        for (let i = 0; i < n; i += BATCH) {
            const { x, y } = this.batch(set, i, BATCH);
            this.loss = await this.model.trainOnBatch(x, y);
            tf.dispose([x, y]);
        }
        return performance.now() - begin;
    },
});

const peers = { ours, ConvNetJS: convnet, 'tfjs cpu': tensorflow('cpu'),
    'tfjs wasm': tensorflow('wasm') };

function median(times) {
    return times.sort((a, b) => a - b)[times.length >> 1];
}

// Loads one peer and measures it: ms, and bytes that came over the line.
async function measure(name, n, train) {
    const peer = peers[name], set = await images(n), begin = performance.now();
    performance.clearResourceTimings();
    await peer.load();
    peer.build(set);
    peer.one();
    const first = performance.now() - begin;
    const loaded = performance.getEntriesByType('resource')
        .reduce((sum, one) => sum + one.transferSize, 0);
    const times = [];
    for (let k = 0; k < 200; k++) {
        const start = performance.now();
        peer.one();
        times.push(performance.now() - start);
    }
    const result = { loaded, first, one: median(times), forward: peer.forward(set, set.n) };
    if (train) {
        await peer.train(set, BATCH);
        result.train = await peer.train(set, set.n);
    }
    return result;
}
