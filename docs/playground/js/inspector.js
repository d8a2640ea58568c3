'use strict';
// One value in numbers: its terms, forwards or backwards, and the line of C that computes it.

const SHOWN_TERMS = 8; // of a fully connected unit: the largest products

class Inspector {
    constructor(net, code) {
        this.net = net;
        this.code = code;
        this.part = -1; // which channel, or filter, is shown in numbers; -1: the strongest
    }

    // Fills `root` with the account of a value.
    show(root, shown, gradients, label) {
        const content = document.createDocumentFragment();
        if (!shown) {
            const hint = say(gradients ? 'hintBack' : 'hintInside');
            content.append(make('p', { class: 'hint' }, hint));
        } else {
            const key = shown.column.name + shown.unit.c;
            if (key !== this.last) this.part = -1;
            this.last = key;
            this.label = label;
            this.again = () => this.show(root, shown, gradients, label);
            content.append(gradients ? this.backward(shown) : this.forward(shown));
        }
        root.replaceChildren(content);
    }

    name({ column, unit }) {
        const { h, w } = column.shape, name = say('layer ' + column.name);
        if (column.name === 'OUT') return say('nameOutput', { digit: unit.c });
        if (column.name === 'input') return say('namePixel', { r: unit.r, s: unit.s });
        if (h * w === 1) return say('nameUnit', { name, k: unit.c });
        return say('nameEntry', { name, c: unit.c, r: unit.r, s: unit.s });
    }

    account(shown, value, numbers, keys) {
        const title = make('h3', { class: 'value-title' }, this.name(shown),
            make('output', {}, '= ' + format(value)));
        const formula = make('p', { class: 'formula' }, this.formula(shown, keys[0]));
        const left = make('div', { class: 'numbers' }, title, formula, ...numbers);
        const right = make('div', { class: 'source' }, ...keys.map(key => this.quote(key)));
        return make('div', { class: 'account' }, left, right);
    }

    // The formula above the numbers, with this value's indices.
    formula({ column, unit }, key) {
        if (!key || column.name === 'OUT') return '';
        const names = { f: unit.c, i: unit.r, j: unit.s, ch: unit.c, r: unit.r, s: unit.s,
            o: unit.c, k: at(column.shape, unit.c, unit.r, unit.s) };
        return say('formula ' + key, names);
    }

    // ---- forward ----

    forward(shown) {
        const { column, unit } = shown, net = this.net;
        if (column.name === 'OUT') return net.rbf ? this.distance(shown) : this.softmax(shown);
        const value = net.y(column.at)[at(column.shape, unit.c, unit.r, unit.s)];
        if (column.name === 'input') return this.pixel(shown, value);
        const layer = column.layers[0], numbers = [], keys = [layer.kind];
        const before = net.y(layer.index + 1)[at(column.shape, unit.c, unit.r, unit.s)];
        if (layer.kind === 'conv') numbers.push(...this.conv(layer, unit, before));
        if (layer.kind === 'affine') numbers.push(...this.affine(layer, unit, before));
        if (layer.kind === 'max pool') numbers.push(...this.pool(layer, unit));
        if (layer.kind === 'subsample') numbers.push(...this.subsample(layer, unit, before));
        if (column.layers[1]) {
            numbers.push(this.activation(column.layers[1].kind, before, value));
            keys.push(column.layers[1].kind);
        }
        return this.account(shown, value, numbers, keys);
    }

    pixel(shown, value) {
        const { r, s } = shown.unit, byte = this.net.image()[(r - 2) * IMAGE_SIDE + s - 2];
        const inside = r >= 2 && s >= 2 && r < 30 && s < 30;
        const text = inside ? say('pixel', { byte, value: format(value) }) : say('border');
        return this.account(shown, value, [make('p', {}, text)], []);
    }

    conv(layer, unit, before) {
        const parts = convParts(this.net, layer, unit), bias = biasOf(this.net, layer, unit);
        const part = parts[this.partOf(parts)];
        const products = part.x.map((x, k) => x * part.w[k]), side = layer.size;
        const below = say('layer ' + this.below(layer));
        const numbers = [];
        if (parts.length > 1) numbers.push(this.choice(parts, say('chooseMap', { name: below })));
        numbers.push(make('div', { class: 'sum' },
            numberGrid(part.x, side, side, say('gridX', { name: below, c: part.c })),
            sign('\u00d7'),
            numberGrid(part.w, side, side, say('gridW', { f: unit.c, c: part.c })), sign('='),
            numberGrid(products, side, side, say('gridProducts'))));
        const total = parts.reduce((sum, one) => sum + one.sum, 0);
        numbers.push(equation(say(parts.length > 1 ? 'sumOfMaps' : 'sumOfProducts',
            { n: parts.length * side * side }), total, say('bias'), bias, before));
        return numbers;
    }

