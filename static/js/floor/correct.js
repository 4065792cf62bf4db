// A record that the server refused: shown with the reason, corrected and sent again, or deleted. It blocks nobody meanwhile.
import { h, dialog } from "./dom.js";
import { say } from "./words.js";
import { nextOf } from "./clock.js";
import { state, serverNow } from "./state.js";
import { areas } from "./places.js";
import { SEVERITIES, severityName } from "./issues.js";
import * as outbox from "./outbox.js";
import { changeRecord } from "./store.js";
import { wake } from "./sender.js";
import { uuid } from "./ids.js";

const TEXTS = ["text", "workaround", "room", "function", "conditions", "actions", "needs", "to"], ROOMY = ["text", "conditions", "actions", "needs"];
const MOST = { room: 40, to: 80, conditions: 600, actions: 600, needs: 600 }, UNTIL = "until_at", TIMES = ["occurred_at", "observed_at", "at"];

export function correct(record) {
  const { body, problem } = record, wrong = problem?.field ?? "";
  const fields = body ? [
    ...TEXTS.filter((name) => body[name] || name === wrong).map((name) => field(name, h("textarea", { rows: ROOMY.includes(name) ? 3 : 1, maxlength: MOST[name] ?? 4000, value: body[name] }))),
    body.area !== undefined && field("area", select(areas().map((a) => [a.id, a.name]), body.area)),
    body.category !== undefined && field("category", select((state.doc?.categories ?? []).map((c) => [c.id, c.name]), body.category)),
    body.severity !== undefined && field("severity", select(SEVERITIES.map((n) => [n, `${n} · ${severityName(n)}`]), body.severity)),
    wrong === UNTIL && field(UNTIL, h("input", { type: "time", required: true })),
    (problem?.kinds || body.no_patient) && h("label.check", {}, h("input", { type: "checkbox", name: "no_patient", checked: body.no_patient }), h("span", {}, say("phi_confirm"))),
    TIMES.includes(wrong) && h("p", {}, say("correct_time")),
  ].filter(Boolean) : [];
  for (const one of fields) one.querySelector?.(`[name="${CSS.escape(wrong)}"]`)?.setAttribute("aria-invalid", "true");
  const form = h("form", { onsubmit: async (event) => {
    event.preventDefault();
    await resend(record, body && read(form, record));
    box.close();
  } }, ...fields, h("div.choices", {}, h("button.first", { type: "submit" }, say("send_again")),
    h("button.plain", { type: "button", onclick: async () => { if (await sure()) { await outbox.drop(record); box.close(); } } }, say("delete")),
    h("button.plain", { type: "button", onclick: () => box.close() }, say("close"))));
  const box = dialog("correct", { label: say("correct") }, h("h2", {}, say("correct")),
    h("p.refused", {}, say("refused_why", { why: problem?.detail ?? problem?.title ?? "" })), form);
}

const field = (name, input) => {
  input.name = name;
  return h("label.field", {}, h("span", {}, say(`field_${name}`)), input);
};

const select = (options, value) => h("select", {}, options.map(([id, name]) => h("option", { value: id, selected: id === value }, String(name))));

function read(form, record) {
  const body = { ...record.body };
  for (const input of form.elements) {
    if (!input.name) continue;
    body[input.name] = input.type === "checkbox" ? input.checked : input.name === "severity" ? Number(input.value)
      : input.name === UNTIL ? new Date(nextOf(input.value, serverNow())).toISOString() : input.value;
  }
  // a moment that cannot be: the server's own counts, and this tablet's is left out
  if (TIMES.includes(record.problem?.field)) for (const name of TIMES) if (name in body) body[name] = null;
  return body;
}

// An id that stands for something else already cannot be used again: then the record, and what follows it, gets a new one.
async function resend(record, body) {
  const taken = record.problem?.status === 409 && record.kind === "issue" && JSON.stringify(body) !== JSON.stringify(record.body);
  if (!taken) {
    await outbox.again(record.n, { body });
  } else {
    const own = uuid(), moved = (path) => path.replace(record.order, own);
    const hangs = (r) => r.n > record.n && (r.order === record.order || r.about.issue === record.uuid);
    for (const one of state.records.filter((r) => hangs(r) && r.state !== "sent")) {
      await changeRecord(one.n, { order: moved(one.order), path: moved(one.path), about: { ...one.about, issue: own } });
    }
    await outbox.again(record.n, { body, uuid: own, order: own, path: moved(record.path) });
  }
  wake({ fresh: true });
}

function sure() {
  return new Promise((resolve) => {
    let yes = false;
    const box = dialog("sure", { label: say("delete"), onclose: () => resolve(yes) }, h("p", {}, say("delete_sure")),
      h("div.choices", {}, h("button.first", { type: "button", onclick: () => { yes = true; box.close(); } }, say("delete")),
        h("button.plain", { type: "button", onclick: () => box.close() }, say("keep"))));
  });
}
