"""Where the booking page is tried: its host, the API behind it with a worker, and a browser, once for all stories."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import CHROMIUM
from tests.browser.desk import PICTURES, WIDE
from tests.clients.booking_page import Site, Visitor
from tests.clients.demo import log_in, open_slots
from tests.clients.documents import APPROVE, DRAFT
from tests.clients.server import Server as Api
from tests.clients.server import wait_for
from tests.servers import Database, copied, running_server

WARSAW = "Europe/Warsaw"
LIMITS = "challenge.address_subject=20/minute,status.ip=200/minute,anonymous.ip=2000/minute,draft.ip=200/hour"
"""All visitors of these tests come from one address, and nobody waits a minute for the next code."""


@dataclass
class Place:
    """The page's host, the API behind it, and a browser."""

    site: Site
    api: Api
    database: Database
    browser: Browser
    lapsing: str
    """A booking that nobody proves, with a deadline of seconds."""

    @contextmanager
    def visitor(
        self,
        test: str,
        *,
        zone: str = WARSAW,
        size: tuple[int, int] = WIDE,
        dark: bool = False,
        now: datetime | None = None,
    ) -> Iterator[Visitor]:
        """Somebody with a browser of their own; nothing may have gone wrong in it in the end."""
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            timezone_id=zone,
            locale="en-GB",
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        context.set_default_timeout(20_000)
        if now is not None:
            context.clock.install(time=now)
        window = Visitor(context, context.new_page(), self.site.origin, f"react-{test}", travel=None)
        window.api = self.api.base
        try:
            yield window
            window.check()
        except BaseException:
            window.picture("failed")
            raise
        finally:
            context.close()

    def bookings_of(self, email: str) -> list[str]:
        """Give the statuses of all that an address ever asked for."""
        rows = self.database.sql("SELECT status FROM bookings_booking WHERE email = %s ORDER BY id", email)
        return [status for (status,) in rows]

    def id_of(self, email: str) -> str:
        """Give the acknowledgement id of an address's only booking."""
        ((found,),) = self.database.sql(
            "SELECT acknowledgement_id FROM bookings_booking WHERE email = %s", email
        )
        return found

    def approve(self, visitor: Visitor) -> None:
        """Approve, as staff, what the visitor's tab holds."""
        held = visitor.page.evaluate("JSON.parse(sessionStorage.getItem('slotwell-visit')).booking.id")
        self.api.do(APPROVE, "approveBooking", {"bookingId": held}, token=log_in(self.api))

    def link_for(self, email: str, path: str) -> str:
        """Wait for a mail with a link to a path of the page; give what follows the origin."""

        def look() -> str | None:
            start = f"{self.site.origin}{path}#token="
            words = [word for mail in self.api.mails(email) for word in mail["text"].split()]
            return next(
                (word.removeprefix(self.site.origin) for word in words if word.startswith(start)), None
            )

        return wait_for(look, f"a link to {path} in the mailbox of {email}")


@contextmanager
def a_place(template: str, folder: Path) -> Iterator[Place]:
    """Start servers and a browser and build the page; in the end everything in the database must be true."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    chromium = next(filter(None, map(shutil.which, CHROMIUM)), None)
    assert chromium is not None, "These proofs need Chromium. On Debian and Ubuntu: apt-get install chromium"
    with ExitStack() as stack:
        database = stack.enter_context(copied(template, folder))
        database.manage("seed_demo", "--alone")
        site = stack.enter_context(Site(folder / "site").running())
        running = stack.enter_context(
            running_server(database, folder, worker=True, FRONTEND_URL=site.origin, RATE_LIMITS=LIMITS)
        )
        site.show(running.url)
        api = Api(running.url)
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
        )
        yield Place(site, api, database, browser, drafted_to_lapse(api))
        browser.close()
        running.worker.stop()
        database.manage("audit_invariants")


def drafted_to_lapse(api: Api) -> str:
    """Draft what has a deadline of seconds; give its id."""
    slot = open_slots(api, "One minute (demo)")[-1]
    draft = {"slotId": slot["id"], "email": "late@example.org", "fullName": "Lars Late", "consent": True}
    return api.do(DRAFT, "draftBooking", draft)["booking"]["acknowledgementId"]
