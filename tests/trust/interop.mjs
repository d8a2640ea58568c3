/*
 * Does the parser of @huggingface/hub, the format's own JavaScript library, accept our files?
 *
 *     node tests/trust/interop.mjs MODULES FILE ...     (make trust-interop)
 *
 * It asks for files on the network; the fetch() below answers from the disk, ranges included.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, ...files] = process.argv.slice(2);
const path = createRequire(resolve(modules) + "/").resolve("@huggingface/hub");
const { parseSafetensorsMetadata } = await import(pathToFileURL(path));

function answer(bytes) {
    return async (url, options = {}) => {
        const headers = new Headers(options.headers ?? {});
        const range = /bytes=(\d+)-(\d*)/.exec(headers.get("range") ?? "");
        const begin = range ? Number(range[1]) : 0;
        const end = range && range[2] !== "" ? Number(range[2]) + 1 : bytes.length;
        const part = bytes.subarray(begin, Math.min(end, bytes.length));
        return new Response(options.method === "HEAD" ? null : part, {
            status: range ? 206 : 200,
            headers: {
                "content-length": String(part.length), etag: '"1"', "accept-ranges": "bytes",
                "content-range": `bytes ${begin}-${begin + part.length - 1}/${bytes.length}`,
            },
        });
    };
}

for (const file of files) {
    const found = await parseSafetensorsMetadata({
        repo: "we/are", path: "model.safetensors", computeParametersCount: true,
        fetch: answer(readFileSync(file)),
    });
    const tensors = Object.keys(found.header).filter((name) => name !== "__metadata__");
    console.log(`${file}: @huggingface/hub finds ${tensors.length} tensors,`,
        `${found.parameterCount.F32} numbers, net ${found.header.__metadata__.net}`);
    if (tensors.length < 10 || !(found.parameterCount.F32 > 50000)) process.exitCode = 1;
}
