// What became of the last one: saved here, sent with its number, or refused; and support at once.
import { h } from "./dom.js";
import { say } from "./words.js";
import { state } from "./state.js";
import { whereOf } from "./places.js";
import { categoryName } from "./issues.js";
import { stateOf } from "./mine.js";
import { button as support } from "./support.js";

const last = () => state.records.filter((r) => r.kind === "issue" && r.state !== "dropped").at(-1);
export const ofFoot = () => [last()?.uuid, last()?.state, last()?.receipt?.number, state.doc?.support, state.doc?.timezone, state.offsetMs, state.place, state.view];

export function view() {
  const one = last();
  return [
    support(),
    one && h("p.last", { role: "status", "data-state": one.state, "data-uuid": one.uuid }, h("span", {}, h("b", {}, categoryName(one.body.category)), `, ${whereOf(one.body)}`), h("span.state", {}, stateOf(one))),
    !one && h("p.last", { role: "status" }, say("last_none")),
  ];
}
