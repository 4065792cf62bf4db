// What people do with the chosen issue, sent by the documented calls. A text that is not sent yet belongs to its issue
// and is kept there: through pushes, through another issue, and through loading the page anew. With each act goes what
// of the issue was seen, so that nobody overwrites what somebody else did meanwhile.
import { found } from "./phi.js";
import { call, inSeconds, say, uuid } from "./sending.js";

const dock = document.getElementById("dock"), done = document.getElementById("done"), unsaved = document.getElementById("unsaved");
const FREE = ["text", "resolution", "workaround", "device"], KEY = "golive draft ";
const forms = new Map([...(dock?.querySelectorAll(".act-form") ?? [])].map((of) => [of.dataset.act, of]));
const buttons = new Map([...(dock?.querySelectorAll(".buttons [data-act]") ?? [])].map((b) => [b.dataset.act, b]));
const patterns = JSON.parse(dock?.dataset.patterns ?? "[]"), did = JSON.parse(dock?.dataset.did ?? "{}");
const needs = { vendor: "assign", announce: "comment" };
let shown = "", based = "", current = "comment";

const now = () => document.getElementById("acts").dataset;
// Up to where this desk knows what happened to the issue: as far as the page shows, and what it just did itself.
const own = new Map();
const seenNow = () => Math.max(Number(now().sequence), own.get(shown) ?? 0);
const keyOf = (of) => `${KEY}${shown} ${of.dataset.act}`;
const draftOf = (of) => JSON.parse(sessionStorage.getItem(keyOf(of)) ?? "null");
const keep = (of, draft) => (draft ? sessionStorage.setItem(keyOf(of), JSON.stringify(draft)) : sessionStorage.removeItem(keyOf(of)));

const fields = (of) => [...of.elements].filter((e) => e.name && e.name !== "no_patient");
function read(of) {
  const told = {};
  for (const e of fields(of)) {
    if (e.type === "radio") told[e.name] = e.checked ? e.value : (told[e.name] ?? "");
    else told[e.name] = e.type === "checkbox" ? e.checked : e.value;
  }
  return told;
}

function write(of, told) {
  for (const e of fields(of)) {
    if (!(e.name in told)) continue;
    if (e.type === "radio") e.checked = e.value === told[e.name];
    else if (e.type === "checkbox") e.checked = told[e.name];
    else e.value = told[e.name];
  }
}

// How a form stands before anything is written in it: as the issue is.
function base(of) {
  const blank = read(of), { severity, safety, workaround, area } = now();
  for (const name of Object.keys(blank)) blank[name] = typeof blank[name] === "boolean" ? false : "";
  const as = { severity, safety: Boolean(safety), workaround, how: "close", where: area };
  for (const name of Object.keys(as)) if (name in blank) blank[name] = as[name];
  return blank;
}

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

function fill(of) {
  const draft = draftOf(of), told = { ...base(of), ...draft?.fields };
  if (!same(read(of), told)) write(of, told);
  of.querySelector(".conflict").hidden = true;
  of.querySelector(".refused").textContent = "";
  askOfPatient(of, null);
}

function fit() {
  if (!dock) return;
  const { uuid: chosen, severity, safety, workaround } = now(), as = JSON.stringify([severity, safety, workaround]);
  if (chosen !== shown) {
    shown = chosen;
    done.textContent = "";
    for (const of of forms.values()) fill(of);
    const begun = [...forms.values()].find(draftOf);
    open(begun && !draftOf(forms.get(current)) ? begun.dataset.act : current, false);
  } else if (as !== based) {
    for (const of of forms.values()) if (!draftOf(of)) fill(of);
  }
  based = as;
  const can = now().can.split(" ");
  for (const [act, button] of buttons) button.disabled = !chosen || !can.includes(needs[act] ?? act);
  dock.hidden = !chosen;
  for (const of of forms.values()) {
    const draft = draftOf(of), old = draft && draft.seen < Number(now().sequence);
    const said = old ? say("issue_changed", { said: now().said }) : "", place = of.querySelector(".overtaken");
    if (place.textContent !== said) place.textContent = said;
  }
  alike();
  document.body.toggleAttribute("data-written", Boolean(document.activeElement?.form?.matches(".act-form") && draftOf(document.activeElement.form)));
  tellUnsaved();
}

