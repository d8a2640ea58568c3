'use strict';
// Numbers as colours: 0 is paper, positive numbers blue, negative ones orange; ink for images.

const COLOURS = {
    light: { paper: [255, 255, 255], plus: [11, 79, 156], minus: [186, 78, 6], ink: [20, 24, 28] },
    dark: { paper: [24, 29, 35], plus: [124, 196, 255], minus: [255, 171, 94],
        ink: [242, 245, 247] },
};
const STEPS = 255;

// A colour as a canvas stores it: red in the lowest byte.
function packed([r, g, b]) {
    return (255 << 24 | b << 16 | g << 8 | r) >>> 0;
}

function blend(from, to, share) {
    return from.map((value, k) => Math.round(value + (to[k] - value) * share));
}

// 511 colours for -1 .. 1. A root brings out small numbers.
function scale(minus, plus, paper) {
    const table = new Uint32Array(2 * STEPS + 1);
    for (let i = -STEPS; i <= STEPS; i++) {
        const share = Math.sqrt(Math.abs(i) / STEPS);
        table[i + STEPS] = packed(blend(paper, i < 0 ? minus : plus, share));
    }
    return table;
}

const scales = {};
function colourScale(kind) {
    const theme = isDark() ? 'dark' : 'light', name = theme + kind;
    const { paper, plus, minus, ink } = COLOURS[theme];
    if (!scales[name])
        scales[name] = kind === 'ink' ? scale(paper, ink, paper) : scale(minus, plus, paper);
    return scales[name];
}

function colourIndex(value, most) {
    const share = Math.max(-1, Math.min(1, value / most));
    return Math.round(share * STEPS) + STEPS;
}

// The style of a cell: a colour for CSS, of the same scale, and letters that can be read on it.
function paint(cell, value, most) {
    const colour = colourScale('signed')[colourIndex(value || 0, most || 1)];
    const [r, g, b] = [colour & 255, colour >> 8 & 255, colour >> 16 & 255];
    const linear = part => (part <= 10 ? part / 3295 : ((part / 255 + 0.055) / 1.055) ** 2.4);
    const light = 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    cell.style.background = cssOf(colour);
    cell.style.color = light > 0.18 ? '#000' : '#fff';
}

function cssOf(colour) {
    return `rgb(${colour & 255}, ${colour >> 8 & 255}, ${colour >> 16 & 255})`;
}

const strip = document.createElement('canvas');
const stripContext = strip.getContext('2d', { willReadFrequently: true });

// Maps of h x w numbers, one after the other, a block of `pixel` pixels for each number; corner(k)
// is where map k goes.
function drawMaps(context, numbers, h, w, pixel, most, kind, corner) {
    const table = colourScale(kind), count = numbers.length / (h * w);
    strip.width = w;
    strip.height = h * count;
    const image = stripContext.createImageData(w, h * count);
    const words = new Uint32Array(image.data.buffer);
    for (let i = 0; i < words.length; i++) words[i] = table[colourIndex(numbers[i], most)];
    stripContext.putImageData(image, 0, 0);
    context.imageSmoothingEnabled = false;
    for (let k = 0; k < count; k++) {
        const { x, y } = corner(k);
        context.drawImage(strip, 0, k * h, w, h, x, y, w * pixel, h * pixel);
    }
}

// One map with its corner at (x, y).
function drawMap(context, numbers, h, w, x, y, pixel, most, kind) {
    drawMaps(context, numbers, h, w, pixel, most, kind, () => ({ x, y }));
}

// Single numbers, a square each.
function drawUnits(context, numbers, pixel, most, corner) {
    const table = colourScale('signed');
    numbers.forEach((value, k) => {
        const { x, y } = corner(k);
        context.fillStyle = cssOf(table[colourIndex(value, most)]);
        context.fillRect(x, y, pixel, pixel);
    });
}

// The largest size among numbers; never 0.
function largest(numbers) {
    let most = 1e-9;
    for (const value of numbers) most = Math.max(most, Math.abs(value));
    return most;
}

// A number as people read it: four digits, and a true minus.
function format(value, digits = 4) {
    if (!Number.isFinite(value)) return String(value);
    const size = Math.abs(value);
    let text;
    if (size !== 0 && (size < 1e-4 || size >= 1e5)) text = value.toExponential(2);
    else text = value.toFixed(size >= 100 ? 1 : size >= 10 ? Math.min(2, digits) : digits);
    return minus(text);
}

// A true minus, and none before a number that is 0 when rounded.
function minus(text) {
    return (/[1-9]/.test(text) ? text : text.replace('-', '')).replaceAll('-', '\u2212');
}

// The same in little room: two digits.
function short(value) {
    const size = Math.abs(value);
    const tiny = size !== 0 && size < 0.01;
    const text = tiny ? value.toExponential(0) : value.toFixed(size < 10 ? 2 : 0);
    return minus(text);
}
