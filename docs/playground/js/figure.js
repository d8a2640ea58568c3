'use strict';
// The picture of the network: a canvas for each layer, the ten outputs, and the lines between a
// value and its inputs.

// How a layer's maps are laid out: grid of maps or of units, pixels of one value, gap between maps.
const LAYOUT = {
    input: { across: 1, pixel: 3, gap: 0 },
    C1: { across: 1, pixel: 2, gap: 6 },
    S2: { across: 1, pixel: 3, gap: 20 },
    C3: { across: 2, pixel: 4, gap: 6 },
    S4: { across: 2, pixel: 6, gap: 16 },
    C5: { across: 6, pixel: 16, gap: 2, units: true },
    F6: { across: 7, pixel: 16, gap: 2, units: true },
};
const NARROW = {
    input: { across: 1, pixel: 3, gap: 0 },
    C1: { across: 6, pixel: 2, gap: 4 },
    S2: { across: 6, pixel: 3, gap: 12 },
    C3: { across: 8, pixel: 4, gap: 4 },
    S4: { across: 8, pixel: 6, gap: 10 },
    C5: { across: 20, pixel: 15, gap: 2, units: true },
    F6: { across: 14, pixel: 15, gap: 2, units: true },
};

class LayerView {
    constructor(figure, column) {
        this.figure = figure;
        this.column = column;
        this.element = make('div', { class: 'layer', 'data-layer': column.name });
        this.title = make('div', { class: 'layer-title' });
        this.canvas = make('canvas', { tabindex: 0, role: 'application' });
        this.range = make('div', { class: 'layer-range' });
        this.element.append(this.title, this.canvas, this.range);
        this.listen();
    }

    // Where the maps are; again when the page becomes wide or narrow.
    layOut(narrow) {
        const { c, h, w } = this.column.shape;
        const plan = (narrow ? NARROW : LAYOUT)[this.column.name];
        if (narrow && this.column.name === 'F6' && this.figure.net.rbf) plan.across = 7;
        this.plan = plan;
        this.height = plan.pixel * h + plan.gap;
        this.width = plan.pixel * w + plan.gap;
        const down = Math.ceil(c / plan.across);
        const ratio = window.devicePixelRatio || 1;
        this.cssWidth = plan.across * this.width - plan.gap;
        this.cssHeight = down * this.height - plan.gap;
        this.canvas.width = Math.round(this.cssWidth * ratio);
        this.canvas.height = Math.round(this.cssHeight * ratio);
        this.canvas.style.width = this.cssWidth + 'px';
        this.canvas.style.height = this.cssHeight + 'px';
        this.ratio = ratio;
        this.name();
    }

    name() {
        const { c, h, w } = this.column.shape;
        const size = h * w === 1 ? say('units', { n: c }) : say('maps', { n: c, h, w });
        this.title.innerHTML = '';
        this.title.append(make('b', {}, say('layer ' + this.column.name)), make('span', {}, size));
        this.canvas.setAttribute('aria-label', say('layerHelp', {
            name: say('layer ' + this.column.name), size }));
        this.canvas.setAttribute('aria-roledescription', say('layerRole'));
    }

    corner(c) {
        const across = this.plan.across;
        return { x: c % across * this.width, y: Math.floor(c / across) * this.height };
    }

    numbers() {
        const { net, gradients } = this.figure;
        return gradients ? net.dy(this.column.at) : net.y(this.column.at);
    }

    draw() {
        const { c, h, w } = this.column.shape;
        const numbers = this.numbers(), most = largest(numbers);
        const ink = this.column.name === 'input' && !this.figure.gradients;
        const context = this.canvas.getContext('2d');
        context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
        context.clearRect(0, 0, this.cssWidth, this.cssHeight);
        const corner = map => this.corner(map), { pixel } = this.plan;
        if (h * w === 1) drawUnits(context, numbers, pixel, most, corner);
        else drawMaps(context, numbers, h, w, pixel, most, ink ? 'ink' : 'signed', corner);
        // Where nothing is, a map is as white as the page: its edge shows that it is there.
        context.strokeStyle = this.figure.edge;
        for (let map = 0; map < c; map++) {
            const { x, y } = corner(map);
            context.strokeRect(x + 0.5, y + 0.5, w * pixel - 1, h * pixel - 1);
        }
        this.showRange(numbers);
    }

