'use strict';
// The state of the page in its address, so that a link leads to the same view.

// The targets of the lessons' links: #chapter=3.
const CHAPTERS = {
    0: { tab: 'break', damage: 'rate' },
    1: { tab: 'inside', image: 't0', value: 'C1.2.12.14' },
    2: { tab: 'inside', image: 't0', value: 'C3.5.4.5' },
    3: { tab: 'inside', image: 't0', value: 'S2.3.5.6' },
    4: { tab: 'inside', image: 't0', value: 'F6.10.0.0' },
    5: { tab: 'back', image: 'm0', value: 'F6.10.0.0' },
    6: { tab: 'train' },
    7: { tab: 'inside', image: 't0', value: 'OUT.7.0.0' },
};

function readAddress() {
    const given = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
    return { ...(CHAPTERS[given.chapter] || {}), ...given };
}

// Only differences from the beginning are named.
function writeAddress(state) {
    const parts = Object.entries(state).filter(([, value]) => value !== undefined && value !== '');
    const text = '#' + new URLSearchParams(parts).toString();
    if (text !== location.hash) history.replaceState(null, '', text);
}

function valueText({ column, unit }) {
    return [column.name, unit.c, unit.r, unit.s].join('.');
}

function unitOfText(text) {
    const [name, ...numbers] = (text || '').split('.');
    const [c, r, s] = numbers.map(Number);
    return Number.isInteger(c) && Number.isInteger(r) && Number.isInteger(s)
        ? { name, unit: { c, r, s } } : null;
}
