// A new version of the app: fetched beside the old one as a whole, shown when nothing is being written. What waits to be
// sent lies in the store and is not touched.
import { isWritten } from "./draft.js";
import * as versions from "./versions.js";

const LOOK_MS = 15 * 60000;
let ready = null, taken = false, said = () => {};
export const isReady = () => Boolean(ready);

async function take() {
  if (!ready || taken || isWritten() || document.querySelector("dialog[open]")) return;
  taken = true;
  await versions.show(ready);
  location.reload();
}

async function look() {
  const name = await versions.newest();
  if (!navigator.serviceWorker.controller || !name || name === versions.own) return;
  ready = name;
  said();
  await take();
}

function follow(worker) {
  if (worker) worker.onstatechange = () => { if (worker.state === "installed") look(); };
}

async function register() {
  const registration = await navigator.serviceWorker.register("/floor-worker.js", { scope: "/floor", updateViaCache: "none" });
  registration.onupdatefound = () => follow(registration.installing);
  follow(registration.installing);
  return registration;
}

export async function begin(changed) {
  said = changed;
  if (!("serviceWorker" in navigator)) return;
  document.addEventListener("golive:shown", take);
  try {
    const registration = await register();
    await look();
    const ask = () => registration.update().catch(() => register()).catch(() => {}); // one whose first try failed is gone
    setInterval(ask, LOOK_MS);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
    addEventListener("online", ask);
  } catch {
    // no worker here: the page works as long as it is open
  }
}
