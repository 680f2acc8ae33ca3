"""Claims that are nobody's, or somebody else's, are found."""

from bookings.booking.models import Claim
from tests.audit.faults import change, wrong


def test_bookings_without_their_claim__are_found(world):
    change(world.pending.claim, email="somebody@example.org")
    change(world.rejected, claim=Claim.objects.get(pk=world.approved.claim_id))

    assert wrong() == {"bookings_without_their_claim": (world.pending.pk, world.rejected.pk)}


def test_bookings_without_their_claim__somebody_without_an_address_needs_none(world):
    claim = world.pending.claim
    change(world.pending, email="", claim=None)
    claim.delete()

    assert wrong() == {}


def test_claims_without_an_active_booking__are_found(world):
    left = Claim.objects.create(business=world.host.business, email=world.rejected.email, place=1)

    assert wrong() == {"claims_without_an_active_booking": (left.pk,)}


def test_claims_of_several_bookings__are_found(world):
    change(world.approved, email=world.pending.email, claim=world.pending.claim)
    world.approved.claim.delete()

    assert wrong() == {"claims_of_several_bookings": (world.pending.claim_id,)}
