"""Every mail in Polish, without a line of English left, with Polish dates and plurals."""

import re

import pytest

from bookings.booking.models import Booking
from bookings.booking.states import Status
from bookings.businesses.models import StaffMember
from bookings.common.languages import source
from bookings.notifications.messages import MESSAGES
from bookings.notifications.models import OutboxMessage
from bookings.notifications.rendering import render
from bookings.payments.models import Difference, Payment

NAMES = {
    "acknowledgement_id": "MS-7K2Q9D",
    "full_name": "Ana Horvat",
    "client_name": "Ana Horvat",
    "business_name": "Cisza",
    "seller_name": "Cisza",
    "seller_tax_number": "PL1234567890",
    "service_name": "Rozmowa",
    "consultant_name": "Mira Novak",
    "resource_name": "Sala 3",
    "inviter_name": "Mira Novak",
    "member_name": "Mira Novak",
    "key_name": "Czat",
    "prefix": "sk_1234",
    "user_agent": "Firefox",
    "receipt_number": "2026/1",
    "corrects": "2026/1",
    "reference": "R-1",
    "facts": "R-1",
    "provider": "stripe",
    "currency": "EUR",
}
MONEY = dict.fromkeys(
    ("amount", "deposit", "on_site", "refund", "kept", "at_practice", "off", "paid", "tax"), "60.00 EUR"
)
TIMES = {
    "starts_at": "2026-11-21T09:00:00Z",
    "ends_at": "2026-11-21T10:00:00Z",
    "deadline": "2026-11-20T18:30:00Z",
    "refund_until": "2026-11-20T18:30:00Z",
    "alternatives": ["2026-11-28T09:00:00Z"],
}
LABELS = {
    "status_label": source(Status.PENDING.label),
    "role_label": source(StaffMember.Role.MANAGER.label),
    "method": source(Payment.Method.CASH.label),
    "what": source(Difference.Kind.NO_ANSWER.label),
    "meeting_platform": source(Booking.MeetingPlatform.PHONE.label),
}
FLAGS = {
    "tax_rate": "23", "by": "CLIENT", "cancelled": 2, "others": ["MS-AAAAAA"], "account": True, "granted": True,
    "role": "CONSULTANT", "test": True, "has_active": True, "anyone": False, "online": True,
}  # fmt: skip
SECRETS = {
    "code": "123456",
    "link": "https://booking.example.org/v#t=x",
    "cancel_link": "https://booking.example.org/c",
}
VARIANTS = {
    "all": {},
    "the other way": {
        "by": "STAFF", "account": False, "granted": False, "role": "BUSINESS_OWNER", "test": False, "on_site": "",
    },
    "nothing back": {"refund": "", "deposit": ""},
    "for nothing": dict.fromkeys(MONEY, ""),
    "a wish for anyone": {
        "starts_at": None, "ends_at": None, "consultant_name": "", "anyone": True, "preferred_date": "2026-11-21",
        "preferred_period": "EVENING", "preferred_zone": "Europe/Warsaw",
    },
    "for nobody in particular": {"full_name": "", "inviter_name": ""},
}  # fmt: skip
SAME = {"Google", "Outlook.com", "Office 365", "Yahoo", "Status"}
"""What a line may hold that is said alike."""


def rendered(name, locale="pl", **changes):
    return render(
        OutboxMessage(
            template=name,
            context=NAMES | MONEY | TIMES | LABELS | FLAGS | changes,
            secrets={
                **SECRETS,
                **{secret: SECRETS.get(secret, "Nie ma miejsc") for secret in MESSAGES[name].secrets},
            },
            timezone="Europe/Warsaw",
            locale=locale,
            recipient="ana@example.org",
        )
    )


def worded(text):
    """The lines of a mail that say something: without what is a name, an amount, an address or a number."""
    text = re.sub(r"https?://\S+|[\w.+-]+@[\w.-]+|Europe/Warsaw|UTC[+:\d]*", "", text)
    for known in sorted({*NAMES.values(), *MONEY.values(), *SAME, "Nie ma miejsc"}, key=len, reverse=True):
        text = text.replace(known, "")
    return {line.strip() for line in text.splitlines() if re.search(r"[^\W\d_]{2,}", line)}


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("name", MESSAGES)
def test_render__no_line_of_a_polish_mail_is_english(name, variant):
    english, polish = (rendered(name, locale, **VARIANTS[variant]) for locale in ("en", "pl"))

    assert english.subject != polish.subject
    assert worded(english.text)
    assert worded(english.text) & worded(polish.text) == set()


@pytest.mark.parametrize("name", MESSAGES)
def test_render__html_says_what_the_text_says(name):
    polish = rendered(name)
    shown = re.sub(r"<style.*?</style>|<!--.*?-->|<[^>]+>", " ", polish.html, flags=re.DOTALL)

    assert '<html lang="pl"' in polish.html
    english = {"Hello", "the", "your", "you", "this", "and", "below", "Sent", "with", "When", "Service"}
    assert english & set(re.findall(r"[A-Za-z]+", shown)) == set()


@pytest.mark.parametrize("locale", ["pl", "pl-PL", "pl_PL", "PL"])
def test_render__a_locale_reads_its_language(locale):
    assert rendered("confirmed", locale).subject == "Rezerwacja MS-7K2Q9D jest potwierdzona"


@pytest.mark.parametrize("locale", ["en", "en-GB", "de", "plx", "", "x" * 35])
def test_render__what_nobody_translated_reads_english(locale):
    assert rendered("confirmed", locale).subject == "Your booking MS-7K2Q9D is confirmed"


def test_render__dates_are_said_as_in_polish():
    text = rendered("confirmed").text

    assert "Kiedy: sobota, 21 listopada 2026, 10:00 - 11:00 (Europe/Warsaw, UTC+01:00)" in text


def test_render__wish_is_said_as_in_polish():
    text = rendered("request_received", **VARIANTS["a wish for anyone"]).text

    assert "Życzenie: sobota, 21 listopada 2026, wieczorem (Europe/Warsaw)" in text


def test_render__words_that_were_queued_are_said_in_the_reader_s_language():
    assert "Status: Oczekuje na odpowiedź placówki" in rendered("request_received").text
    assert "w roli: Kierownik" in rendered("staff_invited").text
    assert "Sposób zapłaty: Gotówka" in rendered("receipt").text
    assert "Operator od dawna nie odpowiada" in rendered("staff_payment_differs").text


@pytest.mark.parametrize(
    ("count", "said"), [(1, "1 rezerwację"), (2, "2 rezerwacje"), (5, "5 rezerwacji"), (22, "22 rezerwacje")]
)
def test_render__plurals_are_polish(count, said):
    assert f"Przy tym odwołano {said}." in rendered("personal_data_erased", cancelled=count).text
