'use strict';
// Light or dark as the system is, before anything is drawn; a button changes it.

const darkSystem = matchMedia('(prefers-color-scheme: dark)');

function setTheme(dark) {
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
}

function isDark() {
    return document.documentElement.dataset.theme === 'dark';
}

setTheme(darkSystem.matches);
