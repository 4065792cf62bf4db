// A SEV1 or a patient-safety issue without a receipt after ten seconds fills the screen: it must not look sent. It goes when
// it is sent, or when somebody says that they have phoned.
import { h, dialog } from "./dom.js";
import { say } from "./words.js";
import { ownTime } from "./clock.js";
import { state } from "./state.js";
import { whereOf } from "./places.js";
import { categoryName } from "./issues.js";
import { correct } from "./correct.js";
import { numbers, callLink } from "./contacts.js";
import { openLogin } from "./login.js";
import * as outbox from "./outbox.js";
import { wake } from "./sender.js";

const AFTER_MS = 10000, LOOK_MS = 500;
let box = null, shown = "";

// A clock that was set back must not hide it.
const isLate = (record) => Math.abs(Date.now() - record.made_at) >= AFTER_MS;
const late = () => outbox.unsent().filter((r) => r.urgent && !r.phoned_at && isLate(r));

function look() {
  const found = late(), key = JSON.stringify([found.map((r) => [r.uuid, r.state]), numbers(), state.login]);
  if (key === shown) return;
  shown = key;
  box?.close();
  box = found.length ? open(found) : null;
}

function open(found) {
  const made = dialog("alarm", { locked: true, label: say("not_sent") },
    h("h1", {}, say("not_sent")),
    h("ul", {}, found.map((r) => h("li", {}, h("b", {}, categoryName(r.body.category)), ` · ${whereOf(r.body)} · ${ownTime(r.made_at)}`,
      r.state === "refused" && h("button", { type: "button", onclick: () => correct(r) }, say("correct"))))),
    h("div.call", {}, numbers().length ? numbers().map(callLink) : h("p", {}, say("not_sent_no_number"))),
    h("p", {}, say("not_sent_goes_on")),
    h("div.choices", {}, h("button.phoned", { type: "button", onclick: () => phoned(found) }, say("phoned")),
      state.login && h("button.phoned", { type: "button", onclick: openLogin }, say("log_in"))));
  made.setAttribute("role", "alertdialog");
  return made;
}

async function phoned(found) {
  for (const one of found) {
    await outbox.change(one.n, { phoned_at: Date.now() });
    await outbox.add(outbox.event(one.uuid, "phoned"));
  }
  look();
  wake({ fresh: true });
}

// What could not even be saved must not look saved either.
function notSaved() {
  const made = dialog("alarm", { locked: true, label: say("not_saved_title") }, h("h1", {}, say("not_saved_title")),
    h("div.call", {}, numbers().map(callLink)), h("p", {}, say("not_saved_why")),
    h("button.phoned", { type: "button", onclick: () => made.close() }, say("phoned")));
  made.setAttribute("role", "alertdialog");
}

export function begin() {
  document.addEventListener("golive:not-saved", notSaved);
  document.addEventListener("golive:shown", look);
  setInterval(look, LOOK_MS);
}
