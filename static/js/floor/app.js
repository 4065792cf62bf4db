// The tablet's app: what it keeps is read first and shown, then the server is asked.
import { fill, h } from "./dom.js";
import { say } from "./words.js";
import { state, set, keep, begin as read, watch } from "./state.js";
import * as alarm from "./alarm.js";
import * as bands from "./bands.js";
import * as foot from "./foot.js";
import * as form from "./form.js";
import * as info from "./info.js";
import * as known from "./known.js";
import * as manifest from "./manifest.js";
import * as mine from "./mine.js";
import * as outbox from "./outbox.js";
import * as places from "./places.js";
import * as server from "./server.js";
import * as top from "./top.js";
import * as update from "./update.js";
import { isDevice } from "./ids.js";
import { insecure, isApp, outside } from "./outside.js";
import { openLogin } from "./login.js";
import { wake } from "./sender.js";

const POLL_MS = 15000, TICK_MS = 20000;
const element = (id) => document.getElementById(id);
const asked = new URLSearchParams(location.search);
const parts = { known: h("div.known-here"), log: form.build(), list: h("div.list") };
let polling = 0;

function shown() {
  fill(element("top"), top.ofTop(), top.view);
  fill(element("bands"), bands.ofBands(), bands.view);
  fill(element("foot"), foot.ofFoot(), foot.view);
  document.body.dataset.view = state.view;
  main();
  document.dispatchEvent(new CustomEvent("golive:shown"));
}

function main() {
  const at = element("main");
  if (!state.doc) return fill(at, ["first", state.login, state.link], first);
  if (!state.place) return fill(at, ["place", state.doc.place], () => h("section.first", {}, h("h2", {}, say("place_how")), h("button.first", { type: "button", onclick: places.choose }, say("place_choose"))));
  if (state.view === "log") {
    fill(at, ["log"], () => [parts.known, parts.log]);
    fill(parts.known, known.ofKnown(), () => known.knownHere().slice(0, 2).map(known.band));
    return form.update();
  }
  fill(at, [state.view], () => [parts.list]);
  if (state.view === "known") return fill(parts.list, ["known", ...known.ofKnown()], known.view);
  if (state.view === "mine") return fill(parts.list, ["mine", state.doc.mine, state.doc.timezone, state.records.map((r) => [r.uuid, r.state, r.problem]), Math.floor(Date.now() / 60000)], mine.view);
  return fill(parts.list, ["info", ...info.ofInfo()], info.view);
}

// Nothing is known yet: a tablet must have been here once with a network and a login.
const first = () => h("section.first", {}, h("h2", {}, say(state.link === "none" ? "first_no_network" : state.login ? "first_login" : "first_wait")),
  state.login && h("button.first", { type: "button", "data-key": "login", onclick: openLogin }, say("log_in")));

async function poll() {
  clearTimeout(polling);
  await server.refresh();
  if (state.doc && state.pendingCode) await places.takeCode(state.pendingCode);
  if (outbox.waiting().length) wake();
  outbox.prune();
  polling = setTimeout(poll, POLL_MS * (0.75 + Math.random() / 2));
}

function listen() {
  const back = () => { wake({ fresh: true }); poll(); };
  addEventListener("online", () => setTimeout(back, Math.random() * 1000)); // five hundred tablets come back in one moment
  addEventListener("offline", () => server.linked(false));
  document.addEventListener("visibilitychange", () => { if (!document.hidden) back(); });
  addEventListener("pageshow", (event) => { if (event.persisted) back(); });
  setInterval(shown, TICK_MS); // ages grow
  const dark = matchMedia("(prefers-color-scheme: dark)"), theme = () => { document.documentElement.className = dark.matches ? "dark" : "light"; };
  dark.addEventListener("change", theme);
  theme();
}

async function take() {
  const code = asked.get("code") ?? "", device = asked.get("device") ?? "";
  if (isDevice(device)) await keep({ device });
  if (code) await places.takeCode(code);
  if (location.search) history.replaceState(null, "", "/floor");
}

async function start() {
  if (!isSecureContext) return element("main").replaceChildren(insecure());
  await read();
  await form.settle();
  watch(shown);
  const code = asked.get("code");
  if (code && !isApp() && !state.home && !state.doc) {
    listen();
    element("main").replaceChildren(outside(code, async () => { await keep({ home: true }); await run(); }));
    return update.begin(() => {});
  }
  listen();
  return run();
}

async function run() {
  await take();
  shown();
  performance.mark("golive-shown");
  await info.lookAtStorage();
  alarm.begin();
  wake({ fresh: true });
  await poll();
  manifest.begin();
  await update.begin(() => set({}));
}

start();