function tellUnsaved() {
  const numbers = new Set();
  for (let i = 0; i < sessionStorage.length; i += 1) {
    const key = sessionStorage.key(i);
    if (key.startsWith(KEY)) numbers.add(JSON.parse(sessionStorage.getItem(key)).number);
  }
  const told = [...numbers].sort((a, b) => a - b).map((n) => `#${n}`).join(", ");
  const words = told ? unsaved.dataset.some.replace("{numbers}", told) : unsaved.dataset.none;
  if (unsaved.textContent !== words) unsaved.textContent = words;
  for (const row of document.querySelectorAll("#queue .issue-row a")) row.toggleAttribute("data-draft", numbers.has(Number(row.dataset.number)));
}

// The numbers that are offered as the same issue: the similar ones.
function alike() {
  const list = document.getElementById("alike"), links = [...document.querySelectorAll("#issue [data-alike]")];
  const wanted = links.map((link) => link.dataset.number).join();
  if (!list || list.dataset.of === wanted) return;
  list.dataset.of = wanted;
  list.replaceChildren(...links.map((link) => new Option(link.textContent, link.dataset.number)));
}

function open(act, focus = true) {
  const of = forms.get(act);
  if (!of) return;
  current = act;
  for (const [name, one] of forms) one.hidden = name !== act;
  for (const [name, button] of buttons) button.setAttribute("aria-pressed", String(name === act));
  if (focus) (of.querySelector("textarea, input:not([type=checkbox], [type=radio]), select, input:checked") ?? of.querySelector("input"))?.focus();
}

function written(of) {
  const told = read(of), draft = draftOf(of);
  if (same(told, base(of))) keep(of, null);
  else keep(of, { ...draft, fields: told, seen: draft?.seen ?? seenNow(), number: Number(now().number) });
  fit();
}

function askOfPatient(of, hit) {
  const asks = of.querySelector(".of-patient");
  asks.hidden = !hit;
  if (hit) asks.querySelector(".found").textContent = `“${hit}”.`;
  else of.elements.namedItem("no_patient").checked = false;
}

function patientIn(of) {
  for (const name of FREE) {
    const text = of.elements.namedItem(name)?.value ?? "", [hit] = found(text, patterns);
    if (hit) return text.slice(hit.start, hit.end);
  }
  return null;
}

async function numbered(number) {
  const there = document.querySelector(`[data-goes][data-number="${number}"][data-uuid]`);
  if (there) return there.dataset.uuid;
  const answer = await fetch(`/api/issues?number=${number}`, { headers: { Accept: "application/json" } }).then((a) => a.json(), () => []);
  return answer[0]?.uuid ?? null;
}

// Gives what is sent, or a field and why it cannot be.
async function bodyOf(of) {
  const act = of.dataset.act, told = read(of), before = base(of), body = { action: act };
  const confirmed = of.elements.namedItem("no_patient").checked;
  if (act === "announce") {
    const until = told.lasts && inSeconds(told.lasts), areas = told.where ? [told.where] : [];
    return { body: { text: told.text.trim(), areas, until_at: until || null, no_patient: confirmed } };
  }
  for (const name of ["text", "resolution", "workaround", "owner", "team", "vendor_ticket", "device"]) {
    if (told[name]?.trim()) body[name] = told[name].trim();
  }
  if (told.severity && act === "triage") body.severity = Number(told.severity);
  if ("safety" in told && told.safety !== before.safety) body.safety = told.safety;
  if (act === "vendor") body.action = "assign";
  if (act === "close") body.action = told.how;
  if (["assign", "vendor"].includes(act) && !body.owner && !body.team) return { refused: say("choose_one"), field: act === "vendor" ? "team" : "owner" };
  if (act === "duplicate") {
    const number = told.number.replace("#", "").trim(), other = await numbered(number);
    if (!other || number === now().number) return { refused: say("no_number", { n: number }), field: "number" };
    body.duplicate_of = other;
  }
  if (confirmed) body.no_patient = true;
  return { body };
}

