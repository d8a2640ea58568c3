MathJax.Hub.Config({
    messageStyle: "none", // nothing comes from afar: no "Loading ..." to show
    // On a phone a long formula takes two lines. (A wide page is still narrow when this is read.)
    SVG: { linebreaks: { automatic: window.innerWidth < 768 } },
});
