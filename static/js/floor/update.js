// A new version of the app: fetched beside the old one as a whole, taken when nothing is being written. What waits to be
// sent lies in the store and is not touched.
import { isWritten } from "./draft.js";

const LOOK_MS = 15 * 60000;
let ready = null, reloading = false, said = () => {};
export const isReady = () => Boolean(ready);

function take() {
  if (ready && !isWritten() && !document.querySelector("dialog[open]")) ready.postMessage("take over");
}

function found(registration) {
  const { waiting, installing } = registration;
  if (waiting && navigator.serviceWorker.controller) {
    ready = waiting;
    take();
    said();
  }
  installing?.addEventListener("statechange", () => found(registration));
}

export async function begin(changed) {
  said = changed;
  if (!("serviceWorker" in navigator)) return;
  let isFirst = !navigator.serviceWorker.controller; // the first one to take over brings nothing new
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (!isFirst && !reloading) {
      reloading = true;
      location.reload();
    }
    isFirst = false;
  });
  document.addEventListener("golive:shown", take);
  try {
    const registration = await navigator.serviceWorker.register("/floor-worker.js", { scope: "/floor", updateViaCache: "none" });
    registration.addEventListener("updatefound", () => found(registration));
    found(registration);
    const look = () => registration.update().catch(() => {});
    setInterval(look, LOOK_MS);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
    addEventListener("online", look);
  } catch {
    // no worker here: the page works as long as it is open
  }
}
