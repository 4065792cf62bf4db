"""docs/api.md describes the calls that there are, and no others."""

import re
from pathlib import Path

from fastapi import FastAPI

from app.main import ROUTES

DOCUMENT = (Path(__file__).parents[2] / "docs/api.md").read_text()


def calls_in_the_schema() -> set[str]:
    app = FastAPI()
    for module in ROUTES:
        app.include_router(module.router)
    return {f"{method.upper()} {path}" for path, told in app.openapi()["paths"].items() for method in told}


def test_each_call_is_documented_and_each_documented_call_exists() -> None:
    assert set(re.findall(r"^### `([A-Z]+ [^`]+)`$", DOCUMENT, re.M)) == calls_in_the_schema()


def test_each_call_says_in_one_sentence_what_it_gives() -> None:
    app = FastAPI()
    for module in ROUTES:
        app.include_router(module.router)
    for path, told in app.openapi()["paths"].items():
        for method, call in told.items():
            assert call.get("description", "").strip(), f"{method} {path}"
