'use strict';
// The worked examples of the lessons with the reader's numbers, in the pages of the site. They
// begin with the numbers that the page prints, and the chapter's C computes the rest.

const ROOMS = { x: 0, w: 1, y: 2, dy: 3, dw: 4, dx: 5 };
const LARGEST = 12; // rows or columns of an example

// Which printed blocks can be changed; `back` is where the page gives dy.
const EXAMPLES = [
    { order: 'output build/prologue, "lr "', make: blocks => new Rates(blocks) },
    { order: 'output build/prologue, "x "', make: blocks => new Line(blocks) },
    { order: 'output build/01_im2col, "x (3, 4)"',
        back: 'output build/01_im2col, "dcol (4, 6), given"', make: blocks => new Windows(blocks) },
    { order: 'output build/02_conv, "x (3, 3)"', back: 'output build/02_conv, "dy (2, 2)"',
        make: blocks => new Convolution(blocks) },
    { order: 'output build/03_pool, "1. 2x2 windows"', make: blocks => new Pooling(blocks) },
    { order: 'output build/03_pool, "3. Padding"', make: blocks => new Pooling(blocks, 2, 1) },
    { order: 'output build/03_pool, "4. Overlapping"', make: blocks => new Pooling(blocks, 1, 0) },
    { order: 'output build/04_affine, "x (2)"', back: 'output build/04_affine, "dy (2)"',
        make: blocks => new Affine(blocks) },
    { order: 'output build/04_affine, "x (2, 2)"', back: 'output build/04_affine, "dy (2, 3)"',
        make: blocks => new Affine(blocks) },
    { order: 'output build/05_softmax_ce, "x "', make: blocks => new Softmax(blocks) },
    { order: 'output build/06_optimizers, "3. Down" to "The report\'s"',
        make: blocks => new Ravine(blocks) },
];

let machine;

// ---- the numbers of a page ----

// {x: {rows, columns, values}, ...} of a printed block: titles, and rows of numbers below them.
function arraysOf(text) {
    const arrays = {};
    let current = null;
    for (const line of text.split('\n')) {
        const words = line.trim().split(/\s+/), numbers = words.map(Number);
        const row = line.trim() !== '' && numbers.every((n, k) =>
            !Number.isNaN(n) || words[k] === 'nan');
        if (row && current) {
            current.rows++;
            current.columns = numbers.length;
            current.values.push(...numbers);
        } else if (!row) {
            const bias = /bias b = (-?[\d.]+)/.exec(line);
            if (bias) arrays.b = { rows: 1, columns: 1, values: [Number(bias[1])] };
            current = { rows: 0, columns: 0, values: [] };
            const name = (/^\s*(\w+)\b(?! windows)/.exec(line) || ['', ''])[1];
            if (!(name in arrays)) arrays[name] = current;
        }
    }
    return arrays;
}

// The block of text that follows the comment `order` in the page.
function blockAfter(order) {
    const origin = [...document.querySelectorAll('.origin[data-order]')]
        .find(one => one.dataset.order === order);
    let block = origin && (origin.closest('p') || origin);
    while (block && !(block.matches('.fragment') || block.querySelector('.fragment')))
        block = block.nextElementSibling;
    if (!block) return null;
    const fragment = block.matches('.fragment') ? block : block.querySelector('.fragment');
    const lines = [...fragment.querySelectorAll('.line')].map(line => line.textContent);
    return { origin, fragment, text: lines.length ? lines.join('\n') : fragment.textContent };
}

// ---- arrays as tables ----

function numberText(value) {
    return String(Number(value.toFixed(4))).replace('-', '\u2212');
}

function resized(array, rows, columns) {
    const values = [];
    for (let r = 0; r < rows; r++)
        for (let s = 0; s < columns; s++)
            values.push(r < array.rows && s < array.columns
                ? array.values[r * array.columns + s] : 0);
    return { rows, columns, values };
}

