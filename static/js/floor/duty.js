// "On duty here until 14:00": one tap, through the outbox like everything else.
import { h } from "./dom.js";
import { say, time } from "./words.js";
import { state } from "./state.js";
import { areaName } from "./places.js";
import * as outbox from "./outbox.js";
import { wake } from "./sender.js";
import { uuid } from "./ids.js";

const HOURS = [2, 4, 8];

// The duty as this tablet knows it: what it told and is not sent yet counts before what the server said last.
export function own() {
  const told = state.records.filter((r) => r.kind === "duty" || r.kind === "duty_end").at(-1);
  const of = told?.kind === "duty" && told.state !== "refused" && told.state !== "dropped"
    ? { uuid: told.uuid, area: told.body.area, until_at: told.body.until_at } : null;
  const found = told && told.state === "waiting" ? of : (state.doc?.duty?.mine ?? (told?.kind === "duty_end" ? null : of));
  return found && Date.parse(found.until_at) > Date.now() ? found : null;
}

async function begin(hours) {
  const id = uuid(), until = new Date(Math.ceil((Date.now() + hours * 3600000) / 900000) * 900000).toISOString();
  await outbox.add(outbox.record({ uuid: id, method: "PUT", path: `/api/duties/${id}`, kind: "duty", body: { area: state.place.area, until_at: until } }));
  wake({ fresh: true });
}

async function end(duty) {
  const id = uuid();
  await outbox.add(outbox.record({
    uuid: id, method: "POST", path: `/api/duties/${duty.uuid}/events/${id}`, kind: "duty_end", order: duty.uuid, body: { action: "end" },
  }));
  wake({ fresh: true });
}

export function view() {
  if (!state.doc?.duty || !state.place) return null;
  const duty = own();
  return h("section.duty", {}, h("h2", {}, say("duty")),
    duty ? h("p", {}, say("duty_until", { area: areaName(duty.area), time: time(Date.parse(duty.until_at)) }))
      : h("p", {}, say("duty_none", { area: areaName(state.place.area) })),
    h("div.choices", {}, duty ? h("button", { type: "button", "data-key": "duty-end", onclick: () => end(duty) }, say("duty_end"))
      : HOURS.map((n) => h("button", { type: "button", "data-key": `duty${n}`, onclick: () => begin(n) }, say("duty_hours", { n })))));
}
