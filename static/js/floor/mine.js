// What became of what was logged: on this tablet, by me, or handed to me; and whether it is solved.
import { h } from "./dom.js";
import { say, age } from "./words.js";
import { ownTime } from "./clock.js";
import { state, serverNow } from "./state.js";
import { areaName, whereOf } from "./places.js";
import { categoryName, statusName } from "./issues.js";
import { correct } from "./correct.js";
import * as outbox from "./outbox.js";
import { wake } from "./sender.js";

const asks = (issue) => issue.solved && !outbox.isOnItsWay(issue.uuid, "verify", "reopen");
export const toConfirm = () => (state.doc?.mine ?? []).filter(asks).length;
export const toLookAt = () => toConfirm() + outbox.refusals().length;

async function answer(issue, action) {
  await outbox.add(outbox.event(issue.uuid, action));
  wake({ fresh: true });
}

// What this tablet holds of an issue, in words: they are said only after they are true.
export function stateOf(record) {
  if (record.state === "sent") return say(record.receipt?.number ? "sent_no" : "sent", { n: record.receipt?.number, time: ownTime(record.sent_at) });
  if (record.state === "refused") return say("refused");
  return say("saved_here");
}

// The sent copies of who was here before are kept for a restore, and are nobody else's to read.
const isHidden = (record) => record.state === "sent" && record.by && record.by !== state.doc?.me?.name;

export function view() {
  const mine = state.doc?.mine ?? [], known = new Set(mine.map((issue) => issue.uuid));
  const here = state.records.filter((r) => r.kind === "issue" && r.state !== "dropped" && !isHidden(r) && !(r.state === "sent" && known.has(r.uuid))).reverse();
  const others = outbox.unsent().filter((r) => r.kind !== "issue");
  if (!mine.length && !here.length && !others.length) return h("p.empty", {}, say("mine_none"));
  const isOpen = (record) => record.state !== "sent";
  return [
    h("h2.unseen", {}, say("nav_mine")),
    ...here.filter(isOpen).map(local),
    ...others.map(other),
    ...mine.filter(asks).map(told),
    ...here.filter((record) => !isOpen(record)).map(local),
    ...mine.filter((issue) => !asks(issue)).map(told),
  ];
}

const head = (severity, what, where, right) => h("header", {}, h(`span.n.n${severity}`, {}, String(severity)),
  h("h3", {}, h("b", {}, what), h("small", {}, where)), h("span.right", {}, right));

function local(record) {
  const { body } = record;
  return h("article.item", { "data-state": record.state, "data-uuid": record.uuid },
    head(body.severity, categoryName(body.category), whereOf(body), h("span.state", {}, stateOf(record))),
    body.text && h("p", {}, body.text), problem(record), meta(record));
}

function other(record) {
  return h("article.item", { "data-state": record.state, "data-uuid": record.uuid },
    h("header", {}, h("h3", {}, h("b", {}, say(`did_${record.kind}`)), h("small", {}, nameOf(record))), h("span.right.state", {}, stateOf(record))),
    problem(record), meta(record));
}

function nameOf(record) {
  const issue = [...(state.doc?.mine ?? []), ...(state.doc?.known ?? [])].find((i) => i.uuid === record.about.issue);
  return issue ? say("no_what", { n: issue.number, what: categoryName(issue.category), where: areaName(issue.area) })
    : areaName(record.about.area ?? "");
}

const meta = (record) => h("p.second", {}, [say("logged_ago", { age: age(Date.now() - record.made_at) }), record.by && say("logged_by", { name: record.by })].filter(Boolean).join(" · "));

const problem = (record) => record.state === "refused" && h("div.problem", {},
  h("p", {}, say("refused_why", { why: record.problem?.detail ?? record.problem?.title ?? "" })),
  h("button", { type: "button", "data-key": record.uuid, onclick: () => correct(record) }, say("correct")));

function told(issue) {
  const asked = asks(issue), has = issue.solved && !asked;
  return h("article.item", { "data-number": issue.number, "data-asked": asked },
    head(issue.severity, categoryName(issue.category), `${say("no", { n: issue.number })} · ${whereOf(issue)}${issue.handed ? ` · ${say("handed")}` : ""}`,
      h("span.state", {}, statusName(issue.status))),
    issue.text && h("p", {}, issue.text),
    issue.merged_into && h("p.second", {}, say("merged_into", { n: issue.merged_into.number, status: statusName(issue.merged_into.status) })),
    issue.answer && h("blockquote", {}, h("p", {}, issue.answer.text), h("footer", {}, `${issue.answer.by} · ${say("ago", { age: age(serverNow() - Date.parse(issue.answer.at)) })}`)),
    asked && h("div.solved", { role: "group", "aria-label": say("solved") }, h("b", {}, say("solved")),
      h("button.first", { type: "button", "data-key": `y${issue.uuid}`, onclick: () => answer(issue, "verify") }, say("solved_yes")),
      h("button", { type: "button", "data-key": `n${issue.uuid}`, onclick: () => answer(issue, "reopen") }, say("solved_no"))),
    has && h("p.second", {}, say("solved_told")),
    (issue.owner || issue.team) && h("p.second", {}, say("has_it", { who: [issue.owner, issue.team].filter(Boolean).join(", ") })));
}