function table(name, array, cell) {
    const element = make('table', { class: 'live-array' });
    const dims = array.rows === 1 ? array.columns : `${array.rows}, ${array.columns}`;
    element.append(make('caption', {}, make('b', {}, name), ` (${dims})`));
    for (let r = 0; r < array.rows; r++) {
        const line = make('tr');
        for (let s = 0; s < array.columns; s++) {
            const index = array.rows === 1 ? s : `${r},${s}`;
            line.append(make('td', {}, cell(r * array.columns + s, `${name}[${index}]`)));
        }
        element.append(line);
    }
    return element;
}

// Numbers that the reader may change.
function fields(name, array, changed) {
    return table(name, array, (k, label) => {
        const input = make('input', { 'aria-label': label, inputmode: 'decimal',
            value: String(array.values[k]) });
        input.addEventListener('input', () => {
            const text = input.value.trim().replace('\u2212', '-');
            const value = text.toLowerCase() === 'nan' ? NaN : Number(text);
            const wrong = text === '' || Number.isNaN(value) && text.toLowerCase() !== 'nan';
            input.setAttribute('aria-invalid', String(wrong));
            if (wrong) return;
            array.values[k] = value;
            changed();
        });
        return input;
    });
}

function stepper(name, value, low, changed) {
    const input = make('input', { type: 'number', min: low, max: LARGEST, value });
    input.addEventListener('input', () => {
        const number = Math.round(Number(input.value));
        if (input.value !== '' && number >= low && number <= LARGEST) changed(number);
    });
    return make('label', { class: 'live-setting' }, make('span', {}, name), input);
}

// ---- an example made of arrays ----

class ArrayExample {
    constructor() {
        this.element = make('div', { class: 'live' });
        this.settingsRow = make('div', { class: 'live-row' });
        this.message = make('p', { class: 'live-message', role: 'alert', hidden: true });
        this.element.append(this.settingsRow, this.message);
        // two lines: forwards, and backwards, whose names begin with d
        this.lines = [this.line(), this.line()];
        this.givenBack = [];
    }

    line() {
        const given = make('div', { class: 'live-row' });
        const computed = make('div', { class: 'live-row computed', 'aria-live': 'polite' });
        const arrow = make('span', { class: 'live-arrow', 'aria-hidden': 'true' }, '\u2192');
        this.element.append(make('div', { class: 'live-row' }, given, arrow, computed));
        return { given, computed };
    }

    start() {
        for (const [name, label, low] of this.settings)
            this.settingsRow.append(stepper(say(label), this[name], low, value => {
                this[name] = value;
                this.fit();
            }));
        this.fit();
    }

    // After a change of shape: the arrays get their sizes, if the C agrees.
    fit() {
        try {
            this.resize();
            [this.given, this.givenBack].forEach((names, k) =>
                this.lines[k].given.replaceChildren(...names.map(name =>
                    fields(name, this[name], () => this.update()))));
            this.update();
        } catch (error) {
            this.complain(error);
        }
    }

    update() {
        try {
            const results = this.compute();
            const shown = Object.entries(results).map(([name, array]) =>
                [name, table(name, array, k => numberText(array.values[k]))]);
            [false, true].forEach((back, k) => this.lines[k].computed.replaceChildren(...shown
                .filter(([name]) => name.startsWith('d') === back).map(([, element]) => element)));
            this.results = results;
            this.message.hidden = true;
        } catch (error) {
            this.complain(error);
        }
    }

    // A contract of the C was broken: its own words, and a new instance.
    complain(error) {
        const said = machine.complaint();
        if (!said) throw error;
        machine.restart();
        this.message.textContent = said;
        this.message.hidden = false;
        for (const line of this.lines) line.computed.replaceChildren();
        this.results = null;
    }

    give(name, ...arrays) {
        const values = arrays.flatMap(array => array.values);
        machine.floats(machine.c.lesson_room(ROOMS[name], values.length), values.length)
            .set(values);
    }

    room(name, count) {
        const place = machine.c.lesson_room(ROOMS[name], count);
        return () => [...machine.floats(place, count)];
    }
}

function array(rows, columns, values) {
    return { rows, columns, values };
}

