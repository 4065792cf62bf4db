"""Screenshots as small files: at most 256 colours, which is plenty for a screen of greys."""

import base64
import struct
import zlib

import numpy as np
from playwright.sync_api import Browser

# a browser decodes its own screenshot best; the pixels come back as text
_PIXELS = """async (data) => {
  const picture = await createImageBitmap(await (await fetch(data)).blob());
  const canvas = new OffscreenCanvas(picture.width, picture.height), pen = canvas.getContext("2d");
  pen.drawImage(picture, 0, 0);
  const bytes = pen.getImageData(0, 0, picture.width, picture.height).data;
  let text = "";
  for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
  return [picture.width, picture.height, btoa(text)];
}"""
_COLOURS = 256


def small(browser: Browser, png: bytes) -> bytes:
    """Give a screenshot again as a PNG with a palette."""
    page = browser.new_page()
    try:
        width, height, text = page.evaluate(_PIXELS, "data:image/png;base64," + base64.b64encode(png).decode())
    finally:
        page.close()
    pixels = np.frombuffer(base64.b64decode(text), np.uint8).reshape(height, width, 4)[:, :, :3].astype(np.uint32)
    packed = (pixels[:, :, 0] << 16) | (pixels[:, :, 1] << 8) | pixels[:, :, 2]
    palette, indexes = _reduced(packed)
    return _encoded(width, height, palette, indexes)


def _reduced(packed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the palette, the commonest colours, and each pixel's index: the nearest one."""
    colours, inverse, counts = np.unique(packed, return_inverse=True, return_counts=True)
    split = np.stack([colours >> 16 & 255, colours >> 8 & 255, colours & 255], axis=1).astype(np.int32)
    # neighbours share a place, so that a hundred shades of one edge do not crowd out a rare signal colour
    rough = (split[:, 0] >> 3 << 10) | (split[:, 1] >> 3 << 5) | (split[:, 2] >> 3)
    weight = np.bincount(rough, counts, minlength=1 << 15)
    first = {int(rough[i]): int(i) for i in np.argsort(counts)}  # of each place its commonest colour
    places = sorted(first, key=lambda place: -weight[place])[:_COLOURS]
    palette = split[[first[place] for place in places]]
    nearest = np.array([np.argmin(((palette - one) ** 2).sum(axis=1)) for one in split], np.uint8)
    return palette.astype(np.uint8), nearest[inverse].reshape(packed.shape)


def _encoded(width: int, height: int, palette: np.ndarray, indexes: np.ndarray) -> bytes:
    rows = np.zeros((height, width + 1), np.uint8)  # each row begins with its filter: none
    rows[:, 1:] = indexes
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    body = zlib.compress(rows.tobytes(), 9)
    parts = (("IHDR", head), ("PLTE", palette.tobytes()), ("IDAT", body), ("IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind.encode(), data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
