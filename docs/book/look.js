// Runs in a page of the site, for look.py, and returns what is wrong with it.
(() => {
    const found = [];
    const content = document.querySelector('#doc-content');
    const style = element => getComputedStyle(element);

    function name(element) {
        const classes = element.getAttribute('class');
        return element.tagName.toLowerCase() + (classes ? '.' + classes : '');
    }

    // ---- width ----
    const width = window.innerWidth;

    function insideScroller(element) {
        for (; element && element !== content; element = element.parentElement)
            if (style(element).overflowX !== 'visible') return true;
        return false;
    }

    if (document.documentElement.scrollWidth > width ||
        content.scrollWidth > content.clientWidth + 1) {
        const wide = [...content.querySelectorAll('*')].filter(element =>
            element.getBoundingClientRect().right > width + 1 && !insideScroller(element));
        found.push('scrolls sideways: ' + wide.slice(0, 3).map(name).join(', '));
    }
    if (content.getBoundingClientRect().width < Math.min(width * 0.95, 600))
        found.push('the tree takes the width of the page');

    // ---- formulas and pictures ----
    const own = element => [...element.childNodes]
        .filter(node => node.nodeType === Node.TEXT_NODE).map(node => node.data).join('');
    if (content.querySelector('.katex-error, script[type^="math/tex"]'))
        found.push('a formula is not typeset');
    for (const element of content.querySelectorAll('p, li, td, h1, h2, h3, figcaption'))
        if (/\\[([]|\\f[$[]|\$\S+\$/.test(own(element)))
            found.push('a formula is left as text: ' + own(element).trim().slice(0, 60));
    for (const image of document.images)
        if (!image.complete || !image.naturalWidth) found.push('no picture: ' + image.src);

    // ---- characters a line ----
    const counts = [];

    function countLines(paragraph) {
        const range = document.createRange();
        let top = null, count = 0;
        const texts = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
        while (texts.nextNode()) {
            if (texts.currentNode.parentElement.closest('.katex')) return;
            for (const word of texts.currentNode.data.matchAll(/\S+\s*/g)) {
                range.setStart(texts.currentNode, word.index);
                range.setEnd(texts.currentNode, word.index + 1);
                const here = range.getBoundingClientRect().bottom;
                if (top !== null && here > top + 8) {
                    counts.push(count);
                    count = 0;
                }
                top = here;
                count += word[0].replace(/\s+/, ' ').length;
            }
        }
    }

    if (width > 1000)
        for (const paragraph of content.querySelectorAll('.textblock > p, .textblock li'))
            countLines(paragraph);
    counts.sort((a, b) => a - b);
    const most = counts[Math.floor(counts.length * 0.9)] || 0;
    if (most > 82) found.push(`a tenth of the lines has ${most} and more characters`);

    // ---- contrast (WCAG 2: at least 4.5) ----
    const parse = colour => (colour.match(/[\d.]+/g) || [0, 0, 0, 0]).map(Number);

    function luminance(colour) {
        const [r, g, b] = colour.slice(0, 3).map(v => v / 255)
            .map(v => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    }

    function ground(element) {
        for (; element; element = element.parentElement) {
            const colour = parse(style(element).backgroundColor);
            if (colour.length < 4 || colour[3] > 0.5) return colour;
        }
        return [255, 255, 255];
    }

    const pale = new Map();
    const texts = document.createTreeWalker(content, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const element = texts.currentNode.parentElement;
        const shown = texts.currentNode.data.trim() && element.getClientRects().length;
        if (!shown || element.closest('svg, script, style')) continue;
        const two = [luminance(parse(style(element).color)), luminance(ground(element))];
        const contrast = (Math.max(...two) + 0.05) / (Math.min(...two) + 0.05);
        if (contrast < 4.5) pale.set(name(element), contrast.toFixed(1));
    }
    for (const [what, contrast] of pale) found.push('contrast ' + contrast + ': ' + what);
    return found;
})()
