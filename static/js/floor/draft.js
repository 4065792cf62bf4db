// What is being written; it survives a reload of this tab, and is forgotten with the tab or when it is saved.
const KEY = "golive-floor-draft";
const EMPTY = { uuid: "", category: "", severity: 0, safety: false, text: "", fn: "", workaround: "", photos: [], step: "what" };

function read() {
  try {
    return { ...EMPTY, ...JSON.parse(sessionStorage.getItem(KEY) ?? "{}") };
  } catch {
    return { ...EMPTY };
  }
}

export const draft = read();

// `uuid` is the id under which just this was last saved; whatever is changed is something else.
export function write(values) {
  Object.assign(draft, { uuid: "" }, values);
  try {
    sessionStorage.setItem(KEY, JSON.stringify(draft));
  } catch {
    // no room for it: it is on the screen, and kept when it is sent
  }
}

export const empty = () => write({ ...EMPTY, photos: [] });
export const isWritten = () => Boolean(draft.category || draft.severity || draft.text || draft.workaround || draft.photos.length);