// im2col and col2im, convolution, pooling: windows over one channel.
class WindowExample extends ArrayExample {
    constructor(size, stride, pad) {
        super();
        Object.assign(this, { size, stride, pad });
        this.settings = [['h', 'liveRows', 1], ['wide', 'liveColumns', 1],
            ['size', 'liveWindow', 1], ['stride', 'liveStride', 1], ['pad', 'livePad', 0]];
    }

    begin(x) {
        this.x = x;
        this.h = x.rows;
        this.wide = x.columns;
        this.start();
    }

    shape() {
        const { h, wide, size, stride, pad } = this;
        return {
            oh: machine.c.lesson_out(h, size, stride, pad),
            ow: machine.c.lesson_out(wide, size, stride, pad),
        };
    }
}

class Windows extends WindowExample {
    constructor(blocks) {
        super(2, 1, 0);
        this.given = ['x'];
        this.givenBack = ['dcol'];
        this.dcol = blocks.back.dcol;
        this.begin(blocks.first.x);
    }

    resize() {
        const { oh, ow } = this.shape();
        this.x = resized(this.x, this.h, this.wide);
        this.dcol = resized(this.dcol, this.size * this.size, oh * ow);
    }

    compute() {
        const { rows, columns } = this.dcol;
        this.give('x', this.x);
        this.give('dy', this.dcol);
        const col = this.room('y', rows * columns), dx = this.room('dx', this.h * this.wide);
        machine.c.lesson_im2col(this.h, this.wide, this.size, this.stride, this.pad);
        return { col: array(rows, columns, col()), dx: array(this.h, this.wide, dx()) };
    }
}

class Convolution extends WindowExample {
    constructor(blocks) {
        super(blocks.first.w.rows, 1, 0);
        this.given = ['x', 'w', 'b'];
        this.givenBack = ['dy'];
        Object.assign(this, { w: blocks.first.w, b: blocks.first.b, dy: blocks.back.dy });
        this.begin(blocks.first.x);
    }

    resize() {
        const { oh, ow } = this.shape();
        this.x = resized(this.x, this.h, this.wide);
        this.w = resized(this.w, this.size, this.size);
        this.dy = resized(this.dy, oh, ow);
    }

    compute() {
        const { rows, columns } = this.dy, weights = this.size * this.size;
        this.give('x', this.x);
        this.give('w', this.w, this.b);
        this.give('dy', this.dy);
        const y = this.room('y', rows * columns), dx = this.room('dx', this.h * this.wide);
        const dw = this.room('dw', weights + 1);
        machine.c.lesson_conv(this.h, this.wide, this.size, this.stride, this.pad);
        return {
            y: array(rows, columns, y()),
            dw: array(this.size, this.size, dw().slice(0, weights)),
            db: array(1, 1, dw().slice(weights)),
            dx: array(this.h, this.wide, dx()),
        };
    }
}

class Pooling extends WindowExample {
    constructor(blocks, stride = 2, pad = 0) {
        super(2, stride, pad);
        this.given = ['x'];
        this.givenBack = ['dy'];
        this.dy = blocks.first.dy;
        this.begin(blocks.first.x);
    }

    resize() {
        const { oh, ow } = this.shape();
        this.x = resized(this.x, this.h, this.wide);
        this.dy = resized(this.dy, oh, ow);
    }

    compute() {
        const { rows, columns } = this.dy;
        this.give('x', this.x);
        this.give('dy', this.dy);
        const y = this.room('y', rows * columns), dx = this.room('dx', this.h * this.wide);
        this.room('w', 0);
        this.room('dw', 0);
        machine.c.lesson_pool(this.h, this.wide, this.size, this.stride, this.pad);
        return { y: array(rows, columns, y()), dx: array(this.h, this.wide, dx()) };
    }
}

class Affine extends ArrayExample {
    constructor(blocks) {
        super();
        const { x, w, b } = blocks.first;
        this.settings = [['n', 'liveImages', 1], ['ins', 'liveInputs', 1],
            ['outs', 'liveUnits', 1]];
        this.given = ['x', 'w', 'b'];
        this.givenBack = ['dy'];
        Object.assign(this, { x, w, b, dy: blocks.back.dy, n: x.rows, ins: x.columns,
            outs: w.rows });
        this.start();
    }

