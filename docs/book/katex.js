// Formulas as HTML:  node katex.js [OUTPUT]    OUTPUT as KaTeX names it: html, htmlAndMathml.
// stdin: a JSON list of [TeX, display]; stdout: a list of {html} or {error}.
const katex = require('/usr/share/nodejs/katex');
const output = process.argv[2] || 'html';

function render([tex, displayMode]) {
    try {
        const options = { displayMode, output, strict: 'error' };
        return { html: katex.renderToString(tex, options) };
    } catch (e) {
        return { error: e.message.replace(/\s+/g, ' ') };
    }
}

const formulas = JSON.parse(require('fs').readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(formulas.map(render)));