async function send(of, seen = null) {
  done.textContent = "";
  const issue = shown, refused = of.querySelector(".refused"), made = await bodyOf(of);
  refused.textContent = made.refused ?? "";
  for (const field of of.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  if (made.refused) return invalid(of, made.field);
  const hit = made.body.no_patient ? null : patientIn(of);
  if (hit) {
    askOfPatient(of, hit);
    of.elements.namedItem("no_patient").focus();
    return;
  }
  // the id is kept with what it stands for: sent again after a lost answer, even by a page loaded anew, it is done once
  const key = keyOf(of), draft = draftOf(of) ?? { fields: read(of), seen: seenNow(), number: Number(now().number) };
  const announces = of.dataset.act === "announce", text = JSON.stringify(announces ? read(of) : made.body), held = draft.sent?.text === text && seen === null;
  const sent = held ? draft.sent : { text, id: uuid(), seen: seen ?? draft.seen, body: made.body };
  sessionStorage.setItem(key, JSON.stringify({ ...draft, sent }));
  of.querySelector("[type=submit]").disabled = true;
  const answer = announces
    ? await call("PUT", `/api/announcements/${sent.id}`, sent.body)
    : await call("POST", `/api/issues/${issue}/events/${sent.id}`, { ...sent.body, seen_sequence: sent.seen });
  of.querySelector("[type=submit]").disabled = false;
  if (answer.told) {
    sessionStorage.removeItem(key);
    if (!announces) seenTo(issue, sent.seen, answer.told.sequence);
    if (issue === shown) {
      fill(of);
      done.textContent = announces ? say("announced") : say("issue_done", answer.told);
      if (of.contains(document.activeElement)) document.activeElement.blur();
    }
    return fit();
  }
  if (answer.undone) sessionStorage.setItem(key, JSON.stringify({ ...draft, sent: undefined }));
  if (issue !== shown) return fit();
  if (answer.problem?.since) return told(of, answer.problem);
  refused.textContent = answer.refused;
  if (answer.problem?.type?.endsWith("patient-found")) askOfPatient(of, of.elements.namedItem(answer.field)?.value ?? "");
  invalid(of, answer.field);
}

function invalid(of, name) {
  const field = name && of.elements.namedItem(name);
  if (!(field instanceof HTMLElement)) return;
  field.setAttribute("aria-invalid", "true");
  field.focus();
}

// What this desk itself did is no news to what else it has written about the issue.
function seenTo(issue, from, to) {
  own.set(issue, to);
  for (const act of forms.keys()) {
    const key = `${KEY}${issue} ${act}`, draft = JSON.parse(sessionStorage.getItem(key) ?? "null");
    if (draft && draft.seen >= from) sessionStorage.setItem(key, JSON.stringify({ ...draft, seen: Math.max(draft.seen, to) }));
  }
}

// Somebody was quicker: what they did is told, and whoever wrote decides.
function told(of, { since, last_sequence: last }) {
  const box = of.querySelector(".conflict");
  box.querySelector("ul").replaceChildren(...since.map((one) => {
    const line = document.createElement("li"), said = one.text || one.resolution || one.workaround;
    const more = [one.severity && `SEV ${one.severity}`, one.team, one.owner, one.vendor_ticket].filter(Boolean).join(", ");
    line.textContent = `${one.by}: ${did[one.action] ?? one.action}${more ? ` (${more})` : ""}${said ? `, “${said}”` : ""}`;
    return line;
  }));
  box.dataset.last = last;
  box.hidden = false;
  box.querySelector(".all-the-same").focus();
}

dock?.addEventListener("submit", (event) => {
  event.preventDefault();
  send(event.target);
});
dock?.addEventListener("input", (event) => {
  const of = event.target.form;
  if (!of?.matches(".act-form")) return;
  if (FREE.includes(event.target.name)) askOfPatient(of, null);
  written(of);
});
dock?.addEventListener("click", (event) => {
  const button = event.target.closest("button"), of = button?.form;
  if (!button) return;
  if (button.matches(".buttons [data-act]")) open(button.dataset.act);
  else if (button.matches(".to-me")) {
    of.elements.namedItem("owner").value = button.dataset.me;
    written(of);
  } else if (button.matches(".all-the-same")) {
    const box = of.querySelector(".conflict");
    box.hidden = true;
    send(of, Number(box.dataset.last));
  } else if (button.matches(".leave-it")) {
    of.querySelector(".conflict").hidden = true;
    of.querySelector("textarea, input")?.focus();
  }
});
// An act that an address or a key names; where its issue has not arrived yet it waits for that.
let waits = null;
document.addEventListener("golive:act", ({ detail }) => {
  const [act, severity] = detail.split(" "), wanted = new URLSearchParams(location.search).get("issue");
  if (!forms.has(act)) return;
  waits = wanted && wanted !== now().number ? detail : null;
  if (waits || buttons.get(act).disabled) return;
  open(act);
  if (!severity) return;
  const choice = forms.get(act).querySelector(`[name=severity][value="${severity}"]`);
  choice.checked = true;
  choice.focus();
  written(forms.get(act));
});

document.addEventListener("htmx:after:swap", () => {
  fit();
  if (waits && new URLSearchParams(location.search).get("issue") === now().number) {
    document.dispatchEvent(new CustomEvent("golive:act", { detail: waits }));
  }
});
document.addEventListener("focusin", fit);
fit();
if (location.hash.length > 1) document.dispatchEvent(new CustomEvent("golive:act", { detail: location.hash.slice(1) }));
