// Logging an issue: what, how bad, send. On a narrow screen one question at a time, on a wide one side by side.
import { h, fill } from "./dom.js";
import { say } from "./words.js";
import { state, shown } from "./state.js";
import { draft, write, empty, isWritten } from "./draft.js";
import { guarded } from "./guard.js";
import { SEVERITIES } from "./issues.js";
import { choose } from "./places.js";
import { photoButton, photoRecords } from "./photos.js";
import * as outbox from "./outbox.js";
import { wake } from "./sender.js";
import { uuid } from "./ids.js";

const FEW = 8;
const root = h("form.log", { "aria-label": say("nav_log"), novalidate: true });
const grid = h("div.grid"), ladder = h("div.ladder"), more = h("div.more"), said = h("p.refused", { role: "alert" });
const text = h("textarea", {
  id: "text", rows: 2, maxlength: 4000, placeholder: say("text_hint"), "aria-label": say("text_label"), "data-key": "text",
});
const safety = h("input", { type: "checkbox", id: "safety" });
const sendButton = h("button.send", { type: "submit" }, say("send"));
let saving = false;

export function build() {
  text.value = draft.text;
  safety.checked = draft.safety;
  text.addEventListener("input", () => write({ text: text.value }));
  safety.addEventListener("change", () => { write({ safety: safety.checked }); update(); });
  root.addEventListener("submit", (event) => { event.preventDefault(); save(); });
  root.append(
    h("section.what", { "aria-labelledby": "q-what" }, h("h2", { id: "q-what" }, say("q_what")), grid),
    h("section.bad", { "aria-labelledby": "q-bad" },
      h("h2", { id: "q-bad" }, say("q_bad")), ladder, h("p.unsure", {}, say("if_unsure"))),
    h("section.add", { "aria-label": say("text_label") },
      h("h2.narrow", {}, say("q_add")), h("label.safety", { for: "safety" }, safety, h("span", {}, h("b", {}, say("safety")), " ", h("small", {}, say("safety_means")))), text),
    more, said,
    h("div.go", {}, h("button.back.narrow", { type: "button", onclick: back }, say("back")), photoButton(), sendButton));
  return root;
}

export function update() {
  fill(grid, [state.doc?.categories, draft.category], () => (state.doc?.categories ?? []).map(category));
  grid.classList.toggle("many", (state.doc?.categories.length ?? 0) > FEW);
  fill(ladder, draft.severity, () => SEVERITIES.map(severity));
  const chosen = state.doc?.categories.find((c) => c.id === draft.category);
  fill(more, [chosen, draft.fn], () => functions(chosen));
  safety.checked = draft.safety;
  root.dataset.step = document.body.dataset.step = draft.step;
  sendButton.classList.toggle("ready", Boolean(draft.category && draft.severity));
  return root;
}

function category(one) {
  const pressed = draft.category === one.id;
  const hint = one.functions.slice(0, 2).join(", ");
  return h("button.choice", {
    type: "button", "aria-pressed": String(pressed), "data-key": one.id, "data-category": one.id,
    onclick: () => { write({ category: one.id, fn: pressed ? draft.fn : "", step: draft.severity ? "add" : "bad" }); ready(); },
  }, h("b", {}, one.name), hint && h("small", {}, hint));
}

function severity(n) {
  return h("button.rung", {
    type: "button", "aria-pressed": String(draft.severity === n), "data-key": `s${n}`, "data-severity": n,
    onclick: () => { write({ severity: n, step: "add" }); ready(); },
  }, h(`span.n.n${n}`, {}, String(n)), h("span", {}, h("b", {}, say(`sev${n}`)), h("small", {}, say(`sev${n}_means`))));
}

function functions(chosen) {
  if (!chosen?.functions.length) return [];
  return h("div.chips", { role: "group", "aria-label": say("function_label") }, chosen.functions.map((name) => h("button.chip", {
    type: "button", "aria-pressed": String(draft.fn === name), "data-key": name,
    onclick: () => { write({ fn: draft.fn === name ? "" : name }); update(); },
  }, name)));
}

function ready() {
  said.textContent = "";
  update();
}

function back() {
  write({ step: draft.step === "add" ? "bad" : "what" });
  ready();
}

function lacking() {
  if (!draft.category) return ["need_category", grid, "what"];
  if (!draft.severity) return ["need_severity", ladder, "bad"];
  return null;
}

async function save() {
  const lack = lacking();
  if (lack) {
    said.textContent = say(lack[0]);
    write({ step: lack[2] });
    update();
    lack[1].querySelector("button")?.focus();
    return;
  }
  if (!state.place) {
    choose();
    return;
  }
  if (saving) return;
  saving = true;
  try {
    const answer = await guarded({ text: draft.text.trim() });
    if (answer) await keep(answer);
    else text.focus();
  } catch (error) {
    said.textContent = say("not_saved", { why: error?.name ?? "" });
    document.dispatchEvent(new CustomEvent("golive:not-saved"));
  } finally {
    saving = false;
  }
}

function clear() {
  empty();
  text.value = "";
  said.textContent = "";
}

// A page that was loaded anew after it saved, and before it cleared the form, must not offer the same once more.
export async function settle() {
  if (draft.uuid && await outbox.holds(draft.uuid)) clear();
}

async function keep({ texts, noPatient }) {
  const own = draft.uuid || uuid(), now = new Date().toISOString();
  const body = {
    area: state.place.area, room: state.place.room, category: draft.category, severity: draft.severity, text: texts.text,
    workaround: "", function: draft.fn, safety: draft.safety, occurred_at: now, observed_at: now, device: state.device,
    clock_offset_s: state.offsetMs === null ? null : state.offsetMs / 1000, no_patient: noPatient,
  };
  const made = outbox.record({ uuid: own, method: "PUT", path: `/api/issues/${own}`, body, kind: "issue" });
  write({ uuid: own });
  if (!(await outbox.holds(own))) await outbox.add(made, ...photoRecords(own, draft.photos));
  clear();
  shown();
  wake({ fresh: true });
}

export { isWritten };
