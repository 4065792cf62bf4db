// What this tablet keeps: records of the outbox by their order, single facts by name, photos by their hash. A write is
// told only after its transaction is complete and, where the browser can, on the disk.
const NAME = "golive-floor", VERSION = 1;
let opening = null;

function opened() {
  opening ??= new Promise((resolve, reject) => {
    const ask = indexedDB.open(NAME, VERSION);
    ask.onupgradeneeded = () => {
      ask.result.createObjectStore("records", { keyPath: "n", autoIncrement: true }).createIndex("uuid", "uuid", { unique: true });
      ask.result.createObjectStore("facts");
      ask.result.createObjectStore("photos", { keyPath: "sha256" });
    };
    ask.onsuccess = () => {
      ask.result.onversionchange = () => { ask.result.close(); opening = null; };
      ask.result.onclose = () => { opening = null; };
      resolve(ask.result);
    };
    ask.onerror = () => { opening = null; reject(ask.error); };
  });
  return opening;
}

async function within(names, mode, work) {
  const db = await opened();
  return new Promise((resolve, reject) => {
    const of = db.transaction(names, mode, { durability: "strict" });
    const found = work(...[names].flat().map((name) => of.objectStore(name)));
    of.oncomplete = () => resolve(found?.result);
    of.onabort = of.onerror = () => reject(of.error);
  });
}

export const fact = (name) => within("facts", "readonly", (facts) => facts.get(name));
export const keepFact = (name, value) => within("facts", "readwrite", (facts) => facts.put(value, name));
export const records = () => within("records", "readonly", (of) => of.getAll());
export const count = (uuid) => within("records", "readonly", (of) => of.index("uuid").count(uuid));
export const addRecords = (made) => within("records", "readwrite", (of) => { for (const one of made) of.add(one); });
export const forget = (n) => within("records", "readwrite", (of) => of.delete(n));

// Changes one record by what it is now, not by what this tab thought it was.
export const changeRecord = (n, change) => within("records", "readwrite", (of) => {
  const ask = of.get(n);
  ask.onsuccess = () => {
    if (ask.result) of.put({ ...ask.result, ...(typeof change === "function" ? change(ask.result) : change) });
  };
});

export const photo = (sha256) => within("photos", "readonly", (of) => of.get(sha256));
export const photos = () => within("photos", "readonly", (of) => of.getAll());
export const keepPhoto = (made) => within("photos", "readwrite", (of) => of.put(made));
export const forgetPhoto = (sha256) => within("photos", "readwrite", (of) => of.delete(sha256));
