// What is suggested while one types: a combobox with a list of links below the field.
// One question at a time is under way; when it is answered, the newest words are asked.

const FEWEST_LETTERS = 2;

for (const form of document.querySelectorAll("[data-suggestions]")) suggestIn(form);

function suggestIn(form) {
  const field = form.querySelector("input");
  const list = form.appendChild(element("div", { id: `${field.id}-suggestions`, className: "suggestions", role: "listbox", hidden: true }));
  list.setAttribute("aria-label", field.labels[0].textContent);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id })) field.setAttribute(name, value);
  let asking = false;
  let chosen = -1;

  field.addEventListener("input", ask);
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    const deed = !event.isComposing && { ArrowDown: () => move(1), ArrowUp: () => move(-1), Escape: close, Enter: open }[event.key];
    if (deed && deed()) event.preventDefault();
  });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener("click", close);

  async function ask() {
    if (asking) return;
    busy(true);
    let words;
    do {
      words = typed();
      show(words.length < FEWEST_LETTERS ? {} : await answer(words));
    } while (words !== typed());
    busy(false);
  }

  function busy(now) {
    asking = now;
    list.setAttribute("aria-busy", String(now));
  }

  function typed() {
    return field.value.trim();
  }

  async function answer(words) {
    try {
      const response = await fetch(`${form.dataset.suggestions}?${new URLSearchParams({ q: words })}`);
      return response.ok ? await response.json() : {};
    } catch {
      return {}; // without suggestions one searches as well
    }
  }

  function show({ suggestions = [], said = "" }) {
    const kept = list.children[chosen]?.href;
    list.replaceChildren(...suggestions.map(option));
    choose(suggestions.findIndex((_, place) => list.children[place].href === kept));
    const visible = suggestions.length > 0 && document.activeElement === field;
    expand(visible);
    if (visible) document.getElementById("news").textContent = said;
  }

  function option({ text, by, price, cover, href }, place) {
    const link = element("a", { id: `${list.id}-${place}`, role: "option", href, tabIndex: -1 });
    const picture = element("span", { className: "sign" });
    picture.innerHTML = cover || '<svg viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.6"><path d="M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5c.6-4 3.4-6 7.5-6s6.9 2 7.5 6"/></svg>';
    const words = element("span", { textContent: text });
    if (by) words.append(" ", element("small", { textContent: by }));
    link.append(picture, words);
    if (price) link.append(" ", element("span", { className: "price", textContent: price }));
    return link;
  }

  function move(step) {
    if (list.hidden) {
      if (!list.children.length) return false;
      expand(true);
    }
    const places = list.children.length + 1; // one of them is the field itself
    choose(((chosen + 1 + step + places) % places) - 1);
    return true;
  }

  function choose(place) {
    list.children[chosen]?.removeAttribute("aria-selected");
    chosen = place;
    const one = list.children[chosen];
    if (!one) return field.removeAttribute("aria-activedescendant");
    one.setAttribute("aria-selected", "true");
    one.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", one.id);
  }

  function open() {
    if (list.hidden || chosen < 0) return false; // the form is sent as ever
    list.children[chosen].click();
    return true;
  }

  function close() {
    if (list.hidden) return false;
    expand(false);
    choose(-1);
    return true;
  }

  function expand(visible) {
    list.hidden = !visible;
    field.setAttribute("aria-expanded", String(visible));
  }
}

function element(name, { role, ...properties }) {
  const made = Object.assign(document.createElement(name), properties);
  if (role) made.setAttribute("role", role);
  return made;
}
