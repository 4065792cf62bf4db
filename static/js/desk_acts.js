// Sends what people do by the documented calls. An act keeps its id until it is answered or reads otherwise, so that
// sending it again after a lost answer does it once. No form lies in a pushed fragment: what is written stays.
const done = document.getElementById("done"), zone = document.querySelector("main").dataset.zone;
const LIMIT_MS = 15000;
const words = JSON.parse(document.querySelector("main").dataset.words);
const say = (name, values = {}) => words[name].replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
const form = (id) => document.getElementById(id);
const propose = form("propose"), end = form("end"), byHand = form("by-hand"), goLive = form("go-live-act");
const acts = () => document.getElementById("acts")?.dataset ?? {};
const value = (of, name) => (of.elements.namedItem(name)?.value ?? "").trim();

// crypto.randomUUID is not there where a page came without TLS.
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}

// The body is kept with the id: a moment "in one hour" must not become another one when it is sent again.
const kept = new Map();
function actOf(key, written, make) {
  const before = kept.get(key);
  if (before?.written !== written) kept.set(key, { written, id: uuid(), body: make() });
  return kept.get(key);
}

async function call(method, address, body) {
  try {
    const answer = await fetch(address, {
      method, body: JSON.stringify(body), headers: { "Content-Type": "application/json", Accept: "application/json" },
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    const told = await answer.json().catch(() => ({}));
    if (answer.ok) return { told };
    if (answer.status === 401) return { refused: say("logged_out") };
    return { refused: `${told.title ?? say("status", answer)}: ${told.detail ?? ""}`, field: told.field ?? "" };
  } catch {
    return { refused: say("no_answer") };
  }
}

async function send(of, method, address, body) {
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
  of.querySelector(".refused").textContent = answer.refused;
  const named = of.elements.namedItem((answer.field ?? "").replace("by_phone.", ""));
  if (named instanceof HTMLElement) {
    named.setAttribute("aria-invalid", "true");
    named.focus();
  }
  return null;
}

const serverMs = () => Number(document.getElementById("tick").dataset.now);
const inSeconds = (seconds) => new Date(serverMs() + 1000 * Number(seconds)).toISOString();
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone });
const parts = new Intl.DateTimeFormat("en-CA", {
  timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
});

// What is written is the site's time of day, wherever this browser is: the zone's offset there is found by asking twice.
function ofSite(written) {
  if (!written) return null;
  const wanted = Date.parse(`${written}:00Z`);
  const local = (ms) => {
    const p = Object.fromEntries(parts.formatToParts(ms).map((part) => [part.type, part.value]));
    return Date.parse(`${p.year}-${p.month}-${p.day}T${p.hour}:${p.minute}:00Z`);
  };
  let ms = wanted;
  for (let i = 0; i < 2; i += 1) ms += wanted - local(ms);
  return new Date(ms).toISOString();
}

const WRITTEN = "textarea, input:not([type=radio], [type=checkbox]), input[type=radio]";
const isWritten = (of) => [...of.querySelectorAll(WRITTEN)].some((e) => (e.type === "radio" ? e.checked : e.value !== ""));

// A form whose time is over goes, but never with something written in it: then it says what happened meanwhile.
function show(of, due, why) {
  if (!of) return;
  const written = isWritten(of);
  of.hidden = !due && !written;
  of.querySelector(".overtaken").textContent = due || !written ? "" : why;
  of.querySelector("button[type=submit]").toggleAttribute("data-overtaken", !due);
}

