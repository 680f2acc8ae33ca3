"""The recipes of docs/recipes, played as they are written, each in a world of its own."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from bookings.accounts.viewer import Viewer
from bookings.booking.models import Booking
from bookings.booking.services.access import ACCESS_PURPOSES
from bookings.businesses.models import StaffMember
from bookings.catalogue.models import Service
from bookings.notifications.models import OutboxMessage
from bookings.verification import services as verification
from tests import factories, lifecycle
from tests.booking import shapes
from tests.docs import markdown
from tests.factories import NOW, TEN
from tests.schema.client import access_token, gid, post

FOLDER = markdown.ROOT / "docs/recipes"
RECIPES = sorted(path for path in FOLDER.glob("*.md") if path.name != "index.md")
PLACEHOLDER = re.compile(r"\b(?:[A-Z]+_)*(?:ID|TOKEN|CODE)\b")

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as travel:
        yield travel


class Reader:
    """Somebody who follows a recipe to the letter, and knows their practice and what the answers told."""

    def __init__(self) -> None:
        self.owner = factories.user()
        self.place = factories.business(owner=self.owner)
        self.service = factories.service(self.place, payment_policy=Service.PaymentPolicy.EITHER)
        self.consultant = factories.consultant(self.service)
        self.other = factories.consultant(self.service)
        self.known = {
            "BUSINESS_ID": gid(self.place),
            "SERVICE_ID": gid(self.service),
            "CONSULTANT_ID": gid(self.consultant),
            "OTHER_CONSULTANT_ID": gid(self.other),
            "OWNER_TOKEN": access_token(self.owner),
            "STAFF_TOKEN": access_token(person(factories.staff_of(self.place, StaffMember.Role.STAFF))),
            "CLIENT_TOKEN": access_token(factories.user("ana@example.org")),
        }

    def has(self, booking: Booking) -> None:
        """Have a booking, and the proof of its mailbox."""
        token, _ = verification.grant_access(
            subject=booking.subject, email=booking.email, purposes=ACCESS_PURPOSES, now=NOW
        )
        self.known |= {
            "BOOKING_ID": gid(booking),
            "ACKNOWLEDGEMENT_ID": booking.acknowledgement_id,
            "ACCESS_TOKEN": token,
        }

    def play(self, operation: markdown.Operation) -> Any:
        """Send one operation as it stands; give what its root field gave, and remember it."""
        headers = json.loads(self.filled(operation.headers))
        body = post(
            operation.text,
            json.loads(self.filled(operation.variables)),
            **{name.lower().replace("-", "_"): value for name, value in headers.items()},
        )
        assert "errors" not in body, (operation.text, body)
        for root in body["data"].values():
            assert root is not None, operation.text
            assert not (isinstance(root, dict) and root.get("errors")), (operation.text, root)
            self.remember(root)
        return body["data"]

    def filled(self, text: str) -> str:
        """Put in what is known. A word that nothing gave is a KeyError: the recipe forgot a step."""
        return PLACEHOLDER.sub(lambda found: self.known[found.group()], text)

    def remember(self, root: Any) -> None:
        """Keep what later steps name: the first of what is listed, what was made, and the newest mail's proof."""
        if edges := root.get("edges"):
            self.known["SLOT_ID"] = edges[0]["node"].get("id", "")
        if booking := root.get("booking"):
            self.known |= named(booking, id="BOOKING_ID", acknowledgementId="ACKNOWLEDGEMENT_ID")
        self.known |= named(root, accessToken="ACCESS_TOKEN")
        self.known |= named(root.get("calendarFeed") or {}, id="FEED_ID")
        self.known |= named((root.get("payments") or [{}])[0], id="PAYMENT_ID")
        for mail in OutboxMessage.objects.order_by("pk"):
            self.known |= named(mail.secrets, code="CODE")


def named(found: dict[str, Any], **words: str) -> dict[str, str]:
    """The values that are there, by the words that recipes use for them."""
    return {word: found[name] for name, word in words.items() if found.get(name)}


def person(viewer: Viewer) -> Any:
    assert viewer.user is not None
    return viewer.user


