'use strict';
// In every page of the site: buttons that copy code, the contents next to a wide page, a switch and
// a search that the keyboard reaches.

function addCopyButtons() {
    for (const block of document.querySelectorAll('div.contents .fragment')) {
        const button = document.createElement('button');
        button.className = 'copy';
        button.type = 'button';
        button.textContent = 'copy';
        button.addEventListener('click', async () => {
            const lines = [...block.querySelectorAll('.line')].map(line => {
                const copy = line.cloneNode(true);
                copy.querySelectorAll('.lineno').forEach(number => number.remove());
                return copy.textContent;
            });
            await navigator.clipboard.writeText(lines.join('\n') + '\n');
            button.textContent = 'copied';
            setTimeout(() => { button.textContent = 'copy'; }, 1500);
        });
        const frame = document.createElement('div');
        frame.className = 'copied';
        block.before(frame);
        frame.append(block, button);
    }
}

// Next to a wide page the contents are open, and mark where the reader is.
function followContents() {
    const contents = document.querySelector('.on-page details');
    if (!contents) return;
    const wide = matchMedia('(min-width: 1200px)');
    const fit = () => { contents.open = wide.matches; };
    fit();
    wide.addEventListener('change', fit);
    const links = new Map([...contents.querySelectorAll('a')]
        .map(link => [link.hash.slice(1), link]));
    const seen = new IntersectionObserver(entries => {
        for (const entry of entries) {
            if (!entry.isIntersecting) continue;
            for (const [name, link] of links)
                link.toggleAttribute('aria-current', name === entry.target.id);
        }
    }, { rootMargin: '0px 0px -75% 0px' });
    for (const name of links.keys()) seen.observe(document.getElementById(name));
}

// The switch is an element of doxygen-awesome that only a mouse can press.
function reachSwitch() {
    const toggle = document.querySelector('doxygen-awesome-dark-mode-toggle');
    if (!toggle) return setTimeout(reachSwitch, 50);
    toggle.tabIndex = 0;
    toggle.setAttribute('role', 'button');
    toggle.setAttribute('aria-label', 'Light or dark');
    toggle.addEventListener('keydown', event => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        toggle.click();
    });
}

// Doxygen's field knows names; Enter looks through the words of all pages.
function searchByEnter() {
    document.addEventListener('keydown', event => {
        if (event.key !== 'Enter' || event.target.id !== 'MSearchField') return;
        event.preventDefault();
        event.stopPropagation();
        location.href = 'search.html?q=' + encodeURIComponent(event.target.value);
    }, true);
}

addCopyButtons();
followContents();
reachSwitch();
searchByEnter();