    affine(layer, unit, before) {
        const terms = affineTerms(this.net, layer, unit), bias = biasOf(this.net, layer, unit);
        const total = terms.reduce((sum, term) => sum + term.product, 0);
        const shape = layer.in, name = say('layer ' + this.below(layer));
        const label = k => {
            const { c, r, s } = unitAt(shape, k);
            return shape.h * shape.w === 1 ? `${name} ${k}` : `${name} ${c} (${r}, ${s})`;
        };
        return [this.termTable(terms, label, 'x', 'w'),
            equation(say('sumOfProducts', { n: terms.length }), total, say('bias'), bias, before)];
    }

    // The largest products in numbers, and the rest of the sum.
    termTable(terms, label, first, second, what = 'product') {
        const sorted = [...terms].sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
        const shown = sorted.slice(0, SHOWN_TERMS), rest = sorted.slice(SHOWN_TERMS);
        const most = Math.abs(shown[0].product) || 1;
        const table = make('table', { class: 'terms' });
        table.append(make('caption', {}, say('largest_' + what, { n: shown.length })));
        table.append(row('th', '', first, second, say(what)));
        for (const term of shown) {
            const line = row('td', label(term.k), format(term.x), format(term.w), '');
            const cell = line.lastChild;
            cell.textContent = format(term.product);
            paint(cell, term.product, most);
            table.append(line);
        }
        const sum = rest.reduce((total, term) => total + term.product, 0);
        if (rest.length)
            table.append(row('td', say('otherProducts', { n: rest.length }), '', '', format(sum)));
        return table;
    }

    pool(layer, unit) {
        const values = poolValues(this.net, layer, unit), most = Math.max(...values);
        const grid = numberGrid(values, layer.size, layer.size, say('gridWindow'));
        grid.querySelectorAll('td')[values.indexOf(most)].classList.add('winner');
        return [make('div', { class: 'sum' }, grid, sign('\u2192'),
            make('p', {}, say('largestIs', { value: format(most) })))];
    }

    subsample(layer, unit, before) {
        const values = poolValues(this.net, layer, unit);
        const sum = values.reduce((a, b) => a + b, 0), w = this.net.params();
        const weight = w[layer.offset + unit.c], bias = biasOf(this.net, layer, unit);
        return [make('div', { class: 'sum' },
            numberGrid(values, layer.size, layer.size, say('gridWindow')), sign('\u2192'),
            make('p', {}, say('sum4', { sum: format(sum), w: format(weight) }))),
        equation(say('weightTimesSum'), weight * sum, say('bias'), bias, before)];
    }

    activation(kind, before, value) {
        const values = { a: format(before), y: format(value) };
        const key = kind === 'relu' ? (before > 0 ? 'reluOpen' : 'reluShut') : kind;
        return make('p', { class: 'equation' }, say(key, values));
    }

    softmax(shown) {
        const net = this.net, layer = shown.column.layers[0], digit = shown.unit.c;
        const logits = [...net.y(layer.index + 1)], scores = [...net.scores()];
        const most = Math.max(...logits), powers = logits.map(x => Math.exp(x - most));
        const sum = powers.reduce((a, b) => a + b, 0);
        const table = make('table', { class: 'terms' });
        table.append(make('caption', {}, say('softmaxTable')));
        table.append(row('th', say('digit'), 'x', 'exp(x \u2212 m)', 'p'));
        logits.forEach((x, k) => {
            const line = row('td', String(k), format(x), format(powers[k]), format(scores[k]));
            if (k === digit) line.className = 'chosen';
            table.append(line);
        });
        const formula = make('p', { class: 'equation' }, say('softmaxFormula', {
            digit, x: format(logits[digit]), m: format(most), power: format(powers[digit]),
            sum: format(sum), p: format(scores[digit]) }));
        const score = make('div', {}, make('h4', {}, say('scoreOf', { digit })),
            ...this.affine(layer, shown.unit, logits[digit]));
        return this.account(shown, scores[digit],
            [formula, make('div', { class: 'pair' }, table, score)], ['softmax', layer.kind]);
    }

    // 1998: the squared distance from F6 to a digit's code.
    distance(shown) {
        const net = this.net, digit = shown.unit.c;
        const state = [...net.y(net.layers.length)], code = net.code(digit);
        const squares = state.map((x, k) => (x - code[k]) ** 2);
        const pictures = make('div', { class: 'sum' },
            picture(state, 12, 7, 1.72, say('stateOfF6')), sign('\u2212'),
            picture(code, 12, 7, 1.72, say('codeOf', { digit })), sign('\u2192'),
            picture(squares, 12, 7, largest(squares), say('squares')));
        const terms = state.map((x, k) => ({ k, x, w: code[k], product: squares[k] }));
        const label = k => `F6 ${k}`;
        const formula = make('p', { class: 'equation' }, say('distanceFormula',
            { digit, sum: format(net.scores()[digit]) }));
        return this.account(shown, net.scores()[digit],
            [formula, pictures, this.termTable(terms, label, 'x', say('code'), 'square')], ['rbf']);
    }

