// Each minute: what this tablet holds without a receipt. The server says what of it it lacks; a silent tablet is seen.
// Now and then also of what it has a receipt for: a server that was restored from a backup lost what came after that, and
// the copies of the tablets are the only ones then.
import { state, keep } from "./state.js";
import * as outbox from "./outbox.js";
import * as server from "./server.js";
import * as duty from "./duty.js";
import { wake } from "./sender.js";

const EVERY_MS = 60000, MOST = 1000, COPIES_EACH = 10;
let told = 0;

export async function tell() {
  if (state.login || !state.device) return;
  const held = outbox.unsent(), at = outbox.oldest(held), copies = told % COPIES_EACH ? [] : outbox.copies().reverse();
  const answer = await server.tell({
    held: [...held, ...copies].slice(0, MOST).map((r) => r.uuid), oldest_at: held.length ? new Date(at).toISOString() : null,
    sent_at: new Date().toISOString(), version: document.documentElement.dataset.version,
    on_duty: Boolean(duty.own()), area: (duty.own() ?? state.place)?.area ?? "",
  });
  if (answer === null) return;
  told += 1;
  // another journal is another database, such as after the training: what the one before was told is not told to this
  if (answer.journal && answer.journal !== state.journal?.is) {
    await keep({ journal: { is: answer.journal, since: state.journal ? Date.now() : 0 } });
  }
  const since = state.journal?.since ?? Infinity;
  const lost = copies.filter((r) => r.sent_at >= since && answer.missing.includes(r.uuid));
  for (const one of lost.reverse()) await outbox.lost(one.n);
  if (lost.length) wake({ fresh: true });
}

// One tab tells for all.
const once = () => (navigator.locks ? navigator.locks.request("golive-floor-manifest", { ifAvailable: true }, (lock) => lock && tell()) : tell());

export function begin() {
  once();
  setInterval(once, EVERY_MS);
}
