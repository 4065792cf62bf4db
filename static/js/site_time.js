// Moments as the people of the site read and write them, whatever zone this browser is in.
const DAY_MS = 86400000, HOUR_MS = 3600000;

function isKnown(zone) {
  if (!zone) return false;
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: zone }));
  } catch {
    return false; // a browser that is older than the zone's name
  }
}

// Where the zone is not known, moments are UTC and say so: this browser's own would be taken for the site's.
export function siteTime(zone, language = "en-GB") {
  const known = isKnown(zone), timeZone = known ? zone : "UTC";
  const clock = new Intl.DateTimeFormat(language, {
    timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...(known ? {} : { timeZoneName: "short" }),
  });
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
  });
  const local = (ms) => {
    const p = Object.fromEntries(parts.formatToParts(ms).map((part) => [part.type, part.value]));
    return `${p.year}-${p.month}-${p.day}T${p.hour}:${p.minute}`;
  };
  const offsetMs = (ms) => Date.parse(`${local(ms)}:00Z`) - ms; // of whole minutes

  // The moment of what is written as "2026-11-21T14:00": the zone's offset there is found by asking twice. What never
  // comes, for clocks go forward over it, is as long after what was before as it is written.
  function momentOf(written) {
    const wanted = Date.parse(`${written}:00Z`);
    let ms = wanted;
    for (let i = 0; i < 2; i += 1) ms = wanted - offsetMs(ms);
    return local(ms) === written ? ms : wanted - offsetMs(ms - 3 * HOUR_MS);
  }

  // A time of day is its next one: "14:00" in the morning is today's, "06:00" at night tomorrow's. Where clocks go back an
  // hour comes twice: the first of the two that is still to come.
  function nextOf(time, nowMs) {
    const today = local(nowMs).slice(0, 10);
    const tomorrow = new Date(Date.parse(today) + DAY_MS).toISOString().slice(0, 10); // by the calendar: a day may have 25 hours
    const moments = [today, tomorrow].flatMap((day) => {
      const written = `${day}T${time}`, ms = momentOf(written);
      return [ms - HOUR_MS, ms, ms + HOUR_MS].filter((at) => at === ms || local(at) === written);
    });
    return moments.find((ms) => ms > nowMs);
  }

  return { time: (ms) => clock.format(ms), clock, local, momentOf, nextOf };
}
