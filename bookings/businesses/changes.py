"""Noting that what a practice offers, or what it is found by, changes."""

from django.db.models import F

from bookings.businesses.models import Business
from bookings.common.queue import nudge_on_commit


def note_change(business_id: int) -> None:
    """Raise a practice's version with this transaction, and have the worker look at its listing anew afterwards.

    Whoever calls it holds the practice's row until the transaction's end, before any calendar's: changes of one
    practice follow each other, and bookings, which never lock it, go on meanwhile. Whoever looks reads the version
    before all else, so that a change which commits meanwhile is looked at again.
    """
    Business.objects.filter(pk=business_id).update(version=F("version") + 1)
    nudge_on_commit("refresh_listing", business_id)
