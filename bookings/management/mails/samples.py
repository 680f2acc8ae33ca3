"""A sample of every mail, and of what else some of them say. Nothing is read from or written to a database."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bookings.booking.models import Booking
from bookings.booking.states import Status
from bookings.businesses.models import StaffMember
from bookings.common.languages import source
from bookings.notifications.entries import Audience
from bookings.notifications.messages import MESSAGES
from bookings.notifications.models import OutboxMessage
from bookings.payments.models import Difference, Payment

Facts = Mapping[str, Any]

ZONES = {Audience.CLIENT: "Europe/London"}
"""Of a client who lives elsewhere; everybody else reads the practice's."""
_PRACTICE = "Europe/Warsaw"
_MADE = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
_TOKEN = "Zk3vT1q8nX0yB5mR7sWcA2dF4gH6jK9l-_pQeUiOtYu"  # noqa: S105 - a picture of one
_SITE = "https://booking.example.org"
_CALENDAR = {
    "sequence": 1,
    "for_host": False,
    "holder": "c",
    "with_whom": "Dr. Mira Novak",
    "place": "Room 3, ul. Cicha 5, 00-001 Warszawa",
    "is_online": False,
    "page": f"{_SITE}/bookings/status",
}
BOOKING: Facts = {
    "acknowledgement_id": "MS-7K2Q9D",
    "full_name": "Ana Horvat",
    "business_name": "Quiet Room Counselling",
    "service_name": "First talk, 60 minutes",
    "consultant_name": "Dr. Mira Novak",
    "resource_name": "",
    "starts_at": "2026-11-24T09:00:00+00:00",
    "ends_at": "2026-11-24T10:00:00+00:00",
    "amount": "240.00 PLN",
    "deadline": "2026-11-23T18:30:00+00:00",
    "page": f"{_SITE}/bookings/status?id=MS-7K2Q9D",
}
_UNTIMED: Facts = {
    "starts_at": None,
    "ends_at": None,
    "consultant_name": "",
    "anyone": True,
    "preferred_date": "2026-11-24",
    "preferred_period": "MORNING",
    "preferred_zone": _PRACTICE,
}
_RECEIPT: Facts = {
    "receipt_number": "2026/000123",
    "seller_name": "Quiet Room Counselling",
    "seller_tax_number": "PL1234567890",
    "tax_rate": "23",
    "tax": "44.88 PLN",
    "method": source(Payment.Method.CASH.label),
}
_ACCOUNT: Facts = {"full_name": "Ana Horvat"}
_PAYMENT_ACCOUNT: Facts = {
    "full_name": "Ana Horvat",
    "business_name": "Quiet Room Counselling",
    "provider": "Stripe",
    "currency": "PLN",
    "live": True,
    "in_use": True,
    "key_end": "4f2A",
    "member_name": "Jan Kowalski",
}
_MANAGER = source(StaffMember.Role.MANAGER.label)
_SAYS: Mapping[str, Facts] = {
    "request_received": {"status_label": source(Status.PENDING.label)},
    "approved_pay_by": {"deposit": "60.00 PLN", "on_site": "180.00 PLN"},
    "price_lowered": {"off": "40.00 PLN", "amount": "200.00 PLN"},
    "rejected": {"alternatives": ["2026-11-25T09:00:00+00:00", "2026-11-26T14:30:00+00:00"]},
    "confirmed": {"calendar": _CALENDAR, "status_label": source(Status.CONFIRMED.label)},
    "rescheduled": {"calendar": _CALENDAR},
    "meeting_link": {"calendar": {**_CALENDAR, "is_online": True}},
    "cancelled": {"by": "STAFF", "refund": "240.00 PLN", "reason": "Dr. Novak is ill. We are sorry."},
    "confirm_cancellation": {
        "refund": "180.00 PLN",
        "paid": "240.00 PLN",
        "refund_until": "2026-11-23T09:00:00+00:00",
    },
    "booking_access": {"others": ["MS-4T8ZC1", "MS-9QX2RA"]},
    "receipt": _RECEIPT,
    "refund_receipt": {**_RECEIPT, "corrects": "2026/000123"},
    "consultant_confirmed": {"calendar": {**_CALENDAR, "for_host": True}},
    "consultant_moved": {"calendar": {**_CALENDAR, "for_host": True}},
    "staff_payment_differs": {
        "what": source(Difference.Kind.NO_ANSWER.label),
        "reference": "SW-2026-8842",
    },
    "personal_data_erased": {"account": True, "cancelled": 2},
    "role_decided": {**_ACCOUNT, "role": "CONSULTANT", "granted": True},
    "payment_account_ended": _PAYMENT_ACCOUNT,
    "payment_account_saved": _PAYMENT_ACCOUNT,
    "service_key_made": {
        **_ACCOUNT,
        "business_name": "Quiet Room Counselling",
        "key_name": "Chatbot of our site",
        "prefix": "sk_7fQ2",
    },
    "session_stolen": {**_ACCOUNT, "user_agent": "Firefox 145, Linux"},
    "staff_invited": {
        "business_name": "Quiet Room Counselling",
        "role_label": _MANAGER,
        "inviter_name": "Jan Kowalski",
    },
    "staff_joined": {
        **_ACCOUNT,
        "business_name": "Quiet Room Counselling",
        "role_label": _MANAGER,
        "member_name": "Jan Kowalski",
    },
    "staff_removed": {**_ACCOUNT, "business_name": "Quiet Room Counselling"},
    "password_changed": _ACCOUNT,
    "password_recovered": _ACCOUNT,
    "security_question_set": _ACCOUNT,
}
_SECRETS: Mapping[str, Facts] = {
    "reminder": {
        "cancel_link": f"{_SITE}/bookings/cancel#token={_TOKEN}",
        "link": "https://meet.example.com/quiet-4821",
    },
    "meeting_link": {"link": "https://meet.example.com/quiet-4821"},
    "price_lowered": {"link": f"{_SITE}/bookings/pay#token={_TOKEN}"},
    "payment_failed": {"link": f"{_SITE}/bookings/pay#token={_TOKEN}"},
}
_LONG: Facts = {
    "full_name": "Maria-Magdalena von Wallenberg-Przybyszewska de la Fuente y Sánchez",
    "business_name": "Specialist Centre for Psychological Counselling and Family Mediation of Lower Silesia",
    "service_name": "Second opinion about a long course of treatment, with a summary for the referring physician",
    "consultant_name": "Prof. Dr. habil. Aleksandra Konstantynopolitańczykiewiczówna",
}
_VARIANTS: Mapping[str, Mapping[str, Facts]] = {
    "verify_booking": {"wish": _UNTIMED, "active": {"has_active_booking": True}},
    "request_received": {"wish": _UNTIMED},
    "staff_request_waits": {"wish": _UNTIMED},
    "expired": {"wish": _UNTIMED},
    "confirmed": {
        "night": {"starts_at": "2026-10-25T00:30:00+00:00", "ends_at": "2026-10-25T01:30:00+00:00"},
        "long": _LONG,
        "online": {
            "meeting_platform": source(Booking.MeetingPlatform.PHONE.label),
            "calendar": {**_CALENDAR, "is_online": True},
            "on_site": "240.00 PLN",
        },
    },
    "cancelled": {"client": {"by": "CLIENT", "refund": "", "kept": "240.00 PLN", "reason": ""}},
    "refunded": {"site": {"at_practice": True}},
    "reminder": {"proof": {"cancel_link": "", "status_link": f"{_SITE}/bookings/status", "link": ""}},
}


