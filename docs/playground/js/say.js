'use strict';
// Words and elements.

// A text of the table in words.js; {name} in it is replaced.
function say(key, values = {}) {
    const text = WORDS[language()][key];
    if (text === undefined) throw new Error('no word: ' + key);
    return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// The reader's language, if there are words in it.
function language() {
    const wanted = document.documentElement.lang;
    return WORDS[wanted] ? wanted : 'en';
}

function make(tag, attributes = {}, ...content) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
        if (value === false || value === undefined) continue;
        element.setAttribute(name, value === true ? '' : value);
    }
    element.append(...content);
    return element;
}

function byId(id) {
    return document.getElementById(id);
}

// The texts in the page: data-say="key", data-say-label="key" for aria-label.
function sayEverything() {
    for (const element of document.querySelectorAll('[data-say]'))
        element.textContent = say(element.dataset.say);
    for (const element of document.querySelectorAll('[data-say-label]'))
        element.setAttribute('aria-label', say(element.dataset.sayLabel));
    document.title = say('title');
}
