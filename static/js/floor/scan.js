// Reads a QR code by the camera inside the app: a code read by the tablet's own camera opens a browser whose storage is
// not the app's. The browser's own reader where there is one, else the library.
import { h, dialog } from "./dom.js";
import { say } from "./words.js";

const LOOK_MS = 150, MOST_PX = 720;
export const canScan = () => Boolean(navigator.mediaDevices?.getUserMedia);

async function reader() {
  if ("BarcodeDetector" in self && (await BarcodeDetector.getSupportedFormats().catch(() => [])).includes("qr_code")) {
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async (canvas) => (await detector.detect(canvas))[0]?.rawValue ?? "";
  }
  const { decodeQR } = await import("../../vendor/qr/decode.js");
  return async (canvas) => {
    const { data, width, height } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    try {
      return decodeQR({ data, width, height });
    } catch {
      return ""; // no code in this picture
    }
  };
}

function still(video, canvas) {
  const scale = Math.min(1, MOST_PX / Math.max(video.videoWidth, video.videoHeight));
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  canvas.getContext("2d", { willReadFrequently: true }).drawImage(video, 0, 0, canvas.width, canvas.height);
}

// Gives the text of the first code seen, "" where it was closed before.
export async function scan() {
  const video = h("video", { playsinline: true, muted: true }), said = h("p.second", { role: "status" }, say("scan_hold"));
  let stream = null, over = false;
  return new Promise((resolve) => {
    let text = "";
    const box = dialog("scan", { label: say("place_scan"), onclose: () => {
      over = true;
      for (const track of stream?.getTracks() ?? []) track.stop();
      resolve(text);
    } }, h("header", {}, h("h2", {}, say("place_scan")), h("button.close", { type: "button", onclick: () => box.close(), "aria-label": say("close") }, "×")), video, said);
    (async () => {
      try {
        stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
        if (over) return stream.getTracks().forEach((track) => track.stop());
        video.srcObject = stream;
        await video.play();
        const read = await reader(), canvas = document.createElement("canvas");
        while (!over && !text) {
          if (video.videoWidth) {
            still(video, canvas);
            text = await read(canvas);
          }
          await new Promise((next) => setTimeout(next, LOOK_MS));
        }
        if (!over) box.close();
      } catch {
        said.textContent = say("scan_refused");
      }
      return undefined;
    })();
  });
}
