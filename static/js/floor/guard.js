// Asks when a text may tell of a patient: remove it, or confirm that this is none. The server asks again by the same rules.
import { h, dialog } from "./dom.js";
import { say } from "./words.js";
import { state } from "./state.js";

let finder = null;
async function found(text) {
  try {
    finder ??= await import("../phi.js");
    return finder.found(text, state.doc?.patterns ?? []);
  } catch {
    return []; // a browser without such patterns: the server looks
  }
}

function without(text, findings) {
  let left = text;
  for (const { start, end } of [...findings].reverse()) left = left.slice(0, start) + "…" + left.slice(end);
  return left;
}

function marked(text, findings) {
  const parts = [];
  let at = 0;
  for (const { start, end } of findings) {
    parts.push(text.slice(at, start), h("mark", {}, text.slice(start, end)));
    at = end;
  }
  return [...parts, text.slice(at)];
}

// Gives { texts, noPatient } as they may be sent, or null where it was closed to go on writing.
export async function guarded(texts) {
  const hits = [];
  for (const [field, text] of Object.entries(texts)) {
    const findings = text ? await found(text) : [];
    if (findings.length) hits.push({ field, text, findings });
  }
  if (!hits.length) return { texts, noPatient: false };
  return new Promise((resolve) => {
    let answer = null;
    const end = (value) => { answer = value; box.close(); };
    const cleaned = { ...texts, ...Object.fromEntries(hits.map((hit) => [hit.field, without(hit.text, hit.findings)])) };
    const box = dialog("guard", { label: say("phi_title"), onclose: () => resolve(answer) },
      h("h2", {}, say("phi_title")),
      ...hits.map((hit) => h("p.quoted", {}, marked(hit.text, hit.findings))),
      h("p", {}, say("phi_why")),
      h("div.choices", {},
        h("button.first", { type: "button", onclick: () => end({ texts: cleaned, noPatient: false }) }, say("phi_remove")),
        h("button", { type: "button", onclick: () => end({ texts, noPatient: true }) }, say("phi_confirm")),
        h("button.plain", { type: "button", onclick: () => end(null) }, say("phi_edit"))));
  });
}
