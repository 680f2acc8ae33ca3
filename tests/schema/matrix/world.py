"""One practice with everything in it, and everybody who may ask: the stage of the permission matrix."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bookings.accounts.models import User
from bookings.accounts.sessions import Session
from bookings.booking.models import Booking
from bookings.businesses.models import Business
from bookings.catalogue.models import Service
from bookings.consultants.models import Consultant
from bookings.resources.models import Resource
from schema.common.inputs import write_id
from tests.factories import NOW
from tests.schema.client import gid

MARK = "quokka"
"""Stands in every private text of the world: where a stranger reads it, something leaked."""
EMAIL = f"ana.{MARK}@example.org"
FORGETFUL = f"fred.{MARK}@example.org"
"""Whose account nobody works with, and has a question."""
ASKED_AT = NOW + timedelta(minutes=90)
"""When every question is asked."""
TOMORROW = NOW + timedelta(days=1)
OF_THE_CLIENT = {
    "email": EMAIL,
    "full_name": f"Ana {MARK.title()}",
    "message": f"About my {MARK}.",
    "intake": {"fear": f"every {MARK}", "emergencyContact": f"Uncle {MARK.title()}"},
    "phone": "+48600700800",
    "mode": Booking.Mode.ONLINE,
    "meeting_platform": Booking.MeetingPlatform.ZOOM,
}


@dataclass
class World:
    """What the acts of the matrix name, and the accounts, tokens and keys with which they are asked."""

    place: Business
    service: Service
    rooms: Service
    host: Consultant
    colleague: Consultant
    room: Resource
    foreign: Business
    users: dict[str, User] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    bookings: dict[str, Booking] = field(default_factory=dict)
    access: dict[int, str] = field(default_factory=dict)
    """Access tokens by their booking's key."""
    links: dict[str, str] = field(default_factory=dict)
    """Tokens of mailed links about bookings, by their purpose."""
    mailed: dict[str, dict[str, str]] = field(default_factory=dict)
    """What mails about accounts and people brought, by the name in stage.MAILED: `code`, `link`."""
    rows: dict[str, Any] = field(default_factory=dict)
    """What else an act may name."""

    @property
    def ids(self) -> dict[str, list[str]]:
        """Ids of nodes to look up, by their type."""
        slot = self.rows["published"]
        return {
            "Booking": [gid(self.bookings["pending"])],
            "Payment": [gid(self.rows["payment"]), gid(self.rows["paid"])],
            "Refund": [gid(self.rows["refund"])],
            "PaymentDifference": [write_id("PaymentDifference", row.pk) for row in self.rows["differences"]],
            "PaymentAccount": [gid(self.rows["payment account"])],
            "Account": [write_id("Account", self.users["clnt"].pk)],
            "Review": [gid(self.rows["hidden review"])],
            "RoleRequest": [gid(self.rows["role request"]), gid(self.rows["decided"])],
            "CalendarFeed": [gid(self.rows[name]) for name in ("feed", "old feed", "host feed")],
            "ServiceKey": [gid(self.rows["key"]), gid(self.rows["old key"])],
            "PublishedSlot": [
                write_id("PublishedSlot", f"{slot.schedule_id}.{int(slot.starts_at.timestamp())}")
            ],
            "Business": [gid(self.place)],
            "CorporateClient": [gid(self.rows["company"])],
            "Service": [gid(self.service), gid(self.rooms)],
            "Consultant": [gid(self.host)],
            "Favourite": [gid(self.rows["favourite"])],
            "Resource": [gid(self.room)],
        }

    def token(self, mail: str) -> str:
        """The token of a mailed link."""
        return self.mailed[mail]["link"].partition("#token=")[2]

    def own(self, who: str) -> set[str]:
        """The ids of what belongs to whoever asks, and says nothing of what they may see of others."""
        rows: list[Any] = {
            "other": [self.bookings["other"]],
            "alien": [self.foreign],
            "colg": [self.colleague],
        }.get(who, [])
        own = {gid(row) for row in rows}
        if who in self.users and who != "clnt":
            own.add(write_id("Account", self.users[who].pk))
        return own

    def asks(self, who: str, about: Booking) -> dict[str, Any]:
        """How somebody asks: the arguments of `post` beside the document."""
        if who == "token":
            return {"x_booking_token": self.access[about.pk]}
        if who == "other":
            return {"user": self.users[who], "x_booking_token": self.access[self.bookings["other"].pk]}
        if who in self.keys:
            return {"authorization": f"Api-Key {self.keys[who]}"}
        return {"user": self.users[who]} if who in self.users else {}
