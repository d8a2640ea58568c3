'use strict';
// The chapters' C: an instance of the WebAssembly module, and its memory as JavaScript sees it.

// The C library's calls to its host. There are no files, only stderr.
function wasiHost(machine) {
    const said = new TextDecoder();
    const done = () => 0;
    const badFile = () => 8;
    return {
        fd_write(fd, list, count, written) {
            const view = new DataView(machine.memory.buffer);
            let total = 0;
            for (let k = 0; k < count; k++) {
                const from = view.getUint32(list + 8 * k, true);
                const length = view.getUint32(list + 8 * k + 4, true);
                const bytes = new Uint8Array(machine.memory.buffer, from, length);
                machine.said += said.decode(bytes.slice());
                total += length;
            }
            view.setUint32(written, total, true);
            return 0;
        },
        clock_time_get(clock, precision, result) {
            const now = BigInt(Math.round(performance.now() * 1e6));
            new DataView(machine.memory.buffer).setBigUint64(result, now, true);
            return 0;
        },
        proc_exit(code) {
            throw new Error('exit ' + code);
        },
        fd_close: done,
        fd_fdstat_get: badFile,
        fd_fdstat_set_flags: badFile,
        fd_prestat_get: badFile,
        fd_prestat_dir_name: badFile,
        fd_read: badFile,
        fd_seek: badFile,
        path_open: badFile,
        environ_get: done,
        environ_sizes_get: (count, size) => {
            const view = new DataView(machine.memory.buffer);
            view.setUint32(count, 0, true);
            view.setUint32(size, 0, true);
            return 0;
        },
    };
}

class Machine {
    // An instance has its own memory; a broken contract ends it, and restart() makes a new one.
    constructor(module) {
        this.module = module;
        this.restart();
    }

    restart() {
        this.said = '';
        const host = { wasi_snapshot_preview1: wasiHost(this) };
        const instance = new WebAssembly.Instance(this.module, host);
        this.c = instance.exports;
        this.memory = this.c.memory;
        this.c._initialize();
    }

    // Views of numbers in memory. They end when memory grows, so each use makes new ones.
    floats(at, count) {
        return new Float32Array(this.memory.buffer, at, count);
    }

    ints(at, count) {
        return new Int32Array(this.memory.buffer, at, count);
    }

    bytes(at, count) {
        return new Uint8Array(this.memory.buffer, at, count);
    }

    text(at) {
        if (!at) return '';
        const bytes = new Uint8Array(this.memory.buffer, at);
        return new TextDecoder().decode(bytes.slice(0, bytes.indexOf(0)));
    }

    // The message of a contract before the instance ended; '' when nothing was wrong.
    complaint() {
        const said = this.said.trim();
        this.said = '';
        return said;
    }
}

// Pieces come as text: compressed bytes in base64.
function bytesOfBase64(text) {
    const binary = atob(text);
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
    return bytes;
}

async function inflate(bytes) {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return new Uint8Array(await new Response(stream).arrayBuffer());
}
