// What the screen is made from, the same in every tab of this tablet: read from the store, and read again on any change.
import * as store from "./store.js";
import { newDevice } from "./ids.js";

export const state = {
  doc: null, // the document of everything that tablets show, as last given
  docAt: 0,
  records: [],
  place: null, // { area, room }
  device: "",
  home: false, // somebody chose to use golive in this browser
  journal: null, // { is, since }: which of the server's databases this tablet speaks with, and since when
  offsetMs: null, // how far this tablet's clock is ahead of the server's
  link: "unknown", // unknown | ok | none
  linkSince: 0,
  login: false, // the server asks who this is
  view: "log",
  pendingCode: "",
};
// The server's moment: a tablet's clock may be wrong by hours.
export const serverNow = () => Date.now() - (state.offsetMs ?? 0);
const watchers = new Set();
const channel = "BroadcastChannel" in self ? new BroadcastChannel("golive-floor") : null;

export const watch = (watcher) => watchers.add(watcher);
export function shown() {
  for (const watcher of watchers) watcher(state);
}

export function set(values) {
  Object.assign(state, values);
  shown();
}

// A fact that outlives the page; other tabs take it over.
export async function keep(values) {
  set(values);
  for (const [name, value] of Object.entries(values)) await store.keepFact(name, value);
  channel?.postMessage("facts");
}

export async function recordsChanged() {
  state.records = await store.records();
  shown();
  channel?.postMessage("records");
}

const FACTS = ["doc", "docAt", "place", "device", "home", "offsetMs", "etag", "journal"];
async function readFacts() {
  const found = await Promise.all(FACTS.map(store.fact));
  FACTS.forEach((name, i) => { if (found[i] !== undefined) state[name] = found[i]; });
}

export async function begin() {
  await readFacts();
  state.records = await store.records();
  if (!state.device) await keep({ device: newDevice() });
}

if (channel) {
  channel.onmessage = async ({ data }) => {
    if (data === "facts") await readFacts();
    if (data === "records") state.records = await store.records();
    shown();
  };
}
