MathJax.Hub.Config({ messageStyle: "none" }); // nothing comes from afar: no "Loading ..." to show
