// What everybody asks, who to call, and this tablet itself; all of it also without a network.
import { h } from "./dom.js";
import { say, count, age } from "./words.js";
import { state } from "./state.js";
import { areaName } from "./places.js";
import { card } from "./contacts.js";
import { openLogin, leave } from "./login.js";
import { saveFile } from "./exporting.js";
import * as duty from "./duty.js";
import * as handover from "./handover.js";
import * as outbox from "./outbox.js";

let persisted = null;
export async function lookAtStorage() {
  persisted = (await navigator.storage?.persisted?.().catch(() => null)) ?? null;
}

export const ofInfo = () => [state.doc?.facts, state.doc?.contacts, state.doc?.bridge, state.doc?.duty, handover.ofHandover(), state.doc?.timezone, state.doc?.me, state.login, state.device,
  outbox.unsent().length, state.records.length, persisted, state.place, Math.floor((Date.now() - state.docAt) / 60000)];

export function view() {
  const doc = state.doc ?? {};
  return [
    duty.view(handover.button()),
    handover.last(),
    h("section.calls", {}, h("h2", {}, say("who_to_call")),
      doc.contacts?.length ? h("ul.cards", {}, doc.contacts.map(card)) : h("p.empty", {}, say("contacts_none")),
      doc.bridge && h("p", {}, h("a.button", { href: doc.bridge, target: "_blank", rel: "noreferrer" }, say("bridge")))),
    doc.facts?.length > 0 && h("section.facts", {}, h("h2", {}, say("facts")),
      h("dl", {}, doc.facts.map((fact) => [h("dt", {}, fact.title), h("dd", {}, fact.text)]))),
    tablet(),
  ];
}

function tablet() {
  const waiting = outbox.unsent().length, name = state.doc?.me?.name;
  return h("section.tablet", {}, h("h2", {}, say("this_tablet")),
    h("ul.plain-list", {},
      h("li", {}, say("tablet_name", { name: state.device, version: document.documentElement.dataset.version })),
      h("li", {}, waiting ? count("tablet_holds", waiting) : say("tablet_holds_none")),
      h("li", {}, say(persisted ? "storage_kept" : "storage_may_go")),
      state.docAt > 0 && h("li", {}, say("doc_age", { age: age(Date.now() - state.docAt) })),
      h("li", {}, state.login || !name ? say("nobody") : say("logged_in", { name, area: areaName(state.place?.area ?? "") }))),
    h("div.choices", {},
      state.login || !name ? h("button.first", { type: "button", "data-key": "login", onclick: openLogin }, say("log_in"))
        : h("button", { type: "button", "data-key": "logout", onclick: leave }, say("log_out")),
      state.records.length > 0 && h("button", { type: "button", "data-key": "export", onclick: saveFile }, say("export"))));
}
