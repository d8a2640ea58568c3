'use strict';
// The drawing pad: strokes of a mouse, a finger, a pen or the keyboard, dark on light.

const PAD_SIDE = 280; // pixels of the drawing, whatever its size on the screen
const PEN = 22;
const CURSOR_STEP = 10;

class Pad {
    constructor(canvas, cursor, changed) {
        this.canvas = canvas;
        this.cursor = cursor;
        this.changed = changed;
        canvas.width = canvas.height = PAD_SIDE;
        this.context = canvas.getContext('2d', { willReadFrequently: true });
        this.place = { x: PAD_SIDE / 2, y: PAD_SIDE / 2 };
        this.clear();
        this.listen();
    }

    clear() {
        this.strokes = [];
        this.background = null;
        this.pen = false;
        this.redraw();
    }

    // A picture under the strokes; `ink` draws it.
    setBackground(ink) {
        this.strokes = [];
        this.background = ink;
        this.redraw();
    }

    empty() {
        return this.strokes.length === 0 && !this.background;
    }

    undo() {
        this.strokes.pop();
        this.redraw();
    }

    redraw() {
        const { context } = this;
        context.fillStyle = '#fff';
        context.fillRect(0, 0, PAD_SIDE, PAD_SIDE);
        if (this.background) this.background(context);
        for (const stroke of this.strokes)
            for (let k = 0; k < stroke.length; k++) this.segment(stroke, k);
    }

    // From point k - 1 of a stroke to point k.
    segment(stroke, k) {
        const { context } = this, to = stroke[k], from = stroke[Math.max(0, k - 1)];
        context.strokeStyle = '#000';
        context.lineWidth = PEN;
        context.lineCap = context.lineJoin = 'round';
        context.beginPath();
        context.moveTo(from.x, from.y);
        context.lineTo(to.x + 0.01, to.y);
        context.stroke();
    }

    add(point) {
        const stroke = this.strokes[this.strokes.length - 1];
        stroke.push(point);
        this.segment(stroke, stroke.length - 1);
        this.changed();
    }

    begin(point) {
        this.strokes.push([]);
        this.add(point);
    }

    // Grey levels, 0 black to 255 white.
    grey() {
        const { data } = this.context.getImageData(0, 0, PAD_SIDE, PAD_SIDE);
        const grey = new Uint8Array(PAD_SIDE * PAD_SIDE);
        for (let i = 0; i < grey.length; i++) grey[i] = data[4 * i];
        return grey;
    }

    pointOf(event) {
        const box = this.canvas.getBoundingClientRect();
        return {
            x: (event.clientX - box.left) / box.width * PAD_SIDE,
            y: (event.clientY - box.top) / box.height * PAD_SIDE,
        };
    }

    listen() {
        const { canvas } = this;
        canvas.addEventListener('pointerdown', event => {
            if (event.button !== 0) return;
            canvas.setPointerCapture(event.pointerId);
            this.drawing = event.pointerId;
            this.begin(this.pointOf(event));
            event.preventDefault();
            canvas.focus({ preventScroll: true });
        });
        canvas.addEventListener('pointermove', event => {
            if (this.drawing !== event.pointerId) return;
            const all = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
            for (const one of all.length ? all : [event]) this.add(this.pointOf(one));
        });
        for (const end of ['pointerup', 'pointercancel'])
            canvas.addEventListener(end, () => { this.drawing = null; });
        canvas.addEventListener('keydown', event => this.key(event));
        canvas.addEventListener('focus', () => this.showCursor());
        canvas.addEventListener('blur', () => { this.cursor.hidden = true; });
    }

    showCursor() {
        this.cursor.hidden = !this.canvas.matches(':focus-visible') && !this.byKeyboard;
        this.cursor.style.left = this.place.x / PAD_SIDE * 100 + '%';
        this.cursor.style.top = this.place.y / PAD_SIDE * 100 + '%';
        this.cursor.classList.toggle('down', this.pen);
    }

    // Arrows move the pen, the space bar puts it down and lifts it.
    key(event) {
        const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1],
            ArrowDown: [0, 1] };
        const step = steps[event.key];
        if (event.key === ' ') {
            this.pen = !this.pen;
            if (this.pen) this.begin({ ...this.place });
        } else if (event.key === 'Backspace') {
            this.pen = false;
            this.undo();
            this.changed();
        } else if (event.key === 'Delete') {
            this.clear();
            this.changed();
        } else if (step) {
            const inside = value => Math.max(PEN / 2, Math.min(PAD_SIDE - PEN / 2, value));
            this.place = { x: inside(this.place.x + step[0] * CURSOR_STEP),
                y: inside(this.place.y + step[1] * CURSOR_STEP) };
            if (this.pen) this.add({ ...this.place });
        } else return;
        this.byKeyboard = true;
        event.preventDefault();
        this.showCursor();
    }
}

// A picture file as grey levels, at most 600 pixels a side, on white.
async function greyOfFile(file) {
    let bitmap;
    try {
        bitmap = await createImageBitmap(file);
    } catch {
        throw new Refused(say('notAPicture', { name: file.name }));
    }
    const factor = Math.min(1, 600 / Math.max(bitmap.width, bitmap.height));
    const width = Math.max(1, Math.round(bitmap.width * factor));
    const height = Math.max(1, Math.round(bitmap.height * factor));
    const canvas = make('canvas', { width, height });
    const context = canvas.getContext('2d');
    context.fillStyle = '#fff';
    context.fillRect(0, 0, width, height);
    context.drawImage(bitmap, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    const grey = new Uint8Array(width * height);
    for (let i = 0; i < grey.length; i++)
        grey[i] = Math.round(0.299 * data[4 * i] + 0.587 * data[4 * i + 1] +
            0.114 * data[4 * i + 2]);
    return { grey, width, height, canvas };
}

// How a picture is shown on the pad: as large as it fits.
function fitted(canvas) {
    const factor = PAD_SIDE / Math.max(canvas.width, canvas.height);
    const width = canvas.width * factor, height = canvas.height * factor;
    return context => context.drawImage(canvas, (PAD_SIDE - width) / 2, (PAD_SIDE - height) / 2,
        width, height);
}

// 28 x 28 bytes, 255 ink, as they look on paper.
function inkOf(bytes) {
    const small = make('canvas', { width: IMAGE_SIDE, height: IMAGE_SIDE });
    const context = small.getContext('2d'), image = context.createImageData(IMAGE_SIDE, IMAGE_SIDE);
    bytes.forEach((byte, i) => image.data.set([255 - byte, 255 - byte, 255 - byte, 255], 4 * i));
    context.putImageData(image, 0, 0);
    return pad => {
        pad.imageSmoothingEnabled = true;
        pad.drawImage(small, 0, 0, PAD_SIDE, PAD_SIDE);
    };
}
