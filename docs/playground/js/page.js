'use strict';
// The page: the drawing, the networks, the tabs, and how they follow each other.

const TABS = ['inside', 'back', 'train', 'break'];
const ACTIVATIONS = ['ReLU', 'sigmoid', 'tanh'];

class Page {
    constructor(data) {
        this.data = data;
        this.machine = new Machine(data.module);
        this.net = new Network(this.machine);
        this.networks = {}; // name: {choice, params, about}
        this.tab = 'inside';
        this.label = 0;
        this.image = '';
        this.inspector = new Inspector(this.net, data.facts.code);
        this.figure = new Figure(byId('figure'), this.net, (shown, pinned) => this.point(pinned));
        this.pad = new Pad(byId('pad'), byId('pen'), () => this.drawn());
        this.practice = new Practice(data, this.machine, {
            params: (params, settings) => this.practised(params, settings),
            stepping: walk => this.stepping(walk),
        });
        this.frames = 0;
    }

    start() {
        this.addNetwork('report', this.read(this.data.report));
        this.addNetwork('original', this.read(this.data.original));
        this.listen();
        this.fillGalleries();
        this.useNetwork('report');
        this.restore();
        document.documentElement.dataset.ready = Math.round(performance.now());
    }

    // ---- networks ----

    read(buffer) {
        const layersOf = choice => {
            const trial = new Network(new Machine(this.data.module));
            trial.build(choice);
            return trial.layers;
        };
        return readParameters(buffer, layersOf);
    }

    addNetwork(name, network) {
        this.networks[name] = network;
        byId('network-' + name).closest('label').hidden = false;
    }

    useNetwork(name) {
        const { choice, params } = this.networks[name], old = this.net.choice;
        const shown = this.figure.chosen;
        this.network = name;
        byId('network-' + name).checked = true;
        const same = old && old.original === choice.original &&
            old.activation === choice.activation;
        const image = this.net.layers ? this.net.image().slice() : null;
        if (!same) this.net.build(choice);
        else if (choice.hi > choice.lo) this.machine.c.look_range(choice.lo, choice.hi);
        this.net.setParams(params);
        if (image) this.net.setImage(image);
        if (!same) {
            this.figure.build();
            const column = shown && this.figure.find(shown.column.name);
            if (column) this.figure.chosen = { column, unit: shown.unit };
        }
        this.about(name);
        this.compute();
    }

    about(name) {
        const { facts } = this.data, own = this.networks[name];
        let text = say('aboutPractice');
        if (name === 'report' || name === 'original')
            text = say('about ' + name, { accuracy: (100 * facts.accuracy[name]).toFixed(2) });
        if (name === 'own') text = this.aboutFile(own);
        byId('about').textContent = text;
    }

    aboutFile({ file, choice, metadata }) {
        const { test_accuracy: accuracy } = metadata;
        return say('aboutOwn', { name: file, activation: ACTIVATIONS[choice.activation],
            accuracy: accuracy ? say('itsAccuracy', { accuracy }) : '' });
    }

    async openFile(file) {
        try {
            if (file.name.endsWith('.safetensors')) await this.openParameters(file);
            else await this.openPicture(file);
            this.message('');
        } catch (error) {
            if (!(error instanceof Refused)) throw error;
            this.message(`${file.name}: ${error.message}`);
        }
    }

    async openParameters(file) {
        const network = this.read(await file.arrayBuffer());
        network.file = file.name;
        byId('own-name').textContent = file.name.replace(/\.safetensors$/, '');
        this.addNetwork('own', network);
        this.useNetwork('own');
    }

    async openPicture(file) {
        const { grey, width, height, canvas } = await greyOfFile(file);
        this.pad.setBackground(fitted(canvas));
        this.image = '';
        const problem = this.net.preprocess(grey, height, width);
        if (problem) throw new Refused(problem);
        this.compute();
    }

