// Who is called: all from the document that was kept, so that the numbers are there without a network.
import { h } from "./dom.js";
import { say } from "./words.js";
import { state } from "./state.js";

// Whom an unsent SEV1 names: who answers now, and the desk.
export function numbers() {
  const { answers, contacts = [] } = state.doc ?? {};
  const desk = contacts.filter((c) => c.tier === "desk" && c.phone).map(({ name, phone }) => ({ name, phone }));
  const first = answers?.phone ? [{ name: answers.name, phone: answers.phone }] : [];
  return [...first, ...desk].filter((one, i, all) => all.findIndex((other) => other.phone === one.phone) === i).slice(0, 3);
}

export const callLink = ({ name, phone }) => h("a.number", { href: `tel:${phone.replace(/[^0-9+*#]/g, "")}` },
  h("span", {}, say("call", { name })), h("b", {}, phone));

export const card = (contact) => h("li", {},
  h("p", {}, h("b", {}, contact.name), contact.about && h("small", {}, contact.about)),
  h("p.ways", {}, contact.phone && h("a", { href: `tel:${contact.phone.replace(/[^0-9+*#]/g, "")}` }, contact.phone),
    contact.mail && h("a", { href: `mailto:${contact.mail}` }, contact.mail)));
