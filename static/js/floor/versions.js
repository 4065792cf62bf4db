// Which versions of the app this tablet keeps whole, and which one it shows; the worker reads the same note.
const PAGE = "/floor", PREFIX = "golive-floor-", NOTES = "golive-notes", NOTE = "/floor/current";
export const own = PREFIX + document.documentElement.dataset.version;

// Gives the newest one that is there as a whole, in the order in which they came.
export async function newest() {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX));
  for (const name of names.reverse()) {
    if (await caches.match(PAGE, { cacheName: name })) return name;
  }
  return null;
}

// The version before stays, for a tab that still shows it.
export async function show(name) {
  await (await caches.open(NOTES)).put(NOTE, new Response(name));
  const others = (await caches.keys()).filter((other) => other.startsWith(PREFIX) && other !== name && other !== own);
  await Promise.all(others.map((other) => caches.delete(other)));
}
