"""Every fragment of every scene as it is sent; `--update-golden` rewrites the files for review."""

from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from app.push.fragments import environment, wall
from tests.browser.scenes import SCENES
from tests.unit.walls import named

VOID = {"rect", "path"}


class Outline(HTMLParser):
    """Collects ids, inline styles and whether every tag is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.roots = 0
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.roots += not self.open
        self.open.append(tag)
        self._note(attributes)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._note(attributes)

    def _note(self, attributes: list[tuple[str, str | None]]) -> None:
        self.ids += [value or "" for name, value in attributes if name == "id"]
        self.inline += [name for name, _ in attributes if name == "style" or name.startswith("on")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("name", sorted(SCENES))
def test_fragments_are_as_reviewed(name: str, golden: Callable[[str, str], None]) -> None:
    golden(f"fragments/{name}.html", "\n".join(f.html for f in wall(named(name))))


@pytest.mark.parametrize("name", sorted(SCENES))
def test_each_fragment_is_one_closed_element_with_its_id_and_no_inline_style(name: str) -> None:
    for fragment in wall(named(name)):
        outline = Outline()
        outline.feed(fragment.html)
        assert (outline.open, outline.roots, outline.ids, outline.inline) == ([], 1, [fragment.dom_id], [])


@pytest.mark.parametrize("name", sorted(SCENES))
def test_a_wall_stays_below_40_kb(name: str) -> None:
    assert sum(len(f.message.encode()) for f in wall(named(name))) < 40_000


def test_n_stands_alone_and_ungrouped() -> None:
    html = "".join(f.html for f in wall(named("everything-wrong")))
    assert '<b class="n">1031</b>' in html


def test_what_a_peer_said_cannot_become_markup() -> None:
    scene = named("calm", reasons=('<script>alert("x")</script>',), overall="watch")
    html = "".join(f.html for f in wall(scene))
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_every_template_is_compiled_before_anybody_looks() -> None:
    made = environment()
    assert made.cache is not None
    assert len(made.cache) == len(made.list_templates()) > 20