    showRange(numbers) {
        let least = Infinity, most = -Infinity;
        for (const value of numbers) {
            least = Math.min(least, value);
            most = Math.max(most, value);
        }
        const signed = this.figure.gradients ? `\u00b1${short(Math.max(-least, most))}` : null;
        const text = signed || `${short(least)} \u2026 ${short(most)}`;
        if (this.range.textContent !== text) this.range.textContent = text;
    }

    // The place of a unit in the canvas; of rows and columns of units, when size is given.
    rect(unit, rows = 1, columns = 1) {
        const { x, y } = this.corner(unit.c), { pixel } = this.plan;
        return { x: x + unit.s * pixel, y: y + unit.r * pixel, w: columns * pixel,
            h: rows * pixel };
    }

    hit(event) {
        const box = this.canvas.getBoundingClientRect();
        const x = event.clientX - box.left, y = event.clientY - box.top;
        const { c, h, w } = this.column.shape;
        const across = Math.floor(x / this.width), down = Math.floor(y / this.height);
        const map = down * this.plan.across + across;
        const r = Math.floor((y - down * this.height) / this.plan.pixel);
        const s = Math.floor((x - across * this.width) / this.plan.pixel);
        if (map < 0 || map >= c || across >= this.plan.across || r < 0 || r >= h || s < 0 || s >= w)
            return null;
        return { c: map, r, s };
    }

    listen() {
        const { canvas, figure, column } = this;
        canvas.addEventListener('pointermove', event => {
            if (event.pointerType !== 'mouse') return;
            const unit = this.hit(event);
            if (unit) figure.hover(column, unit);
        });
        canvas.addEventListener('pointerleave', () => figure.hover(null));
        canvas.addEventListener('click', event => {
            const unit = this.hit(event);
            if (unit) figure.choose(column, unit);
        });
        canvas.addEventListener('focus', () => {
            if (figure.chosen && figure.chosen.column === column) return;
            if (canvas.matches(':focus-visible')) figure.choose(column, { c: 0, r: 0, s: 0 });
        });
        canvas.addEventListener('keydown', event => this.key(event));
    }

    // Arrows move in a map, or in the grid of units; Page up and down from map to map.
    key(event) {
        const { figure, column } = this, { c, h, w } = column.shape;
        const old = figure.chosen && figure.chosen.column === column
            ? figure.chosen.unit : { c: 0, r: 0, s: 0 };
        const unit = { ...old }, across = this.plan.across;
        const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0],
            ArrowDown: [1, 0] };
        if (event.key === 'PageDown') unit.c++;
        else if (event.key === 'PageUp') unit.c--;
        else if (steps[event.key] && h * w === 1)
            unit.c += steps[event.key][0] * across + steps[event.key][1];
        else if (steps[event.key]) {
            unit.r += steps[event.key][0];
            unit.s += steps[event.key][1];
        } else return;
        event.preventDefault();
        const inside = unit.c >= 0 && unit.c < c && unit.r >= 0 && unit.r < h && unit.s >= 0 &&
            unit.s < w;
        if (inside) figure.choose(column, unit);
    }
}

// The ten outputs: a row for each digit, with its share as a bar and as a number.
class OutputView {
    constructor(figure, column) {
        this.figure = figure;
        this.column = column;
        this.element = make('div', { class: 'layer outputs', 'data-layer': 'OUT' });
        this.title = make('div', { class: 'layer-title' });
        this.list = make('div', { class: 'output-list' });
        this.range = make('div', { class: 'layer-range' });
        this.element.append(this.title, this.list, this.range);
        this.rows = [];
        for (let digit = 0; digit < CLASSES; digit++) this.addRow(digit);
    }

