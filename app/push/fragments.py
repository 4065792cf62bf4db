"""What can be pushed: each fragment's template and the values that fill it, the same for the page and for the push."""

import hashlib
from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app.assets import folder
from app.push import words
from app.push.compiled import Compiled
from app.push.desk import form_words as desk_form_words
from app.push.desk import issue_words as desk_issue_words
from app.push.desk import shift_words, support_words
from app.push.desk import words as desk_words
from app.push.scene import Scene
from app.push.wall import floor_words as wall_floor_words
from app.push.wall.foot import foot
from app.push.wall.gravest import gravest, quiet_words
from app.push.wall.head import strip, tick
from app.push.wall.issues import issues, room
from app.push.wall.nearest import nearest
from app.push.wall.rows import areas, systems
from app.push.wall.tiles import tiles

# what decides how a template is compiled
_OPTIONS: dict[str, Any] = {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True}


@dataclass(frozen=True, slots=True)
class Fragment:
    """The newest HTML of one element; `message` is what a browser gets to put it in place."""

    dom_id: str
    html: str
    message: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        wrapped = f'<hx-partial hx-target="#{self.dom_id}" hx-swap="outerMorph">{self.html}</hx-partial>'
        object.__setattr__(self, "message", wrapped)


def wall(scene: Scene) -> list[Fragment]:
    """Give every fragment of the wall."""
    worst = gravest(scene)
    near, reported, shared = nearest(scene, worst.total), issues(scene), room(scene, worst)
    beside = reported.total > 0
    return [
        fragment("tick", "tick", view=tick(scene)),
        fragment("rollback", "rollback", view=strip(scene)),
        *(fragment(t.dom_id, "tile", tile=t) for t in tiles(scene)),
        fragment("systems", "systems", view=systems(scene)),
        fragment("areas", "areas", view=areas(scene)),
        fragment("gravest", "gravest", view=worst, near=near, quiet=quiet_words(scene), room=shared, beside=beside),
        fragment("issues", "issues", view=reported, room=shared),
        fragment("footer", "footer", view=foot(scene)),
    ]


def page(name: str, **values: Any) -> str:
    """Give a whole page."""
    return environment().get_template(f"pages/{name}.html").render(**values)


def part(name: str, **values: Any) -> str:
    """Give a part of a page that asks for it again by itself."""
    return environment().get_template(f"fragments/{name}.html").render(**values)


def fragment(dom_id: str, name: str, **values: Hashable) -> Fragment:
    """Give a fragment of these values; its template has the name."""
    return _rendered(dom_id, name, tuple(values.items()))


@lru_cache(maxsize=512)
def _rendered(dom_id: str, name: str, values: tuple[tuple[str, Hashable], ...]) -> Fragment:
    """Render what was not rendered lately: a second without news costs the clock alone."""
    return Fragment(dom_id, environment().get_template(f"fragments/{name}.html").render(dom_id=dom_id, **dict(values)))


@cache
def environment() -> Environment:
    """Give the templates; an unknown value in one is an error, never an empty place."""
    made = Environment(
        loader=FileSystemLoader(folder("templates")),
        bytecode_cache=Compiled(_OPTIONS),
        undefined=StrictUndefined,
        auto_reload=False,
        **_OPTIONS,
    )
    made.globals.update(w=words, fw=wall_floor_words, static=static_url, build=build())
    made.globals.update(d=desk_words, f=desk_form_words, q=desk_issue_words, s=support_words, sh=shift_words)
    made.filters["markup"] = Markup
    for name in made.list_templates():
        made.get_template(name)  # compiled at the start, so that nobody's first look waits for it
    return made


@cache
def static_url(name: str) -> str:
    """Give the address of a file under static/, with its content's hash so that no cache serves an old one."""
    digest = hashlib.sha256((folder("static") / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


@cache
def build() -> str:
    """Give the hash of all screens' files: a wall that was loaded with another one loads itself again."""
    digest = hashlib.sha256()
    for root in (folder("templates"), folder("static")):
        for file in sorted(p for p in root.rglob("*") if p.is_file()):
            digest.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]
