MathJax.Hub.Config({
    messageStyle: "none", // nothing comes from afar: no "Loading ..." to show
    SVG: { linebreaks: { automatic: true } }, // on a phone a long formula takes two lines
});