def with_confirmed(reader: Reader) -> None:
    next_week = TEN + timedelta(days=7)
    reader.has(lifecycle.confirmed(reader.consultant, reader.service, starts_at=next_week))


def with_today(reader: Reader) -> None:
    reader.has(lifecycle.confirmed(reader.consultant, reader.service))


def with_pending(reader: Reader) -> None:
    reader.has(factories.pending(reader.consultant, reader.service))


def with_paid_deposit(reader: Reader) -> None:
    Service.objects.filter(pk=reader.service.pk).update(deposit_percent=30)
    reader.service.refresh_from_db()
    with_confirmed(reader)


def with_draft(reader: Reader) -> None:
    booking = factories.draft(reader.consultant, reader.service)
    reader.known["LINK_TOKEN"] = factories.secrets_of(booking)["link"].partition("#token=")[2]


def with_group(reader: Reader) -> None:
    group = factories.service(reader.place, seats=8)
    factories.consultant(group)
    reader.known["GROUP_ID"] = gid(group)


def with_room(reader: Reader) -> None:
    hire = factories.service(reader.place, holds=Service.Holds.RESOURCE, max_duration=240)
    reader.known |= {"HIRE_ID": gid(hire), "RESOURCE_ID": gid(factories.resource(hire))}


def with_other_wish(reader: Reader) -> None:
    reader.known["OTHER_WISH_ID"] = gid(shapes.pending(reader.service, wish=shapes.MORNING))


def with_nothing(reader: Reader) -> None:
    """The practice alone will do."""


WORLDS: dict[str, Callable[[Reader], None]] = {
    "anyone": with_nothing,
    "back-to-a-booking": with_pending,
    "book-for-somebody": with_nothing,
    "calendar-feed": with_nothing,
    "cancel": with_confirmed,
    "deposit": with_paid_deposit,
    "group-session": with_group,
    "move": with_confirmed,
    "poll": with_pending,
    "refund": with_confirmed,
    "retry": with_nothing,
    "room": with_room,
    "time-off": with_today,
    "timeline": with_confirmed,
    "verify-by-link": with_draft,
    "wish": with_other_wish,
}
"""What there has to be before each recipe begins."""


def played(name: str) -> list[Any]:
    """What each operation of a recipe gave."""
    reader = Reader()
    WORLDS[name](reader)
    return [reader.play(each) for each in markdown.operations(markdown.read(f"docs/recipes/{name}.md"))]


def test_recipes__are_all_played_and_listed():
    listed = re.findall(r"\]\(([\w-]+)\.md\)", (FOLDER / "index.md").read_text(encoding="utf-8"))

    assert [path.stem for path in RECIPES] == sorted(WORLDS) == sorted(listed)


@pytest.mark.parametrize("name", sorted(WORLDS))
def test_recipe__goes_as_it_is_written(name):
    assert len(played(name)) == len(markdown.blocks(markdown.read(f"docs/recipes/{name}.md"), "graphql")) > 0


def test_cancel__gives_back_what_the_recipe_says_before():
    told, _, done = played("cancel")
    (payment,) = done["cancelBooking"]["booking"]["payments"]

    assert told["booking"]["refundPolicy"]["refund"] == payment["refunds"][0]["amount"]


def test_time_off__touches_the_booking_of_that_day():
    closed, given = played("time-off")

    assert closed["addTimeOff"]["touchedCount"] == 1
    assert given["reassignBooking"]["booking"]["status"] == "CONFIRMED"


def test_deposit__leaves_nothing_to_pay_once_the_rest_is_recorded():
    *_, due, paid = played("deposit")

    assert due["booking"]["deposit"] == {"amount": "18.00", "currency": "EUR"}
    assert due["booking"]["balance"] == {"amount": "42.00", "currency": "EUR"}
    assert paid["recordOnSitePayment"]["booking"]["balance"]["amount"] == "0.00"


def test_retry__sent_twice_is_one_booking():
    reader = Reader()
    (draft,) = markdown.operations(markdown.read("docs/recipes/retry.md"))

    first, second = reader.play(draft), reader.play(draft)

    assert first == second
    assert (Booking.objects.count(), OutboxMessage.objects.count()) == (1, 1)
