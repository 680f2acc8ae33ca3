"""A real browser before the admin: Debian's Chromium, driven by Playwright, asking pytest-django's own server."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Browser, sync_playwright

from tests.browser.desk import PICTURES, WIDE, Desk
from tests.factories import NOW

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
ALONE = ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost", "--disable-background-networking"]
"""No name leads anywhere: what a page asks of another host fails, and is noted as well."""
_REPORT = pytest.StashKey[pytest.TestReport]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[Any]:
    """Keep what became of the test for its fixtures to see."""
    report = yield
    if report.when == "call":
        item.stash[_REPORT] = report
    return report


@pytest.fixture(scope="package", autouse=True)
def _beside_a_loop() -> Iterator[None]:
    """Playwright runs an event loop in the tests' thread, in which Django would refuse to ask the database."""
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    yield
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
    else:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


@pytest.fixture(scope="package")
def chromium(_beside_a_loop: None) -> Iterator[Browser]:
    """The one browser of these tests. It ends with them: other tests want no event loop beside them."""
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    assert path is not None, "The browser tests need Chromium. On Debian and Ubuntu: apt-get install chromium"
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", *ALONE])
        yield browser
        browser.close()


@pytest.fixture
def desk(
    request: pytest.FixtureRequest, chromium: Browser, transactional_db: None, live_server: Any
) -> Iterator[Desk]:
    """A window of its own for each test, at NOW of the factories for the server and the page."""
    with time_machine.travel(NOW, tick=True) as travel:
        context = chromium.new_context(
            viewport={"width": WIDE[0], "height": WIDE[1]},
            locale="en-GB",
            timezone_id="UTC",
            color_scheme="light",
            reduced_motion="reduce",
        )
        context.set_default_timeout(15_000)
        context.clock.install(time=NOW)
        window = Desk(context, context.new_page(), live_server.url, request.node.name, travel)
        yield window
        report = request.node.stash.get(_REPORT, None)
        try:
            if report is not None and report.failed:
                window.picture("failed")
            else:
                window.check()
        finally:
            context.close()
