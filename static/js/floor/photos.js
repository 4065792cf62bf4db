// Photos, where the site allows them: the picture is drawn anew and smaller, so that nothing of the camera's notes stays,
// what must not be seen is blacked out by hand before it is saved, and it goes out after every text.
import { h, dialog } from "./dom.js";
import { say } from "./words.js";
import { state, shown } from "./state.js";
import { draft, write } from "./draft.js";
import * as outbox from "./outbox.js";
import * as store from "./store.js";

const MOST_PX = 1600, QUALITY = 0.8, MOST = 3;

export function photoButton() {
  const input = h("input", { type: "file", accept: "image/*", capture: "environment", hidden: true, "aria-label": say("photo") });
  const button = h("button.photo", { type: "button", onclick: () => input.click() }, say("photo"));
  const box = h("span.photo-box", {}, input, button);
  input.addEventListener("change", async () => {
    const [file] = input.files;
    input.value = "";
    if (file) await take(file);
    shown();
  });
  document.addEventListener("golive:shown", () => {
    box.hidden = !state.doc?.photos || draft.photos.length >= MOST;
    button.textContent = draft.photos.length ? say("photo_more", { n: draft.photos.length }) : say("photo");
  });
  box.hidden = true;
  return box;
}

async function take(file) {
  let picture;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return;
  }
  const scale = Math.min(1, MOST_PX / Math.max(picture.width, picture.height));
  const canvas = h("canvas", { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale), tabindex: 0, "aria-label": say("photo_black") });
  canvas.getContext("2d", { willReadFrequently: true }).drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  if (!(await blackedOut(canvas))) return;
  const blob = await bare(await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY)));
  const hash = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
  const sha256 = [...new Uint8Array(hash)].map((b) => b.toString(16).padStart(2, "0")).join("");
  await store.keepPhoto({ sha256, blob, made_at: Date.now() });
  write({ photos: [...draft.photos.filter((p) => p !== sha256), sha256] });
}

// Some browsers note device and program in what they draw, and golive refuses a photo with notes: before the picture only
// what says how it is to be read is kept (JFIF, ICC, Adobe), and of it what golive takes (app/domain/floor/photos.py).
async function bare(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer()), SCAN = 0xda, kept = [bytes.subarray(0, 2)];
  const begins = (at, word) => [...word].every((sign, i) => bytes[at + i] === sign.charCodeAt(0));
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff && bytes[at + 1] !== SCAN) {
    const marker = bytes[at + 1], end = at + 2 + bytes[at + 2] * 256 + bytes[at + 3], held = at + 4;
    const isNote = marker === 0xfe || (marker >= 0xe0 && marker <= 0xef);
    const reads = (marker === 0xe0 && end - held <= 14 && begins(held, "JFIF")) || (marker === 0xe2 && begins(held, "ICC_PROFILE"))
      || marker === 0xee;
    if (!isNote || reads) kept.push(bytes.subarray(at, end));
    at = end;
  }
  return new Blob([...kept, bytes.subarray(at)], { type: "image/jpeg" });
}

// A finger draws a black box over whatever must not be seen; only then it can be saved.
function blackedOut(canvas) {
  return new Promise((resolve) => {
    const pen = canvas.getContext("2d");
    let from = null, before = null, saved = false;
    const place = (event) => {
      const box = canvas.getBoundingClientRect();
      return [(event.clientX - box.left) * (canvas.width / box.width), (event.clientY - box.top) * (canvas.height / box.height)];
    };
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      from = place(event);
      before = pen.getImageData(0, 0, canvas.width, canvas.height);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!from) return;
      const [x, y] = place(event);
      pen.putImageData(before, 0, 0);
      pen.fillStyle = "black";
      pen.fillRect(from[0], from[1], x - from[0], y - from[1]);
    });
    canvas.addEventListener("pointerup", () => { from = null; });
    const box = dialog("photo", { label: say("photo_black"), onclose: () => resolve(saved) },
      h("h2", {}, say("photo_black")), h("p", {}, say("photo_why")), h("div.frame", {}, canvas),
      h("div.choices", {},
        h("button.first", { type: "button", onclick: () => { saved = true; box.close(); } }, say("photo_keep")),
        h("button.plain", { type: "button", onclick: () => box.close() }, say("photo_drop"))));
  });
}

export const photoRecords = (issue, hashes) => hashes.map((sha256) => ({
  ...outbox.record({
    method: "PUT", path: `/api/issues/${issue}/photos/${sha256}`, body: null, order: `${issue}/${sha256}`, kind: "photo", about: { issue },
  }),
  photo: sha256,
}));
