'use strict';
// Training, in a worker: one run, or two side by side that begin with the same parameters.

let module, runs = [], number = 0, images = {}, pace = Infinity, timer = null, tested = 0;
const PAUSE = 60;       // milliseconds between two reports
const TEST_EVERY = 400; // milliseconds between two looks at the test images

function loadImages(machine, test, set) {
    const place = machine.c.practice_images(test ? 1 : 0, set.n);
    machine.bytes(place, set.bytes.length).set(set.bytes);
}

function beginRun(settings) {
    const machine = new Machine(module);
    loadImages(machine, false, images.train);
    loadImages(machine, true, images.test);
    const { activation, optimizer, rate, batch, seed, damage } = settings;
    machine.c.practice_begin(activation, optimizer, rate, batch, seed, damage);
    return { machine, batch: 0, losses: [], count: settings.count, diverged: false };
}

function step(run) {
    if (run.diverged) return;
    const loss = run.machine.c.practice_step();
    run.batch++;
    run.losses.push(loss);
    run.correct = run.machine.c.practice_correct();
    run.diverged = !Number.isFinite(loss);
}

function paramsOf(run) {
    return run.machine.floats(run.machine.c.practice_params(), run.count).slice();
}

function test(run) {
    const right = run.machine.c.practice_test();
    const answers = run.machine.ints(run.machine.c.practice_answers(), images.test.n).slice();
    run.test = { batch: run.batch, right, n: images.test.n, answers };
    run.checksum = run.machine.c.play_checksum(run.machine.c.practice_params(), run.count) >>> 0;
}

// The events since the last report. Parameters go along, so that they can be looked at.
function report(withTest) {
    if (withTest) {
        runs.forEach(test);
        tested = performance.now();
    }
    const said = runs.map(one => {
        const { batch, losses, diverged, checksum, test: tests } = one;
        one.losses = [];
        one.test = undefined;
        return { batch, losses, diverged, checksum, test: tests, params: paramsOf(one) };
    });
    postMessage({ kind: 'progress', number, runs: said });
}

// As many batches as fit between two reports, or as the pace allows.
function work() {
    const begin = performance.now();
    let done = 0;
    do {
        runs.forEach(step);
        done++;
    } while (performance.now() - begin < PAUSE && done < pace * PAUSE / 1000);
    report(performance.now() - tested > TEST_EVERY);
    const wait = Number.isFinite(pace) ? Math.max(0, done / pace * 1000 - PAUSE) : 0;
    timer = runs.every(run => run.diverged) ? null : setTimeout(work, wait);
    if (timer === null) postMessage({ kind: 'stopped' });
}

function pause() {
    clearTimeout(timer);
    timer = null;
}

const orders = {
    async load({ wasm }) {
        module = await WebAssembly.compile(wasm);
    },
    images({ train, test: toTest }) {
        images = { train, test: toTest };
    },
    begin({ number: begun, runs: wanted }) {
        pause();
        number = begun;
        runs = wanted.map(beginRun);
        report(true);
    },
    run({ batchesPerSecond }) {
        pause();
        pace = batchesPerSecond || Infinity;
        work();
    },
    pause() {
        pause();
        report(true);
    },
    // Exactly that many batches, for the checksum.
    steps({ count }) {
        pause();
        for (let k = 0; k < count; k++) runs.forEach(step);
        report(true);
    },
    // The first image of the next mini-batch, for a step layer by layer.
    next() {
        const index = runs[0].machine.c.practice_next(), { n, bytes } = images.train;
        const image = bytes.slice(index * 784, (index + 1) * 784);
        postMessage({ kind: 'next', index, image, label: bytes[n * 784 + index],
            params: paramsOf(runs[0]) });
    },
};

// One order after the other, as the module is compiled while the next ones arrive.
let last = Promise.resolve();
onmessage = event => {
    last = last.then(() => orders[event.data.order](event.data));
};