    // Parameters of the run that trains; the first of a run switches to it.
    practised(params, settings) {
        const first = !this.networks.practice;
        this.networks.practice = { params, metadata: {},
            choice: { original: false, activation: settings.activation, lo: 0, hi: 1 } };
        if (first) this.addNetwork('practice', this.networks.practice);
        const training = this.tab === 'train' || this.tab === 'break';
        if (this.network === 'practice' || training && first) this.useNetwork('practice');
    }

    // ---- the image ----

    drawn() {
        this.image = '';
        if (this.due) return;
        this.due = requestAnimationFrame(() => {
            this.due = null;
            this.frames++;
            this.fromPad();
        });
    }

    fromPad() {
        if (this.pad.empty()) {
            this.message('');
            this.net.setImage(new Uint8Array(IMAGE_SIDE * IMAGE_SIDE));
        } else {
            this.message(this.net.preprocess(this.pad.grey(), PAD_SIDE, PAD_SIDE));
        }
        this.compute();
    }

    useImage(name) {
        const set = name[0] === 'm' ? this.data.mistakes : this.data.test;
        const i = Number(name.slice(1));
        if (!(i >= 0 && i < set.n)) return;
        this.image = name;
        this.pad.setBackground(inkOf(set.image(i)));
        this.net.setImage(set.image(i));
        this.setLabel(set.label(i));
        this.showGallery(name[0] === 'm' ? 'mistakes' : 'test');
        this.message('');
        this.compute();
    }

    setLabel(digit) {
        this.label = this.figure.label = digit;
        byId('label-' + digit).checked = true;
    }

    // Everything that depends on image and parameters.
    compute() {
        this.net.forward();
        if (this.tab === 'back' || this.walk) this.net.backward(this.label);
        this.figure.draw();
        this.showSeen();
        this.showAnswer();
        this.inspectSoon();
        if (this.tab === 'back') this.showBack();
    }

    showSeen() {
        const canvas = byId('seen');
        const numbers = Float32Array.from(this.net.image(), byte => byte / 255);
        drawMap(canvas.getContext('2d'), numbers, 28, 28, 0, 0, 4, 1, 'ink');
    }

    showAnswer() {
        const blank = this.net.image().every(byte => byte === 0);
        const share = this.net.probabilities()[this.net.digit];
        byId('answer').textContent = blank ? '\u2013' : this.net.digit;
        let words = say('sure', { share: (100 * share).toFixed(1) });
        if (share < 0.5) words = say('unsure', { share: (100 * share).toFixed(1) });
        byId('sureness').textContent = blank ? say('drawFirst') : words;
    }

    message(text) {
        byId('message').textContent = text;
        byId('message').hidden = !text;
    }

    // ---- looking inside ----

    point(pinned) {
        this.inspect();
        const shown = this.figure.chosen;
        if (!pinned || !shown) return;
        const output = this.inspector.name(shown);
        byId('said').textContent = output + ' ' + (document.querySelector(
            '.panel:not([hidden]) .value-title output')?.textContent || '');
        this.remember();
    }

    // While a hand draws, numbers are written ten times a second, pictures at every frame.
    inspectSoon() {
        if (this.inspecting) return;
        this.inspecting = setTimeout(() => {
            this.inspecting = null;
            this.inspect();
        }, 100);
    }

    inspect() {
        const back = this.tab === 'back';
        if (this.tab === 'inside' || back)
            this.inspector.show(byId(back ? 'account-back' : 'account-inside'),
                this.figure.shown(), back, this.label);
    }

    showBack() {
        const label = this.label;
        byId('loss-now').textContent = say('lossNow', { loss: format(this.net.loss), label });
        const dx = this.net.dy(0), wish = new Float32Array(IMAGE_SIDE * IMAGE_SIDE);
        for (let r = 0; r < IMAGE_SIDE; r++)
            for (let s = 0; s < IMAGE_SIDE; s++)
                wish[r * IMAGE_SIDE + s] = -dx[(r + 2) * (IMAGE_SIDE + 4) + s + 2];
        drawMap(byId('wish').getContext('2d'), wish, IMAGE_SIDE, IMAGE_SIDE, 0, 0, 4, largest(wish),
            'signed');
    }

