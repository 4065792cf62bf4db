// The keys of the desk. Where somebody writes only Esc and Ctrl+Enter are keys, all else is text.
const keys = document.getElementById("keys"), words = document.getElementById("words");
const WRITES = "input:not([type=radio], [type=checkbox]), textarea, select";
const rows = () => [...document.querySelectorAll("#queue .issue-row a")];
const acts = new Map([...document.querySelectorAll("#dock [aria-keyshortcuts]")].map((b) => [b.getAttribute("aria-keyshortcuts").toLowerCase(), b]));

function step(by) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row === document.activeElement);
  const chosen = all.findIndex((row) => row.hasAttribute("aria-current"));
  const from = at >= 0 ? at : chosen >= 0 ? chosen : by > 0 ? -1 : all.length;
  const row = all[Math.min(all.length - 1, Math.max(0, from + by))];
  row.focus();
  row.scrollIntoView({ block: "nearest" });
}

function nextTab() {
  const tabs = [...document.querySelectorAll("#queue .tabs a")];
  const at = tabs.findIndex((tab) => tab.hasAttribute("aria-current"));
  tabs[(at + 1) % tabs.length].click();
}

function pressed(key) {
  if (key === "j" || key === "k") step(key === "j" ? 1 : -1);
  else if (key === "/") words.select();
  else if (key === "?") keys.showModal();
  else if (key === "g") nextTab();
  else if (/^[1-4]$/.test(key)) document.dispatchEvent(new CustomEvent("golive:act", { detail: `triage ${key}` }));
  else if (acts.has(key)) acts.get(key).click();
  else return false;
  return true;
}

addEventListener("keydown", (event) => {
  if (keys.open || event.isComposing) return;
  const writes = event.target.matches?.(WRITES);
  if (event.key === "Escape" && (writes || event.target.closest?.("form"))) {
    (document.querySelector("#queue a[aria-current='true'][data-number]") ?? rows()[0])?.focus();
    return;
  }
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form?.matches(".act-form")) {
    event.preventDefault();
    event.target.form.requestSubmit();
    return;
  }
  if (writes || event.ctrlKey || event.metaKey || event.altKey) return;
  if (pressed(event.key.length === 1 ? event.key.toLowerCase() : event.key)) event.preventDefault();
});

document.getElementById("show-keys").addEventListener("click", () => keys.showModal());
