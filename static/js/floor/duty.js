// "On duty here until 14:00": one tap, through the outbox like everything else; and who else is there.
import { h, dialog } from "./dom.js";
import { say } from "./words.js";
import { nextOf, time } from "./clock.js";
import { state, serverNow } from "./state.js";
import { areaName } from "./places.js";
import * as outbox from "./outbox.js";
import { wake } from "./sender.js";
import { uuid } from "./ids.js";

const HOURS = [2, 4, 8], QUARTER_MS = 900000, HOUR_MS = 3600000;
const lastTold = () => state.records.filter((r) => r.kind === "duty" && r.state !== "refused" && r.state !== "dropped").at(-1);
const told = (record) => record && { uuid: record.uuid, area: record.body.area, until_at: record.body.until_at, made_at: record.made_at };
const ended = (duty) => outbox.hasTold(duty.uuid, "duty_end", "handover");
const lives = (duty) => Boolean(duty) && Date.parse(duty.until_at) > serverNow();

// The duty as this tablet knows it: what it told last counts until the server's document, which came after, says more.
export function own() {
  const last = lastTold();
  const theirs = (state.doc?.duty?.there ?? []).find((d) => d.mine && (!d.device || d.device === state.device));
  const isNewer = last && (last.state === "waiting" || last.sent_at > state.docAt - 1000);
  const found = isNewer ? told(last) : theirs;
  return lives(found) && !ended(found) ? found : null;
}

// What waits goes out under the name of who is here; what went out under another's is theirs.
const isMine = (record) => record.state !== "sent" || !record.by || record.by === state.doc?.me?.name;

// The duty that somebody here told and that ran out within the last `ms`, and that nobody ended or handed over.
export function over(ms) {
  const newest = lastTold(), last = newest && isMine(newest) && told(newest), sinceMs = last ? serverNow() - Date.parse(last.until_at) : -1;
  return sinceMs >= 0 && sinceMs < ms && !ended(last) ? last : null;
}

const inHours = (hours) => Math.ceil((serverNow() + hours * HOUR_MS) / QUARTER_MS) * QUARTER_MS;

async function begin(untilMs) {
  const id = uuid(), until = new Date(untilMs).toISOString();
  await outbox.add(outbox.record({
    uuid: id, method: "PUT", path: `/api/duties/${id}`, kind: "duty",
    body: { area: state.place.area, until_at: until, device: state.device },
  }));
  wake({ fresh: true });
}

async function end(duty) {
  const id = uuid();
  await outbox.add(outbox.record({
    uuid: id, method: "POST", path: `/api/duties/${duty.uuid}/events/${id}`, kind: "duty_end", order: duty.uuid, body: { action: "end" },
  }));
  wake({ fresh: true });
}

// A time of day that is typed is the site's, as all that are shown.
function pick() {
  const input = h("input", { type: "time", id: "duty-until", required: true });
  const form = h("form", { onsubmit: async (event) => {
    event.preventDefault();
    await begin(nextOf(input.value, serverNow()));
    box.close();
  } }, h("label", { for: "duty-until" }, say("until_when")), input, h("p.second", {}, say("now_here", { time: time(serverNow()) })),
  h("div.choices", {}, h("button.first", { type: "submit" }, say("duty_take")),
    h("button.plain", { type: "button", onclick: () => box.close() }, say("close"))));
  const box = dialog("until", { label: say("duty_pick") }, h("h2", {}, say("duty_in", { area: areaName(state.place.area) })), form);
}

function others() {
  const { lead, there = [] } = state.doc.duty;
  const said = [
    lead && say("leads", { name: lead.who, time: time(Date.parse(lead.until_at)) }),
    ...there.filter((d) => !d.mine && lives(d)).map((d) => say("there", { name: d.who, area: areaName(d.area), time: time(Date.parse(d.until_at)) })),
  ].filter(Boolean);
  return said.length > 0 && h("ul.plain-list", {}, said.map((line) => h("li", {}, line)));
}

// `handover` is what hands it over, where there is something to.
export function view(handover) {
  if (!state.doc?.duty || !state.place) return null;
  const duty = own();
  return h("section.duty", {}, h("h2", {}, say("duty")),
    duty ? h("p", {}, say("duty_until", { area: areaName(duty.area), time: time(Date.parse(duty.until_at)) }))
      : h("p", {}, say("duty_none", { area: areaName(state.place.area) })),
    h("div.choices", {}, handover, duty ? h("button", { type: "button", "data-key": "duty-end", onclick: () => end(duty) }, say("duty_end"))
      : [...HOURS.map((n) => h("button", { type: "button", "data-key": `duty${n}`, onclick: () => begin(inHours(n)) }, say("duty_hours", { n }))),
        h("button", { type: "button", "data-key": "duty-pick", onclick: pick }, say("duty_pick"))]),
    others());
}