    addRow(digit) {
        const row = make('button', { class: 'output', type: 'button' });
        const bar = make('span', { class: 'bar' });
        const text = make('span', { class: 'share' });
        const code = make('canvas', { width: 14, height: 24, 'aria-hidden': 'true' });
        row.append(make('b', {}, String(digit)), code, make('span', { class: 'track' }, bar), text);
        row.addEventListener('click', () =>
            this.figure.choose(this.column, { c: digit, r: 0, s: 0 }));
        row.addEventListener('pointerenter', event => {
            if (event.pointerType === 'mouse')
                this.figure.hover(this.column, { c: digit, r: 0, s: 0 });
        });
        row.addEventListener('pointerleave', () => this.figure.hover(null));
        this.list.append(row);
        this.rows.push({ row, bar, text, code });
    }

    layOut() {
        this.title.innerHTML = '';
        const what = this.figure.net.rbf ? 'codes' : 'probabilities';
        this.list.classList.toggle('with-codes', this.figure.net.rbf);
        for (const { code } of this.rows) code.hidden = !this.figure.net.rbf;
        this.title.append(make('b', {}, say('layer OUT')), make('span', {}, say(what)));
    }

    draw() {
        const { net, gradients } = this.figure;
        const shares = net.probabilities(), scores = net.scores();
        const help = net.rbf ? 'codesHelp' : 'probabilitiesHelp';
        this.range.textContent = say(gradients ? 'slopesHelp' : help);
        const slopes = gradients ? net.lossGradient(this.figure.label) : [];
        this.rows.forEach(({ row, bar, text, code }, digit) => {
            if (net.rbf)
                drawMap(code.getContext('2d'), net.code(digit), 12, 7, 0, 0, 2, 1.7, 'signed');
            const shown = gradients ? slopes[digit] : shares[digit];
            bar.style.width = Math.min(1, Math.abs(shown)) * 100 + '%';
            bar.classList.toggle('minus', shown < 0);
            let number = `${(100 * shares[digit]).toFixed(1)}\u2009%`;
            if (gradients) number = short(shown);
            else if (net.rbf) number = format(scores[digit], 1);
            text.textContent = number;
            row.classList.toggle('best', digit === net.digit && !gradients);
        });
    }

    rect(unit) {
        const row = this.rows[unit.c].row;
        return { x: row.offsetLeft, y: row.offsetTop, w: row.offsetWidth, h: row.offsetHeight };
    }
}

class Figure {
    constructor(root, net, listener) {
        this.root = root;
        this.net = net;
        this.listener = listener;
        this.gradients = false;
        this.label = 0;
        this.chosen = null;
        this.hovered = null;
        this.rays = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
        this.rays.setAttribute('class', 'rays');
        this.rays.setAttribute('aria-hidden', 'true');
        new ResizeObserver(() => this.layOut()).observe(root);
    }

    // A view for each column of the present network.
    build() {
        this.root.innerHTML = '';
        const columns = [...this.net.columns];
        if (this.net.rbf)
            columns.push({ name: 'OUT', layers: [], shape: { c: 10, h: 1, w: 1 },
                at: this.net.layers.length, number: columns.length });
        this.views = columns.map(column => (column.name === 'OUT'
            ? new OutputView(this, column) : new LayerView(this, column)));
        this.root.append(...this.views.map(view => view.element), this.rays);
        this.chosen = this.hovered = null;
        this.whole = true;
        this.narrow = undefined;
        this.layOut();
    }

    view(column) {
        return this.views[column.number];
    }

    find(name) {
        const view = this.views.find(one => one.column.name === name);
        return view && view.column;
    }

    layOut() {
        if (!this.views) return;
        const narrow = this.root.clientWidth < 900;
        if (narrow !== this.narrow) {
            this.narrow = narrow;
            this.root.classList.toggle('narrow', narrow);
            for (const view of this.views) view.layOut(narrow);
        }
        this.draw();
    }

    draw() {
        this.edge = getComputedStyle(this.root).getPropertyValue('--rule');
        for (const view of this.views) view.draw();
        this.drawRays(); // a longer number may have moved a layer
    }

    hover(column, unit) {
        this.hovered = column ? { column, unit } : null;
        this.drawRays();
        this.listener(this.shown(), false);
    }

    choose(column, unit) {
        this.chosen = { column, unit };
        this.hovered = null;
        this.drawRays();
        this.listener(this.shown(), true);
    }

