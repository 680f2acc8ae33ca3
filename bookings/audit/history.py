"""Events and the messages that tell of them: nothing is missing, nothing was made up."""

from datetime import timedelta
from functools import reduce
from operator import or_

from django.conf import settings
from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When, Window
from django.db.models.functions import Cast, Coalesce, Concat, Lag, RowNumber

from bookings.audit.scope import Scope, ids_of
from bookings.booking import messages
from bookings.booking.messages import Recipient
from bookings.booking.models import Booking, BookingEvent
from bookings.booking.states import TABLE, ActorKind, Move, Status
from bookings.notifications.messages import MESSAGES
from bookings.notifications.models import OutboxMessage

CHAINED = (Move.APPROVE, Move.CONFIRM_UNPAID)
"""Moves that SYSTEM makes only as the end of a chain, in the transaction of the move before."""
CREATED = (Move.DRAFT, Move.VERIFY)
"""What staff do in one transaction when they enter a booking by hand; they may approve it in the same."""


def events_out_of_sequence(scope: Scope) -> list[int]:
    """Invariant 4: the events of a booking count 1, 2, 3; a gap is an event that was deleted."""
    place = Window(RowNumber(), partition_by=[F("booking")], order_by=[F("sequence").asc()])
    rows = BookingEvent.objects.using(scope.using).annotate(place=place)
    return ids_of(rows.exclude(place=F("sequence")))


def events_that_do_not_follow(scope: Scope) -> list[int]:
    """Invariant 4: each event begins at the status where the one before it ended, the first one at none."""
    before = Window(
        Lag("to_status", default=Value("")),
        partition_by=[F("booking")],
        order_by=[F("sequence").asc()],
    )
    rows = BookingEvent.objects.using(scope.using).annotate(before=before)
    return ids_of(rows.exclude(before=F("from_status")))


def events_outside_the_table(scope: Scope) -> list[int]:
    """Invariant 4: each event is a row of `states.TABLE`: this move, from there to there, by such an actor."""
    rows = [
        Q(
            move=row.move,
            from_status__in=sorted(row.sources) or [""],
            to_status=row.target or F("from_status"),
            actor_kind__in=sorted(row.actors | row.within),
        )
        for row in TABLE.values()
    ]
    return ids_of(BookingEvent.objects.using(scope.using).exclude(reduce(or_, rows)))


def bookings_unlike_their_last_event(scope: Scope) -> list[int]:
    """Invariant 4: the last event's `to` is the booking's status; a booking without events has no past."""
    events = BookingEvent.objects.filter(booking=OuterRef("pk")).order_by("-sequence")
    last = Coalesce(Subquery(events.values("to_status")[:1]), Value(""))
    return ids_of(Booking.objects.using(scope.using).annotate(last=last).exclude(last=F("status")))


def events_without_their_messages(scope: Scope) -> list[int]:
    """Invariant 6: what `messages.TABLE` holds for a move is in the outbox, under the event's own key.

    Of chained moves the last one alone is told, a draft that lapses or moves is not, consultants hear of what
    becomes or was confirmed, and nobody without an address is told. Whether an address was there at that moment
    the rows do not tell: of a consultant's account it is taken that it was linked then or when it was made, and who
    was the consultant before a reassignment is passed over. So are events older than the outbox's retention,
    as their messages may have been purged.
    """
    since = scope.now - timedelta(days=settings.OUTBOX_RETENTION_DAYS)
    unproven = Q(move__in=[Move.EXPIRE, Move.RESCHEDULE], from_status=Status.DRAFT)
    unproven |= Q(
        move=Move.DRAFT, booking__follows__isnull=False
    )  # its mailbox was proven before: nothing to confirm
    silent = unproven | Q(Exists(_chained_after())) | Q(move__in=CREATED) & Q(Exists(_created_after()))
    events = BookingEvent.objects.using(scope.using).filter(at__gt=since).exclude(silent)
    keys = {f"{recipient.value}_key": _key(recipient) for recipient in Recipient}
    untold = [
        Q(move__in=_templates(recipient))
        & addressed
        & ~Exists(OutboxMessage.objects.filter(key=OuterRef(f"{recipient.value}_key")))
        for recipient, addressed in _ADDRESSED.items()
    ]
    return ids_of(events.annotate(**keys).filter(reduce(or_, untold)))


_ADDRESSED = {
    Recipient.CLIENT: ~Q(booking__email=""),
    Recipient.CONSULTANT: Q(booking__consultant__user__created_at__lte=F("at"))
    & (Q(booking__consultant__linked_at__isnull=True) | Q(booking__consultant__linked_at__lte=F("at")))
    & ~Q(booking__consultant__user__email="")
    & (Q(from_status=Status.CONFIRMED) | Q(to_status=Status.CONFIRMED))
    & ~Q(
        Exists(
            BookingEvent.objects.filter(
                booking=OuterRef("booking"), sequence__gt=OuterRef("sequence"), move=Move.REASSIGN
            )
        )
    ),
    Recipient.STAFF: ~Q(booking__business__email="", booking__business__owner__email=""),
}


def _chained_after() -> QuerySet[BookingEvent]:
    """Give the event that SYSTEM chained to the outer one."""
    return BookingEvent.objects.filter(
        booking=OuterRef("booking"),
        sequence=OuterRef("sequence") + 1,
        at=OuterRef("at"),
        move__in=CHAINED,
        actor_kind=ActorKind.SYSTEM,
    )


def _created_after() -> QuerySet[BookingEvent]:
    """Give the event that the same people of the practice made after the outer one in entering a booking by hand."""
    return BookingEvent.objects.filter(
        booking=OuterRef("booking"),
        sequence=OuterRef("sequence") + 1,
        at=OuterRef("at"),
        move__in=[Move.VERIFY, Move.APPROVE],
        actor_kind__in=[ActorKind.STAFF, ActorKind.ADMIN, ActorKind.CONSULTANT],
        actor_id=OuterRef("actor_id"),
    )


def _templates(recipient: Recipient) -> dict[Move, str]:
    """Give the message of each move that tells this recipient, but for those that people may have refused."""
    return {
        move: told[recipient]
        for move, told in messages.TABLE.items()
        if recipient in told and MESSAGES[told[recipient]].refusable is None
    }


def _key(recipient: Recipient) -> Concat:
    """Give the key under which an event's message to this recipient was queued."""
    ends = [
        When(move=move, then=Value(f":{recipient.value}:{name}"))
        for move, name in _templates(recipient).items()
    ]
    end = Case(*ends, default=Value(""), output_field=CharField())
    return Concat(Value("event:"), Cast("pk", CharField()), end, output_field=CharField())
