"""What only an operator's export holds of a person, for the practice to look through before it hands it over."""

from collections.abc import Callable, Iterator, Mapping

from bookings.booking.models import BookingNote, Discount
from bookings.businesses.models import CorporateClient
from bookings.payments.models import Refund
from bookings.privacy.parts import CHUNK, Row, blocks_of, columns, of_mailbox
from bookings.privacy.person import Person


def notes(person: Person) -> Iterator[Row]:
    """Notes that a practice keeps to itself, for it to look through before it hands them over."""
    rows = BookingNote.objects.filter(booking__in=person.bookings, kind=BookingNote.Kind.INTERNAL)
    for note in (
        rows.exclude(text="").select_related("booking", "booking__business").order_by("-pk").iterator(CHUNK)
    ):
        where = {"practice": note.booking.business.name, "booking": note.booking.acknowledgement_id}
        yield {**where, **columns(note, "text", "created_at")}


def refunds(person: Person) -> Iterator[Row]:
    """Why staff gave money back, in their words."""
    rows = Refund.objects.filter(payment__booking__in=person.bookings).exclude(note="")
    for refund in rows.select_related("payment__booking__business").order_by("-pk").iterator(CHUNK):
        booking = refund.payment.booking
        where = {"practice": booking.business.name, "booking": booking.acknowledgement_id}
        yield {**where, **columns(refund, "note", "created_at")}


def discounts(person: Person) -> Iterator[Row]:
    """Why staff took something off a price, in their words."""
    rows = Discount.objects.filter(booking__in=person.bookings).exclude(reason="")
    for discount in rows.select_related("booking__business").order_by("-pk").iterator(CHUNK):
        booking = discount.booking
        where = {"practice": booking.business.name, "booking": booking.acknowledgement_id}
        yield {**where, **columns(discount, "reason", "created_at")}


def blocks(person: Person) -> Iterator[Row]:
    """Why a practice blocked the address."""
    for row in blocks_of(person):
        yield {"practice": row.business.name, **columns(row, "note", "created_at")}


def clients(person: Person) -> Iterator[Row]:
    """What staff noted of a company whose contact the person is."""
    rows = of_mailbox(CorporateClient.objects.select_related("business").exclude(note=""), person)
    for row in rows.iterator(CHUNK):
        yield {"practice": row.business.name, **columns(row, "company", "note")}


INTERNAL: Mapping[str, Callable[[Person], Iterator[Row]]] = {
    "internalNotes": notes,
    "internalRefunds": refunds,
    "internalDiscounts": discounts,
    "internalBlocks": blocks,
    "internalClients": clients,
}
"""What only an operator's export holds."""