function fit() {
  const now = acts(), stands = Boolean(now.stands), waits = Boolean(now.proposal);
  show(propose, stands && !waits, waits ? say("overtaken", { by: now.proposed }) : say("not_due"));
  // what was written about one proposal never goes to another one
  if (end && !isWritten(end)) end.dataset.proposal = now.proposal ?? "";
  const same = end?.dataset.proposal === now.proposal;
  show(end, waits && same, say(waits ? "replaced" : "ended", { by: now.proposed }));
  show(goLive, now.state === "planned", say("declared"));
  if (propose) {
    const goesOn = value(propose, "kind") === "continue", risk = propose.elements.namedItem("accepted_risk");
    document.getElementById("of-continue")?.toggleAttribute("hidden", !goesOn);
    if (risk) risk.required = goesOn;
  }
  if (end) document.getElementById("of-phone").hidden = !end.elements.namedItem("phoned").checked;
  if (byHand) document.getElementById("of-override").hidden = value(byHand, "action") !== "override";
  if (goLive) document.getElementById("of-moment").hidden = !["declare", "delay"].includes(value(goLive, "action"));
  for (const select of document.querySelectorAll("select")) {
    select.parentElement.querySelector(".at").textContent = say("until", { clock: clock.format(serverMs() + 1000 * Number(select.value)) });
  }
  document.body.toggleAttribute("data-written", [...document.forms].some(isWritten));
  said();
}

let before = acts().said;
function said() {
  if (acts().said === before) return;
  before = acts().said;
  document.getElementById("changed").textContent = before ?? "";
}

propose?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const kind = value(propose, "kind"), goesOn = kind === "continue", reason = value(propose, "reason");
  const risk = goesOn ? value(propose, "accepted_risk") : null, again = goesOn ? value(propose, "rearm_at") : null;
  const act = actOf("propose", JSON.stringify([kind, reason, risk, again]), () => ({
    trigger: propose.dataset.trigger || null, kind, reason, accepted_risk: risk, rearm_at: again && inSeconds(again),
  }));
  if (await send(propose, "PUT", `/api/decisions/${act.id}`, act.body)) tell(say("proposed"));
});

end?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const action = event.submitter?.value ?? "confirm", proposal = end.dataset.proposal;
  const phoned = action === "confirm" && end.elements.namedItem("phoned").checked;
  const phone = phoned ? { caller: value(end, "caller"), call_back: value(end, "call_back"), witness: value(end, "witness") } : null;
  const body = { action, reason: value(end, "reason"), by_phone: phone };
  const act = actOf("end", JSON.stringify([proposal, body]), () => body);
  const told = await send(end, "POST", `/api/decisions/${proposal}/events/${act.id}`, act.body);
  if (told) tell(action === "confirm" ? say("confirmed", told) : say("withdrawn"));
});

byHand?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const action = value(byHand, "action"), reason = value(byHand, "reason"), until = action === "override" ? value(byHand, "until") : null;
  const act = actOf("by-hand", JSON.stringify([action, reason, until]), () => ({ action, reason, until: until && inSeconds(until) }));
  const trigger = encodeURIComponent(byHand.dataset.trigger);
  if (await send(byHand, "POST", `/api/triggers/${trigger}/acts/${act.id}`, act.body)) tell(say("done"));
});

goLive?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const action = value(goLive, "action"), reason = value(goLive, "reason"), at = action === "call_off" ? null : ofSite(value(goLive, "at"));
  const act = actOf("go-live-act", JSON.stringify([action, reason, at]), () => ({ action, reason, at }));
  if (await send(goLive, "POST", `/api/go-live/acts/${act.id}`, act.body)) tell(say("done"));
});

function tell(what) {
  done.textContent = what;
  fit();
}

document.addEventListener("click", async (event) => {
  const trigger = event.target.closest?.("[data-acknowledge]")?.dataset.acknowledge;
  if (!trigger) return;
  const body = { action: "acknowledge", reason: "" }, act = actOf(`ring ${trigger}`, trigger, () => body);
  const answer = await call("POST", `/api/triggers/${encodeURIComponent(trigger)}/acts/${act.id}`, act.body);
  if (answer.told) kept.delete(`ring ${trigger}`);
  document.getElementById("acknowledging").textContent = answer.refused ?? "";
});

for (const name of ["htmx:after:swap", "change", "input"]) document.addEventListener(name, fit);
document.addEventListener("reset", () => setTimeout(fit)); // the event comes before the fields are empty
fit();