    // ---- tabs ----

    showTab(name) {
        this.tab = name;
        for (const one of TABS) {
            const selected = one === name, button = byId('tab-' + one);
            button.setAttribute('aria-selected', String(selected));
            button.tabIndex = selected ? 0 : -1;
        }
        const panel = name === 'break' ? 'train' : name;
        for (const one of ['inside', 'back', 'train']) byId('panel-' + one).hidden = one !== panel;
        byId('panel-train').setAttribute('aria-labelledby', 'tab-' + name);
        byId('panel-train').classList.toggle('breaking', name === 'break');
        this.figure.gradients = name === 'back';
        byId('wish-figure').hidden = byId('key-gradients').hidden = name !== 'back';
        byId('seen-figure').hidden = name === 'back';
        byId('key-values').hidden = name === 'back';
        if (panel === 'train') {
            this.practice.ensure();
            if (this.networks.practice) this.useNetwork('practice');
        }
        this.compute();
        this.figure.drawRays();
        this.inspect();
        this.remember();
    }

    // A run that is walked through layer by layer: its image, and how far it has come.
    stepping(walk) {
        this.walk = walk;
        const views = this.figure.views, last = views.length - 1;
        if (!walk) {
            this.figure.gradients = this.tab === 'back';
            this.figure.reveal(0, last);
            this.compute();
            return '';
        }
        if (walk.at === 0) {
            this.net.setImage(walk.image);
            this.pad.setBackground(inkOf(walk.image));
            this.setLabel(walk.label);
        }
        if (walk.at > 2 * last) return '';
        const back = walk.at > last, column = back ? 2 * last - walk.at : walk.at;
        this.figure.gradients = back;
        this.figure.reveal(back ? column : 0, back ? last : column);
        this.compute();
        const name = say('layer ' + views[column].column.name);
        return say(back ? 'walkBack' : 'walkForward', { name, label: walk.label, step: walk.at + 1,
            steps: 2 * last + 1 });
    }

    // ---- galleries ----

    fillGalleries() {
        const { test, mistakes, facts } = this.data;
        const firsts = [];
        for (let digit = 0; digit < CLASSES; digit++)
            for (let i = 0, found = 0; i < test.n && found < 2; i++)
                if (test.label(i) === digit) {
                    firsts.push(i);
                    found++;
                }
        this.fillGallery('gallery-test', test, firsts, 't',
            i => say('testImage', { digit: test.label(i) }));
        this.fillGallery('gallery-mistakes', mistakes, [...Array(mistakes.n).keys()], 'm', i =>
            say('mistakeImage', { digit: mistakes.label(i), answer: facts.mistakes[i].answer,
                share: (100 * facts.mistakes[i].probability).toFixed(0) }));
    }

    // Thumbnails; Tab reaches the first one, the arrows the others.
    fillGallery(id, set, numbers, letter, name) {
        const root = byId(id);
        numbers.forEach((i, k) => {
            const button = make('button', { type: 'button', class: 'thumb-button',
                title: name(i), 'aria-label': name(i), tabindex: k === 0 ? 0 : -1 });
            button.append(thumbnail(set.image(i), i).firstChild);
            button.dataset.image = letter + i;
            button.addEventListener('click', () => {
                this.useImage(letter + i);
                this.remember();
            });
            root.append(button);
        });
        root.addEventListener('keydown', event => rove(event, [...root.children]));
    }

    showGallery(name) {
        byId('show-' + name).checked = true;
        for (const one of ['test', 'mistakes']) byId('gallery-' + one).hidden = one !== name;
    }

