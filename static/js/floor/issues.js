// The severities in plain words, and what is said of an issue wherever it stands.
import { state } from "./state.js";
import { say } from "./words.js";

export const SEVERITIES = [1, 2, 3, 4];
export const categoryName = (id) => state.doc?.categories.find((c) => c.id === id)?.name ?? id;
export const severityName = (severity) => say(`sev${severity}`);
export const statusName = (status) => say(`status_${status}`);
