// Each minute: what this tablet holds without a receipt. The server says what of it it lacks; a silent tablet is seen.
import { state } from "./state.js";
import * as outbox from "./outbox.js";
import * as server from "./server.js";
import * as duty from "./duty.js";

const EVERY_MS = 60000, MOST = 1000;

export async function tell() {
  if (state.login || !state.device) return;
  const held = outbox.unsent(), at = outbox.oldest(held);
  await server.tell({
    held: held.slice(0, MOST).map((r) => r.uuid), oldest_at: held.length ? new Date(at).toISOString() : null,
    sent_at: new Date().toISOString(), version: document.documentElement.dataset.version,
    on_duty: Boolean(duty.own()), area: (duty.own() ?? state.place)?.area ?? "",
  });
}

// One tab tells for all.
const once = () => (navigator.locks ? navigator.locks.request("golive-floor-manifest", { ifAvailable: true }, (lock) => lock && tell()) : tell());

export function begin() {
  once();
  setInterval(once, EVERY_MS);
}