@dataclass(frozen=True)
class Sample:
    """A mail to look at. variant: what is special about it; empty for the usual one."""

    template: str
    variant: str
    language: str
    context: Facts = field(repr=False)
    secrets: Facts = field(repr=False)

    @property
    def name(self) -> str:
        """Give what its files are called: the template, the variant and the language."""
        return "-".join(part for part in (self.template, self.variant, self.language) if part)

    def message(self) -> OutboxMessage:
        """Give the outbox row that it would be; it is not saved."""
        audience = MESSAGES[self.template].audience
        return OutboxMessage(
            pk=1,
            key=f"sample:{self.name}",
            template=self.template,
            recipient="ana@example.org",
            locale=self.language,
            timezone=ZONES.get(audience, _PRACTICE),
            context=dict(self.context),
            secrets=dict(self.secrets),
            booking_id=1 if "acknowledgement_id" in self.context else None,
            created_at=_MADE,
            message_id="<sample@booking.example.org>",
        )


def samples(languages: list[str], only: str = "") -> Iterator[Sample]:
    """Give the mails of every kind, or of one, in these languages; the usual one of each kind first."""
    for template in sorted(MESSAGES):
        if only and template != only:
            continue
        for variant, more in {"": {}, **_VARIANTS.get(template, {})}.items():
            for language in languages:
                yield _sample(template, variant, language, more)


def _sample(template: str, variant: str, language: str, more: Facts) -> Sample:
    entry = MESSAGES[template]
    tells_of_booking = entry.audience in {Audience.CLIENT, Audience.CONSULTANT, Audience.PRACTICE}
    context = {**(BOOKING if tells_of_booking else {}), **_SAYS.get(template, {}), **more}
    if entry.audience is Audience.CONSULTANT:
        context["amount"] = ""  # the table of rights hides it
    needed: dict[str, Any] = {
        "code": "482913",
        "link": f"{_SITE}/{_page(template)}#token={_TOKEN}",
        "reason": "We are on holiday that week. Would one of the times below do?",
    }
    secrets = {name: needed[name] for name in entry.secrets} | dict(_SECRETS.get(template, {}))
    given = {name: value for name, value in secrets.items() if name not in more}
    return Sample(template, variant, language, context, given)


def _page(template: str) -> str:
    return {
        "approved_pay_by": "bookings/pay",
        "completed": "bookings/review",
        "confirm_cancellation": "bookings/cancel",
        "booking_access": "bookings/open",
        "receipt": "receipts/open",
        "refund_receipt": "receipts/open",
        "staff_invited": "staff/join",
        "verify_booking": "bookings/verify",
    }.get(template, "account/verify")
