// Sends what waits: one sender for all tabs of a tablet, records of one thing in their order, and after a failure again
// later at a random moment, so that five hundred tablets do not come back in one instant.
import { state, recordsChanged } from "./state.js";
import * as outbox from "./outbox.js";
import * as server from "./server.js";
import { photo } from "./store.js";

const LOCK = "golive-floor-sender", FIRST_MS = 1000, MOST_MS = 60000, STEAL_AFTER_MS = 45000, STOP_AFTER = 3, ODD_AFTER = 1, ODD_AFTER_URGENT = 3;
let running = null, again = false, tries = 0, timer = 0, notBefore = 0;

// `fresh` is for news (a new record, the network is back): it forgets how often it failed before.
export function wake({ fresh = false } = {}) {
  if (fresh) [tries, notBefore] = [0, Math.min(notBefore, Date.now())];
  if (Date.now() < notBefore) return later(notBefore - Date.now());
  if (running) {
    again = true;
    return undefined;
  }
  clearTimeout(timer);
  running = locked(drain).catch(() => {}).finally(() => {
    running = null;
    if (again) {
      again = false;
      wake();
    }
  });
  return running;
}

// A tab that stands still with the lock would stop all others: after a while it is taken from it. Sending twice is harmless.
async function locked(work) {
  if (!navigator.locks) return work();
  try {
    return await navigator.locks.request(LOCK, { signal: AbortSignal.timeout(STEAL_AFTER_MS) }, work);
  } catch (error) {
    if (error.name !== "TimeoutError" && error.name !== "AbortError") throw error;
    return navigator.locks.request(LOCK, { steal: true }, work);
  }
}

async function drain() {
  const passed = new Set(); // what is not tried again in this pass
  let failed = 0, waitMs = 0, done = 0;
  await recordsChanged(); // as the store has them now: another tab may have sent some since this one looked
  for (;;) {
    const next = first(passed);
    if (!next || failed >= STOP_AFTER) break;
    if (next.photo) next.blob = (await photo(next.photo))?.blob;
    const answer = await server.send(next);
    if (answer.is === "sent") {
      tries = 0;
      done += 1;
      await outbox.sent(next.n, answer.told);
    } else if (answer.is === "refused") {
      await outbox.refused(next.n, answer.problem);
    } else {
      if (answer.is === "login") return;
      waitMs = Math.max(waitMs, answer.waitMs ?? 0);
      failed += answer.alone ? 1 : STOP_AFTER;
      passed.add(next.order);
      await outbox.change(next.n, { tries: next.tries + 1, odd: (next.odd ?? 0) + (answer.alone ? 1 : 0) });
    }
  }
  if (done) server.refresh(); // what became of it
  if (failed) {
    tries += 1;
    if (waitMs) notBefore = Date.now() + waitMs;
    later(Math.max(waitMs, Math.random() * Math.min(MOST_MS, FIRST_MS * 2 ** tries)));
  }
}

// The gravest first; of one thing only its oldest, and nothing of a thing that stands behind a refusal. What was answered
// by somebody on the way, while others may get through, stands behind the rest; what is grave only after several times.
function first(passed) {
  const heads = new Map();
  for (const record of state.records) {
    if ((record.state === "waiting" || record.state === "refused") && !heads.has(record.order)) heads.set(record.order, record);
  }
  const ready = [...heads.values()].filter((r) => r.state === "waiting" && !passed.has(r.order) && !isEarly(r));
  return ready.sort((a, b) => Boolean(a.photo) - Boolean(b.photo) || isOdd(a) - isOdd(b) || b.urgent - a.urgent || a.n - b.n)[0];
}

const isOdd = (record) => (record.odd ?? 0) >= (record.urgent ? ODD_AFTER_URGENT : ODD_AFTER);

// A photo goes apart from everything else, but not before the issue that it belongs to.
const isEarly = (record) => record.kind === "photo"
  && state.records.some((r) => r.order === record.about.issue && r.kind === "issue" && r.state !== "sent");

function later(ms) {
  clearTimeout(timer);
  timer = setTimeout(() => wake(), ms);
}
