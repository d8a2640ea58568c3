'use strict';
// Train from nothing, and Break it: the controls, the curves, the filters, the mistakes.

const OPTIMIZERS = ['sgd', 'momentum', 'adagrad', 'rmsprop', 'adam'];
const DAMAGES = ['whole', 'noBias', 'overwritten', 'flipped', 'allEqual', 'rate'];
const TOO_LARGE = 50;       // times the rate, for the mistake "rate"
const SHOWN_MISTAKES = 40;
const CHECKED = 30;         // batches after which the checksum is compared
const REPORTS = { activation: 0, optimizer: 'adam', rate: 0.001, batch: 100, seed: 1 };

class Practice {
    // hooks: {params(params, settings), stepping(step)}
    constructor(data, machine, hooks) {
        this.data = data;
        this.hooks = hooks;
        this.train = data.train;
        this.machine = machine;
        this.settings = { ...REPORTS };
        this.damage = 0;
        this.running = false;
        this.before = null; // the curves of the run before this one
        this.findControls();
        this.startWorker();
    }

    // The worker's script is part of this page, so it is made from its text.
    startWorker() {
        const text = ['machine', 'worker'].map(id => byId('script-' + id).textContent).join('\n');
        this.worker = new Worker(URL.createObjectURL(new Blob([text])));
        this.worker.onmessage = event => this.hear(event.data);
        this.worker.onerror = event => this.status(event.message);
        this.worker.postMessage({ order: 'load', wasm: this.data.wasm });
    }

    findControls() {
        for (const id of ['activation', 'optimizer', 'rate', 'batch', 'pace', 'images'])
            this[id + 'Control'] = byId('practice-' + id);
        OPTIMIZERS.forEach(name => this.optimizerControl.append(make('option', {}, name)));
        this.optimizerControl.value = REPORTS.optimizer;
        this.optimizerControl.addEventListener('change', () => {
            this.rateControl.value = this.usualRate(this.optimizerControl.value);
            this.restart();
        });
        for (const control of [this.activationControl, this.rateControl, this.batchControl])
            control.addEventListener('change', () => this.restart());
        this.paceControl.addEventListener('change', () => this.running && this.run());
        this.imagesControl.addEventListener('change', () => this.chooseImages());
        byId('practice-run').addEventListener('click', () => this.toggle());
        byId('practice-batch-step').addEventListener('click', () => this.steps(1));
        byId('practice-layer-step').addEventListener('click', () => this.layerStep());
        byId('practice-restart').addEventListener('click', () => this.restart());
        byId('practice-check').addEventListener('click', () => this.check());
        DAMAGES.forEach((name, k) => this.addDamage(name, k));
    }

    addDamage(name, k) {
        const radio = make('input', { type: 'radio', name: 'damage', value: k,
            id: 'damage-' + name, checked: k === 0 });
        radio.addEventListener('change', () => this.breakIt(k));
        byId('damages').append(make('label', { class: 'damage', for: 'damage-' + name }, radio,
            make('span', {}, make('b', {}, say(name)), make('small', {}, say(name + 'Look')))));
    }

    usualRate(name) {
        return this.machine.c.practice_rate(OPTIMIZERS.indexOf(name));
    }

    readSettings() {
        const rate = Number(this.rateControl.value);
        this.settings = {
            activation: Number(this.activationControl.value),
            optimizer: this.optimizerControl.value,
            rate: rate > 0 ? rate : this.usualRate(this.optimizerControl.value),
            batch: Math.max(1, Math.round(Number(this.batchControl.value)) || 100),
            seed: REPORTS.seed,
        };
        this.rateControl.value = this.settings.rate;
        this.batchControl.value = this.settings.batch;
    }

    send(order, content = {}) {
        this.worker.postMessage({ order, ...content });
    }

    // ---- a run ----

    // A new network. With a mistake, a healthy one trains alongside, for comparison.
    begin() {
        this.readSettings();
        const set = one => ({ n: one.n, bytes: one.bytes });
        this.send('images', { train: set(this.train), test: set(this.data.test) });
        const rate = this.settings.rate * (DAMAGES[this.damage] === 'rate' ? TOO_LARGE : 1);
        const settings = { ...this.settings, count: 61706,
            optimizer: OPTIMIZERS.indexOf(this.settings.optimizer) };
        const broken = this.damage > 0;
        this.runs = (broken ? [true, false] : [false]).map(() =>
            ({ losses: [], accuracies: [], batch: 0 }));
        this.number = (this.number || 0) + 1;
        this.send('begin', { number: this.number, runs: broken
            ? [{ ...settings, rate, damage: this.cDamage() }, { ...settings, damage: 0 }]
            : [{ ...settings, damage: 0 }] });
        this.begun = true;
        this.walk = null;
        this.hooks.stepping(null);
        this.status(say('begun', { n: this.train.n }));
    }