    // ---- the address ----

    remember() {
        const shown = this.figure.chosen;
        writeAddress({
            tab: this.tab === 'inside' ? '' : this.tab,
            net: this.network === 'original' ? '1998' : '',
            image: this.image,
            digit: this.tab === 'back' ? this.label : '',
            damage: this.tab === 'break' ? DAMAGES[this.practice.damage] : '',
            value: shown ? valueText(shown) : '',
        });
    }

    restore() {
        const state = readAddress();
        if (state.net === '1998') this.useNetwork('original');
        this.useImage(state.image || 't0');
        if (state.digit >= 0 && state.digit <= 9) this.setLabel(Number(state.digit));
        const wanted = unitOfText(state.value), column = wanted && this.figure.find(wanted.name);
        this.figure.chosen = column ? { column, unit: wanted.unit } : this.figure.strongest('C3');
        this.showTab(TABS.includes(state.tab) ? state.tab : 'inside');
        const damage = DAMAGES.indexOf(state.damage);
        if (this.tab === 'break' && damage > 0) {
            byId('damage-' + state.damage).checked = true;
            this.practice.breakIt(damage);
        }
    }

    // ---- listening ----

    listen() {
        byId('clear').addEventListener('click', () => {
            this.pad.clear();
            this.drawn();
        });
        byId('undo').addEventListener('click', () => {
            this.pad.undo();
            this.drawn();
        });
        for (const name of ['report', 'original', 'own', 'practice'])
            byId('network-' + name).addEventListener('change', () => {
                this.useNetwork(name);
                this.remember();
            });
        for (let digit = 0; digit < CLASSES; digit++)
            byId('label-' + digit).addEventListener('change', () => {
                this.setLabel(digit);
                this.compute();
                this.remember();
            });
        for (const name of TABS)
            byId('tab-' + name).addEventListener('click', () => this.showTab(name));
        byId('tabs').addEventListener('keydown', event =>
            rove(event, TABS.map(name => byId('tab-' + name)), true));
        byId('open').addEventListener('click', () => byId('file').click());
        byId('file').addEventListener('change', event => {
            for (const file of event.target.files) this.openFile(file);
            event.target.value = '';
        });
        for (const name of ['test', 'mistakes'])
            byId('show-' + name).addEventListener('change', () => this.showGallery(name));
        this.listenForDrops();
        this.listenForThemes();
        addEventListener('hashchange', () => this.restore());
    }

    listenForDrops() {
        addEventListener('dragover', event => event.preventDefault());
        addEventListener('drop', event => {
            event.preventDefault();
            for (const file of event.dataTransfer.files) this.openFile(file);
        });
    }

    listenForThemes() {
        const redraw = () => {
            this.compute();
            this.inspect();
            if (this.practice.runs && this.practice.runs[0].params) this.practice.draw();
            for (const id of ['gallery-test', 'gallery-mistakes']) byId(id).replaceChildren();
            this.fillGalleries();
        };
        byId('theme').addEventListener('click', () => {
            setTheme(!isDark());
            redraw();
        });
        darkSystem.addEventListener('change', () => {
            setTheme(darkSystem.matches);
            redraw();
        });
    }
}

// The arrow keys move the focus among elements; with `press`, they choose as well.
function rove(event, elements, press) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const here = elements.indexOf(document.activeElement);
    if (!step || here < 0) return;
    const next = elements[(here + step + elements.length) % elements.length];
    elements.forEach(element => { element.tabIndex = element === next ? 0 : -1; });
    next.focus();
    if (press) next.click();
    event.preventDefault();
}

async function main() {
    sayEverything();
    if (typeof WebAssembly === 'undefined' || typeof DecompressionStream === 'undefined') {
        byId('message').textContent = say('oldBrowser');
        byId('message').hidden = false;
        return;
    }
    window.page = new Page(await loadEverything());
    window.page.start();
}

main();
