// Draws the last hour of one series: expected band behind, one line, the limit dashed, gaps as gaps, axis from zero.
const place = document.getElementById("chart");
const { default: UPlot } = await import(place.dataset.uplot);
const style = getComputedStyle(document.documentElement);
const colour = (name) => style.getPropertyValue(name).trim();
const font = "13px Inter, system-ui, sans-serif";

function inUnit(seconds, unit) {
  if (unit === "share") return `${(seconds * 100).toFixed(0)} %`;
  if (unit !== "s") return `${seconds} ${unit}`;
  if (seconds === 0) return "0";
  if (seconds < 1) return `${+(seconds * 1000).toPrecision(3)} ms`;
  if (seconds < 120) return `${+seconds.toPrecision(3)} s`;
  return `${+(seconds / 60).toPrecision(3)} min`;
}

function range(data) {
  return (plot) => {
    if (data.upper === null) return;
    const { ctx, bbox } = plot;
    const high = plot.valToPos(data.upper, "y", true), low = plot.valToPos(data.lower ?? 0, "y", true);
    ctx.save();
    ctx.fillStyle = colour("--band");
    ctx.globalAlpha = 0.45;
    ctx.fillRect(bbox.left, high, bbox.width, low - high);
    ctx.globalAlpha = 1;
    ctx.strokeStyle = colour("--ink-2");
    ctx.setLineDash([6, 6]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, high);
    ctx.lineTo(bbox.left + bbox.width, high);
    ctx.stroke();
    ctx.restore();
  };
}

// people read a clock in these steps, not in thousands of seconds
const STEPS = [0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1200,
  1800, 3600, 7200, 10800, 21600, 43200, 86400];

let plot = null, data = null;
function draw() {
  if (data === null) return;
  const known = data.values.filter((v) => v !== null);
  const top = Math.max(...known, data.upper ?? 0, 0.001) * 1.15;
  const axis = { stroke: colour("--ink-2"), font, grid: { stroke: colour("--rule"), width: 1 }, ticks: { show: false } };
  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: data.zone });
  const options = {
    width: place.clientWidth - 32,
    height: 280,
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: [0, top] } },
    axes: [{ ...axis, size: 32, values: (_, ticks) => ticks.map((t) => clock.format(t * 1000)) }, { ...axis, ...(data.unit === "s" ? { incrs: STEPS } : {}), size: 70, values: (_, ticks) => ticks.map((t) => inUnit(t, data.unit)) }],
    series: [{}, { stroke: colour("--line"), width: 2, points: { show: true, size: 4, fill: colour("--line") }, spanGaps: false }],
    hooks: { drawClear: [range(data)] },
  };
  plot?.destroy();
  plot = new UPlot(options, [data.at, data.values], place);
}

async function get(address) {
  const answer = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(10000) });
  if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
  return answer;
}

// The chart and the words beside it are renewed together; when that fails the page says from when it is.
const standing = document.getElementById("standing"), unrefreshed = document.getElementById("unrefreshed");
let clock = document.getElementById("tick").dataset.clock;
async function refresh(words) {
  try {
    data = await (await get(place.dataset.points)).json();
    if (words) {
      const parts = new DOMParser().parseFromString(await (await get(standing.dataset.from)).text(), "text/html");
      for (const id of ["standing", "attempts"]) document.getElementById(id).replaceChildren(...parts.getElementById(id).childNodes);
      clock = document.getElementById("tick").dataset.clock;
    }
    unrefreshed.textContent = "";
    draw();
  } catch {
    unrefreshed.textContent = unrefreshed.dataset.says.replace("{clock}", clock);
  }
  document.dispatchEvent(new Event("golive:second"));
}

addEventListener("resize", draw);
await refresh(false);
setInterval(() => refresh(true), 15000);
setInterval(() => document.dispatchEvent(new Event("golive:second")), 1000);
