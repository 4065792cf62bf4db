// Keeps the app for a start without a network. VERSION and HASHES stand above, put there by the server: all files are of
// one version, shown as a whole or not at all, and the page with them. Which version is shown is a note of its own
// (versions.js writes it too), so that no worker must be hurried: the new one begins once all tabs of the old are closed.
const PAGE = "/floor", PREFIX = "golive-floor-", NOTES = "golive-notes", NOTE = "/floor/current", CACHE = PREFIX + VERSION;
const PARTS = "golive-parts-", PART = PARTS + VERSION, PASSES = 5, PAUSE_MS = 700;
const FILES = Object.keys(HASHES).filter((name) => name !== PAGE);

// Where a request in four fails, some file of many always does: what came is kept apart until all is there, over passes
// and over tries of the whole.
async function keep() {
  const page = await fetched(PAGE);
  if (page.headers.get("x-golive-floor") !== VERSION) throw new Error("the page is of another version");
  await Promise.all((await caches.keys()).filter((name) => name.startsWith(PARTS) && name !== PART).map((name) => caches.delete(name)));
  const part = await caches.open(PART);
  await Promise.all(FILES.map(async (file) => {
    if (!(await part.match(file))) await part.put(file, await fetched(file));
  }));
  await caches.delete(CACHE); // where the server went back to a version that was here before: it is the newest again
  const cache = await caches.open(CACHE);
  for (const file of FILES) await cache.put(file, await part.match(file));
  await cache.put(PAGE, page); // the last one: a cache with the page is whole
  await caches.delete(PART);
}

async function fetched(file) {
  for (let pass = 1; ; pass += 1) {
    try {
      const answer = await fetch(file, { cache: "reload", integrity: HASHES[file] }); // what is cut or another's is kept by nobody
      await answer.clone().blob(); // it throws where the answer is cut; unread it would keep its connection
      if (answer.ok) return answer;
      throw new Error(`${file}: ${answer.status}`);
    } catch (error) {
      if (pass === PASSES) throw error;
      await new Promise((done) => { setTimeout(done, PAUSE_MS * pass * (0.5 + Math.random())); });
    }
  }
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
