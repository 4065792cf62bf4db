// "Support now": the lobby opens at once, and the click is counted through the outbox. The link works while golive is down.
import { h } from "./dom.js";
import { count, say } from "./words.js";
import { state } from "./state.js";
import * as outbox from "./outbox.js";
import { wake } from "./sender.js";
import { uuid } from "./ids.js";

async function clicked() {
  const id = uuid();
  await outbox.add(outbox.record({
    uuid: id, method: "PUT", path: `/api/supports/${id}`, kind: "support",
    body: { area: state.place?.area ?? "", room: state.place?.room ?? "", device: state.device, asked_at: new Date().toISOString() },
  }));
  wake({ fresh: true });
}

export function button() {
  const lobby = state.doc?.support?.lobby;
  return lobby && h("a.button.support", { href: lobby, target: "_blank", rel: "noreferrer", "data-key": "support", onclick: () => { clicked(); } }, say("support_now"));
}

// What became of it: who helps and where, or how many wait.
export function band() {
  const { waiting, mine = [] } = state.doc?.support ?? {}, one = mine.find((request) => request.open);
  if (!one) return null;
  const helped = one.supporter || one.breakout;
  return h("div.band.help", {}, h("span", {}, h("b", {}, one.supporter ? say("support_with", { name: one.supporter }) : helped ? "" : count("support_asked", waiting)), " ",
    one.breakout && say("support_in", { room: one.breakout })),
  one.link && h("a.button", { href: one.link, target: "_blank", rel: "noreferrer", "data-key": one.uuid }, say("support_join")));
}
