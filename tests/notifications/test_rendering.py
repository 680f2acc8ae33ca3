import re
from pathlib import Path

import pytest
from django.template import engines

from bookings.notifications.messages import MESSAGES
from bookings.notifications.models import OutboxMessage
from bookings.notifications.rendering import inert, one_line, render

CONTEXT = {
    "acknowledgement_id": "MS-7K2Q9D",
    "full_name": "Ana Horvat",
    "business_name": "Quiet Room",
    "service_name": "First talk",
    "consultant_name": "Dr. Mira Novak",
    "starts_at": "2026-11-24T09:00:00Z",
    "ends_at": "2026-11-24T10:00:00+00:00",
    "amount": "60.00 EUR",
    "deadline": "2026-11-23T18:30:00+00:00",
    "status_label": "Waiting for an answer",
}
SECRETS = {"code": "123456", "link": "https://booking.example.org/v?a=1&b=2#t=x", "reason": "Fully booked."}

OF_AN_ACCOUNT = {"session_stolen"}
"""Messages that are about no booking."""


def message(template="verify_booking", *, context=None, secrets=None, **changes):
    return OutboxMessage(
        template=template,
        context=CONTEXT | (context or {}),
        secrets=SECRETS | (secrets or {}),
        **{"timezone": "Europe/Berlin", "locale": "en"} | changes,
    )


@pytest.mark.parametrize("name", MESSAGES)
def test_render__every_message_has_text_and_html_without_placeholders(name):
    rendered = render(message(name))

    for part in (rendered.subject, rendered.text, rendered.html):
        assert not re.search(r"\{\{|\{%|%\(|None", part)
        assert "MS-7K2Q9D" in part or (name in OF_AN_ACCOUNT and part == rendered.subject)
    assert "Tuesday 24 November 2026, 10:00 - 11:00 (Europe/Berlin, UTC+01:00)" in rendered.text
    assert SECRETS["link"] in rendered.text
    assert 'href="https://booking.example.org/v?a=1&amp;b=2#t=x"' in rendered.html


@pytest.mark.parametrize("name", MESSAGES)
def test_render__every_message_can_do_without_what_is_optional(name):
    secrets = {secret: SECRETS[secret] for secret in MESSAGES[name].secrets}

    rendered = render(OutboxMessage(template=name, context={}, secrets=secrets, timezone="UTC"))

    assert str(MESSAGES[name].heading) in rendered.text
    assert "None" not in rendered.text + rendered.html


@pytest.mark.parametrize("name", MESSAGES)
def test_render__subject_tells_no_name_service_or_code(name):
    subject = render(message(name)).subject

    for private in ("Ana", "Quiet", "talk", "Mira", "123456", "60.00", "Fully"):
        assert private not in subject


def test_messages__every_template_belongs_to_an_entry():
    folder = next(
        Path(place) for place in engines["django"].template_dirs if (Path(place) / "mail/base.html").exists()
    )
    found = {path.name for path in (folder / "mail").iterdir()} - {
        "base.html", "base.txt", "details.html", "details.txt",
    }  # fmt: skip

    assert found == {f"{name}.{ending}" for name in MESSAGES for ending in ("html", "txt")}


def test_render__markup_in_a_name_is_text():
    rendered = render(message(context={"full_name": "<b>x</b><script>alert(1)</script>"}))

    assert "<script>" not in rendered.html
    assert "&lt;b&gt;x&lt;/b&gt;" in rendered.html
    assert "Hello <b>x</b>" in rendered.text
    assert "text/html" not in rendered.text


def test_render__line_breaks_and_addresses_in_a_name_do_nothing():
    name = "Ana\r\n\r\nYour code is 999999\nhttps://evil.example/login www.evil.example\u202e"

    rendered = render(message(context={"full_name": name}))

    assert "\n999999" not in rendered.text
    for part in (rendered.text, rendered.html):
        assert "https://evil" not in part
        assert "evil.example" not in part
        assert "\u202e" not in part
    assert re.findall(r"^\s*(\d{6})\s*$", rendered.text, re.MULTILINE) == ["123456"]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Dr. Ana-Marija O'Neil", "Dr. Ana-Marija O'Neil"),
        ("J.R. Müller", "J.R. Müller"),
        ("Иван Петров", "Иван Петров"),
        ("go to evil.com", "go to evil. com"),
        ("http://evil.com/x", "http: evil. com/x"),
        ("http:///10.0.0.1/x", "http: 10. 0.0.1/x"),
        ("a@evil.com", "a@evil. com"),
        ("tab\there\x00\x1b[31m\u2028", "tab here [31m"),
        ("x" * 300, "x" * 199 + "…"),
    ],
)
def test_inert__keeps_names_and_breaks_links(given, shown):
    assert inert(given) == shown


def test_one_line__lone_surrogates_cannot_break_the_encoding():
    assert one_line("a\ud800b").encode() == b"a b"


def test_render__template_syntax_in_a_name_is_not_run():
    rendered = render(message(context={"full_name": "{{ code }}{% now 'Y' %}"}))

    assert "{{ code }}{% now 'Y' %}" in rendered.text


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("Asia/Kolkata", "14:30 - 15:30 (Asia/Kolkata, UTC+05:30)"),
        ("UTC", "09:00 - 10:00 (UTC)"),
        ("No/Where", "09:00 - 10:00 (UTC)"),
        ("../../etc/passwd", "09:00 - 10:00 (UTC)"),
        ("Pacific/Auckland", "22:00 - 23:00 (Pacific/Auckland, UTC+13:00)"),
    ],
)
def test_render__times_are_in_the_recipients_zone_and_name_it(zone, shown):
    assert shown in render(message(timezone=zone)).text


def test_render__autumn_night_tells_its_two_hours_apart():
    texts = [
        render(message(context={"starts_at": start, "ends_at": None})).text
        for start in ("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z")
    ]

    assert "02:30 (Europe/Berlin, UTC+02:00)" in texts[0]
    assert "02:30 (Europe/Berlin, UTC+01:00)" in texts[1]


def test_render__instant_without_an_offset_is_refused():
    with pytest.raises(ValueError, match="offset"):
        render(message(context={"starts_at": "2026-11-24T09:00:00"}))


@pytest.mark.parametrize("locale", ["xx", "de", "../../evil", ""])
def test_render__locale_without_texts_reads_english_wholly(locale):
    assert "Tuesday 24 November" in render(message(locale=locale)).text


@pytest.mark.parametrize("part", ["text", "html"])
def test_render__verify_tells_of_an_active_booking_only_where_there_is_one(part):
    told = render(message(context={"has_active_booking": True}))
    untold = render(message(context={"has_active_booking": False}))

    assert "You already have an active booking" in getattr(told, part)
    assert "active booking" not in getattr(untold, part)


def test_render__rejected_gives_the_reason_and_other_times():
    rendered = render(
        message(
            "rejected",
            context={"alternatives": ["2026-11-25T09:00:00+00:00", "2026-11-26T09:00:00+00:00"]},
            secrets={"reason": "Sorry,\nsee www.evil.example & <i>others</i>"},
        )
    )

    assert "> Sorry, see www. evil. example & <i>others</i>" in rendered.text
    assert "- Wednesday 25 November 2026, 10:00 (Europe/Berlin, UTC+01:00)" in rendered.text
    assert "<li>Thursday 26 November 2026, 10:00" in rendered.html
    assert "&amp; &lt;i&gt;others" in rendered.html