    // ---- backward ----

    backward(shown) {
        const { column, unit } = shown, net = this.net;
        if (column.name === 'OUT') return this.lossGradient(shown);
        const index = at(column.shape, unit.c, unit.r, unit.s);
        const value = net.dy(column.at)[index], numbers = [], keys = [];
        const next = net.layers[column.at];
        if (!next) this.codesBack(column, unit, numbers, keys);
        else this.throughLayer(next, unit, index, numbers, keys);
        const activation = column.layers[1];
        if (activation) {
            const before = net.dy(activation.index)[index];
            const y = net.y(column.at)[index];
            numbers.push(make('p', { class: 'equation' }, say(activation.kind + 'Back', {
                dy: format(value), dx: format(before), y: format(y) })));
            keys.push(activation.kind + '.dx');
        }
        return this.account(shown, value, numbers, keys);
    }

    // The gradient that a layer hands down to one entry of its input.
    throughLayer(layer, unit, index, numbers, keys) {
        keys.push(layer.kind + '.dx');
        if (layer.kind === 'conv') numbers.push(...this.convBack(layer, unit));
        if (layer.kind === 'affine') {
            const terms = affineBackTerms(this.net, layer, index);
            const total = terms.reduce((sum, term) => sum + term.product, 0);
            const name = say('layer ' + layer.name);
            numbers.push(this.termTable(terms, k => `${name} ${k}`, 'dy', 'w'));
            numbers.push(make('p', { class: 'equation' }, say('sumBack',
                { n: terms.length, sum: format(total) })));
        }
        if (layer.kind === 'max pool' || layer.kind === 'subsample')
            numbers.push(...this.poolBack(layer, unit, index));
    }

    convBack(layer, unit) {
        const parts = convBackParts(this.net, layer, unit), numbers = [];
        const part = parts[this.partOf(parts)];
        const columns = new Set(part.dy.map(one => one.j)).size;
        const rows = part.dy.length / columns, dy = part.dy.map(one => one.value);
        const name = say('layer ' + layer.name);
        numbers.push(this.choice(parts, say('chooseFilter', { name })));
        numbers.push(make('div', { class: 'sum' },
            numberGrid(dy, rows, columns, say('gridDy', { name, c: part.c })), sign('\u00d7'),
            numberGrid(part.w, rows, columns, say('gridWBack', { f: part.c })), sign('='),
            numberGrid(dy.map((d, k) => d * part.w[k]), rows, columns, say('gridProducts'))));
        const total = parts.reduce((sum, one) => sum + one.sum, 0);
        numbers.push(make('p', { class: 'equation' }, say('sumOfFilters',
            { n: parts.reduce((n, one) => n + one.dy.length, 0), sum: format(total) })));
        return numbers;
    }

    poolBack(layer, unit, index) {
        const i = Math.floor(unit.r / layer.stride), j = Math.floor(unit.s / layer.stride);
        const above = at(layer.out, unit.c, i, j), dy = this.net.dy(layer.index + 1)[above];
        const values = { dy: format(dy), name: say('layer ' + layer.name), c: unit.c, r: i, s: j };
        if (layer.kind === 'subsample') {
            const w = this.net.params()[layer.offset + unit.c];
            return [make('p', { class: 'equation' }, say('subsampleBack',
                { ...values, w: format(w), dx: format(w * dy) }))];
        }
        const x = poolValues(this.net, layer, { c: unit.c, r: i, s: j });
        const mine = (unit.r - i * layer.stride) * layer.size + unit.s - j * layer.stride;
        const won = x.indexOf(Math.max(...x)) === mine;
        const grid = numberGrid(x, layer.size, layer.size, say('gridWindow'));
        grid.querySelectorAll('td')[x.indexOf(Math.max(...x))].classList.add('winner');
        grid.querySelectorAll('td')[mine].classList.add('mine');
        return [make('div', { class: 'sum' }, grid, sign('\u2192'),
            make('p', {}, say(won ? 'poolWon' : 'poolLost', values)))];
    }

    lossGradient(shown) {
        const net = this.net, digit = shown.unit.c, truth = digit === this.label ? 1 : 0;
        const p = (net.rbf ? net.competition() : net.probabilities())[digit];
        const dx = net.lossGradient(this.label)[digit];
        const text = say(net.rbf ? 'distanceGradient' : 'lossGradient',
            { p: format(p), truth, dx: format(dx) });
        return this.account(shown, dx, [make('p', { class: 'equation' }, text)],
            [net.rbf ? 'rbf.dx' : 'softmax.dx']);
    }

