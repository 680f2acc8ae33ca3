"""The page of docs/examples/react as a visitor has it before them: built, served from its own origin, watched."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Locator, Page, Request, expect

from tests import npm
from tests.browser.desk import OWN_SCHEMES, Desk
from tests.clients.server import Differs
from tests.servers import ROOT

FOLDER = ROOT / "docs" / "examples" / "react"
BUILT_WITHIN = 180.0
FAR = 80
"""Presses of Tab within which everything on a page is reached."""
FOCUS = """() => {
  const at = document.activeElement;
  const shown = at.matches('.times input') ? at.nextElementSibling : at;
  const style = getComputedStyle(shown);
  const words = at.labels?.length ? [...at.labels].map(label => label.innerText) : [at.innerText];
  return {
    tag: at.tagName,
    name: (at.getAttribute('aria-label') ?? words.join(' ')).trim(),
    isSeen: at.matches(':focus-visible') && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
  };
}"""


class _Handler(SimpleHTTPRequestHandler):
    """Serves a folder as a static host does: files as they are, every other address the one page, and a policy."""

    policy = ""

    def send_head(self) -> Any:
        """Give the file that is asked for, or else the page."""
        if not Path(self.translate_path(self.path)).is_file():
            self.path = "/index.html"
        return super().send_head()

    def end_headers(self) -> None:
        """Add what a careful host adds."""
        self.send_header("Content-Security-Policy", self.policy)
        self.send_header("Referrer-Policy", "no-referrer")
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Site:
    """The page's own host. It listens from the start on, so that the API can be told its origin; `show` fills it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self._handler = type("Handler", (_Handler,), {})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(self._handler, directory=str(folder)))
        self.origin = f"http://127.0.0.1:{self._server.server_port}"

    def show(self, api: str) -> None:
        """Build the page for an API into the folder. Raises AssertionError with the build's words where it fails."""
        done = npm.run(
            FOLDER,
            "build",
            "--outDir",
            str(self.folder),
            "--emptyOutDir",
            within=BUILT_WITHIN,
            VITE_API_URL=f"{api}/graphql/",
        )
        assert done.returncode == 0, done.stdout + done.stderr
        self._handler.policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
            f"connect-src {api}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )

    @contextmanager
    def running(self) -> Iterator["Site"]:
        """Answer until the block ends."""
        thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        thread.start()
        yield self
        self._server.shutdown()
        self._server.server_close()
        thread.join()


class Visitor(Desk):
    """One browser with the booking page in it; `page` is the tab that is looked at."""

    api = ""
    cut_off = False
    """Whether calls that reach nobody are what the test is about: the browser calls them errors."""

    def start(self) -> None:
        """Open the page, and wait for what can be booked."""
        self.page.goto(self.url)
        expect(self.page.get_by_role("button", name="First talk")).to_be_visible()

    def tab(self, path: str = "/") -> Page:
        """Open another tab at a path."""
        page = self.context.new_page()
        page.goto(f"{self.url}{path}")
        return page

    def looked_at(self, name: str) -> None:
        """Keep a picture, and hold what is before the visitor to the rules of `Desk.check`."""
        self.picture(name)
        self.check()
        assert self.too_wide() == []

    def tab_to(self, name: str) -> None:
        """Press Tab until what has this name has the focus; wherever it comes by, it is seen."""
        passed = []
        for _ in range(FAR):
            self.page.keyboard.press("Tab")
            at = self.page.evaluate(FOCUS)
            if at["tag"] == "BODY":
                continue
            assert at["isSeen"], f"the focus on {at} is not seen"
            if at["name"].startswith(name):
                return
            passed.append(at["name"])
        raise Differs(f"Tab did not reach {name!r}; it passed {passed}")

    def press(self, name: str, key: str = "Enter") -> None:
        """Go to what has this name and press a key there."""
        self.tab_to(name)
        self.page.keyboard.press(key)

    def type_into(self, name: str, text: str) -> None:
        """Go to a field and type."""
        self.tab_to(name)
        self.page.keyboard.type(text)

    def arrives_at(self, heading: str) -> None:
        """Wait for the step with this heading: it has the focus."""
        expect(self.page.get_by_role("heading", level=1, name=heading)).to_be_focused()

    @property
    def times(self) -> Locator:
        """The open times that are shown."""
        return self.page.locator(".times label")

    def choose(self, service: str, *, which: int) -> str:
        """Choose a service and one of the first times by pointer; give the instant at which it starts."""
        self.page.get_by_role("button", name=service).click()
        time = self.times.nth(which)
        time.click()
        starts_at = time.get_by_role("radio").input_value()
        self.page.get_by_role("button", name="Continue").click()
        return starts_at

    def fill_in(self, name: str, email: str) -> None:
        """Say who comes, and agree."""
        self.page.get_by_label("Your name").fill(name)
        self.page.get_by_label("Your e-mail address").fill(email)
        self.page.get_by_label("I agree to this.").check()

    def ask(self) -> None:
        """Press the button that drafts."""
        self.page.get_by_role("button", name="Ask for this time").click()

    def prove(self, code: str) -> None:
        """Type the code from the mail."""
        self.page.get_by_label("The six digits").fill(code)
        self.page.get_by_role("button", name="Prove my address").click()

    def sees(self, status: str, *, page: Page | None = None) -> None:
        """Wait until the booking's status is this one."""
        expect((page or self.page).locator("[data-status]")).to_have_attribute("data-status", status)

    def _said(self, message: ConsoleMessage) -> None:
        if not (self.cut_off and "net::ERR_" in message.text):
            super()._said(message)

    def _asked(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in OWN_SCHEMES or f"{address.scheme}://{address.netloc}" in {self.url, self.api}:
            return
        self.wrong.append(f"asked another host: {request.url}")
