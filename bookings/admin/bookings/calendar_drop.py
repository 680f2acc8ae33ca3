"""A session that was dragged to another time: read, moved by the service, and what came of it in words."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bookings.accounts.viewer import Viewer
from bookings.admin import moves
from bookings.admin.bookings import wall
from bookings.admin.moves import Act, Option
from bookings.availability import selectors as availability
from bookings.availability.reasons import Reason
from bookings.availability.services import TimeTaken
from bookings.booking.models import Booking
from bookings.booking.services.moving import freeing
from bookings.booking.states import Move
from bookings.booking.terms import held_terms, hosts_for
from bookings.common.errors import DomainError, ErrorCode
from bookings.common.zones import zone

STALE = "Somebody changed this booking meanwhile, so it was not moved. The calendar shows it as it is now."
_BESIDE_HOURS = {
    Reason.OUTSIDE_HOURS, Reason.PRACTICE_CLOSED, Reason.TIME_OFF, Reason.NOT_ON_STEP, Reason.IN_THE_PAST,
    Reason.PUBLISHED_SLOT_IN_THE_WAY, Reason.CALENDAR_DAY_FULL, Reason.CALENDAR_WEEK_FULL, Reason.SERVICE_DAY_FULL,
    Reason.SERVICE_WEEK_FULL,
}  # fmt: skip
"""What staff who may override can put a session beside; over another session nobody can."""


@dataclass(frozen=True)
class Answer:
    """What the page is told, and with which status of HTTP."""

    status: int
    told: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def refused(cls, status: int, kind: str, words: str, **more: Any) -> "Answer":
        """Give a refusal of a kind that the page knows, in words."""
        return cls(status, {"kind": kind, "words": words, **more})


@dataclass(frozen=True)
class Drop:
    """A booking that somebody drags, and what they sent."""

    booking: Booking
    viewer: Viewer
    now: datetime
    to: str
    seen: str
    zone: str
    override: bool = False

    @property
    def here(self) -> ZoneInfo:
        """The practice's clock, on which the page is drawn."""
        return zone(self.booking.business.timezone)

    def make(self) -> Answer:
        """Move the booking, or say why not."""
        if not self.seen.isascii() or not self.seen.isdigit() or len(self.seen) > 9:
            return Answer.refused(400, "wrong", "This is no version of a booking.")
        if self.zone != self.here.key or int(self.seen) != self.booking.events.count():
            return Answer.refused(409, "stale", STALE)
        option = moves.option_of(Move.RESCHEDULE, self.booking, self.viewer, self.now)
        if option is None:
            return Answer.refused(403, "forbidden", "This booking cannot be moved by you now.")
        try:
            found = wall.read(self.to, self.here)
        except wall.Unreadable as wrong:
            return Answer.refused(400, "wrong", str(wrong))
        if len(found) != 1:
            return self._skipped(option) if not found else self._which(found)
        return self._move(option, found[0])

    def _move(self, option: Option, start: datetime) -> Answer:
        before = self.booking.starts_at
        act = Act(
            self.booking.pk,
            self.viewer,
            self.now,
            starts_at=start,
            override=self.override,
            seen=int(self.seen),
        )
        try:
            moves.make(Move.RESCHEDULE, act)
        except TimeTaken as error:
            return self._not_open(option, error)
        except DomainError as error:
            stale = error.code == ErrorCode.ALREADY_DECIDED
            return Answer.refused(409, "stale" if stale else "forbidden", STALE if stale else error.message)
        self.booking.refresh_from_db()
        return Answer(200, self._told(before))

    def _told(self, before: datetime | None) -> dict[str, Any]:
        """Give where the booking is now, and what takes it back."""
        now_at = wall.words(self.booking.starts_at or self.now, self.here)
        return {
            "words": f"{self._name} was moved to {now_at}.",
            "seen": self.booking.events.count(),
            "back": before.isoformat() if before is not None else "",
        }

    @property
    def _name(self) -> str:
        return self.booking.acknowledgement_id

    def _not_open(self, option: Option, error: TimeTaken) -> Answer:
        """Give every rule that stands against the time, the next open times, and whether staff may put it there."""
        why = availability.explain(terms=error.terms, hosts=error.hosts, start=error.start, now=self.now)
        at = wall.words(error.start, self.here)
        reasons = " ".join(_words(reason, error) for reason in why.reasons)
        may = option.may_override and not self.override and bool(why.reasons)
        return Answer.refused(
            409,
            "refused",
            f"{self._name} was not moved to {at}. {reasons or error.message}",
            next=self._choices(error.suggestions(now=self.now)),
            override=error.start.isoformat() if may and _BESIDE_HOURS.issuperset(why.reasons) else "",
        )

    def _skipped(self, option: Option) -> Answer:
        """Refuse a time that the clock skips, with the next open times after it."""
        said = datetime.fromisoformat(self.to)
        change = wall.change_at(said, self.here)
        why = f"{said:%H:%M} does not exist on {said:%a} {said.day} {said:%b %Y} in {self.here.key}"
        if change is None:
            return Answer.refused(409, "refused", f"{why}.", next=[], override="")
        openings = availability.next_openings(
            terms=held_terms(self.booking),
            hosts=freeing(hosts_for(self.booking, as_it_is=True), self.booking),
            after=max(change.at, self.now),
            now=self.now,
        )
        words = (
            f"{why}: the clock goes from {change.before:%H:%M} to {change.after:%H:%M}. Nothing was moved."
        )
        return Answer.refused(409, "refused", words, next=self._choices(openings), override="")

    def _which(self, found: list[datetime]) -> Answer:
        """Ask which of two times with the same name is meant."""
        at, day = f"{wall.shown(found[0], self.here):%H:%M}", wall.day(found[0], self.here)
        words = f"{at} comes twice on {day}: the clock is put back. Which is meant?"
        choices = [
            {"to": moment.isoformat(), "words": f"{which}: {wall.clock(moment, self.here)}"}
            for which, moment in zip(("The first", "The second"), found, strict=True)
        ]
        return Answer.refused(409, "which", words, next=choices, override="")

    def _choices(self, openings: list[Any]) -> list[dict[str, str]]:
        starts = sorted({opening.start for opening in openings})
        moments = [availability.moment(start) for start in starts]
        return [{"to": moment.isoformat(), "words": wall.words(moment, self.here)} for moment in moments]


def _words(reason: Reason, error: TimeTaken) -> str:
    """Give a reason in words; that a session of one seat has none left means that it is taken."""
    alone = reason is Reason.NOT_ENOUGH_SEATS and error.terms.capacity == 1
    return str((Reason.TIME_TAKEN if alone else reason).label)
