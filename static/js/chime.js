// Chimes while something rings that nobody has acknowledged: two falling tones for a breach, three rising ones for a
// grave issue, one low one for lost sight.
// Browsers let a page sound only after something was pressed on it; until then the page says so, and its title calls.
const EACH_MS = { breach: 4000, issue: 5000, unseen: 8000 };
const TONES = {
  breach: [[880, 0, 0.35], [660, 0.4, 0.55]],
  issue: [[587, 0, 0.2], [740, 0.22, 0.2], [988, 0.44, 0.5]],
  unseen: [[330, 0, 0.7]],
};
const place = document.getElementById("sound"), says = place.querySelector(".says"), title = document.title;
const Sound = globalThis.AudioContext;
let sound = null, soundedAt = -Infinity, kind = "";

function tone([hertz, after, lasts]) {
  const oscillator = sound.createOscillator(), gain = sound.createGain(), at = sound.currentTime + after;
  oscillator.frequency.value = hertz;
  gain.gain.setValueAtTime(0.0001, at);
  gain.gain.exponentialRampToValueAtTime(0.4, at + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.0001, at + lasts);
  oscillator.connect(gain).connect(sound.destination);
  oscillator.start(at);
  oscillator.stop(at + lasts);
}

const isOn = () => sound?.state === "running";
function chime(of) {
  for (const one of TONES[of]) tone(one);
}

function say() {
  const words = !Sound ? place.dataset.none : isOn() ? place.dataset.on : place.dataset.off;
  if (says.textContent !== words) says.textContent = words;
  place.dataset.state = isOn() ? "on" : "off";
  document.getElementById("silent").hidden = !kind || isOn() || !Sound;
}

// Made at the first gesture: what is made before one starts silent, and the browser complains in its console.
async function allow() {
  if (!Sound) return;
  sound ??= new Sound();
  if (!isOn()) await sound.resume().catch(() => {});
  say();
}

function ring() {
  const now = document.getElementById("alarms")?.dataset.rings ?? "";
  if (now !== kind) {
    [kind, soundedAt] = [now, -Infinity];
    const what = document.querySelector("#alarms .ring .what");
    if (kind && what) document.getElementById("changed").textContent = what.textContent;
  }
  document.title = kind ? `${kind === "unseen" ? "◌" : "◆"} ${title}` : title;
  place.dataset.rings = kind;
  if (kind && isOn() && performance.now() - soundedAt >= EACH_MS[kind]) {
    soundedAt = performance.now();
    chime(kind);
  }
  say();
}

for (const gesture of ["pointerdown", "keydown"]) addEventListener(gesture, allow);
place.querySelector("button").addEventListener("click", async () => {
  await allow();
  if (isOn()) chime("breach");
});
if (navigator.userActivation?.hasBeenActive) allow();
document.addEventListener("htmx:after:swap", ring);
setInterval(ring, 500);
ring();
