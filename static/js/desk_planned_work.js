// Plans work on a system, and ends, extends or withdraws it. Each piece of work has a form of its own, made where no
// push comes: what was written about one never goes to another, and stays when somebody else was quicker.
import { actOf, clock, form, isWritten, ofSite, say, send, serverMs, value } from "./sending.js";

const plan = form("plan-work"), done = form("done"), blank = form("blank-work"), place = form("work-forms");
const OTHER = "other"; // an end that is no span
const opened = () => [...place.querySelectorAll("form")];
const rowOf = (id) => document.querySelector(`[data-work="${CSS.escape(id)}"]`);

// The new end: a span from where it is counted, or the moment that is written.
const endOf = (of, fromMs) =>
  value(of, "lasts") === OTHER ? ofSite(value(of, "until")) : new Date(fromMs + 1000 * Number(value(of, "lasts"))).toISOString();
const namesOf = (of) => ({ until: value(of, "lasts") === OTHER ? "until" : "lasts" });

function showEnd(of, fromMs, due = true) {
  const other = due && value(of, "lasts") === OTHER;
  of.querySelector(".of-until").hidden = !other;
  of.elements.namedItem("until").required = other;
  const known = due && !other && Number.isFinite(fromMs);
  of.querySelector(".ends").textContent = known ? say("until", { clock: dated(fromMs + 1000 * Number(value(of, "lasts"))) }) : "";
}

const day = new Intl.DateTimeFormat("en-GB", {
  day: "numeric", month: "short", timeZone: document.querySelector("main").dataset.zone,
});
const dated = (ms) => (day.format(ms) === day.format(serverMs()) ? "" : `${day.format(ms)} `) + clock.format(ms);

function planned() {
  const later = value(plan, "begins") === "later", from = later ? ofSite(value(plan, "from")) : null;
  return { later, from, fromMs: later ? Date.parse(from ?? "") : serverMs() };
}

function fitPlan() {
  const { later, fromMs } = planned();
  plan.querySelector(".of-from").hidden = !later;
  plan.elements.namedItem("from").required = later;
  showEnd(plan, fromMs);
}

// What can be done with work depends on where it is; a choice that is no longer one is undone, in words.
function fitOne(of) {
  const row = rowOf(of.dataset.id), over = document.querySelector(`[data-over="${CSS.escape(of.dataset.id)}"]`);
  if (!row && !isWritten(of)) {
    of.remove();
    return;
  }
  if (row) fitChoices(of, row.dataset);
  const told = say("work_over", { told: over?.dataset.told ?? "" });
  const begun = of.hasAttribute("data-begun") && !value(of, "action") ? say("work_begun") : "";
  of.querySelector(".overtaken").textContent = row ? begun : told;
  const longer = value(of, "action") === "extend";
  of.querySelector(".of-extend").hidden = !longer;
  showEnd(of, Number(row?.dataset.ends), longer);
}

function fitChoices(of, { state, said }) {
  of.querySelector(".about").textContent = said;
  for (const choice of of.querySelectorAll("[data-while]")) {
    const fits = choice.dataset.while.split(" ").includes(state), input = choice.querySelector("input");
    choice.hidden = !fits;
    if (!fits && input.checked) {
      input.checked = false;
      of.toggleAttribute("data-begun", true);
    }
  }
}

function fit() {
  if (!plan) return;
  fitPlan();
  opened().forEach(fitOne);
  document.body.toggleAttribute("data-written", [...document.forms].some(isWritten));
}

function open(id) {
  const there = opened().find((of) => of.dataset.id === id) ?? make(id);
  fit();
  there.scrollIntoView({ block: "nearest" });
  there.querySelector("[data-while]:not([hidden]) input").focus();
}

function make(id) {
  const of = blank.content.firstElementChild.cloneNode(true);
  of.dataset.id = id;
  of.id = `form-${id}`;
  for (const e of of.querySelectorAll("[id], [for]")) {
    const name = e.id ? "id" : "for";
    e.setAttribute(name, `${e.getAttribute(name)}-${id}`);
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

plan?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { from, fromMs } = planned(), system = value(plan, "system"), why = value(plan, "why");
  const written = JSON.stringify([system, from, value(plan, "lasts"), value(plan, "until"), why]);
  const act = actOf("plan-work", written, () => ({ system, from, until: endOf(plan, fromMs), why }));
  const told = await send(plan, "PUT", `/api/planned-work/${act.id}`, act.body, namesOf(plan));
  if (told) tell(say("planned", { system, clock: dated(Date.parse(told.until)) }));
});

async function change(event) {
  event.preventDefault();
  const of = event.target, id = of.dataset.id, action = value(of, "action"), why = value(of, "why");
  const untilMs = Number(rowOf(id)?.dataset.ends ?? serverMs());
  const written = JSON.stringify([action, value(of, "lasts"), value(of, "until"), why]);
  const act = actOf(of.id, written, () => ({ action, why, until: action === "extend" ? endOf(of, untilMs) : null }));
  const told = await send(of, "POST", `/api/planned-work/${id}/events/${act.id}`, act.body, namesOf(of));
  if (!told) return;
  of.remove();
  tell(say(`work_${action}`, { clock: dated(Date.parse(told.until)) }));
  done.focus();
}

function tell(what) {
  done.textContent = what;
  fit();
}

document.addEventListener("click", (event) => {
  const id = event.target.closest?.("[data-change]")?.dataset.change;
  if (id && plan) open(id);
});
for (const name of ["htmx:after:swap", "change", "input"]) document.addEventListener(name, fit);
document.addEventListener("reset", () => setTimeout(fit)); // the event comes before the fields are empty
fit();
