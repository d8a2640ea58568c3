// Formulas as HTML. stdin: a JSON list of [TeX, display]; stdout: a list of {html} or {error}.
const katex = require('/usr/share/nodejs/katex');

function render([tex, displayMode]) {
    try {
        const options = { displayMode, output: 'html', strict: 'error' };
        return { html: katex.renderToString(tex, options) };
    } catch (e) {
        return { error: e.message.replace(/\s+/g, ' ') };
    }
}

const formulas = JSON.parse(require('fs').readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(formulas.map(render)));
