// What people do on the desk, sent by the documented calls. No form lies in a pushed fragment: what is written stays.
import { actOf, call, clock, form, isWritten, kept, inSeconds, ofSite, say, send, serverMs, value } from "./sending.js";

const done = document.getElementById("done");
const propose = form("propose"), end = form("end"), byHand = form("by-hand"), goLive = form("go-live-act");
const OWN = ".act-form, .filters"; // what their own scripts look after
const acts = () => document.getElementById("acts")?.dataset ?? {};

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
  for (const at of document.querySelectorAll("select + .at")) {
    const seconds = Number(at.previousElementSibling.value);
    at.textContent = say("until", { clock: clock.format(serverMs() + 1000 * seconds) });
  }
  document.body.toggleAttribute("data-written", [...document.forms].filter((of) => !of.matches(OWN)).some(isWritten));
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