    // "rate" is not a mistake in the C: the C gets another rate.
    cDamage() {
        return DAMAGES[this.damage] === 'rate' ? 0 : this.damage;
    }

    ensure() {
        if (!this.begun) this.begin();
    }

    restart() {
        const wasRunning = this.running;
        if (this.begun && !this.runs[1]) this.before = this.runs[0];
        this.setRunning(false);
        this.begin();
        if (wasRunning) this.run();
    }

    breakIt(k) {
        this.damage = k;
        this.before = null;
        this.setRunning(false);
        this.begin();
        this.run();
    }

    toggle() {
        if (this.running) this.stop();
        else this.run();
    }

    run() {
        this.ensure();
        this.endWalk();
        this.setRunning(true);
        this.send('run', { batchesPerSecond: Number(this.paceControl.value) });
    }

    stop() {
        if (this.running) this.send('pause');
        this.setRunning(false);
    }

    steps(count) {
        this.stop();
        this.ensure();
        this.endWalk();
        this.send('steps', { count });
    }

    setRunning(running) {
        this.running = running;
        byId('practice-run').textContent = say(running ? 'pause' : 'train');
        byId('practice-run').classList.toggle('running', running);
    }

    async chooseImages() {
        const wanted = this.imagesControl.value;
        try {
            if (wanted === 'all' && !this.all) {
                this.status(say('loadingAll'));
                this.all = await loadAllImages();
            }
            this.train = wanted === 'all' ? this.all : this.data.train;
        } catch (error) {
            this.imagesControl.value = 'page';
            this.train = this.data.train;
            this.status(error.message);
            return;
        }
        this.restart();
    }

    // 30 batches of the report's recipe, then the checksum next to the native program's.
    check() {
        this.stop();
        this.damage = 0;
        byId('damage-whole').checked = true;
        this.activationControl.value = REPORTS.activation;
        this.optimizerControl.value = REPORTS.optimizer;
        this.rateControl.value = REPORTS.rate;
        this.batchControl.value = REPORTS.batch;
        this.imagesControl.value = 'page';
        this.train = this.data.train;
        this.begin();
        this.checking = true;
        this.send('steps', { count: CHECKED });
    }

    showCheck(checksum) {
        const hex = checksum.toString(16).padStart(8, '0'), expected = this.data.facts.checksum;
        const key = hex === expected ? 'sameBits' : 'otherBits';
        const place = byId('checksum');
        place.textContent = say(key, { n: CHECKED, hex, expected });
        place.classList.toggle('good', hex === expected);
        place.dataset.checksum = hex;
    }

    // ---- messages from the worker ----

    hear(message) {
        const late = message.number !== this.number; // of a run that was given up
        if (message.kind === 'progress' && !late) this.progress(message.runs);
        if (message.kind === 'stopped') this.setRunning(false);
        if (message.kind === 'next') this.walkFrom(message);
    }

    progress(reports) {
        reports.forEach((report, k) => {
            const run = this.runs[k];
            report.losses.forEach(loss => run.losses.push([run.losses.length + 1, loss]));
            run.batch = report.batch;
            run.diverged = report.diverged;
            run.params = report.params;
            if (!report.test) return;
            run.accuracies.push([report.batch, report.test.right / report.test.n]);
            run.answers = report.test.answers;
            run.right = report.test.right;
        });
        const first = reports[0];
        if (this.checking && first.batch === CHECKED) {
            this.checking = false;
            this.showCheck(first.checksum);
        }
        if (!first.diverged) this.hooks.params(first.params, this.settings);
        this.draw();
        if (first.batch > 0) this.describe();
    }

