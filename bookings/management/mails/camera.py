"""Pictures of pages by headless Chromium, through Playwright; neither is needed to run the service."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_HEIGHT = 400
"""Of the window; a picture is as high as its page."""

Take = Callable[[Path, int, bool, Path], None]


class NoCameraError(Exception):
    """There is no Playwright or no Chromium; the text says what to install."""


@contextmanager
def camera() -> Iterator[Take]:
    """Give a function that takes a picture of a file: page, width in pixels, whether dark, where to.

    Nothing is loaded from anywhere, and no script runs. Raises NoCameraError.
    """
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 - it comes with requirements-dev.txt
    except ImportError as error:
        raise NoCameraError(
            "Pictures need Playwright: pip install -r requirements-dev.txt, or run make mails."
        ) from error
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        raise NoCameraError(
            "Pictures need Chromium. On Debian and Ubuntu: apt-get install chromium (as root). Elsewhere: Chrome or "
            "Chromium from your system's packages. With --no-pictures the HTML and the texts are written alone."
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        context = browser.new_context(offline=True, java_script_enabled=False)
        page = context.new_page()

        def take(file: Path, width: int, dark: bool, to: Path) -> None:
            page.set_viewport_size({"width": width, "height": _HEIGHT})
            page.emulate_media(color_scheme="dark" if dark else "light")
            page.goto(file.as_uri())
            page.screenshot(path=to, full_page=True)

        yield take
        browser.close()
