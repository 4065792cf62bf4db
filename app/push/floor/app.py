"""The tablet's app as files: what a tablet keeps to start without a network, all of one version, and its words."""

import base64
import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.assets import folder
from app.push.fragments import page

HOME = "/floor"
WORKER = "/floor-worker.js"
_STYLES = ("css/tokens.css", "css/floor.css")
_SHARED = ("js/phi.js", "js/phi_rules.js", "js/site_time.js", "vendor/qr/decode.js", "vendor/qr/index.js")
_PICTURES = ("pictures/floor-192.png", "pictures/floor-512.png")
_FONTS = ("vendor/inter.woff2", "vendor/inter-ext.woff2")  # by the address that the stylesheet names
_OF_WORKER = "worker.js"


@dataclass(frozen=True, slots=True)
class FloorApp:
    """The app for one language: its version follows from every byte of it, its page and files belong to that alone."""

    version: str
    page: str
    worker: str
    manifest: str

    def file(self, version: str, name: str) -> Path | None:
        """Give a file of the app, None where this is no file of it or of another version."""
        return folder("static") / name if version == self.version and name in _files() else None


def words_of(language: str) -> dict[str, str]:
    """Give every word that tablets show in a language."""
    found: dict[str, str] = json.loads((folder("static") / "words" / f"floor.{language}.json").read_text("utf-8"))
    return found


@lru_cache(maxsize=8)
def floor_app(language: str, site: str, simulation: bool) -> FloorApp:
    """Give the app as tablets of this site load it."""
    words = words_of(language)
    version = _version(language, site, simulation)
    modules = sorted(name for name in _files() if name.startswith("js/"))
    html = page(
        "floor",
        version=version,
        language=language,
        site=site,
        simulation=simulation,
        words=words,
        styles=[_address(version, name) for name in _STYLES],
        modules=[_address(version, name) for name in modules],
        icon=_address(version, _PICTURES[0]),
    )
    kept = {_address(version, name): name for name in sorted(_files())} | {f"/static/{name}": name for name in _FONTS}
    hashes = {address: _integrity((folder("static") / name).read_bytes()) for address, name in kept.items()}
    hashes[HOME] = _integrity(html.encode())
    head = f"const VERSION = {json.dumps(version)}, HASHES = {json.dumps(hashes)};\n"
    worker = head + (folder("static") / "js/floor" / _OF_WORKER).read_text("utf-8")
    return FloorApp(version, html, worker, json.dumps(_manifest(version, language, site, words), ensure_ascii=False))


def _address(version: str, name: str) -> str:
    return f"{HOME}/{version}/{name}"


def _integrity(content: bytes) -> str:
    """Give a hash as a browser checks it."""
    return f"sha256-{base64.b64encode(hashlib.sha256(content).digest()).decode()}"


@lru_cache(maxsize=1)
def _files() -> frozenset[str]:
    own = {f"js/floor/{file.name}" for file in (folder("static") / "js/floor").glob("*.js") if file.name != _OF_WORKER}
    return frozenset({*own, *_STYLES, *_SHARED, *_PICTURES})


def _version(*of: object) -> str:
    digest = hashlib.sha256(json.dumps(of).encode())
    files = [folder("static") / name for name in (*sorted(_files()), *_FONTS, f"js/floor/{_OF_WORKER}")]
    words = sorted((folder("static") / "words").glob("*.json"))
    for file in (*files, *words, folder("templates") / "pages/floor.html"):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]


def _manifest(version: str, language: str, site: str, words: dict[str, str]) -> dict[str, Any]:
    icons = [
        {"src": _address(version, name), "sizes": f"{size}x{size}", "type": "image/png", "purpose": "any maskable"}
        for name, size in zip(_PICTURES, (192, 512), strict=True)
    ]
    return {
        "id": HOME,
        "name": f"golive · {site}",
        "short_name": "golive",
        "description": words["app_about"],
        "lang": language,
        "start_url": HOME,
        "scope": HOME,
        "display": "standalone",
        "orientation": "any",
        "background_color": "#f6f7f8",
        "theme_color": "#f6f7f8",
        "icons": icons,
    }
