"""Which language a locale and a header mean, how days are said in it, and pages that speak it."""

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from threading import Thread

import pytest
import time_machine
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext, ngettext

from bookings.availability.selectors import _lasts
from bookings.businesses.intervals import Interval, problem_of_week
from bookings.businesses.models import StaffMember
from bookings.common import dates, languages
from bookings.common.errors import DomainError, ErrorCode, invalid
from bookings.notifications.wording import wished
from bookings.payments.receipt_links import link_to_receipt
from bookings.payments.receipt_page import shown
from tests import factories
from tests.factories import NOW
from tests.lifecycle import confirmed
from tests.schema.client import code_of, post

SATURDAY = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("pl", "pl"), ("pl-PL", "pl"), ("pl_PL", "pl"), ("PL", "pl"), (" pl ", "pl"), ("pl-Latn-PL", "pl"),
        ("en", "en"), ("en-GB", "en"), ("de", "en"), ("plt", "en"), ("", "en"), ("-", "en"), ("p" * 50, "en"),
    ],
)  # fmt: skip
def test_language_of__a_locale(locale, language):
    assert languages.language_of(locale) == language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("pl", "pl"), ("PL-pl", "pl"), ("en;q=0.5, pl;q=0.6", "pl"), ("*, pl;q=0.5", "en"), ("de, pl;q=0.1", "pl"),
        ("fr", "en"), ("", "en"), ("pl;q=0", "en"), ("," * 2000, "en"), ("pl;q=x", "en"),
    ],
)  # fmt: skip
def test_asked_in__a_header(header, language):
    request = RequestFactory().get("/", headers={"accept-language": header})

    assert languages.asked_in(request) == language


def _refuse_in_polish(request):
    with languages.of_request(request):
        languages.speak_to("en")
        languages.speak_to("pl")
        raise invalid("a", gettext("Try again"))


def test_of_request__ends_with_it_whatever_was_spoken_inside():
    request = RequestFactory().get("/", headers={"accept-language": "pl"})

    with translation.override("en"):
        with pytest.raises(DomainError, match="Spróbuj ponownie"):
            _refuse_in_polish(request)
        assert languages.spoken() == "en"


def test_of_request__other_threads_speak_on():
    request = RequestFactory().get("/", headers={"accept-language": "pl"})
    heard = []

    with languages.of_request(request):
        other = Thread(target=lambda: heard.append(gettext("Confirmed")))
        other.start()
        other.join()
        heard.append(gettext("Confirmed"))

    assert heard == ["Confirmed", "Potwierdzona"]


def test_source__is_what_the_code_says():
    with translation.override("pl"):
        assert languages.source(StaffMember.Role.MANAGER.label) == "Manager"
        assert str(StaffMember.Role.MANAGER.label) == "Kierownik"


def test_refusal__keeps_the_words_of_the_language_in_which_it_was_made():
    with translation.override("pl"):
        polish = DomainError(ErrorCode.TOO_LATE)
    with translation.override("en"):
        english = DomainError(ErrorCode.TOO_LATE)

    assert (type(polish.message), polish.message) == (str, "Czas, w którym było to możliwe, minął.")
    assert english.message == "The time in which this was possible is over."
    assert polish.code == english.code


def test_dates__as_they_are_said():
    with translation.override("pl"):
        assert dates.moment(SATURDAY) == "sobota, 21 listopada 2026, 10:00"
        assert dates.day(date(2026, 2, 3)) == "wtorek, 3 lutego 2026"
        assert dates.plain_day(date(2026, 5, 1)) == "1 maja 2026"
        assert wished(date(2026, 11, 21), "MORNING") == "sobota, 21 listopada 2026, przed południem"
        assert wished(date(2026, 11, 21), "CUSTOM", time(9), time(11, 30)) == (
            "sobota, 21 listopada 2026, między 09:00 a 11:30"
        )
    with translation.override("en"):
        assert dates.moment(SATURDAY) == "Saturday 21 November 2026, 10:00"
        assert dates.plain_day(date(2026, 5, 1)) == "1 May 2026"


