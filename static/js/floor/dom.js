// Makes elements: h("button.big", { onclick, "aria-label": … }, children). Text is always text, never markup.
const PROPERTIES = new Set(["value", "checked", "disabled", "hidden", "textContent"]);

export function h(name, props = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  const made = document.createElement(tag);
  if (classes.length) made.className = classes.join(" ");
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (PROPERTIES.has(key)) made[key] = value;
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat(2).filter((child) => child || child === 0));
  return made;
}

// Puts children in place only where what they show has changed, so that nobody's focus is lost to a poll.
const shown = new WeakMap();
export function fill(into, of, make) {
  const key = JSON.stringify(of);
  if (shown.get(into) === key) return;
  shown.set(into, key);
  const focused = into.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  into.replaceChildren(...[make()].flat(2).filter(Boolean));
  if (focused) into.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

// A dialog that holds the focus while it is open; `locked` ones close by what is in them alone.
export function dialog(name, { locked = false, label, onclose } = {}, ...children) {
  const made = h(`dialog.${name}`, { "aria-label": label }, ...children);
  made.addEventListener("cancel", (event) => { if (locked) event.preventDefault(); });
  made.addEventListener("close", () => { made.remove(); onclose?.(); });
  document.body.append(made);
  made.showModal();
  return made;
}
