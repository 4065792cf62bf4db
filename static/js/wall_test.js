// Measures the way between this browser and golive: socket, frames, latency and how far apart the two clocks are.
const say = (id, text) => { document.getElementById(id).textContent = text; };
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
let frames = 0, lastAt = 0, longestMs = 0;

function connect() {
  const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/live?view=wall`);
  socket.onopen = () => say("test-socket", "open");
  socket.onclose = (event) => { say("test-socket", `closed (${event.code}); trying again`); setTimeout(connect, 2000); };
  socket.onmessage = (event) => {
    const now = performance.now();
    if (lastAt) longestMs = Math.max(longestMs, now - lastAt);
    [frames, lastAt] = [frames + 1, now];
    say("test-frames", `${frames}, last ${(event.data.length / 1024).toFixed(1)} KB, longest gap ${(longestMs / 1000).toFixed(1)} s`);
  };
}

const trips = [], offsets = [];
async function measure() {
  const sentAt = Date.now(), sent = performance.now();
  try {
    const text = await (await fetch("/live/snapshot?view=wall", { cache: "no-store", signal: AbortSignal.timeout(3000) })).text();
    const tripMs = performance.now() - sent;
    say("test-now", /class="clock".*?<time>([\d:]+)</.exec(text)?.[1] ?? "–");
    const told = Number(/data-now="(\d+)"/.exec(text)?.[1]);
    trips.push(tripMs);
    offsets.push(sentAt + tripMs / 2 - told);
    if (trips.length > 15) { trips.shift(); offsets.shift(); }
    say("test-latency", `${median(trips).toFixed(0)} ms (median of ${trips.length})`);
    // the picture is up to one second old, so less than that is no difference
    const offsetS = (median(offsets) - 500) / 1000;
    say("test-clock", Math.abs(offsetS) < 1 ? "agrees with golive's within 1 s" : `${Math.abs(offsetS).toFixed(0)} s ${offsetS > 0 ? "ahead of" : "behind"} golive's`);
  } catch {
    say("test-latency", "no answer within 3 s");
  }
}

const size = () => say("test-window", `${innerWidth} × ${innerHeight} at ${devicePixelRatio} px each`);
addEventListener("resize", size);
size();
connect();
measure();
setInterval(measure, 1000);
