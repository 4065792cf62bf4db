// What waits to be sent, what was sent and what was refused. A record is stored before anything is said of it, and kept
// for seven days after its receipt.
import { state, recordsChanged } from "./state.js";
import * as store from "./store.js";
import { uuid } from "./ids.js";

export const KEPT_MS = 7 * 86400000;
const GRAVE = 1;

// `order` is the id of the thing whose records stay in order; `about` is what the screen says of it.
export function record({ method, path, body, order, kind, about = {}, uuid: own = uuid() }) {
  return {
    uuid: own, method, path, body, order: order ?? own, kind, about, made_at: Date.now(), by: state.doc?.me?.name ?? "",
    state: "waiting", tries: 0, urgent: kind === "issue" && (body.severity === GRAVE || body.safety === true),
  };
}

export async function add(...made) {
  await store.addRecords(made);
  navigator.storage?.persist?.().catch(() => {});
  await recordsChanged();
}

export const holds = async (own) => (await store.count(own)) > 0;

export function event(issue, action, more = {}) {
  const own = uuid();
  return record({
    uuid: own, method: "POST", path: `/api/issues/${issue}/events/${own}`, order: issue, kind: action,
    body: { action, at: new Date().toISOString(), device: state.device, ...more }, about: { issue },
  });
}

export async function change(n, values) {
  await store.changeRecord(n, values);
  await recordsChanged();
}

export const sent = (n, receipt) => change(n, { state: "sent", receipt, sent_at: Date.now(), problem: null });
export const refused = (n, problem) => change(n, { state: "refused", problem, refused_at: Date.now() });
export const again = (n, values = {}) => change(n, { state: "waiting", problem: null, ...values });

// The server has lost what it gave a receipt for: it waits again, unless another tab saw to that.
export async function lost(n) {
  await store.changeRecord(n, (now) => (now.state === "sent" ? { state: "waiting", receipt: null, problem: null } : {}));
  await recordsChanged();
}

// What was dropped stays in the export for as long as a sent copy would; what depends on it goes with it.
export async function drop(of) {
  const hangs = (r) => r.n === of.n || (r.n > of.n && (r.order === of.order || r.about.issue === of.uuid));
  for (const one of state.records.filter((r) => hangs(r) && r.state !== "sent")) {
    await store.changeRecord(one.n, { state: "dropped", sent_at: Date.now() });
  }
  await recordsChanged();
}

export async function prune() {
  const old = state.records.filter((r) => ["sent", "dropped"].includes(r.state) && Date.now() - r.sent_at > KEPT_MS);
  for (const one of old) await store.forget(one.n);
  if (old.length) await recordsChanged();
  const used = new Set(unsent().map((r) => r.photo));
  for (const { sha256, made_at } of await store.photos()) {
    if (!used.has(sha256) && Date.now() - made_at > KEPT_MS) await store.forgetPhoto(sha256);
  }
}

export const unsent = () => state.records.filter((r) => r.state === "waiting" || r.state === "refused");
// What people told of issues and have a receipt for; a photo is known to the server by its content alone.
export const copies = () => state.records.filter((r) => r.state === "sent" && r.kind !== "photo" && r.path.startsWith("/api/issues/"));
export const waiting = () => state.records.filter((r) => r.state === "waiting");
export const refusals = () => state.records.filter((r) => r.state === "refused");
export const oldest = (records) => records.reduce((at, r) => Math.min(at, r.made_at), Infinity);
// Whether this tablet says so just now: sent after what the server told last, which counts from then on.
export const isOnItsWay = (issue, ...kinds) => state.records.some((r) => r.order === issue && kinds.includes(r.kind)
  && (r.state === "waiting" || (r.state === "sent" && r.sent_at > state.docAt)));
// Whether this tablet has told the server, or is about to, what it would tell it again.
export const hasTold = (issue, ...kinds) => state.records.some(
  (r) => r.order === issue && kinds.includes(r.kind) && r.state !== "refused" && r.state !== "dropped");
