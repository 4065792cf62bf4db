// Asks the server, and tells apart what it said from what somebody on the way said: a hotel's login page is no receipt.
import { state, set, keep } from "./state.js";

const LIMIT_MS = 10000;
const isProblem = (answer) => (answer.headers.get("content-type") ?? "").startsWith("application/problem+json");
const isJson = (answer) => (answer.headers.get("content-type") ?? "").startsWith("application/json");
const LATER = new Set([401, 408, 421, 425, 429]);

async function ask(path, options = {}) {
  const answer = await fetch(path, {
    cache: "no-store", credentials: "same-origin", redirect: "error", signal: AbortSignal.timeout(LIMIT_MS), ...options,
    headers: { Accept: "application/json", ...options.headers },
  });
  const ours = isJson(answer) || isProblem(answer) || answer.status === 304;
  if (ours) linked(answer.status !== 503);
  return answer;
}

export function linked(works) {
  const link = works ? "ok" : "none";
  if (state.link !== link) set({ link, linkSince: Date.now() });
}

// Gives { is: "sent" | "refused" | "login" | "later", … }; "later" with `alone` where others may well get through.
export async function send(record) {
  let answer, told;
  try {
    const photo = record.blob;
    answer = await ask(record.path, {
      method: record.method, body: photo ?? JSON.stringify(record.body),
      headers: { "Content-Type": photo ? photo.type : "application/json" },
      ...(photo ? { signal: AbortSignal.timeout(6 * LIMIT_MS) } : {}),
    });
    told = isJson(answer) || isProblem(answer) ? await answer.json() : null;
  } catch {
    linked(false);
    return { is: "later" };
  }
  if (told === null) { // somebody on the way answers: to everything, as a hotel does, or to what it does not like in this one
    linked(false);
    return { is: "later", alone: true };
  }
  if (answer.ok && isReceipt(record, told)) return { is: "sent", told };
  if (answer.status === 401) {
    set({ login: true });
    return { is: "login" };
  }
  if (isProblem(answer) && answer.status >= 400 && answer.status < 500 && !LATER.has(answer.status)) {
    return { is: "refused", problem: told };
  }
  const waitMs = 1000 * Number(answer.headers.get("retry-after") ?? 0) || 0;
  return { is: "later", alone: answer.status === 500, waitMs };
}

function isReceipt(record, told) {
  if (typeof told !== "object" || told === null) return false;
  if (record.kind === "photo") return told.sha256 === record.photo;
  if (record.kind === "handover") return told.uuid === record.uuid; // a note that nobody else keeps
  return record.path.startsWith("/api/issues/") ? told.uuid === record.order && Number.isInteger(told.number) : true;
}

export async function refresh() {
  try {
    const answer = await ask("/api/floor", { headers: state.etag && state.doc ? { "If-None-Match": state.etag } : {} });
    if (answer.status === 401) set({ login: true });
    if (answer.status === 304) {
      set({ docAt: Date.now(), login: false });
    } else if (answer.ok && isJson(answer)) {
      await keep({ doc: await answer.json(), etag: answer.headers.get("etag"), docAt: Date.now() });
      set({ login: false });
    } else if (isProblem(answer) && answer.status === 403) {
      set({ login: true });
    }
    return answer.status;
  } catch {
    linked(false);
    return 0;
  }
}

// The moment of the answer lies between asking and hearing; the clock's error is measured against the middle.
export async function tell(manifest) {
  const before = Date.now();
  try {
    const answer = await ask(`/api/tablets/${state.device}`, {
      method: "POST", body: JSON.stringify(manifest), headers: { "Content-Type": "application/json" },
    });
    if (answer.status === 401) set({ login: true });
    if (!answer.ok || !isJson(answer)) return null;
    const told = await answer.json(), middle = (before + Date.now()) / 2;
    await keep({ offsetMs: Math.round(middle - Date.parse(told.now)) });
    return told;
  } catch {
    return null;
  }
}

export async function logIn(token) {
  try {
    const answer = await fetch("/login", {
      method: "POST", redirect: "manual", headers: { Accept: "application/json" },
      body: new URLSearchParams({ token, next: "/floor" }), signal: AbortSignal.timeout(LIMIT_MS),
    });
    if (answer.type === "opaqueredirect") return { done: true };
    return { done: false, status: answer.status, problem: isProblem(answer) ? await answer.json() : null };
  } catch {
    return { done: false, status: 0, problem: null };
  }
}

export async function logOut() {
  try {
    const answer = await fetch("/logout", { method: "POST", redirect: "manual", signal: AbortSignal.timeout(LIMIT_MS) });
    return answer.type === "opaqueredirect";
  } catch {
    return false;
  }
}
