// Sends supporters to who waits, and says afterwards what it was about. Each request has a form of its own, made where
// no push comes: what is written about one never goes to another, and stays when somebody else was quicker.
import { found } from "./phi.js";
import { actOf, form, isWritten, say, send, value } from "./sending.js";

const done = form("done"), blank = form("blank-support"), place = form("support-forms");
const patterns = JSON.parse(document.querySelector("main").dataset.patterns ?? "[]");
const FIRST = { waiting: "assign-admit", assigned: "admit", helped: "end", ended: "reason", unanswered: "end", unended: "end" };
const opened = () => [...(place?.querySelectorAll("form") ?? [])]; // who only reads has no place for forms
const rowOf = (id) => document.querySelector(`[data-ask="${CSS.escape(id)}"]`);
const checked = (of, name) => of.elements.namedItem(name).checked;

// What can be done with a request depends on where it is; a choice that is no longer one is undone, in words.
function fitOne(of) {
  const row = rowOf(of.dataset.id), stage = row?.dataset.stage;
  if ((!row || stage === "withdrawn") && !isWritten(of)) return of.remove();
  if (row && of.dataset.stage !== stage) {
    const overtaken = of.dataset.stage && isWritten(of);
    fitChoices(of, row.dataset);
    if (overtaken) of.querySelector(".overtaken:not(.taken)").textContent = say("support_moved");
    of.dataset.stage = stage;
  }
  if (!row) of.querySelector(".overtaken:not(.taken)").textContent = say("support_gone");
  const action = value(of, "action"), assigns = ["assign-admit", "assign", "admit"].includes(action);
  of.querySelector(".of-assign").hidden = !assigns;
  of.querySelector(".of-reason").hidden = !["end", "reason"].includes(action);
  of.elements.namedItem("reason").required = action === "reason";
  const other = takenBy(of.dataset.id, value(of, "breakout"));
  of.querySelector(".taken").textContent = assigns && other ? say("support_taken", { breakout: value(of, "breakout"), place: other }) : "";
}

function takenBy(id, breakout) {
  const taken = [...document.querySelectorAll(".ask.is-helped, .ask.is-assigned")];
  return breakout && taken.find((row) => row.dataset.ask !== id && row.dataset.breakout === breakout)?.dataset.said;
}

function fitChoices(of, { stage, said }) {
  of.querySelector(".about").textContent = said;
  const choices = [...of.querySelectorAll("[data-while]")].map((choice) => [choice, choice.querySelector("input")]);
  for (const [choice] of choices) choice.hidden = !choice.dataset.while.split(" ").includes(stage);
  const can = choices.filter(([choice]) => !choice.hidden).map(([, input]) => input.value), was = value(of, "action");
  const wanted = can.includes(was) ? was : can.includes(FIRST[stage]) ? FIRST[stage] : can[0];
  // the first choice is nobody's words: a form with nothing else in it goes when its request does
  for (const [, input] of choices) input.checked = input.defaultChecked = input.value === wanted;
}

function fit() {
  opened().forEach(fitOne);
  document.body.toggleAttribute("data-written", [...document.forms].some(isWritten));
  said();
}

let before = form("acts")?.dataset.said;
function said() {
  const now = form("acts")?.dataset.said;
  if (now === before) return;
  before = now;
  form("changed").textContent = now ?? "";
}

function open(id) {
  if (!place || !rowOf(id)) return;
  const there = opened().find((of) => of.dataset.id === id) ?? make(id);
  fit();
  there.scrollIntoView({ block: "nearest" });
  const to = there.querySelector(".of-assign:not([hidden]) input, .of-reason:not([hidden]) select") ?? there.querySelector("input:checked");
  to.focus();
}

function make(id) {
  const of = blank.content.firstElementChild.cloneNode(true);
  of.dataset.id = id;
  of.id = `form-${id}`;
  for (const e of of.querySelectorAll("[id], [for], [aria-describedby]")) {
    for (const name of ["id", "for", "aria-describedby"]) {
      if (e.hasAttribute(name)) e.setAttribute(name, `${e.getAttribute(name)}-${id}`);
    }
  }
  of.setAttribute("aria-labelledby", of.querySelector("h2").id);
  place.prepend(of);
  of.addEventListener("submit", change);
  of.querySelector(".close").addEventListener("click", () => close(of));
  return of;
}

function close(of) {
  const button = rowOf(of.dataset.id)?.querySelector("button");
  of.remove();
  fit();
  button?.focus();
}

function bodyOf(of) {
  const [action, admits] = value(of, "action").split("-"), body = { action };
  if (action === "assign" || action === "admit") Object.assign(body, { supporter: value(of, "supporter"), breakout: value(of, "breakout") });
  if (admits) body.admit = true;
  if (action === "end" || action === "reason") {
    Object.assign(body, { reason: value(of, "reason"), text: value(of, "text"), training: checked(of, "training") || null });
    body.no_patient = checked(of, "no_patient");
  }
  return body;
}

async function change(event) {
  event.preventDefault();
  const of = event.target, id = of.dataset.id, body = bodyOf(of), ask = of.querySelector(".no-patient");
  if (body.text && !body.no_patient && found(body.text, patterns).length) {
    ask.hidden = false;
    of.querySelector(".refused").textContent = say("support_patient");
    return of.elements.namedItem("text").focus();
  }
  const act = actOf(of.id, JSON.stringify(body), () => body);
  const told = await send(of, "POST", `/api/supports/${id}/events/${act.id}`, act.body);
  if (!told) {
    if (of.querySelector("[name=text][aria-invalid]")) ask.hidden = false;
    return;
  }
  of.remove();
  done.textContent = say(`support_${body.action}`, told);
  fit();
  done.focus();
}

document.addEventListener("click", (event) => {
  const id = event.target.closest?.("[data-change]")?.dataset.change;
  if (id) open(id);
});
for (const name of ["htmx:after:swap", "change", "input"]) document.addEventListener(name, fit);
document.addEventListener("reset", () => setTimeout(fit)); // the event comes before the fields are empty
fit();
if (location.hash.startsWith("#support-")) open(location.hash.slice("#support-".length));