    resize() {
        this.x = resized(this.x, this.n, this.ins);
        this.w = resized(this.w, this.outs, this.ins);
        this.b = resized(this.b, 1, this.outs);
        this.dy = resized(this.dy, this.n, this.outs);
    }

    compute() {
        const { n, ins, outs } = this;
        this.give('x', this.x);
        this.give('w', this.w, this.b);
        this.give('dy', this.dy);
        const y = this.room('y', n * outs), dx = this.room('dx', n * ins);
        const dw = this.room('dw', outs * (ins + 1));
        machine.c.lesson_affine(n, ins, outs);
        return {
            y: array(n, outs, y()),
            dw: array(outs, ins, dw().slice(0, outs * ins)),
            db: array(1, outs, dw().slice(outs * ins)),
            dx: array(n, ins, dx()),
        };
    }
}

class Softmax extends ArrayExample {
    constructor(blocks) {
        super();
        const scores = /^\s*x\s+(.*)$/m.exec(blocks.text)[1].trim().split(/\s+/).map(Number);
        this.settings = [['classes', 'liveClasses', 2], ['label', 'liveLabel', 0]];
        this.given = ['x'];
        Object.assign(this, { x: array(1, scores.length, scores), classes: scores.length,
            label: scores.length - 1 });
        this.start();
    }

    resize() {
        this.x = resized(this.x, 1, this.classes);
    }

    compute() {
        const label = Math.min(this.label, this.classes - 1);
        this.give('x', this.x);
        const p = this.room('y', this.classes), dx = this.room('dx', this.classes);
        const loss = machine.c.lesson_softmax(this.classes, label);
        return { p: array(1, this.classes, p()), loss: array(1, 1, [loss]),
            dx: array(1, this.classes, dx()) };
    }
}

// ---- examples with a picture ----

// A slider and a field for the same number.
function slider(label, value, low, high, step, changed) {
    const range = make('input', { type: 'range', min: low, max: high, step, value,
        'aria-label': label });
    const field = make('input', { inputmode: 'decimal', value, 'aria-label': label });
    range.addEventListener('input', () => {
        field.value = range.value;
        changed(Number(range.value));
    });
    field.addEventListener('input', () => {
        const number = Number(field.value);
        if (!(number > 0)) return;
        range.value = number;
        changed(number);
    });
    const set = number => {
        range.value = field.value = number;
        changed(number);
    };
    const element = make('span', { class: 'live-setting' }, make('span', {}, label), range, field);
    return { element, set };
}

function svg(tag, attributes) {
    const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
}

function path(points, kind) {
    const text = points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
    return svg('polyline', { points: text, class: kind });
}

// The prologue's output for a rate, in lines.
function prologue(rate) {
    machine.c.lesson_prologue(rate);
    const text = machine.said;
    machine.said = '';
    return text.trimEnd().split('\n');
}

function pictureOf(height) {
    return svg('svg', { viewBox: `0 0 480 ${height}`, class: 'live-picture', role: 'img',
        'aria-label': say('livePicture') });
}

class PrologueExample {
    constructor(first) {
        this.element = make('div', { class: 'live' });
        this.picture = pictureOf(220);
        this.printed = make('pre', { class: 'live-printed', 'aria-live': 'polite' });
        this.rate = slider(say('liveRate'), first, 0.01, 0.7, 0.01, value => this.update(value));
        this.controls = make('div', { class: 'live-row' }, this.rate.element);
        this.element.append(this.controls, this.picture, this.printed);
    }

    update(rate) {
        this.results = this.lines(prologue(rate));
        this.printed.textContent = this.results.join('\n');
        this.draw();
    }
}

