// The head: where this tablet is, and the four places that there are.
import { h } from "./dom.js";
import { say } from "./words.js";
import { state, set } from "./state.js";
import { areaName, choose } from "./places.js";
import { knownHere } from "./known.js";
import { toConfirm, toLookAt } from "./mine.js";

export const ofTop = () => [state.place, state.view, knownHere().length, toConfirm(), toLookAt(), Boolean(state.doc)];

function tab(view, badge, words) {
  return h("button", { type: "button", "data-key": view, "data-view": view, "aria-current": state.view === view ? "page" : false, onclick: () => set({ view }) },
    h("span", {}, say(`nav_${view}`)), badge && h("b.badge", {}, String(badge), words && h("span.words", {}, ` ${words}`)));
}

export function view() {
  const { place } = state, confirm = toConfirm(), look = toLookAt();
  return [
    h("div.place", {}, h("h1", {}, place ? place.room || areaName(place.area) : say("place_unknown")),
      state.doc && h("button.change", { type: "button", "data-key": "place", onclick: choose }, place?.room ? `${areaName(place.area)} · ` : "", say("place_change"))),
    h("nav", { "aria-label": say("nav") }, tab("log"), tab("known", knownHere().length || ""),
      tab("mine", look || "", confirm && confirm === look && say("to_confirm")), tab("info")),
  ];
}
