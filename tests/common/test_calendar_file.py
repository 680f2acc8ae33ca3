"""Calendar files: what stands in them, and that nothing that people wrote stands for anything else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bookings.common.calendar_file import Method, Session, State, calendar_file, uid
from tests.strict_calendar import strict

STAMP = datetime(2030, 1, 1, tzinfo=UTC)
TALK = Session(
    acknowledgement_id="MS-7K2Q9D",
    sequence=3,
    changed_at=STAMP,
    starts_at=datetime(2030, 1, 7, 10, tzinfo=UTC),
    ends_at=datetime(2030, 1, 7, 11, tzinfo=UTC),
    service="First talk",
    practice="Quiet Room",
    with_whom="Dr. Mira Novak",
    place="Elm Street 1, 00-001 Warsaw",
    page="https://booking.example.org/bookings/status",
)
EVIL = [
    "a\r\nATTENDEE:mailto:evil@example.org",
    "a\nBEGIN:VALARM\nACTION:EMAIL",
    "a\rb\x0bc\x0cd\x1ce\x85f\u2028g\u2029h",
    "semi;colon,comma\\back\"quote:colon^n^'",
    "\\n\\N\\;\\,",
    "\x00\x01\x02\x07\x7f",
    "😀" * 90,
    "é" * 36 + "😀" + "a" * 36,
    "👩‍👩‍👧‍👦" * 12,
    "END:VEVENT",
    "שלום \u202e evil",
    "a\ud800b",
    " ",
]


@pytest.fixture(autouse=True)
def _place(settings):
    settings.PUBLIC_URL = "https://booking.example.org"
    settings.DEFAULT_FROM_EMAIL = "Slotwell <bookings@example.org>"


def test_calendar_file__says_what_when_where_and_whose():
    read = strict(calendar_file([TALK], method=Method.REQUEST, attendee="ana@example.org"))

    (event,) = read.events
    assert (read.method, event.uid, event.sequence) == ("REQUEST", "MS-7K2Q9D@booking.example.org", 3)
    assert (event.status, event.stamp) == ("CONFIRMED", STAMP)
    assert (event.starts_at, event.ends_at) == (TALK.starts_at, TALK.ends_at)
    assert (event.summary, event.location) == ("First talk · Quiet Room", "Elm Street 1, 00-001 Warsaw")
    assert event.attendees == ["mailto:ana@example.org"]
    assert event.organizer == "mailto:bookings@example.org"
    assert event.raw["ORGANIZER"].params["CN"] == "Quiet Room"
    assert dict(event.raw["ATTENDEE"].params) == {
        "PARTSTAT": "ACCEPTED", "ROLE": "REQ-PARTICIPANT", "RSVP": "FALSE",
    }  # fmt: skip
    assert event.raw["CLASS"] == "PRIVATE"
    assert event.description.splitlines() == [
        "Booking: MS-7K2Q9D",
        "With: Dr. Mira Novak",
        "How it stands: https://booking.example.org/bookings/status",
    ]


def test_calendar_file__cancellation_takes_the_same_event_away():
    read = strict(
        calendar_file([replace(TALK, sequence=4)], method=Method.CANCEL, attendee="ana@example.org")
    )

    (event,) = read.events
    assert (read.method, event.status, event.sequence) == ("CANCEL", "CANCELLED", 4)
    assert event.uid == uid("MS-7K2Q9D")


def test_calendar_file__is_the_same_bytes_for_the_same_facts():
    again = [calendar_file([TALK], method=Method.REQUEST, attendee="ana@example.org") for _ in range(2)]

    assert again[0] == again[1]


def test_calendar_file__to_subscribe_to_names_itself_and_nobody():
    waits = replace(TALK, acknowledgement_id="MS-AAAAAA", state=State.TENTATIVE)

    read = strict(calendar_file([TALK, waits], method=Method.PUBLISH, name="My bookings"))

    assert (read.method, read.name) == ("PUBLISH", "My bookings")
    assert [event.status for event in read.events] == ["CONFIRMED", "TENTATIVE"]
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in read.lines


def test_calendar_file__without_sessions_is_whole():
    assert strict(calendar_file([], method=Method.PUBLISH, name="My bookings")).events == []


@pytest.mark.parametrize("typed", EVIL, ids=range(len(EVIL)))
@pytest.mark.parametrize("column", ["service", "practice", "with_whom", "place"])
def test_calendar_file__what_people_wrote_is_one_value_and_no_line(column, typed):
    session = replace(TALK, **{column: typed})

    for method, attendee in ((Method.REQUEST, "ana@example.org"), (Method.PUBLISH, "")):
        read = strict(calendar_file([session], method=method, attendee=attendee))

        (event,) = read.events
        plain = strict(calendar_file([TALK], method=method, attendee=attendee))
        assert set(event.names) - {"LOCATION"} == set(plain.events[0].names) - {"LOCATION"}
        assert {line.partition(":")[0] for line in read.lines if "EVIL" in line.upper()} <= {
            "SUMMARY", "DESCRIPTION", "LOCATION", 'ORGANIZER;CN="a ATTENDEE',
        } | {line.partition(":")[0] for line in read.lines if line.startswith("ORGANIZER")}  # fmt: skip


@pytest.mark.parametrize(
    "address",
    [
        "a\r\nX-EVIL:1@example.org",
        '"a;b"@example.org',
        "żółw@example.org",
        "a:b@example.org",
        "a%0Ab@example.org",
    ],
)
def test_calendar_file__address_is_one_value(address):
    read = strict(calendar_file([TALK], method=Method.REQUEST, attendee=address))

    (event,) = read.events
    assert len(event.attendees) == 1
    assert "X-EVIL" not in event.names


def test_calendar_file__address_with_a_plus_stays_as_it_is():
    read = strict(calendar_file([TALK], method=Method.REQUEST, attendee="ana.b+talk@example.org"))

    assert read.events[0].attendees == ["mailto:ana.b+talk@example.org"]


def test_calendar_file__addresses_of_sites_in_names_are_not_links():
    read = strict(calendar_file([replace(TALK, service="Win at http://evil.example")], method=Method.PUBLISH))

    assert "http://" not in read.events[0].summary
    assert "evil.example" not in read.events[0].summary


@pytest.mark.parametrize(
    "text", ["a" * 200, "ż" * 200, "😀" * 200, "a" + "😀" * 199, "ab" + "😀" * 198, "abc" + "ż😀" * 98]
)
def test_calendar_file__folds_between_letters_wherever_they_fall(text):
    read = strict(calendar_file([replace(TALK, place=text)], method=Method.PUBLISH))

    assert read.events[0].location == text


@pytest.mark.parametrize(
    ("zone", "turn", "back"),
    [
        ("Europe/Warsaw", datetime(2030, 10, 27, 1, tzinfo=UTC), timedelta(hours=1)),
        ("America/New_York", datetime(2030, 11, 3, 6, tzinfo=UTC), timedelta(hours=1)),
        ("Australia/Lord_Howe", datetime(2030, 4, 6, 15, tzinfo=UTC), timedelta(minutes=30)),
    ],
)
def test_calendar_file__hour_that_comes_twice_is_told_apart_and_asks_for_no_zone(zone, turn, back):
    first, second = ((turn - back).astimezone(ZoneInfo(zone)), turn.astimezone(ZoneInfo(zone)))
    assert (first.time(), first.fold, second.fold) == (second.time(), 0, 1)
    sessions = [
        replace(TALK, acknowledgement_id="A", starts_at=first, ends_at=second),
        replace(TALK, acknowledgement_id="B", starts_at=second, ends_at=turn + back),
    ]

    read = strict(calendar_file(sessions, method=Method.PUBLISH))

    assert [(event.starts_at, event.ends_at) for event in read.events] == [
        (turn - back, turn),
        (turn, turn + back),
    ]
    assert not [line for line in read.lines if "TZID" in line or line.endswith("VTIMEZONE")]


def test_calendar_file__nine_o_clock_is_nine_o_clock_before_and_after_the_clocks_change():
    here = ZoneInfo("Europe/Warsaw")
    days = [datetime(2030, 3, 30, 9, tzinfo=here), datetime(2030, 3, 31, 9, tzinfo=here)]
    sessions = [
        replace(TALK, acknowledgement_id=str(day.day), starts_at=day, ends_at=day + timedelta(hours=1))
        for day in days
    ]

    read = strict(calendar_file(sessions, method=Method.PUBLISH))

    assert [event.starts_at.astimezone(here).hour for event in read.events] == [9, 9]
    assert [event.starts_at.hour for event in read.events] == [8, 7]


def test_calendar_file__online_session_tells_its_link_where_it_may():
    online = replace(TALK, is_online=True, meeting_url="https://meet.example.org/room?pwd=1;2,3")

    told = strict(calendar_file([online], method=Method.PUBLISH)).events[0]
    untold = strict(calendar_file([replace(online, meeting_url="")], method=Method.PUBLISH)).events[0]

    assert told.location == "https://meet.example.org/room?pwd=1;2,3"
    assert "meet.example.org" not in told.description + told.summary
    assert untold.location == "Online"


def test_calendar_file__consultants_copy_goes_by_the_id():
    event = strict(calendar_file([replace(TALK, for_host=True, page="")], method=Method.PUBLISH)).events[0]

    assert event.summary == "First talk · MS-7K2Q9D"
    assert event.description.splitlines() == ["Booking: MS-7K2Q9D", "Practice: Quiet Room"]
    assert "URL" not in event.names
