// The last way out: everything that this tablet keeps, as a file.
import { state } from "./state.js";

export async function saveFile() {
  const all = { device: state.device, made_at: new Date().toISOString(), clock_offset_ms: state.offsetMs, records: state.records };
  const file = new File([JSON.stringify(all, null, 1)], `golive-${state.device}.json`, { type: "application/json" });
  if (navigator.canShare?.({ files: [file] }) && matchMedia("(pointer: coarse)").matches) {
    try {
      await navigator.share({ files: [file] });
      return;
    } catch {
      // not shared: offer it as a download
    }
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}