    shown() {
        return this.hovered || this.chosen;
    }

    // The unit of a layer with the largest value: something to begin with.
    strongest(name) {
        const column = this.find(name), numbers = this.net.y(column.at);
        return { column, unit: unitAt(column.shape, numbers.indexOf(Math.max(...numbers))) };
    }

    // How far a step-by-step run has come: only columns from .. to have values.
    reveal(from, to) {
        this.whole = from === 0 && to === this.views.length - 1;
        this.views.forEach((view, k) =>
            view.element.classList.toggle('pending', k < from || k > to));
    }

    // ---- the lines from a value to its terms ----

    place(view, rect) {
        const box = (view.canvas || view.list);
        const inList = view.canvas ? { x: box.offsetLeft, y: box.offsetTop } : { x: 0, y: 0 };
        return { x: rect.x + inList.x, y: rect.y + inList.y, w: rect.w, h: rect.h };
    }

    frameOf(view) {
        const box = view.canvas || view.list;
        return { x: box.offsetLeft, y: box.offsetTop, w: box.offsetWidth, h: box.offsetHeight };
    }

    // The rectangles that a unit is computed from, in the view below (or above, for gradients).
    sources(column, unit) {
        return this.gradients ? this.sourcesAbove(column, unit) : this.sourcesBelow(column, unit);
    }

    sourcesBelow(column, unit) {
        const layer = column.layers[0], view = this.views[column.number - 1];
        if (!view) return null;
        if (!layer || layer.size === 0) return { view, rects: [this.frameOf(view)] };
        const window = windowOf(layer, unit);
        const channels = window.c === null
            ? Array.from({ length: layer.in.c }, (_, c) => c)
                .filter(c => this.net.c.look_linked(layer.index, unit.c, c))
            : [window.c];
        const rects = channels.map(c => this.place(view,
            view.rect({ c, r: window.r, s: window.s }, layer.size, layer.size)));
        return { view, rects };
    }

    sourcesAbove(column, unit) {
        const view = this.views[column.number + 1];
        if (!view) return null;
        const layer = view.column.layers[0];
        if (!layer || layer.size === 0) return { view, rects: [this.frameOf(view)] };
        const { rows, columns, c } = windowsAbove(layer, unit);
        const maps = c === null
            ? Array.from({ length: layer.out.c }, (_, f) => f)
                .filter(f => this.net.c.look_linked(layer.index, f, unit.c))
            : [c];
        const rects = maps.map(f => this.place(view, view.rect({ c: f, r: rows.from,
            s: columns.from }, rows.to - rows.from + 1, columns.to - columns.from + 1)));
        return { view, rects };
    }

    drawRays() {
        const shown = this.shown();
        this.rays.innerHTML = '';
        this.rays.setAttribute('width', this.root.scrollWidth);
        this.rays.setAttribute('height', this.root.scrollHeight);
        if (!shown || !this.whole || !this.views.includes(this.view(shown.column))) return;
        const view = this.view(shown.column);
        const target = this.place(view, view.rect(shown.unit));
        const sources = this.sources(shown.column, shown.unit);
        let marks = '';
        for (const from of sources ? sources.rects : [])
            marks += this.ray(from, target) + box(from, 'source');
        this.rays.innerHTML = marks + box(target, 'target');
    }

    // Two lines that open from the value to its window.
    ray(from, to) {
        if (this.narrow) {
            const up = from.y > to.y;
            const y0 = up ? from.y : from.y + from.h, y1 = up ? to.y + to.h : to.y;
            return line(from.x, y0, to.x, y1) + line(from.x + from.w, y0, to.x + to.w, y1);
        }
        const back = from.x > to.x;
        const x0 = back ? from.x : from.x + from.w, x1 = back ? to.x + to.w : to.x;
        return line(x0, from.y, x1, to.y) + line(x0, from.y + from.h, x1, to.y + to.h);
    }
}

function box({ x, y, w, h }, kind) {
    return `<rect class="${kind}" x="${x - 1}" y="${y - 1}" width="${w + 2}" height="${h + 2}"/>`;
}

function line(x1, y1, x2, y2) {
    return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}"/>`;
}
