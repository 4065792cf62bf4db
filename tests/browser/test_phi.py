"""The guard in the browser finds what the one on the server finds, to the letter."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.acting import Server, looking
from tests.unit import phi_corpus as corpus
from tests.unit.phi_corpus import PATTERNS, YEAR, sentences

pytestmark = pytest.mark.peers
VECTORS = Path(__file__).parents[1] / "golden/phi_vectors.json"
RUN = """async ([texts, patterns, year]) => {
  const { found } = await import("/static/js/phi.js");
  return texts.map((text) => found(text, patterns, year).map((f) => [f.kind, text.slice(f.start, f.end)]));
}"""


def test_both_twins_find_the_same(chromium: Browser, serve: Callable[..., Server]) -> None:
    vectors = json.loads(VECTORS.read_text())
    lists = (corpus.TUNED, corpus.TUNED_NEGATIVE, corpus.HELD_OUT, corpus.HELD_OUT_NEGATIVE)
    more = [s.text for templates in lists for s in sentences(templates, 10, 7)]
    wanted = [v["found"] for v in vectors] + [
        [[f.kind, text[f.start : f.end]] for f in corpus.found(text, PATTERNS, YEAR)] for text in more
    ]
    texts = [v["text"] for v in vectors] + more
    with looking(chromium, serve("--scene", "calm").url + "/login") as page:
        given = page.evaluate(RUN, [texts, PATTERNS, YEAR])
    assert [(t, g, w) for t, g, w in zip(texts, given, wanted, strict=True) if g != w] == []
    assert sum(map(len, given)) > 500
