// Keeps the app for a start without a network. VERSION and FILES stand above, put there by the server: all files are of
// one version, fetched as a whole or not at all, and the page with them. Which version is shown is a note of its own
// (versions.js writes it too), so that no worker must be hurried: the new one begins once all tabs of the old are closed.
const PAGE = "/floor", PREFIX = "golive-floor-", NOTES = "golive-notes", NOTE = "/floor/current", CACHE = PREFIX + VERSION;

async function keep() {
  await caches.delete(CACHE); // where the server went back to a version that was here before: it is the newest again
  const cache = await caches.open(CACHE);
  const page = await fetch(PAGE, { cache: "reload" });
  if (!page.ok || page.headers.get("x-golive-floor") !== VERSION) throw new Error("the page is of another version");
  await cache.addAll(FILES.map((file) => new Request(file, { cache: "reload" })));
  await cache.put(PAGE, page); // the last one: a cache with the page is whole
}

// The version before stays, for a tab that still shows it.
async function begin() {
  await (await caches.open(NOTES)).put(NOTE, new Response(CACHE));
  const old = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(old.slice(0, -1).map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function page(request) {
  const note = await caches.match(NOTE, { cacheName: NOTES }), current = note ? await note.text() : CACHE;
  return (await caches.match(PAGE, { cacheName: current })) ?? (await caches.match(PAGE, { cacheName: CACHE })) ?? fetch(request);
}

const file = async (request) => (await caches.match(request)) ?? fetch(request);

self.addEventListener("install", (event) => event.waitUntil(keep()));
self.addEventListener("activate", (event) => event.waitUntil(begin()));
self.addEventListener("fetch", (event) => {
  const { request } = event, url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate" && url.pathname === PAGE) event.respondWith(page(request));
  else if (url.pathname.startsWith(`${PAGE}/`) && !url.pathname.endsWith(".webmanifest")) event.respondWith(file(request));
  else if (FILES.includes(url.pathname)) event.respondWith(file(request));
});
