import re
from pathlib import Path

import pytest
from django.template import engines

from bookings.common.inert import inert, one_line
from bookings.notifications.messages import MESSAGES
from bookings.notifications.models import OutboxMessage
from bookings.notifications.rendering import render

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

NOBODY = {"consultant_name": ""}
UNTIMED = {"starts_at": None, "ends_at": None}
WISHED = {
    "preferred_date": "2026-11-24",
    "preferred_period": "MORNING",
    "preferred_zone": "Europe/Berlin",
}
BETWEEN = {"preferred_period": "CUSTOM", "preferred_from": "09:00", "preferred_until": "11:30"}
TIME = "Tuesday 24 November 2026, 10:00 - 11:00 (Europe/Berlin, UTC+01:00)"
MORNING = "Tuesday 24 November 2026, in the morning (Europe/Berlin)"
SHAPES = {
    "wish for anyone": (
        {**NOBODY, "anyone": True, **UNTIMED, **WISHED},
        {"With": "whoever is free", "Wished": MORNING},
    ),
    "wish for a consultant between two times": (
        {**UNTIMED, **WISHED, **BETWEEN},
        {
            "With": "Dr. Mira Novak",
            "Wished": "Tuesday 24 November 2026, between 09:00 and 11:30 (Europe/Berlin)",
        },
    ),
    "wish that is over": ({**NOBODY, "anyone": False, **UNTIMED, **WISHED}, {"Wished": MORNING}),
    "anyone": ({**NOBODY, "anyone": True}, {"With": "whoever is free", "When": TIME}),
    "resource": ({**NOBODY, "resource_name": "Room 3"}, {"When": TIME, "Reserved": "Room 3"}),
    "consultant in a room": (
        {"resource_name": "Room 3"},
        {"With": "Dr. Mira Novak", "When": TIME, "Reserved": "Room 3"},
    ),
}
"""What else a booking can be, and which rows its mails have then."""

OF_AN_ACCOUNT = {
    "password_changed",
    "password_recovered",
    "payment_account_ended",
    "payment_account_saved",
    "personal_data_erased",
    "personal_data_erasure",
    "personal_data_export",
    "register",
    "register_known",
    "reset_password",
    "reset_password_unknown",
    "role_decided",
    "security_question_set",
    "service_key_made",
    "session_stolen",
    "staff_invited",
    "staff_joined",
    "staff_removed",
    "verify_email",
}
"""Messages that are about no booking."""
GIVES_NOTHING = {"register_known", "reset_password_unknown"}
"""Messages that keep their secrets to themselves: they have them so that asking takes as long as for another."""


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
    assert (SECRETS["link"] in rendered.text) == (name not in GIVES_NOTHING)
    assert ('href="https://booking.example.org/v?a=1&amp;b=2#t=x"' in rendered.html) == (
        name not in GIVES_NOTHING
    )


@pytest.mark.parametrize("name", sorted(GIVES_NOTHING))
def test_render__who_must_not_get_a_proof_gets_none(name):
    rendered = render(message(name))

    for part in (rendered.subject, rendered.text, rendered.html):
        assert not any(secret in part for secret in ("123456", "booking.example.org", "Fully booked"))


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
        "base.html", "base.txt", "blank.html", "calendar.html", "calendar.txt", "details.html", "details.txt",
        "payment_account.html", "payment_account.txt", "style.html", "why.txt",
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
    assert "<li>Thursday 26 November 2026, 10:00" in unstyled(rendered.html)
    assert "&amp; &lt;i&gt;others" in rendered.html


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", sorted(set(MESSAGES) - OF_AN_ACCOUNT))
def test_render__every_message_tells_what_there_is_of_time_person_and_room_and_no_more(name, shape):
    context, rows = SHAPES[shape]

    rendered = render(message(name, context=context))

    assert found_in_text(rendered.text) == rows
    assert found_in_html(rendered.html) == rows
    for part in (rendered.subject, rendered.text, unstyled(rendered.html)):
        assert not re.search(r"\bNone\b|\{\{|\{%|%\(| ,|,\s*(?:\.|$|<)|: *$|\(\)", unaddressed(part))


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("verify_booking", "asked with your address to come on the day below"),
        ("request_received", "will answer you by mail with a time"),
        ("staff_request_waits", "Please approve the request with a time"),
        ("staff_about_to_lapse", "Please approve it with a time"),
        ("expired", "You are welcome to ask again"),
        ("cancelled", "The practice had to cancel this request"),
    ],
)
def test_render__of_a_wish_no_time_is_said_to_be_kept_or_free(name, told):
    context, _ = SHAPES["wish for anyone"]

    rendered = render(message(name, context=context))

    for part in (rendered.text, rendered.html):
        assert told in part
        assert not re.search(r"this time|the time is|your time", part, re.IGNORECASE)


def test_render__wish_that_its_client_cancelled_frees_nothing():
    context, _ = SHAPES["wish for anyone"]

    rendered = render(message("cancelled", context={**context, "by": "CLIENT"}))

    assert "You cancelled this request." in rendered.text
    assert "Your request is cancelled" in rendered.text
    assert "free for others" not in rendered.text


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("staff_request_waits", "A request waits for a time: MS-7K2Q9D"),
        ("staff_about_to_lapse", "A request without a time is about to lapse: MS-7K2Q9D"),
        ("rejected", "About your request MS-7K2Q9D"),
    ],
)
def test_render__subject_of_a_wish_tells_that_a_time_is_missing_but_no_day(name, subject):
    context, _ = SHAPES["wish for anyone"]

    assert render(message(name, context=context)).subject == subject


def test_render__wish_with_a_time_is_a_wish_no_more():
    rendered = render(message("confirmed", context=WISHED))

    assert found_in_text(rendered.text) == {"With": "Dr. Mira Novak", "When": TIME}


def test_render__wish_keeps_to_the_practice_s_zone_and_names_it():
    context, _ = SHAPES["wish for anyone"]

    assert MORNING in render(message(context=context, timezone="Asia/Kolkata")).text


def test_render__wish_on_a_day_that_is_none_is_refused():
    with pytest.raises(ValueError, match="wished date"):
        render(message(context={**UNTIMED, **WISHED, "preferred_date": "soon"}))


def unstyled(html):
    """A mail without its styles, whose braces and commas are no text."""
    html = html.replace("&nbsp;-&nbsp;", " - ")
    return re.sub(r'<style.*?</style>|<!--.*?-->| style="[^"]*"', "", html, flags=re.DOTALL)


def unaddressed(part):
    """A part without the greeting, which ends with a comma, and the button's line, which ends with a colon."""
    return re.sub(r"Hello Ana Horvat,|^.*:\nhttps?://|says:$", "", part, flags=re.MULTILINE)


ROWS = "With|When|Wished|Reserved"


def found_in_text(text):
    return dict(re.findall(rf"^({ROWS}): (.*)$", text, re.MULTILINE))


def found_in_html(html):
    return dict(re.findall(rf'<th scope="row">({ROWS})</th><td>(.*?)</td>', unstyled(html)))
