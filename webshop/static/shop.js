// Says to the stylesheet that htmx is here: what it makes needless is hidden.
if (window.htmx) document.documentElement.dataset.htmx = "";
