"""What an entry in the tables of messages says (booking_messages.py, account_messages.py)."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise

from bookings.notifications.models import MailRefusal


class Audience(StrEnum):
    """Whom a message is for, and so why they get it and in which zone they read times."""

    CLIENT = "CLIENT"
    CONSULTANT = "CONSULTANT"
    PRACTICE = "PRACTICE"
    """Whoever reads the practice's mail."""
    ACCOUNT = "ACCOUNT"
    """The holder of an account."""
    NAMED = "NAMED"
    """Whoever reads a mailbox that somebody named."""


@dataclass(frozen=True)
class Message:
    """One message: its subject, its heading, the words on its button, and the secrets it cannot do without.

    A subject shows on locked screens and in logs: the acknowledgement id may stand in it, names,
    services, practices and days may not. wish_…: what stands instead for a request that names no time.
    forgets: its row keeps neither to whom it went nor what it said, once it left or was given up.
    to_anybody: it goes to whoever's address somebody named, though it brings no code.
    audience: whom it is for, which its end says.
    opens_booking: its button leads to the booking, where no other link is given.
    refusable: of which kind it is, where its recipient can do without; it is neither queued for nor sent to whoever
    refused that kind.
    """

    subject: str | Promise
    heading: str | Promise
    button: str | Promise = ""
    secrets: tuple[str, ...] = ()
    wish_subject: str | Promise = ""
    wish_heading: str | Promise = ""
    forgets: bool = False
    to_anybody: bool = False
    refusable: MailRefusal.Kind | None = None
    audience: Audience = Audience.CLIENT
    opens_booking: bool = False

    @property
    def proves(self) -> bool:
        """Whether it brings a code, or else goes to whoever's address somebody named: a mailbox gets only so many."""
        return "code" in self.secrets or self.to_anybody
