'use strict';
// The data inside the page's file: the WebAssembly module, parameters, images.

// A piece that build.py put into the page.
async function piece(id) {
    return inflate(bytesOfBase64(document.getElementById('data-' + id).textContent));
}

// n images and then their n labels, as practice_images() wants them.
function imageSet(bytes) {
    const size = IMAGE_SIDE * IMAGE_SIDE, n = bytes.length / (size + 1);
    return {
        n,
        bytes,
        image: i => bytes.subarray(i * size, (i + 1) * size),
        label: i => bytes[n * size + i],
    };
}

async function loadEverything() {
    const facts = JSON.parse(document.getElementById('data-facts').textContent);
    const names = ['wasm', 'report', 'original', 'train', 'test', 'mistakes'];
    const bytes = {};
    await Promise.all(names.map(async name => { bytes[name] = await piece(name); }));
    return {
        facts,
        wasm: bytes.wasm,
        module: await WebAssembly.compile(bytes.wasm),
        report: bytes.report.buffer,
        original: bytes.original.buffer,
        train: imageSet(bytes.train),
        test: imageSet(bytes.test),
        mistakes: imageSet(bytes.mistakes),
    };
}

// The 60,000 images, from the file mnist.js next to the page: scripts load from file:// as well.
function loadAllImages() {
    return new Promise((done, failed) => {
        const script = document.createElement('script');
        script.src = 'mnist.js';
        script.onload = async () => done(imageSet(await inflate(bytesOfBase64(window.MNIST))));
        script.onerror = () => failed(new Refused(say('noMnist')));
        document.head.append(script);
    });
}
