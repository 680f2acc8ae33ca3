"""Reads a calendar file as the strictest program would: by the grammar, by two libraries, by its method's rules."""

import re
from dataclasses import dataclass
from datetime import datetime

import icalendar
import vobject

_PARAMETER = r';[A-Z-]+=(?:"[^"\x00-\x1f\x7f]*"|[^";:,\x00-\x1f\x7f]*)'
_LINE = re.compile(rf"(?P<name>[A-Z0-9-]+)(?:{_PARAMETER})*:[^\x00-\x08\x0a-\x1f\x7f]*")
_ONCE = [
    "DTSTAMP",
    "DTSTART",
    "DTEND",
    "SEQUENCE",
    "STATUS",
    "SUMMARY",
    "UID",
    "ORGANIZER",
    "CLASS",
    "TRANSP",
]
_LONGEST = 75


@dataclass(frozen=True)
class Read:
    """One event, as both libraries have it."""

    uid: str
    sequence: int
    status: str
    stamp: datetime
    starts_at: datetime
    ends_at: datetime
    summary: str
    description: str
    location: str
    attendees: list[str]
    organizer: str
    names: list[str]
    raw: icalendar.Event


@dataclass(frozen=True)
class Calendar:
    """A file that passed."""

    method: str
    name: str
    events: list[Read]
    lines: list[str]


def strict(content: bytes) -> Calendar:
    """Read a file. Fails for whatever some program would stumble over."""
    lines = _lines(content)
    read = icalendar.Calendar.from_ical(content)
    assert [problem for part in read.walk() for problem in part.errors] == []
    other = vobject.readOne(content.decode())
    assert other.validate(raiseException=True)
    assert (read["VERSION"], bool(read["PRODID"])) == ("2.0", True)
    method = str(read["METHOD"])
    events = [_event(event) for event in read.walk("VEVENT")]
    theirs = [
        (each.uid.value, each.dtstart.value, each.dtend.value, each.summary.value)
        for each in other.contents.get("vevent", [])
    ]
    assert theirs == [(each.uid, each.starts_at, each.ends_at, each.summary) for each in events]
    others = [part.name for part in read.walk() if part.name not in {"VCALENDAR", "VEVENT"}]
    assert others == ([] if events else ["VTIMEZONE", "STANDARD"])  # one component there must be
    assert len({each.uid for each in events}) == len(events)
    for each in events:
        _hold_to_method(method, each)
    return Calendar(method, str(read.get("X-WR-CALNAME", "")), events, lines)


def _lines(content: bytes) -> list[str]:
    """Give the unfolded lines, each of which is in the grammar."""
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert content.count(b"\n") == content.count(b"\r\n") == content.count(b"\r")
    folded = content.split(b"\r\n")[:-1]
    for line in folded:
        assert len(line) <= _LONGEST, line
        line.decode()  # no letter is cut in two
    lines = content.replace(b"\r\n ", b"").decode().split("\r\n")[:-1]
    for line in lines:
        assert _LINE.fullmatch(line), line
    return lines


def _event(event: icalendar.Event) -> Read:
    names = [name for name, _ in event.property_items(recursive=False) if name not in {"BEGIN", "END"}]
    attendees = event.get("ATTENDEE", [])
    return Read(
        uid=str(event["UID"]),
        sequence=int(event["SEQUENCE"]),
        status=str(event["STATUS"]),
        stamp=event["DTSTAMP"].dt,
        starts_at=event["DTSTART"].dt,
        ends_at=event["DTEND"].dt,
        summary=str(event["SUMMARY"]),
        description=str(event.get("DESCRIPTION", "")),
        location=str(event.get("LOCATION", "")),
        attendees=[str(each) for each in (attendees if isinstance(attendees, list) else [attendees])],
        organizer=str(event["ORGANIZER"]),
        names=names,
        raw=event,
    )


def _hold_to_method(method: str, event: Read) -> None:
    """RFC 5546, 3.2: what each method asks of an event."""
    assert all(event.names.count(name) == 1 for name in _ONCE), event.names
    assert len(set(event.names)) == len(event.names), event.names
    for moment in (event.stamp, event.starts_at, event.ends_at):
        assert moment.tzinfo is not None
        assert moment.utcoffset().total_seconds() == 0
    assert event.starts_at < event.ends_at
    assert event.organizer.startswith("mailto:")
    assert (
        event.status
        in {
            "PUBLISH": {"CONFIRMED", "TENTATIVE"},
            "REQUEST": {"CONFIRMED", "TENTATIVE"},
            "CANCEL": {"CANCELLED"},
        }[method]
    )
    if method == "PUBLISH":
        assert event.attendees == []
    if method == "REQUEST":
        assert len(event.attendees) == 1
