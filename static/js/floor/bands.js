// What stands between the head and the work: no connection, a login that is asked for, refusals, news from the desk,
// questions to the floor. Each says what is so and what that means here.
import { h } from "./dom.js";
import { say, count, age } from "./words.js";
import { time } from "./clock.js";
import { state, serverNow, set } from "./state.js";
import { areaName } from "./places.js";
import { openLogin } from "./login.js";
import * as handover from "./handover.js";
import * as outbox from "./outbox.js";
import * as support from "./support.js";
import * as update from "./update.js";
import { wake } from "./sender.js";
import { uuid } from "./ids.js";

const ANSWERS = ["working", "slow", "stopped"];
const isOfMine = (of) => !of.areas?.length || of.areas.includes(state.place?.area);
const isStanding = (of) => !of.until_at || Date.parse(of.until_at) > serverNow();
const minute = () => Math.floor(Date.now() / 60000);
const announcements = () => (state.doc?.announcements ?? []).filter((a) => isOfMine(a) && isStanding(a));
const questions = () => (state.doc?.questions ?? []).filter((q) => isOfMine(q) && isStanding(q) && !outbox.hasTold(q.uuid, "answer"));

export const ofBands = () => [state.link, state.login, state.place, outbox.unsent().map((r) => [r.uuid, r.state]),
  outbox.unsent().length && minute(), announcements(),
  questions(), handover.ofBand(), state.doc?.timezone, state.doc?.answers, state.doc?.phase, state.doc?.support, update.isReady(), Boolean(state.doc)];

export function view() {
  return [connection(), login(), refusals(), renewed(), closed(), support.band(), handover.band(), ...announcements().map(announcement), ...questions().map(question)];
}

const oldest = () => say("oldest", { age: age(Date.now() - outbox.oldest(outbox.unsent())) });

function connection() {
  if (state.link !== "none") return null;
  const n = outbox.waiting().length;
  return h("p.band.none", {}, h("span", {}, h("b", {}, "◌ ", say("no_connection")), " ", n ? count("waits", n) : say("waits_none")), n > 0 && h("span.right", {}, oldest()));
}

function login() {
  if (!state.login) return null;
  const n = outbox.waiting().length;
  return h("div.band.ask", {}, h("span", {}, h("b", {}, say("nobody")), " ", n ? count("login_sends", n) : say("login_sends_none")),
    h("button", { type: "button", "data-key": "login", onclick: openLogin }, say("log_in")));
}

function refusals() {
  const n = outbox.refusals().length;
  return n > 0 && h("div.band.warn", {}, h("span", {}, h("b", {}, "▲ ", count("refusals", n)), " ", say("refusals_mean")),
    h("button", { type: "button", "data-key": "look", onclick: () => set({ view: "mine" }) }, say("look")));
}

const renewed = () => update.isReady() && h("p.band", {}, say("renewed"));

function closed() {
  const { answers } = state.doc ?? {};
  if (answers?.who !== "service_desk") return null;
  return h("p.band", {}, h("b", {}, say("center_closed")), " ", say("service_desk", { name: answers.name, phone: answers.phone ?? answers.mail ?? "" }));
}

function announcement(one) {
  return h("p.band.news", {}, h("span", {}, h("b", {}, say("news")), " ", one.text), h("span.right", {}, time(Date.parse(one.at))));
}

async function answer(one, word) {
  const id = uuid();
  await outbox.add(outbox.record({
    uuid: id, method: "PUT", path: `/api/questions/${one.uuid}/answers/${id}`, kind: "answer", order: one.uuid,
    body: {
      area: state.place.area, answer: word, device: state.device, at: new Date().toISOString(),
      clock_offset_s: state.offsetMs === null ? null : state.offsetMs / 1000,
    },
  }));
  wake({ fresh: true });
}

const question = (one) => h("div.band.question", { role: "group", "aria-label": say("asked") },
  h("span", {}, h("b", {}, say("asked")), " ", one.about || say("asked_how", { area: areaName(state.place.area) })),
  h("span.answers", {}, ANSWERS.map((word) => h("button", { type: "button", "data-key": `${one.uuid}${word}`, onclick: () => answer(one, word) }, say(`answer_${word}`)))));