    // 1998: each code pulls or pushes a unit of F6.
    codesBack(column, unit, numbers, keys) {
        const net = this.net, x = net.y(column.at)[unit.c], wanted = net.code(this.label)[unit.c];
        const table = make('table', { class: 'terms' });
        table.append(make('caption', {}, say('codesPull')));
        table.append(row('th', say('digit'), 'p', say('code'), say('share')));
        table.append(row('td', say('pull', { digit: this.label }), '', format(wanted, 0),
            format(2 * (x - wanted))));
        net.competition().forEach((p, k) => {
            const code = net.code(k)[unit.c];
            table.append(row('td', String(k), format(p), format(code, 0),
                format(-2 * p * (x - code))));
        });
        numbers.push(make('p', { class: 'equation' }, `x = ${format(x)}`), table);
        keys.push('rbf.dx');
    }

    // ---- pieces ----

    below(layer) {
        const column = this.net.columns.find(one => one.layers.includes(layer));
        return this.net.columns[column.number - 1].name;
    }

    partOf(parts) {
        if (this.part >= 0) return Math.min(this.part, parts.length - 1);
        const sizes = parts.map(part => Math.abs(part.sum));
        return sizes.indexOf(Math.max(...sizes));
    }

    // Buttons for the channels or filters that add to a sum; each shows its share.
    choice(parts, label) {
        const most = largest(parts.map(part => part.sum));
        const group = make('div', { class: 'parts', role: 'group', 'aria-label': label },
            make('span', { class: 'parts-label' }, label));
        parts.forEach((part, k) => {
            const button = make('button', { type: 'button',
                'aria-pressed': String(k === this.partOf(parts)) },
            make('b', {}, String(part.c)), make('span', {}, format(part.sum, 3)), make('i'));
            paint(button.lastChild, part.sum, most);
            button.addEventListener('click', () => {
                this.part = k;
                this.again();
                document.querySelectorAll('.parts button')[k].focus();
            });
            group.append(button);
        });
        return group;
    }

    quote(key) {
        const found = this.code[key];
        if (!found) return '';
        const lines = found.lines.map((text, k) => make('span',
            { class: found.strong.includes(k) ? 'line strong' : 'line' }, ...coloured(text), '\n'));
        return make('figure', { class: 'quote' },
            make('figcaption', {}, `${found.path}, ${say('line', { n: found.first })}`),
            make('pre', { tabindex: 0 }, make('code', {}, ...lines)));
    }
}

// Comments of a line of C stand back.
function coloured(text) {
    const begin = text.search(/\/\*|^ \*|^\s*\* /);
    if (begin < 0) return [text];
    const end = text.indexOf('*/');
    const stop = end < 0 ? text.length : end + 2;
    return [text.slice(0, begin), make('i', {}, text.slice(begin, stop)), text.slice(stop)];
}

function row(tag, ...cells) {
    const line = make('tr');
    cells.forEach((text, k) => {
        const kind = tag === 'td' && k === 0 ? 'th' : tag;
        line.append(make(kind, kind === 'th' ? { scope: tag === 'th' ? 'col' : 'row' } : {}, text));
    });
    return line;
}

function sign(text) {
    return make('span', { class: 'sign', 'aria-hidden': 'true' }, text);
}

function equation(what, sum, biasWord, bias, result) {
    const plus = bias < 0 ? '\u2212' : '+';
    return make('p', { class: 'equation' }, `${what} ${format(sum)} ${plus} ${biasWord} ` +
        `${format(Math.abs(bias))} = ${format(result)}`);
}

// Numbers in rows and columns, each on its colour.
function numberGrid(values, rows, columns, caption) {
    const most = largest(values), table = make('table', { class: 'grid' });
    table.append(make('caption', {}, caption));
    for (let r = 0; r < rows; r++) {
        const line = make('tr');
        for (let s = 0; s < columns; s++) {
            const value = values[r * columns + s];
            const cell = make('td', {}, format(value, 2));
            paint(cell, value, most);
            line.append(cell);
        }
        table.append(line);
    }
    return table;
}

// Numbers as a small picture.
function picture(values, rows, columns, most, caption, kind = 'signed', pixel = 10) {
    const canvas = make('canvas', { width: columns * pixel, height: rows * pixel,
        role: 'img', 'aria-label': caption });
    drawMap(canvas.getContext('2d'), values, rows, columns, 0, 0, pixel, most, kind);
    return make('figure', { class: 'picture' }, canvas, make('figcaption', {}, caption));
}
