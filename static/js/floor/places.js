// Where this tablet is: from the QR code of a room, its four characters, or what was chosen last.
import { state, keep, set } from "./state.js";
import { h, dialog } from "./dom.js";
import { say } from "./words.js";
import { scan, canScan } from "./scan.js";

export const areas = () => state.doc?.place ?? [];
export const areaName = (id) => areas().find((a) => a.id === id)?.name ?? id;
// "CT 2" says its area itself.
export function whereOf({ room, area }) {
  const name = areaName(area);
  return !room ? name : room.startsWith(name) ? room : `${room}, ${name}`;
}
const plain = (typed) => typed.replace(/[\s-]/g, "").toUpperCase();

export function roomOf(code) {
  for (const area of areas()) {
    const room = area.rooms.find((r) => r.code === plain(code));
    if (room) return { area: area.id, room: room.name };
  }
  return null;
}

// A scanned text is the sheet's link, or the code alone.
export function codeOf(text) {
  try {
    return new URL(text).searchParams.get("code") ?? "";
  } catch {
    return text;
  }
}

export async function takeCode(code) {
  const place = roomOf(code);
  if (place) await keep({ place });
  set({ pendingCode: place || state.doc ? "" : code });
  return place;
}

export function choose() {
  const input = h("input.code", {
    id: "code", maxlength: 6, autocomplete: "off", autocapitalize: "characters", spellcheck: "false", "aria-describedby": "code-wrong",
  });
  const wrong = h("p.refused", { id: "code-wrong", role: "alert" });
  const done = async (place) => { await keep({ place }); box.close(); };
  const byCode = async (text) => {
    const place = roomOf(codeOf(text));
    if (place) return done(place);
    wrong.textContent = say("code_unknown");
    input.setAttribute("aria-invalid", "true");
    return input.focus();
  };
  input.addEventListener("input", () => { if (plain(input.value).length === 4) byCode(input.value); });
  const rooms = (area) => [
    ...area.rooms.map((r) => h("button.room", { type: "button", onclick: () => done({ area: area.id, room: r.name }) }, r.name)),
    h("button.room.whole", { type: "button", onclick: () => done({ area: area.id, room: "" }) },
      area.rooms.length ? say("place_whole", { area: area.name }) : area.name),
  ];
  const box = dialog("places", { label: say("place_title") },
    h("header", {}, h("h2", {}, say("place_title")), closer(() => box.close())),
    h("form.by-code", { onsubmit: (event) => { event.preventDefault(); byCode(input.value); } },
      h("label", { for: "code" }, say("place_code")), input,
      canScan() && h("button", { type: "button", onclick: async () => { const text = await scan(); if (text) byCode(text); } }, say("place_scan"))),
    wrong,
    ...areas().map((area) => h("section.area", {}, h("h3", {}, area.name), h("div.rooms", {}, rooms(area)))));
  return box;
}

export const closer = (close) => h("button.close", { type: "button", onclick: close, "aria-label": say("close") }, "×");
