// Goes from issue to issue, from tab to tab and from filter to filter without loading the page anew: the address says
// what is looked at, and the same places are filled from another view. Without scripts each is a page of its own.
const NAMES = ["issue", "tab", "area", "category", "severity", "status", "words", "course"], WRITING_MS = 200;
const filters = document.getElementById("filters"), reading = document.querySelector(".reading");
const viewed = new URLSearchParams(new URLSearchParams(document.getElementById("socket").dataset.poll.split("?")[1]).get("view").split("?")[1]);

function viewOf(url) {
  const told = new URLSearchParams();
  for (const name of NAMES) {
    const value = url.searchParams.get(name);
    if (value && !(name === "tab" && value === "all")) told.set(name, value);
  }
  if (viewed.get("me")) told.set("me", viewed.get("me"));
  return `desk-issues?${told}`;
}

function show(url) {
  for (const name of ["words", "area", "category", "severity", "status"]) {
    const field = filters.elements.namedItem(name), value = url.searchParams.get(name) ?? "";
    if (field !== document.activeElement && field.value !== value) field.value = value;
  }
  document.dispatchEvent(new CustomEvent("golive:view", { detail: viewOf(url) }));
}

export function go(href, { replace = false } = {}) {
  const url = new URL(href, location.href);
  if (url.href !== location.href) history[replace ? "replaceState" : "pushState"](null, "", url);
  show(url);
  if (url.hash) document.dispatchEvent(new CustomEvent("golive:act", { detail: url.hash.slice(1) }));
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-goes], .ring a[href^='/desk?']");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go(link.href);
});
addEventListener("popstate", () => show(new URL(location.href)));

function filtered(replace) {
  const url = new URL(location.href);
  url.hash = "";
  for (const name of ["words", "area", "category", "severity", "status"]) {
    const value = filters.elements.namedItem(name).value.trim();
    if (value) url.searchParams.set(name, value);
    else url.searchParams.delete(name);
  }
  go(url.href, { replace });
}

let waiting = 0;
filters.elements.namedItem("words").addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => filtered(true), WRITING_MS);
});
filters.addEventListener("change", (event) => {
  if (event.target.matches("select")) filtered(false);
});
filters.addEventListener("submit", (event) => {
  event.preventDefault();
  filtered(false);
});

// In the queue, and nowhere else: a page whose list is as long as it is stays where it is.
function seeChosen() {
  const rows = document.querySelector("#queue .rows"), row = rows?.querySelector("[aria-current]")?.getBoundingClientRect();
  if (!row) return;
  const box = rows.getBoundingClientRect();
  if (row.top < box.top) rows.scrollTop += row.top - box.top;
  else if (row.bottom > box.bottom) rows.scrollTop += row.bottom - box.bottom;
}
seeChosen();

// Another issue is read from its beginning.
let number = document.getElementById("acts")?.dataset.number;
document.addEventListener("htmx:after:swap", () => {
  const now = document.getElementById("acts")?.dataset.number;
  if (now === number) return;
  number = now;
  reading.scrollTop = 0;
  seeChosen();
});

// The page chose the first issue: from here on the address says which.
const here = new URL(location.href);
if (!here.searchParams.get("issue") && viewed.get("issue")) {
  here.searchParams.set("issue", viewed.get("issue"));
  history.replaceState(null, "", here);
}
