// Fills in how long ago (data-at) or how long until (data-until) a moment is, by the server's clock: it comes with each
// tick, and runs on by the monotonic clock of this browser, whose own time of day is never asked.
let serverMs = 0, arrivedMs = 0;

// In the words of app/domain/words.py, so that an age and a reason beside it say a span alike.
function span(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 120) return `${s} s`;
  if (s < 7200) return `${Math.floor(s / 60)} min`;
  const hours = Math.floor(s / 3600), minutes = Math.floor(s / 60) % 60;
  if (hours < 48) return `${hours} h` + (minutes ? ` ${String(minutes).padStart(2, "0")} min` : "");
  return `${Math.floor(hours / 24)} d` + (hours % 24 ? ` ${hours % 24} h` : "");
}

function countdown(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (n) => String(n).padStart(2, "0");
  const days = s >= 86400 ? `${Math.floor(s / 86400)} d ` : "";
  const hours = Math.floor(s / 3600) % 24;
  return (days || hours ? `${days}${two(hours)}:` : "") + `${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function fill() {
  const tick = document.getElementById("tick");
  const told = Number(tick?.dataset.now);
  if (!told) return;
  if (told !== serverMs) [serverMs, arrivedMs] = [told, performance.now()];
  const now = serverMs + performance.now() - arrivedMs;
  for (const e of document.querySelectorAll("[data-at]")) {
    put(e, `${e.dataset.before ?? ""}${span(now - Number(e.dataset.at))}${e.dataset.after ?? ""}`);
  }
  for (const e of document.querySelectorAll("[data-until]")) put(e, countdown(Number(e.dataset.until) - now));
}

fill();
for (const put of ["htmx:after:swap", "golive:second"]) document.addEventListener(put, fill);
