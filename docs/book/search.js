'use strict';
// search.html: the sections (SECTIONS, in sections.js) that hold all words of the question.

const MOST = 50; // results
const form = document.querySelector('form.search'), field = form.elements.q;
const said = document.querySelector('p.found'), list = document.querySelector('ol.found');

// More for a word in a heading than for one in the text; 0 unless all words are there.
function score([title, section, , words], asked) {
    let sum = 0;
    for (const word of asked) {
        const start = new RegExp('(^|[^a-z0-9])' + word.replace(/[^\w]/g, '\\$&'), 'gi');
        const here = 20 * (section.match(start) || []).length +
            10 * (title.match(start) || []).length + (words.match(start) || []).length;
        if (here === 0) return 0;
        sum += Math.log(1 + here);
    }
    return sum;
}

// A part of the text with the first word in it, which is marked.
function excerpt(words, first) {
    const paragraph = document.createElement('p');
    const place = words.toLowerCase().indexOf(first.toLowerCase());
    const begin = Math.max(0, place - 80), end = Math.max(place, 0) + first.length;
    paragraph.append((begin > 0 ? '… ' : '') + words.slice(begin, Math.max(place, 0)));
    if (place >= 0) {
        const mark = document.createElement('mark');
        mark.textContent = words.slice(place, end);
        paragraph.append(mark);
    }
    paragraph.append(words.slice(place >= 0 ? end : 0, end + 140) + ' …');
    return paragraph;
}

function show([title, section, address, words], asked) {
    const item = document.createElement('li'), link = document.createElement('a');
    link.href = address;
    link.textContent = section ? `${title}: ${section}` : title;
    item.append(link, excerpt(words, asked[0]));
    list.append(item);
}

function search() {
    const asked = field.value.trim().split(/\s+/).filter(Boolean);
    const found = asked.length === 0 ? [] : SECTIONS.map(one => [score(one, asked), one])
        .filter(([points]) => points > 0).sort((a, b) => b[0] - a[0]);
    list.replaceChildren();
    said.textContent = asked.length === 0 ? '' : `${found.length} sections`;
    for (const [, one] of found.slice(0, MOST)) show(one, asked);
}

field.value = new URLSearchParams(location.search).get('q') || '';
form.addEventListener('submit', event => { event.preventDefault(); search(); });
field.addEventListener('input', search);
search();
