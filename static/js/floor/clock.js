// Moments in the site's time, as wall and desk show them, whatever zone this tablet is set to. The zone is in the document
// that is kept, so that it is known without a network.
import { siteTime } from "../site_time.js";
import { state } from "./state.js";

let zone = null, site = null;
function ofSite() {
  const told = state.doc?.timezone ?? "";
  if (zone !== told) [zone, site] = [told, siteTime(told, document.documentElement.lang)];
  return site;
}

export const time = (ms) => ofSite().time(ms);
// A moment by this tablet's own clock, which may be wrong by hours.
export const ownTime = (ms) => time(ms - (state.offsetMs ?? 0));
export const nextOf = (typed, nowMs) => ofSite().nextOf(typed, nowMs);
