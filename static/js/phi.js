// What may tell of a patient in free text: app/domain/privacy/phi.py, in the browser. Both follow the same rules, and
// tests/golden/phi_vectors.json holds them together. Positions are of the text as given, in UTF-16 units.
import { RULES } from "./phi_rules.js";

const TAKEN = "\0", YEARS_OLD = 2, YEARS_OF_ARCHIVE = 15, BEFORE = 24;
const stopped = new Set(RULES.stopped), roles = new Set(RULES.roles), protocols = new Set(RULES.titles_of_protocols);
const same = (text) => text.replace(/[\t\u00a0\u2007\u2009\u202f]/g, " ").replace(/[‐‑‒–—−]/g, "-").replace(/’/g, "'");
const sum = (digits, weights) => weights.reduce((total, weight, i) => total + weight * Number(digits[i]), 0);
const NUMBERS = {
  kvnr(number) {
    const letter = number.toUpperCase().charCodeAt(0) - 64;
    const digits = [Math.floor(letter / 10), letter % 10, ...[...number.slice(1, 9)].map(Number)];
    const products = digits.map((digit, i) => digit * (1 + (i % 2)));
    return products.reduce((total, p) => total + Math.floor(p / 10) + (p % 10), 0) % 10 === Number(number[9]);
  },
  nhs(number) {
    const day = Number(number.slice(0, 2)), month = Number(number.slice(2, 4));
    if ("58".includes(number[0])) return false;
    if ("012".includes(number[0]) && !(day >= 1 && day <= 31 && month >= 1 && month <= 12)) return false;
    const check = 11 - (sum(number, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11);
    return check !== 10 && check % 11 === Number(number[9]);
  },
  ssn: (number) => !["000", "666"].includes(number.slice(0, 3)) && number[0] !== "9" && number.slice(3, 5) !== "00"
    && number.slice(5) !== "0000",
  bsn: (number) => Number(number) > 0 && sum(number, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0,
  ahv: (number) => sum(number, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0,
  svnr(number) {
    const day = Number(number.slice(4, 6)), month = Number(number.slice(6, 8));
    return sum(number, [3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11 === Number(number[3])
      && day >= 1 && day <= 31 && month >= 1 && month <= 15;
  },
};

function yearOf(part, year) {
  const day = Number(part.day), month = part.name ? RULES.months[part.name.toLowerCase()] : Number(part.month);
  let written = Number(part.year);
  if (written < 100) written += written > (year % 100) + 1 ? 1900 : 2000;
  const byPoint = part.sep === "." && part.year.length === 2;
  for (const [m, d] of byPoint ? [[month, day]] : [[month, day], [day, month]]) {
    const date = new Date(Date.UTC(written, m - 1, d));
    if (date.getUTCMonth() === m - 1 && date.getUTCDate() === d) return written;
  }
  return null;
}

function isStopped(word, words) {
  const small = word.toLowerCase().replace(/'s$/, "");
  const short = word.length < 3 && word === word.toUpperCase() && word !== word.toLowerCase();
  return short || words.has(small) || words.has(small.split("-")[0]) || RULES.endings.some((end) => small.endsWith(end));
}

const name = (words) => (match) => {
  let length = 0;
  for (const word of match[2].matchAll(/[A-Za-zÀ-ÖØ-öø-ÿĀ-ſ][A-Za-zÀ-ÖØ-öø-ÿĀ-ſ'.-]*/g)) {
    const first = word[0][0];
    if (first !== first.toUpperCase() || word[0].endsWith(".")) continue;
    if (isStopped(word[0], length ? stopped : words)) break;
    length = word.index + word[0].length;
  }
  return length;
};

// The length of the hit in what was matched: 0 for none, below for something harmless.
const CHECKS = {
  "": (match) => match[2].length,
  "any-date": (match, excused, year) => (yearOf(match.groups, year) === null ? 0 : match[2].length),
  "old-date"(match, excused, year) {
    const of = yearOf(match.groups, year);
    if (of === null) return 0;
    return of <= year - (excused ? YEARS_OF_ARCHIVE + 1 : YEARS_OLD) ? match[2].length : -1;
  },
  "dicom-name": (match) => (protocols.has(match[2].split("^")[0].toLowerCase()) ? 0 : match[2].length),
  name: name(stopped),
  addressed: name(roles),
  "small-name": (match) => (isStopped(match[2], stopped) ? 0 : match[2].length),
};
for (const [kind, holds] of Object.entries(NUMBERS)) {
  CHECKS[kind] = (match) => (holds(match[2].replace(/[^0-9A-Za-z]/g, "")) ? match[2].length : 0);
}

const ofSite = (pattern) => ({
  kind: "site-number", pattern: `(^|[^A-Za-z0-9])((?:${pattern})(?![A-Za-z0-9]))`, check: "", unless: "", any_case: true,
});
const ready = (rule) => ({
  kind: rule.kind, check: CHECKS[rule.check], pattern: new RegExp(rule.pattern, rule.any_case ? "gi" : "g"),
  unless: rule.unless ? new RegExp(rule.unless, "i") : null,
});
const steps = RULES.steps.map(ready);

// Gives [{kind, start, end}] in the order of the text; `patterns` are the site's own, as the server tells them.
export function found(text, patterns = [], year = new Date().getFullYear()) {
  let left = same(text);
  const findings = [];
  for (const { kind, pattern, check, unless } of [...patterns.map((p) => ready(ofSite(p))), ...steps]) {
    let match;
    pattern.lastIndex = 0;
    while ((match = pattern.exec(left))) {
      const start = match.index + match[1].length;
      const length = check(match, unless?.test(left.slice(Math.max(0, start - BEFORE), start)) ?? false, year);
      if (length > 0 && kind) findings.push({ kind, start, end: start + length });
      const end = length > 0 ? start + length : length < 0 ? start + match[2].length : start;
      if (length) left = left.slice(0, start) + TAKEN.repeat(end - start) + left.slice(end);
      pattern.lastIndex = Math.max(match.index + 1, end - (length ? 0 : 1));
    }
  }
  return findings.sort((a, b) => a.start - b.start);
}
