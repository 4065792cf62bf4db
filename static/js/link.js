// Watches whether a screen is live. Frames restart the "not live" clock of the stylesheet; when none come over the socket
// for 10 s the same fragments are polled, and the socket is tried anew beside that.
const SILENT_MS = 5000, NO_SOCKET_MS = 10000, POLL_MS = 3000, POLL_LIMIT_MS = 2500, RELOAD_MS = 60000;
const link = document.getElementById("link"), page = document.documentElement;
let frameAt = performance.now(), socketFrameAt = -Infinity, triedAt = performance.now(), polledAt = -Infinity, polling = false;

function say(state) {
  if (link.dataset.link === state) return;
  link.dataset.link = state;
  link.querySelector(".word").textContent = link.dataset[state];
  page.classList.toggle("is-lost", state === "lost");
}

function arrived() {
  frameAt = performance.now();
  const overlay = document.querySelector(".not-live");
  for (const animation of overlay?.getAnimations() ?? []) animation.currentTime = 0;
  const build = document.getElementById("tick")?.dataset.build;
  if (build && build !== page.dataset.build) reload();
}

// The server was renewed: take its new page, at a random moment so that a hundred walls do not all come at once.
// Where somebody has written something the page stays, and says so.
let reloading = false;
function reload() {
  const isWritten = document.body.hasAttribute("data-written");
  document.getElementById("renewed")?.toggleAttribute("hidden", !isWritten);
  if (isWritten || reloading || performance.now() < RELOAD_MS) return;
  reloading = true;
  setTimeout(() => {
    if (document.body.hasAttribute("data-written")) reloading = false;
    else location.reload();
  }, Math.random() * 5000);
}

document.addEventListener("htmx:ws:after:message:incoming", () => {
  socketFrameAt = triedAt = performance.now();
  arrived();
  say("live");
});

async function poll() {
  if (polling) return;
  polling = true;
  polledAt = performance.now();
  try {
    const socket = document.getElementById("socket");
    const answer = await fetch(socket.dataset.poll, { cache: "no-store", signal: AbortSignal.timeout(POLL_LIMIT_MS) });
    if ((answer.redirected || answer.status === 401) && !document.body.hasAttribute("data-written")) location.reload();
    if (!answer.ok) return;
    const text = await answer.text();
    if (performance.now() - socketFrameAt < NO_SOCKET_MS) return; // the socket came back meanwhile: it is newer
    await htmx.swap({ sourceElement: socket, target: socket, swap: "none", text });
    arrived();
    say("polling");
  } catch {
    // no answer: the silence itself is what is shown
  } finally {
    polling = false;
  }
}

// A socket whose other end is gone without a word stays open for minutes: put a new element in its place.
let connection = null;
document.addEventListener("htmx:ws:before:connection", (event) => { connection = event.detail.connection; });
function renewSocket() {
  triedAt = performance.now();
  const old = document.getElementById("socket");
  const fresh = old.cloneNode(false);
  fresh.removeAttribute("data-htmx-powered");
  connection?.socket?.close();
  old.replaceWith(fresh);
  htmx.process(fresh);
}

// The page looks at something else of its kind, such as another issue: the same places, filled from another view.
document.addEventListener("golive:view", ({ detail }) => {
  const socket = document.getElementById("socket"), view = encodeURIComponent(detail);
  if (socket.dataset.poll.endsWith(`=${view}`)) return;
  socket.dataset.poll = `/live/snapshot?view=${view}`;
  socket.setAttribute("hx-ws:connect", `/live?view=${view}`);
  renewSocket();
  if (link.dataset.link !== "live") poll();
});

function watch() {
  const now = performance.now();
  if (now - frameAt > SILENT_MS) say("lost");
  const socketSilentMs = now - Math.max(socketFrameAt, 0);
  if (socketSilentMs > NO_SOCKET_MS) {
    if (now - polledAt >= POLL_MS) poll();
    if (now - triedAt > 15000 + Math.random() * 15000) renewSocket();
  }
}

setInterval(watch, 250);
navigator.wakeLock?.request("screen").catch(() => {}); // where the screen may sleep, ask it not to
