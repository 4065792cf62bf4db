// A sheet's QR code read by the tablet's own camera opens here, in a browser whose storage is not the app's: what is logged
// here would not be in the app. The page says so, with the code to type there.
import { h } from "./dom.js";
import { say } from "./words.js";

export const isApp = () => matchMedia("(display-mode: standalone), (display-mode: fullscreen)").matches || navigator.standalone === true;

export function outside(code, stay) {
  return h("section.outside", { "aria-labelledby": "outside" },
    h("h1", { id: "outside" }, say("outside_title")), h("p", {}, say("outside_how")),
    h("p.code", { "aria-label": say("outside_code") }, code), h("p.second", {}, say("outside_why")),
    h("button", { type: "button", onclick: stay }, say("outside_stay")));
}

// Without TLS there is no worker, no lock and no storage that is kept: nothing that this page promises would be true.
export const insecure = () => h("section.outside", { "aria-labelledby": "insecure" },
  h("h1", { id: "insecure" }, say("insecure_title")), h("p", {}, say("insecure_why")), h("p", {}, say("insecure_how", { address: `https://${location.host}/floor` })));
