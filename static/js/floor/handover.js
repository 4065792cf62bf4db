// Whose duty ends says how it stands, what is under way and what is needed, and who takes over: through the outbox like
// everything else. What is half written stays until it is handed over, also when the dialog is closed.
import { h, dialog } from "./dom.js";
import { say } from "./words.js";
import { nextOf, time } from "./clock.js";
import { state, serverNow, set } from "./state.js";
import { guarded } from "./guard.js";
import { areaName } from "./places.js";
import { correct } from "./correct.js";
import * as duty from "./duty.js";
import { stateOf } from "./mine.js";
import * as outbox from "./outbox.js";
import { wake } from "./sender.js";
import { uuid } from "./ids.js";

const KEY = "golive-floor-handover", NOTE = ["conditions", "actions", "needs"], MOST = 600, LATE_MS = 30 * 60000, SOON_MS = 15 * 60000;

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "{}");
  } catch {
    return {};
  }
}

function write(values) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(values));
  } catch {
    // no room for it: it is on the screen, and kept when it is handed over
  }
}

// The duty that can be handed over: the one that runs, or has just run out and was not handed over by the desk before.
const isHanded = (of) => (state.doc?.handovers ?? []).some((one) => one.duties.includes(of.area) && one.from === state.doc.me?.name
  && Date.parse(one.at) > of.made_at - (state.offsetMs ?? 0));
export function due() {
  const over = duty.over(LATE_MS);
  return duty.own() ?? (over && !isHanded(over) ? over : null);
}
const leftMs = (of) => Date.parse(of.until_at) - serverNow();

async function keep(of, own, { to, until }, { texts, noPatient }) {
  await outbox.add(outbox.record({
    uuid: own, method: "PUT", path: `/api/handovers/${own}`, kind: "handover", order: of.uuid,
    body: {
      ...texts, to, until_at: new Date(nextOf(until, serverNow())).toISOString(), area: of.area, device: state.device,
      from: state.doc?.me?.name ?? "", // whoever is logged in once it goes out
      no_patient: noPatient,
    },
    about: { area: of.area },
  }));
  write({});
  wake({ fresh: true });
}

const field = (name, label, hint, input) => {
  Object.assign(input, { name, required: true });
  return h("label.field", {}, h("span", {}, label, " ", h("small", {}, hint)), input);
};

export function open() {
  const of = due();
  if (!of) return undefined;
  const refused = outbox.refusals().find((r) => r.kind === "handover" && r.order === of.uuid);
  if (refused) return correct(refused); // a second one would wait behind it, and be deleted with it
  const kept = read(), before = kept.of === of.uuid ? kept : {}, own = before.uuid ?? uuid(); // of another's duty: theirs
  const said = h("p.refused", { role: "alert" });
  const part = (name) => field(name, say(`note_${name}`), say(`note_${name}_hint`), h("textarea", { rows: 2, maxlength: MOST, value: before[name] ?? "" }));
  const known = (state.doc?.duty?.there ?? []).filter((d) => !d.mine).map((d) => d.who);
  const changed = ({ target }) => {
    target.removeAttribute("aria-invalid");
    said.textContent = "";
    write({ ...values(), uuid: own, of: of.uuid });
  };
  const form = h("form", { novalidate: true, oninput: changed, onsubmit: (event) => { event.preventDefault(); save(); } },
    h("div.pair", {},
      field("to", say("takes_over"), say("takes_over_hint"), h("input", { maxlength: 80, autocomplete: "off", list: "handover-people", value: before.to ?? "" })),
      field("until", say("stays_until"), say("now_here", { time: time(serverNow()) }), h("input", { type: "time", value: before.until ?? "" }))),
    h("datalist", { id: "handover-people" }, [...new Set(known)].map((name) => h("option", { value: name }))),
    ...NOTE.map(part), h("p.second", {}, say("note_means")), said,
    h("div.choices", {}, h("button.first", { type: "submit" }, say("hand_over")),
      h("button.plain", { type: "button", onclick: () => box.close() }, say("handover_later"))));
  const values = () => Object.fromEntries([...form.elements].filter((e) => e.name).map((e) => [e.name, e.value.trim()]));
  let saving = false;

  async function save() {
    const now = values(), lack = ["to", "until", ...NOTE].find((name) => !now[name]);
    for (const input of form.elements) input.removeAttribute("aria-invalid");
    said.textContent = lack ? say("handover_lacks", { what: say(`lacks_${lack}`) }) : "";
    if (lack) {
      form.elements[lack].setAttribute("aria-invalid", "true");
      form.elements[lack].focus();
      return;
    }
    if (saving) return;
    saving = true;
    try {
      const answer = await guarded(Object.fromEntries(NOTE.map((name) => [name, now[name]])));
      if (!answer) return;
      if (!(await outbox.holds(own))) await keep(of, own, now, answer);
      box.close();
      set({ view: "info" }); // where it stands, saved here and then sent
    } catch (error) {
      said.textContent = say("not_saved", { why: error?.name ?? "" });
    } finally {
      saving = false;
    }
  }

  const box = dialog("handover", { label: say("hand_over") },
    h("header", {}, h("h2", {}, say("handover_of", { area: areaName(of.area) }))), form);
}

export const ofBand = () => {
  const of = due();
  return of && leftMs(of) < SOON_MS && [of, leftMs(of) > 0];
};

// Near the end of a duty, and for a while after it, one line offers it on every page.
export function band() {
  const of = due();
  if (!of || leftMs(of) >= SOON_MS) return null;
  const key = leftMs(of) > 0 ? "duty_ends" : "duty_over";
  return h("div.band.handover", {}, h("span", {}, say(key, { area: areaName(of.area), time: time(Date.parse(of.until_at)) })),
    h("button", { type: "button", "data-key": "handover-band", onclick: open }, say("hand_over")));
}

export const button = () => due() && h("button.first", { type: "button", "data-key": "handover", onclick: open }, say("hand_over"));

const ownLast = () => state.records.filter((r) => r.kind === "handover" && r.state !== "dropped").at(-1);
export const ofHandover = () => [due(), ownLast()?.uuid, ownLast()?.state, state.doc?.handovers];

const noted = (title, right, note) => h("article.item.handed", {},
  h("header", {}, h("h3", {}, title), right && h("span.right.state", {}, right)),
  h("dl", {}, NOTE.map((name) => h("div", {}, h("dt", {}, say(`note_${name}`)), h("dd", {}, note[name])))));

// What was handed over here last, for who comes; what this tablet hands over itself until the server says so too.
export function last() {
  const here = state.place?.area, made = (state.doc?.handovers ?? []).find((one) => one.area === here || one.duties.includes(here)), own = ownLast();
  const isNewer = own && own.uuid !== made?.uuid && (own.state !== "sent" || own.sent_at > state.docAt - 1000);
  if (isNewer) return noted(say("handing_over", { to: own.body.to }), stateOf(own), own.body);
  return made && noted(say("handed_over", { from: made.from, to: made.to, time: time(Date.parse(made.at)) }), "", made);
}
