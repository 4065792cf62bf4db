// Ids that sort by when they were made (UUIDv7), and the name of this tablet.
function hex(bytes) {
  return [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
}

export function uuid(now = Date.now()) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let i = 0; i < 6; i += 1) bytes[i] = Math.floor(now / 2 ** (8 * (5 - i))) % 256;
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return hex(bytes).replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}

export const newDevice = () => `tablet-${hex(crypto.getRandomValues(new Uint8Array(3)))}`;
export const isDevice = (name) => /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name);