// One weight on its parabola; a button for each rate of the page.
class Rates extends PrologueExample {
    constructor(blocks) {
        const [title, ...rows] = blocks.text.trimEnd().split('\n');
        super(0.1);
        this.title = title;
        for (const row of rows) {
            const rate = row.trim().split(/\s+/)[0], button = make('button', {}, rate);
            button.type = 'button';
            button.addEventListener('click', () => this.rate.set(Number(rate)));
            this.controls.append(button);
        }
        this.update(0.1);
    }

    lines(printed) {
        return [this.title, printed[0]];
    }

    // L = (2w - 6)^2 / 2 between w = -3 and 9.
    draw() {
        const steps = this.results[1].trim().split(/\s+/).slice(1).map(Number);
        const x = w => 40 * (w + 3), y = w => 205 - Math.min(230, (2 * w - 6) ** 2 * 2.6);
        const curve = [];
        for (let w = -3; w <= 9; w += 0.1) curve.push([x(w), y(w)]);
        this.picture.replaceChildren(path(curve, 'curve'), ...walkOf(steps.map(w => [x(w), y(w)])));
    }
}

// A line near three points: where it is after the steps that are printed.
class Line extends PrologueExample {
    constructor(blocks) {
        super(0.25);
        this.title = blocks.text.split('\n')[0];
        this.update(0.25);
    }

    lines(printed) {
        return [this.title, ...printed.slice(1)];
    }

    draw() {
        const x = value => 240 + 160 * value, y = value => 200 - 36 * value;
        const points = [[-1, 1], [0, 4], [1, 4]].map(([px, py]) =>
            svg('circle', { cx: x(px), cy: y(py), r: 6, class: 'first' }));
        const lines = this.results.map(text => /w = (\S+), b = (\S+)/.exec(text)).filter(Boolean)
            .map(([, w, b]) => [-1.4, 1.4].map(px => [x(px), y(Number(w) * px + Number(b))]));
        this.picture.replaceChildren(...points, ...lines.map((ends, k) =>
            path(ends, k === lines.length - 1 ? 'walk' : 'curve')));
    }
}

// A path from its first point.
function walkOf(points) {
    return [path(points, 'walk'), ...points.map(([cx, cy], k) =>
        svg('circle', { cx, cy, r: k === 0 ? 6 : 3.5, class: k === 0 ? 'first' : 'point' }))];
}

// Chapter 6: the path of an optimizer down the ravine.
class Ravine {
    constructor(blocks) {
        const lines = blocks.text.split('\n');
        const head = lines.findIndex(line => /^\s*step\s/.test(line));
        this.names = lines[head].trim().split(/\s+/).slice(1);
        this.shown = lines.slice(head + 1).map(line => parseInt(line, 10)).filter(n => n >= 0);
        this.start = [...lines[head + 1].matchAll(/-?\d+\.\d+/g)].slice(0, 2).map(Number);
        this.rates = { sgd: 0.95, momentum: 0.1, adagrad: 1.5, rmsprop: 0.3, adam: 0.3 };
        this.name = this.names[0];
        this.build();
    }

    build() {
        this.element = make('div', { class: 'live' });
        this.picture = pictureOf(240);
        this.printed = make('pre', { class: 'live-printed', 'aria-live': 'polite' });
        this.rate = slider(say('liveRate'), this.rates[this.name], 0.01, 2, 0.01,
            () => this.update());
        const select = make('select', { 'aria-label': say('optimizer') },
            ...this.names.map(name => make('option', {}, name)));
        select.addEventListener('change', () => {
            this.name = select.value;
            this.rate.set(this.rates[this.name]);
        });
        this.element.append(make('div', { class: 'live-row' }, select, this.rate.element),
            this.picture, this.printed);
        this.update();
    }

    update() {
        const steps = this.shown.at(-1), { c } = machine;
        const rate = Number(this.rate.element.querySelector('input').value);
        machine.floats(c.lesson_room(ROOMS.x, 2), 2).set(this.start);
        const place = c.lesson_room(ROOMS.y, 2 * (steps + 1));
        c.lesson_ravine(this.optimizer(), rate, steps);
        const numbers = machine.floats(place, 2 * (steps + 1));
        const points = Array.from({ length: steps + 1 }, (_, t) => [numbers[2 * t],
            numbers[2 * t + 1]]);
        this.results = points;
        this.printed.textContent = this.shown.map(t => `step ${String(t).padStart(3)}   ` +
            points[t].map(value => value.toFixed(2).padStart(6)).join(', ')).join('\n');
        this.draw(points);
    }

