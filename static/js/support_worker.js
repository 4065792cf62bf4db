// Answers for the button while golive does not: with the page that it keeps, which holds the link of the lobby.
const KEPT = "golive-support", PATIENCE_MS = 2500;
const LOBBY = `/support/lobby${self.location.search}`;

async function keep() {
  const page = await fetch(LOBBY, { cache: "no-store", credentials: "omit" });
  const kept = await caches.open(KEPT);
  if (page.status === 404) return caches.delete(KEPT); // the key was taken away
  if (!page.ok) return;
  const text = await page.clone().text();
  await kept.put(LOBBY, page);
  const files = [...text.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)].map((found) => found[1]);
  await Promise.all(files.map(async (file) => (await kept.match(file)) || kept.add(file).catch(() => {})));
}

self.addEventListener("install", (event) => event.waitUntil(keep().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

async function asked(event) {
  const late = new Promise((_, fail) => setTimeout(() => fail(new Error("late")), PATIENCE_MS));
  try {
    const answer = await Promise.race([fetch(event.request), late]);
    if (answer.status < 500) {
      event.waitUntil(keep().catch(() => {}));
      return answer;
    }
    return (await caches.match(LOBBY)) ?? answer;
  } catch {
    return (await caches.match(LOBBY)) ?? Response.error();
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event, { pathname } = new URL(request.url);
  if (request.mode === "navigate" && pathname === "/support") event.respondWith(asked(event));
  else if (pathname.startsWith("/static/")) event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
});