@pytest.mark.parametrize(
    ("count", "polish"),
    [(1, "1 minutę"), (2, "2 minuty"), (5, "5 minut"), (12, "12 minut"), (23, "23 minuty")],
)
def test_plurals__are_polish(count, polish):
    with translation.override("pl"):
        assert _lasts(count, count) == f"Sesja tej usługi trwa {polish}."
        assert "minut" in ngettext(
            "A session takes %(minutes)s minute here.", "A session takes %(minutes)s minutes here.", count
        )


def test_problem__of_a_week_names_days_in_the_language():
    with translation.override("pl"):
        problem = problem_of_week([(0, Interval(540, 600)), (0, Interval(570, 660))])

    assert problem.message == "poniedziałek 09:00–10:00 i poniedziałek 09:30–11:00 nakładają się."


PAGES = {
    "booking-verify": "Potwierdzenie zgłoszenia",
    "booking-cancel": "Odwołanie rezerwacji",
    "booking-pay": "Płatność za rezerwację",
    "booking-open": "Otwarcie rezerwacji",
    "booking-status": "Państwa rezerwacja",
}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.django_db
def test_page__speaks_the_language_of_the_browser(name):
    polish = Client().get(reverse(name), headers={"accept-language": "pl-PL,pl;q=0.9"})
    english = Client().get(reverse(name), headers={"accept-language": "en"})

    assert f"<h1>{PAGES[name]}</h1>" in polish.content.decode()
    assert '<html lang="pl">' in polish.content.decode()
    assert '<html lang="en">' in english.content.decode()
    for page, language in ((polish, "pl"), (english, "en")):
        assert page["Content-Language"] == language
        assert "Accept-Language" in page["Vary"]
    assert translation.get_language() == "en"


@pytest.mark.django_db
def test_page__tells_status_and_refusals_in_the_language_of_the_browser():
    with time_machine.travel(NOW, tick=False):
        offered = factories.service()
        booking = factories.pending(factories.consultant(offered), offered)
        polish = {"accept-language": "pl"}
        status = Client().get(reverse("booking-status"), {"id": booking.acknowledgement_id}, headers=polish)
        refused = Client().post(reverse("booking-verify"), {"token": "wrong"}, headers=polish)

    assert '<dd data-status="PENDING">Oczekuje na odpowiedź placówki</dd>' in status.content.decode()
    assert refused.status_code == 409
    assert "Ten link lub kod jest nieprawidłowy." in refused.content.decode()


@pytest.mark.django_db
def test_receipt__has_the_reader_s_labels_and_its_own_facts():
    with time_machine.travel(NOW, tick=False):
        offered = factories.service(price=Decimal(60), seats=5)
        booking = confirmed(factories.consultant(offered), offered)
        receipt = booking.payments.get().receipts.get()
        address = re.sub(r"https?://[^/]+", "", link_to_receipt(receipt.pk))
        polish, english = (
            Client().get(address, headers={"accept-language": each}).content.decode() for each in ("pl", "en")
        )

    assert "<h1>Pokwitowanie</h1>" in polish
    assert ">7 stycznia 2030</time>" in polish
    assert ">7 January 2030</time>" in english
    for fact in (receipt.label, str(receipt.money), booking.acknowledgement_id, offered.name):
        assert fact in polish
        assert fact in english
    with translation.override("pl"):
        assert shown(receipt)["starts"] == "poniedziałek, 7 stycznia 2030, 10:00"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("question", "words"),
    [
        (
            "businesses(near: {latitude: 91, longitude: 0}) { totalCount }",
            "`near.latitude` is from -90 to 90.",
        ),
        ("businesses(order: PRICE) { totalCount }", "amounts of two are not compared"),
        ("businesses(ratingFrom: 6) { totalCount }", "`ratingFrom` is a number from 1 to 5"),
        ("consultants(ratingFrom: 6) { totalCount }", "`ratingFrom` is a number from 1 to 5"),
        ('consultants(language: "?") { totalCount }', "A language is written as en or pt-BR."),
        (
            'statistics(between: {from: "2030-01-08", until: "2030-01-07"}) { firstDay }',
            "`from` is not after `until`.",
        ),
        ("publishedSlots { totalCount }", "Name either a consultant or a resource."),
    ],
)
def test_question__that_is_malformed_is_told_so_in_english(question: str, words: str):
    answer = post(f"{{ {question} }}", accept_language="pl")

    assert code_of(answer) == "BAD_USER_INPUT"
    assert words in answer["errors"][0]["message"]