    describe() {
        const run = this.runs[0], loss = run.losses.length ? run.losses.at(-1)[1] : NaN;
        const seen = run.batch * this.settings.batch / this.train.n;
        const values = { batch: run.batch, epochs: seen.toFixed(1), loss: format(loss, 3),
            share: (100 * run.right / this.data.test.n).toFixed(1), n: this.data.test.n };
        this.status(say(run.diverged ? 'diverged' : 'progress', values));
    }

    status(text) {
        byId('practice-status').textContent = text;
    }

    // ---- pictures ----

    draw() {
        this.drawCurves();
        this.drawFilters();
        this.drawMistakes();
    }

    drawCurves() {
        const [run, healthy] = this.runs, other = healthy || this.before, reach = 8;
        const losses = [], accuracies = [];
        if (other) {
            losses.push({ points: smooth(other.losses, reach), colour: '--muted' });
            accuracies.push({ points: other.accuracies, colour: '--muted' });
        }
        losses.push({ points: run.losses, colour: '--plus', faint: true },
            { points: smooth(run.losses, reach), colour: '--plus' });
        accuracies.push({ points: run.accuracies, colour: '--plus' });
        drawChart(byId('chart-loss'), losses, { low: 0, high: 2.4, text: y => y.toFixed(1) });
        drawChart(byId('chart-accuracy'), accuracies,
            { low: 0, high: 1, text: y => Math.round(100 * y) + ' %' });
        byId('curve-key').hidden = !other;
        byId('curve-key').textContent = say(healthy ? 'keyHealthy' : 'keyBefore');
    }

    drawFilters() {
        const params = this.runs[0].params;
        this.drawTiles(byId('filters-c1'), params.subarray(0, 150), 6, 5, 8, 6);
        this.drawTiles(byId('filters-c3'), params.subarray(156, 156 + 2400), 96, 5, 3, 16);
    }

    // Square filters side by side, `across` in a row.
    drawTiles(canvas, weights, count, side, pixel, across) {
        const tile = side * pixel + pixel, ratio = window.devicePixelRatio || 1;
        const width = across * tile, height = Math.ceil(count / across) * tile;
        canvas.width = width * ratio;
        canvas.height = height * ratio;
        canvas.style.width = width + 'px';
        const context = canvas.getContext('2d'), most = largest(weights);
        context.scale(ratio, ratio);
        for (let k = 0; k < count; k++)
            drawMap(context, weights.subarray(k * side * side, (k + 1) * side * side), side, side,
                k % across * tile, Math.floor(k / across) * tile, pixel, most, 'signed');
    }

    // The test images that are wrong now, those that were wrong before in their old places.
    drawMistakes() {
        const answers = this.runs[0].answers, test = this.data.test;
        if (!answers) return;
        const wrong = [];
        for (let i = 0; i < test.n; i++) if (answers[i] !== test.label(i)) wrong.push(i);
        const list = byId('mistakes-now'), shown = wrong.slice(0, SHOWN_MISTAKES);
        const old = new Map([...list.children].map(child => [Number(child.dataset.image), child]));
        list.replaceChildren(...shown.map(i => {
            const item = old.get(i) || thumbnail(test.image(i), i);
            item.lastChild.textContent = `${test.label(i)}\u2192${answers[i]}`;
            return item;
        }));
        byId('mistakes-count').textContent = say('mistakesNow', { wrong: wrong.length, n: test.n });
    }

    // ---- a step, layer by layer ----

    layerStep() {
        this.stop();
        this.ensure();
        if (!this.walk) this.send('next');
        else this.walkOn();
    }

    walkFrom(message) {
        this.hooks.params(message.params, this.settings);
        this.walk = { ...message, at: 0 };
        this.walkOn(true);
    }

    walkOn(first) {
        if (!first) this.walk.at++;
        const more = this.hooks.stepping(this.walk);
        if (more) {
            this.status(more);
            return;
        }
        this.endWalk();
        this.send('steps', { count: 1 });
    }

    endWalk() {
        if (!this.walk) return;
        this.walk = null;
        this.hooks.stepping(null);
    }
}

// A small picture of a test image with a line below.
function thumbnail(bytes, number) {
    const canvas = make('canvas', { width: 28, height: 28, 'aria-hidden': 'true' });
    const numbers = Float32Array.from(bytes, byte => byte / 255);
    drawMap(canvas.getContext('2d'), numbers, 28, 28, 0, 0, 1, 1, 'ink');
    return make('li', { class: 'thumb', 'data-image': number }, canvas, make('span'));
}
