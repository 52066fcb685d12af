// Says to the stylesheet that htmx is here: what it makes needless is hidden.
if (window.htmx) document.documentElement.dataset.htmx = "";

// When a part of the page is renewed, the keyboard keeps its place and the news is said aloud.
// What was typed meanwhile stays too: the answer knows only what was sent.
let sent = new Map();
let focused = null;
let typed = null;
let known = [];

document.addEventListener("htmx:beforeRequest", ({ detail: { target } }) => {
  sent = new Map([...target.querySelectorAll("input")].map(({ id, value }) => [id, value]));
});

document.addEventListener("htmx:beforeSwap", ({ detail: { target } }) => {
  focused = target.contains(document.activeElement) ? document.activeElement : null;
  typed = focused && sent.has(focused.id) && sent.get(focused.id) !== focused.value ? focused.value : null;
  known = newsIn(target);
});

document.addEventListener("htmx:afterSwap", () => {
  const field = typed === null ? null : document.getElementById(focused.id);
  if (field) field.value = typed;
  typed = null;
});

document.addEventListener("htmx:afterSettle", ({ detail: { target } }) => {
  const renewed = document.getElementById(target.id);
  if (!renewed) return;
  if (focused && document.activeElement === document.body) {
    (focused.isConnected ? focused : renewed).focus({ preventScroll: true });
  }
  const news = newsIn(renewed).filter((text) => !known.includes(text));
  if (news.length) document.getElementById("news").textContent = news.join(". ");
});

function newsIn(part) {
  const said = (element) => `${element.dataset.news} ${element.textContent}`.trim().replace(/\s+/g, " ");
  return [...part.querySelectorAll("[data-news]")].map(said);
}
