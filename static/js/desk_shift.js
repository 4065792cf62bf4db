// The shift: takes the lead, hands over, announces, asks the floor. What somebody writes lies where no push comes; a text
// that may tell of a patient is not sent before somebody says that it does not.
import { actOf, call, form, isWritten, nextOf, say, send, serverMs, value } from "./sending.js";
import { found } from "./phi.js";

const main = document.querySelector("main"), place = document.getElementById("shift-forms"), done = form("done");
const patterns = JSON.parse(main.dataset.patterns), areas = JSON.parse(place.dataset.areas);

function untilOf(of) {
  const time = value(of, "until");
  return time ? new Date(nextOf(time, serverMs())).toISOString() : null;
}

const chosen = (of) => [...of.querySelectorAll("[name=areas]:checked")].map((box) => box.value);
const said = (of) => of.elements.namedItem("no_patient")?.checked ?? false;

function tellsOfPatient(of) {
  const hit = [...of.querySelectorAll("[data-guard]")].find((e) => found(e.value, patterns).length);
  if (!hit || said(of)) return false;
  of.querySelector(".of-patient").hidden = false;
  of.querySelector(".refused").textContent = say("patient");
  hit.setAttribute("aria-invalid", "true");
  hit.focus();
  return true;
}

async function sent(of, event, path, told, make) {
  event.preventDefault();
  if (tellsOfPatient(of)) return;
  const act = actOf(of.id, JSON.stringify([...new FormData(of)]), make);
  const names = { until_at: "until", from: "from" };
  const answer = await send(of, "PUT", `/api/${path}/${act.id}`, act.body, names);
  if (answer) {
    done.textContent = say(told, answer);
    of.querySelector(".of-patient")?.setAttribute("hidden", "");
    done.focus();
  } else if (of.querySelector(".refused").textContent.includes("no_patient")) {
    of.querySelector(".of-patient").hidden = false; // the server found what this browser did not
  }
  fit();
}

form("lead-form")?.addEventListener("submit", (event) =>
  sent(event.target, event, "leads", "lead_taken", () => ({ until_at: untilOf(event.target) })));
form("duty-form")?.addEventListener("submit", (event) => {
  const of = event.target, body = () => ({ name: value(of, "name"), area: value(of, "area"), until_at: untilOf(of), no_patient: said(of) });
  return sent(of, event, "duties", "duty_taken", body);
});
form("handover-form")?.addEventListener("submit", (event) => {
  const of = event.target, names = ["conditions", "actions", "needs", "to", "from", "area"];
  const note = () => Object.fromEntries(names.map((name) => [name, value(of, name)]));
  return sent(of, event, "handovers", "handed_over", () => ({ ...note(), until_at: untilOf(of), no_patient: said(of) }));
});
form("announce-form")?.addEventListener("submit", (event) => {
  const of = event.target;
  const body = () => ({ text: value(of, "text"), areas: chosen(of), until_at: untilOf(of), no_patient: said(of) });
  return sent(of, event, "announcements", "announced", body);
});
form("ask-form")?.addEventListener("submit", (event) => {
  const of = event.target, named = () => (chosen(of).length ? chosen(of) : areas);
  return sent(of, event, "questions", "asked", () => ({ areas: named(), about: value(of, "about"), no_patient: said(of) }));
});

async function pressed(path, key, action, told) {
  const act = actOf(key, key, () => ({ action }));
  const answer = await call("POST", `/api/${path}/events/${act.id}`, act.body);
  document.getElementById("acting").textContent = answer.refused ?? "";
  if (!answer.told) return;
  done.textContent = say(told, answer.told);
  done.focus();
}

document.addEventListener("click", (event) => {
  const { withdraw, endDuty } = event.target.closest?.("[data-withdraw], [data-end-duty]")?.dataset ?? {};
  if (withdraw) pressed(`announcements/${withdraw}`, `withdraw ${withdraw}`, "withdraw", "announcement_withdrawn");
  if (endDuty) pressed(`duties/${endDuty}`, `end ${endDuty}`, "end", "duty_ended");
});

function fit() {
  document.body.toggleAttribute("data-written", [...document.forms].some(isWritten));
}

function opened() {
  const part = document.getElementById(location.hash.slice(1));
  if (part instanceof HTMLDetailsElement) part.open = true;
}

document.addEventListener("input", fit);
document.addEventListener("reset", () => setTimeout(fit)); // the event comes before the fields are empty
window.addEventListener("hashchange", opened);
opened();
