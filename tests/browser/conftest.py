"""A Chromium for each module of tests, and stages that end with their test."""

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.acting import Server
from tests.browser.chromium import ARGUMENTS, EXECUTABLE


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if not EXECUTABLE:
        pytest.fail("chromium is missing: make test installs it") if os.environ.get("CI") else pytest.skip(
            "no chromium"
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=EXECUTABLE, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start(*arguments: str) -> Server:
        servers.append(Server(*arguments))
        return servers[-1]

    yield start
    for server in servers:
        server.kill()
