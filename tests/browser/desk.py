"""The admin in a real browser, as somebody at the desk has it before them."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response
from time_machine import Traveller

from bookings.accounts.models import User
from bookings.accounts.viewer import Viewer
from bookings.common import clock
from tests.seeds import IN_CI

ROOT = Path(__file__).resolve().parent.parent.parent
PICTURES = ROOT / "var" / "screenshots"
WIDE, NARROW = (1280, 900), (390, 844)
OWN_SCHEMES = {"data", "blob", "about"}
"""Addresses that ask nobody for anything."""
REFUSED = re.compile(r"Failed to load resource: the server responded with a status of (\d+)")
SEVERE = {"serious", "critical"}
AXE = """async () => {
  for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
  for (const each of document.getAnimations()) if (each.effect.getComputedTiming().endTime < Infinity) each.finish();
  return axe.run({resultTypes: ['violations']});
}"""
"""What just came into sight is seen as it stays: halfway faded in, its contrast is another."""


@dataclass
class Desk:
    """One browser window at the admin, and what went wrong in it."""

    context: BrowserContext
    page: Page
    url: str
    test: str
    """The test's name, with which its pictures begin."""
    travel: Traveller
    """The server's clock."""
    wrong: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.context.on("console", self._said)
        self.context.on("weberror", lambda error: self.wrong.append(f"script failed: {error.error}"))
        self.context.on("request", self._asked)

    def open(self, where: str, *args: Any, user: User | Viewer | None = None) -> Response | None:
        """Open a path of this server, or the page that has this name; logged in as `user` where one is given."""
        if user is not None:
            self.log_in(user)
        return self.page.goto(self.url + (where if where.startswith("/") else reverse(where, args=args)))

    def log_in(self, user: User | Viewer) -> None:
        """Be this person from the next page on, without the log-in's form; the admin lets them in."""
        person = user if isinstance(user, User) else user.user
        assert person is not None
        User.objects.filter(pk=person.pk).update(is_staff=True)
        client = Client()
        client.force_login(person)
        key = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
        self.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": self.url}])

    def narrow(self) -> None:
        """Have the width of a phone."""
        self.page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})

    def wide(self) -> None:
        """Have the width of a small desk screen, which is what a test begins with."""
        self.page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})

    def dark(self) -> None:
        """Be somebody whose device is dark, on the page that is open too."""
        self._prefer("dark")

    def light(self) -> None:
        """Be somebody whose device is light, which is what a test begins with."""
        self._prefer("light")

    def _prefer(self, scheme: Any) -> None:
        self.page.emulate_media(color_scheme=scheme)
        if self.page.url.startswith(self.url):
            self.page.reload()

    def later(self, **passing: float) -> datetime:
        """Let time pass for the server and for the page alike (`minutes=5`); give what it is now."""
        self.travel.shift(timedelta(**passing))
        now = clock.now()
        self.page.clock.set_system_time(now)
        return now

    def expect(self, *statuses: int) -> None:
        """Take answers of these statuses for what the test is about: the browser calls them errors."""
        self.expected.update(statuses)

    def picture(self, name: str) -> None:
        """Keep what the whole page looks like, as var/screenshots/<test>-<name>.png; not in CI, where nobody looks."""
        if not IN_CI:
            path = PICTURES / f"{_plain(self.test)}-{_plain(name)}.png"
            self.page.screenshot(path=path, full_page=True, animations="disabled")

    def check(self) -> None:
        """Assert that nothing went wrong so far, and that the page as it is now shuts nobody out.

        No error in the console, nothing that the policy of contents stopped, no failed script, no request to another
        host, and nothing that axe finds serious or critical.
        """
        assert self.wrong == [], "\n".join(self.wrong)
        if self.page.url.startswith(self.url):
            shut_out = self.shut_out()
            assert shut_out == [], "\n".join(shut_out)

    def shut_out(self) -> list[str]:
        """Give what axe finds serious or critical on the page as it is now."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        found = self.page.evaluate(AXE)["violations"]
        path = urlsplit(self.page.url).path
        return [
            f"{path}: {finding['id']} ({finding['help']}): {node['target']} {node['html'][:200]} {_why(node)}"
            for finding in found
            if finding["impact"] in SEVERE
            for node in finding["nodes"]
        ]

    def too_wide(self) -> list[str]:
        """Give the elements that make the page wider than its window; none where it does not scroll sideways."""
        return self.page.evaluate(OVERFLOWING)

    def _said(self, message: ConsoleMessage) -> None:
        refused = REFUSED.match(message.text)
        if refused and int(refused[1]) in self.expected:
            return
        if message.type == "error" or "Content Security Policy" in message.text:
            self.wrong.append(f"console {message.type}: {message.text} ({message.location.get('url')})")

    def _asked(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in OWN_SCHEMES and f"{address.scheme}://{address.netloc}" != self.url:
            self.wrong.append(f"asked another host: {request.url}")


OVERFLOWING = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const wide = [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > width + 1);
  const outer = wide.filter(e => !wide.includes(e.parentElement));
  return [document.documentElement.scrollWidth + ' px', ...(outer.length ? outer : wide).slice(0, 5)
    .map(e => e.outerHTML.slice(0, 160))];
}"""


def _why(node: dict[str, Any]) -> str:
    return "; ".join(each["message"] for each in [*node["any"], *node["all"], *node["none"]])


@cache
def _plain(name: str) -> str:
    """Give a name that is good for a file everywhere."""
    return re.sub(r"[^\w.-]+", "-", name).strip("-")[:120]
