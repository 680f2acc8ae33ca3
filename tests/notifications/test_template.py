"""What every mail has in common: how it is built, what a locked screen shows, who sends it and why."""

import re
from html.parser import HTMLParser

import pytest
from django.conf import settings as django_settings

from bookings.management.mails.samples import BOOKING, samples
from bookings.notifications.entries import Audience
from bookings.notifications.messages import MESSAGES
from bookings.notifications.models import OutboxMessage
from bookings.notifications.rendering import render

LANGUAGES = [code for code, _ in django_settings.LANGUAGES]
SAMPLES = {sample.name: sample for sample in samples(LANGUAGES)}
PRIVATE = (
    "Ana",
    "Horvat",
    "Novak",
    "Quiet Room",
    "First talk",
    "482913",
    "240",
    "November",
    "listopada",
    "Warszawa",
)
WHY = {
    Audience.CLIENT: "there is a booking with Quiet Room Counselling under this address",
    Audience.CONSULTANT: "you are a consultant of Quiet Room Counselling",
    Audience.PRACTICE: "your practice is told of its bookings at this address",
    Audience.ACCOUNT: "you have an account with this address",
    Audience.NAMED: "somebody entered this address",
}


class Elements(HTMLParser):
    """The elements of a mail, and the text that a reader sees outside of links."""

    def __init__(self, html):
        super().__init__()
        self.found, self.text, self._quiet = [], [], 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        self._quiet += tag in {"style", "title"}

    def handle_endtag(self, tag):
        self._quiet -= tag in {"style", "title"}

    def handle_data(self, data):
        self.text += [] if self._quiet else [data]

    def all(self, tag):
        return [attrs for name, attrs in self.found if name == tag]


@pytest.fixture(params=SAMPLES)
def mail(request):
    return SAMPLES[request.param], render(SAMPLES[request.param].message())


def preheader(html):
    return re.search(r'<div class="preheader"[^>]*>(.*?)</div>', html, re.DOTALL)[1]


def test_samples__there_is_one_of_every_message_in_every_language():
    usual = {(sample.template, sample.language) for sample in SAMPLES.values() if not sample.variant}

    assert usual == {(name, language) for name in MESSAGES for language in LANGUAGES}


def test_mail__is_built_so_that_mail_programs_can_show_it(mail):
    sample, rendered = mail
    page = Elements(rendered.html)

    assert page.all("html")[0]["lang"] == sample.language
    assert all("style" in attrs for tag in ("td", "th", "p", "h1", "a") for attrs in page.all(tag))
    assert [
        tag for tag, _ in page.found if tag in {"img", "script", "link", "iframe", "form", "object"}
    ] == []
    assert not re.search(r"url\(|@import|@font-face|javascript:", rendered.html)
    assert {attrs["role"] for attrs in page.all("table") if attrs.get("class") != "facts"} == {"presentation"}
    assert len(page.all("h1")) == 1
    assert len(rendered.html.encode()) < 60_000, "Gmail cuts off what is beyond 102 KB"
    assert max(map(len, re.findall(r"<style.*?</style>", rendered.html, re.DOTALL))) < 8192, "Gmail's limit"


def test_mail__keeps_what_is_for_phones_and_dark_mode_as_a_sheet(mail):
    sheets = re.findall(
        r"<style[^>]*>(.*?)</style>", re.sub(r"<!--.*?-->", "", mail[1].html, flags=re.DOTALL), re.DOTALL
    )

    assert [re.search(r"@media \((\S+)", sheet)[1] for sheet in sheets] == [
        "max-width:",
        "prefers-color-scheme:",
    ]


def test_mail__shows_a_locked_screen_nothing_private(mail):
    _, rendered = mail
    line = preheader(rendered.html).partition("\u034f")[0]

    assert 10 < len(line) < 110
    assert not any(private in line + rendered.subject for private in PRIVATE)
    assert line.strip() not in Elements(rendered.html).text[2:]


def test_mail__has_one_button_at_most_with_its_address_as_text(mail):
    _, rendered = mail
    buttons = [attrs["href"] for attrs in Elements(rendered.html).all("a") if attrs.get("class") == "button"]

    assert len(buttons) <= 1
    for address in buttons:
        assert address.startswith(("https://", "http://"))
        assert address in Elements(rendered.html).text
        assert address in rendered.text.splitlines()


def test_mail__text_has_every_address_and_fact_of_the_html(mail):
    _, rendered = mail
    page = Elements(rendered.html)

    for attrs in page.all("a"):
        assert attrs["href"] in rendered.text
    cells = re.findall(r'<th scope="row"[^>]*>(.*?)</th><td[^>]*>(.*?)</td>', rendered.html, re.DOTALL)
    for name, value in cells:
        plain = re.sub(r"<[^>]+>", "", value).replace("&nbsp;", " ").replace("&amp;", "&")
        assert f"{name}: {plain}" in rendered.text


@pytest.mark.parametrize("name", MESSAGES)
def test_mail__says_who_sends_it_and_why(name, settings):
    settings.PUBLIC_URL = "https://booking.example.org"
    rendered = render(SAMPLES[f"{name}-en"].message())
    practice = SAMPLES[f"{name}-en"].context.get("business_name")

    for part in (rendered.text, re.sub(r"\s+", " ", rendered.html)):
        assert f"You get this mail because {WHY[MESSAGES[name].audience]}." in part
        assert (
            f"Sent for {practice} by booking.example.org." if practice else "Sent by booking.example.org."
        ) in part
        assert ("Stop these mails" in part) == (MESSAGES[name].refusable is not None)


@pytest.mark.parametrize(
    ("name", "when"),
    [
        ("confirmed", "09:00 - 10:00 (Europe/London, UTC+00:00)"),
        ("consultant_confirmed", "10:00 - 11:00 (Europe/Warsaw, UTC+01:00)"),
        ("staff_request_waits", "10:00 - 11:00 (Europe/Warsaw, UTC+01:00)"),
        ("confirmed-night", "Sunday 25 October 2026, 01:30 (UTC+01:00) - 01:30 (Europe/London, UTC+00:00)"),
    ],
)
def test_mail__gives_the_time_in_the_reader_s_zone_and_names_it(name, when):
    assert when in render(SAMPLES[f"{name}-en"].message()).text


def test_mail__to_staff_leads_to_the_booking_in_the_admin(settings):
    settings.PUBLIC_URL = "https://booking.example.org"

    text = render(SAMPLES["staff_request_waits-en"].message()).text

    assert "Open the request:\nhttps://booking.example.org/admin/bookings/booking/1/change/\n" in text


def test_mail__to_a_client_leads_to_how_the_booking_stands():
    text = render(SAMPLES["confirmed-en"].message()).text

    assert f"See my booking:\n{BOOKING['page']}\n" in text


def test_mail__script_in_every_value_is_text_in_both_parts():
    script = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'--></style>"
    for name in MESSAGES:
        sample = SAMPLES[f"{name}-en"]
        plain = {
            key: script
            if isinstance(value, str)
            and key not in {"link", "page", "starts_at", "ends_at", "deadline", "refund_until"}
            else value
            for key, value in (sample.context | sample.secrets).items()
            if key not in {"cancel_link", "status_link"}
        }
        rendered = render(
            OutboxMessage(
                pk=1,
                template=name,
                recipient="ana@example.org",
                context=plain,
                secrets={},
                timezone="UTC",
                booking_id=1,
            )
        )
        page = Elements(rendered.html)
        assert [tag for tag, _ in page.found if tag in {"script", "img"}] == [], name
        assert not [attrs for _, attrs in page.found if any(each.startswith("on") for each in attrs)], name
