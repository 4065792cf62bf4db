// Sends what a form says by the documented calls. An act keeps its id until it is answered or reads otherwise, so that
// sending it again after a lost answer does it once.
import { siteTime } from "./site_time.js";

const main = document.querySelector("main").dataset, zone = main.zone, words = JSON.parse(main.words);
const LIMIT_MS = 15000;
export const say = (name, values = {}) => words[name].replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
export const form = (id) => document.getElementById(id);
export const value = (of, name) => (of.elements.namedItem(name)?.value ?? "").trim();

// A UUIDv7, whose order is that of time. crypto.randomUUID is not there where a page came without TLS.
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16)), ms = Date.now();
  for (let i = 0; i < 6; i += 1) bytes[i] = Math.floor(ms / 2 ** (8 * (5 - i))) % 256;
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}

// The body is kept with the id: a moment "in one hour" must not become another one when it is sent again.
export const kept = new Map();
export function actOf(key, written, make) {
  const before = kept.get(key);
  if (before?.written !== written) kept.set(key, { written, id: uuid(), body: make() });
  return kept.get(key);
}

export async function call(method, address, body) {
  try {
    const answer = await fetch(address, {
      method, body: JSON.stringify(body), headers: { "Content-Type": "application/json", Accept: "application/json" },
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    const told = await answer.json().catch(() => ({}));
    if (answer.ok) return { told };
    if (answer.status === 401) return { refused: say("logged_out") };
    const undone = answer.status === 409 || answer.status === 422; // had it been done before, that were the answer
    const refused = `${told.title ?? say("status", answer)}: ${told.detail ?? ""}`;
    return { undone, refused, field: told.field ?? "", problem: told };
  } catch {
    return { refused: say("no_answer") };
  }
}

// `names` says under which name a form has the field that an answer names.
export async function send(of, method, address, body, names = {}) {
  const buttons = of.querySelectorAll("button");
  of.querySelector(".refused").textContent = "";
  for (const field of of.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  for (const button of buttons) button.disabled = true;
  const answer = await call(method, address, body);
  for (const button of buttons) button.disabled = false;
  if (answer.told) {
    kept.delete(of.id);
    of.reset();
    return answer.told;
  }
  if (answer.undone) kept.delete(of.id);
  of.querySelector(".refused").textContent = answer.refused;
  const field = (answer.field ?? "").replace("by_phone.", ""), named = of.elements.namedItem(names[field] ?? field);
  if (named instanceof HTMLElement) {
    named.setAttribute("aria-invalid", "true");
    named.focus();
  }
  return null;
}

export const serverMs = () => Number(document.getElementById("tick").dataset.now);
export const inSeconds = (seconds) => new Date(serverMs() + 1000 * Number(seconds)).toISOString();
const site = siteTime(zone);
export const { clock, nextOf } = site;
// What is written is the site's time of day, wherever this browser is.
export const ofSite = (written) => (written ? new Date(site.momentOf(written)).toISOString() : null);

const WRITTEN = "textarea, input:not([type=checkbox])";
const differs = (e) => (e.type === "radio" ? e.checked !== e.defaultChecked : e.value !== "");
export const isWritten = (of) => [...of.querySelectorAll(WRITTEN)].some(differs);
