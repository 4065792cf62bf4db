// Known issues with what to do until they are solved; who has one too says so with one tap.
import { h } from "./dom.js";
import { say, age } from "./words.js";
import { state, serverNow } from "./state.js";
import { areaName, whereOf } from "./places.js";
import { categoryName } from "./issues.js";
import * as outbox from "./outbox.js";
import { wake } from "./sender.js";

const isHere = (known) => known.area === state.place?.area;
export const knownHere = () => (state.doc?.known ?? []).filter(isHere);
const told = (known) => outbox.hasTold(known.uuid, "me_too");

export const ofKnown = () => [state.doc?.known, state.place, (state.doc?.known ?? []).map(told)];

async function sameHere(known) {
  if (told(known)) return;
  await outbox.add({ ...outbox.event(known.uuid, "me_too"), about: { issue: known.uuid, category: known.category, area: known.area } });
  wake({ fresh: true });
}

export function band(known) {
  const has = told(known);
  return h("section.known", { "data-number": known.number },
    h("p", {}, h("b", {}, say(isHere(known) ? "known_here" : "known_there", { what: categoryName(known.category), where: areaName(known.area) })), " ",
      known.team && h("span", {}, say("known_team", { team: known.team }), " "),
      known.workaround && h("span.until", {}, say("known_until", { workaround: known.workaround }))),
    h("button.same", { type: "button", disabled: has, "data-key": known.uuid, onclick: () => sameHere(known) },
      has ? say("same_told") : say("same_here"), known.me_too > 0 && h("span.n", {}, ` · ${known.me_too}`)));
}

export function view() {
  const all = state.doc?.known ?? [];
  if (!all.length) return h("p.empty", {}, say("known_none"));
  const there = all.filter((k) => !isHere(k));
  return [
    h("h2", {}, say("known_title", { area: areaName(state.place?.area ?? "") })),
    ...(knownHere().length ? knownHere().map(full) : [h("p.empty", {}, say("known_none_here"))]),
    there.length > 0 && h("h2", {}, say("known_elsewhere")),
    ...there.map(full),
  ];
}

const full = (known) => h("article.item", {}, band(known), h("p.second", {}, say("known_since", {
  n: known.number, where: whereOf(known), age: age(serverNow() - Date.parse(known.received_at)),
})));
