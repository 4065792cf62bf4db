// Opens the lobby at once. Before that it has a worker of its own keep this page, so that the button opens the lobby also
// while golive is down; browsers allow that over TLS only, and nothing is waited for longer than a blink.
const BLINK_MS = 400;
const lobby = document.getElementById("lobby");
const workers = navigator.serviceWorker;
const kept = workers?.register(lobby.dataset.worker, { scope: "/support" }).catch(() => {});

await Promise.race([kept, new Promise((go) => setTimeout(go, kept ? BLINK_MS : 0))]);
location.replace(lobby.href);
