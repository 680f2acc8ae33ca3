"""What is mailed for each purpose, how it comes about and is handed in: what the tests of all purposes share."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bookings.accounts.models import User
from bookings.accounts.passwords import request_reset
from bookings.accounts.registration import Applicant, register
from bookings.accounts.registration import resend as resend_registration
from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.businesses.invitations import invite
from bookings.businesses.models import StaffMember
from bookings.catalogue.models import Service
from bookings.common import clock
from bookings.consultants import linking
from bookings.consultants.models import Consultant
from bookings.notifications.models import OutboxMessage
from bookings.privacy.proofs import Request, request_personal_data
from bookings.verification.models import Challenge
from tests import factories
from tests.factories import PASSWORD, TEN

PHRASE = "seven tall grey herons"
"""A password that is good enough."""
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@dataclass(frozen=True)
class Stage:
    """Where everything takes place."""

    offered: Service
    host: Consultant


@dataclass(frozen=True)
class Mail:
    """One mailed proof. about: what its code is handed in beside; by: the account that hands it in, where one must."""

    about: str
    link: str
    code: str
    challenge: Challenge
    by: User | None = None

    @property
    def token(self) -> str:
        return self.link.partition("#token=")[2]

    @property
    def wrong_code(self) -> str:
        return f"{(int(self.code) + 1) % 10**6:06}"


@dataclass(frozen=True)
class Kind:
    """A purpose that a proof can have.

    begin: makes the thing that is to be proven, with an address, and gives what a code is handed in beside; ask:
    mails a proof of it; lives: how long the link does, where nothing ends it before; spent: what a used one gets.
    """

    mutation: str
    template: str
    begin: Callable[[Stage, str], str]
    ask: Callable[[Stage, str, datetime], Any]
    by_link: Callable[[str], dict[str, Any]]
    by_code: Callable[[str, str], dict[str, Any]] | None
    lives: timedelta
    signed_in: bool = False
    spent: str = "CHALLENGE_ALREADY_USED"

    def mailed(self, stage: Stage, about: str, by: User | None = None) -> Mail:
        """Have a proof mailed, and give it."""
        now = clock.now()
        self.ask(stage, about, now)
        message = OutboxMessage.objects.filter(template=self.template).latest("pk")
        assert message.created_at == now, "nothing was mailed"
        secrets = message.secrets
        return Mail(about, secrets["link"], secrets.get("code", ""), Challenge.objects.latest("pk"), by)

    def first(self, stage: Stage, number: int = 1) -> Mail:
        """Have the first proof of something new mailed."""
        address = f"person{number}@example.org"
        by = factories.user(address) if self.signed_in else None
        return self.mailed(stage, self.begin(stage, address), by)


def _drafted(stage: Stage, address: str) -> str:
    starts_at = TEN + 7 * DAY
    return factories.draft(stage.host, stage.offered, email=address, starts_at=starts_at).acknowledgement_id


def _booked(stage: Stage, address: str) -> str:
    starts_at = TEN + 7 * DAY
    return factories.pending(stage.host, stage.offered, email=address, starts_at=starts_at).acknowledgement_id


def _resent(stage: Stage, about: str, now: datetime) -> None:
    """The draft mailed the first one itself."""
    if Challenge.objects.filter(created_at=now).exists():
        return
    services.resend_verification(acknowledgement_id=about, now=now)


def _registered(stage: Stage, address: str) -> str:
    return register(applicant=Applicant(address, PASSWORD, "Nora"), now=clock.now())


def _registered_again(stage: Stage, about: str, now: datetime) -> None:
    """Registering mailed the first one itself."""
    if not Challenge.objects.filter(created_at=now).exists():
        resend_registration(handle=about, now=now)


def _with_account(stage: Stage, address: str) -> str:
    return factories.user(address).email


def _address(stage: Stage, address: str) -> str:
    return address


def _invited(stage: Stage, about: str, now: datetime) -> None:
    place = stage.offered.business
    owner = Viewer(user=place.owner)
    invite(business_id=place.pk, email=about, role=StaffMember.Role.STAFF, viewer=owner, now=now)


def _in_use(stage: Stage, address: str) -> str:
    """A consultant without an account, who is called like the address that is to be theirs."""
    return factories.consultant(stage.offered, full_name=address).full_name


def _invited_as_consultant(stage: Stage, about: str, now: datetime) -> None:
    person = Consultant.objects.get(full_name=about)
    owner = Viewer(user=stage.offered.business.owner)
    linking.invite(consultant_id=person.pk, email=about, viewer=owner, now=now)


def _of_booking(about: str, code: str) -> dict[str, Any]:
    return {"proof": {"code": {"acknowledgementId": about, "code": code}}}


def _of_address(about: str, code: str) -> dict[str, Any]:
    return {"proof": {"code": {"email": about, "code": code}}}


def _token(token: str) -> dict[str, Any]:
    return {"proof": {"token": token}}


KINDS: dict[str, Kind] = {
    "VERIFY_BOOKING": Kind(
        "verifyBooking", "verify_booking", _drafted, _resent, _token, _of_booking, 30 * MINUTE
    ),
    "BOOKING_ACCESS": Kind(
        "grantBookingAccess",
        "booking_access",
        _booked,
        lambda stage, about, now: services.request_access(acknowledgement_id=about, now=now),
        _token,
        _of_booking,
        DAY,
    ),
    "CANCEL_BOOKING": Kind(
        "cancelBooking",
        "confirm_cancellation",
        _booked,
        lambda stage, about, now: services.request_cancellation(acknowledgement_id=about, now=now),
        _token,
        _of_booking,
        DAY,
    ),
    "VERIFY_EMAIL": Kind(
        "verifyEmail",
        "register",
        _registered,
        _registered_again,
        lambda token: {"proof": {"link": {"token": token, "password": PASSWORD}}},
        lambda about, code: {"proof": {"code": {"registrationId": about, "code": code}}},
        DAY,
    ),
    "RESET_PASSWORD": Kind(
        "resetPassword",
        "reset_password",
        _with_account,
        lambda stage, about, now: request_reset(email=about, now=now),
        lambda token: {**_token(token), "newPassword": PHRASE},
        lambda about, code: {**_of_address(about, code), "newPassword": PHRASE},
        HOUR,
    ),
    "JOIN_STAFF": Kind(
        "acceptStaffInvitation",
        "staff_invited",
        _address,
        _invited,
        lambda token: {"token": token},
        None,
        DAY,
        signed_in=True,
    ),
    "LINK_CONSULTANT": Kind(
        "acceptConsultantInvitation",
        "staff_invited",
        _in_use,
        _invited_as_consultant,
        lambda token: {"token": token},
        None,
        DAY,
        signed_in=True,
    ),
    "PERSONAL_DATA, to read": Kind(
        "exportPersonalData",
        "personal_data_export",
        _address,
        lambda stage, about, now: request_personal_data(email=about, what=Request.EXPORT, now=now),
        _token,
        _of_address,
        DAY,
    ),
    "PERSONAL_DATA, to erase": Kind(
        "erasePersonalData",
        "personal_data_erasure",
        _address,
        lambda stage, about, now: request_personal_data(email=about, what=Request.ERASE, now=now),
        _token,
        _of_address,
        DAY,
        spent="CHALLENGE_INVALID",  # the proofs of whoever is forgotten are forgotten too
    ),
}
"""Every purpose."""
BY_CODE = [name for name, kind in KINDS.items() if kind.by_code is not None]