    optimizer() {
        for (let k = 0; ; k++) {
            const at = machine.c.practice_optimizer(k);
            if (!at || machine.text(at) === this.name) return k;
        }
    }

    // Where x^2/20 + y^2 is equally high, and the path.
    draw(points) {
        const place = ([x, y]) => [240 + 28 * x, 120 - 42 * y];
        const rings = [0.05, 0.3, 1, 2.5, 5].map(level => {
            const [cx, cy] = place([0, 0]);
            return svg('ellipse', { cx, cy, rx: 28 * Math.sqrt(20 * level),
                ry: 42 * Math.sqrt(level), class: 'ring' });
        });
        this.picture.replaceChildren(...rings, ...walkOf(points.map(place)));
    }
}

// ---- into the page ----

// A button in the line above a block: the block makes room for the example, and comes back.
function attach(example) {
    const found = blockAfter(example.order);
    if (!found) return;
    const back = example.back && blockAfter(example.back);
    if (example.back && !back) return;
    const begin = () => example.make({ text: found.text, first: arraysOf(found.text),
        back: back ? arraysOf(back.text) : {} });
    const button = make('button', { type: 'button', class: 'live-button' }, say('liveChange'));
    let live = null;
    button.addEventListener('click', () => {
        if (live) live.element.remove();
        live = live ? null : begin();
        found.fragment.hidden = Boolean(live);
        button.textContent = say(live ? 'liveBack' : 'liveChange');
        if (live) found.fragment.after(live.element);
        button.live = live;
    });
    found.origin.append(' ', button);
}

// "Predict, then run": the answer is asked for before the fold opens. Where the page names it in
// numbers, it is checked.
function ask(details) {
    const answer = details.querySelector('.answer'), summary = details.querySelector('summary');
    if (!/^Predict/.test(summary.textContent.trim())) return;
    const wanted = answer && answer.dataset.answer;
    const input = make('input', { 'aria-label': say('askLabel'),
        placeholder: say(wanted ? 'askNumbers' : 'askWords') });
    const button = make('button', { type: 'button' }, say('askCheck'));
    const verdict = make('span', { role: 'status' });
    const form = make('div', { class: 'live-ask' }, input, button, verdict);
    const check = () => {
        if (input.value.trim() === '') {
            verdict.textContent = say('askFirst');
            return;
        }
        const result = make('p', { class: 'live-verdict', role: 'status' },
            say('askYours', { text: input.value.trim() }));
        if (wanted) {
            const given = numbersIn(input.value); // to one percent: no reader predicts 2.3026
            const close = (a, b) => Math.abs(a - b) <= Math.abs(b) / 100;
            const right = numbersIn(wanted).every(number => given.some(one => close(one, number)));
            result.append(' ', make('b', { class: right ? 'right' : 'wrong' },
                say(right ? 'askRight' : 'askWrong')));
        }
        form.replaceWith(result);
        details.open = true;
    };
    button.addEventListener('click', check);
    input.addEventListener('keydown', event => event.key === 'Enter' && check());
    details.after(form);
}

// 16x10x10, (1, 1, 1), 2,416 and \u2212200 are read as people write them.
function numbersIn(text) {
    return (text.match(/[-\u2212]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?/g) || [])
        .map(found => Number(found.replaceAll(',', '').replace('\u2212', '-')));
}

async function begin() {
    if (typeof WebAssembly === 'undefined' || typeof DecompressionStream === 'undefined') return;
    machine = new Machine(await WebAssembly.compile(await inflate(bytesOfBase64(WASM))));
    EXAMPLES.forEach(attach);
    document.querySelectorAll('details').forEach(ask);
    document.documentElement.dataset.live = 'true';
}

begin();
