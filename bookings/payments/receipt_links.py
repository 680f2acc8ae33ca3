"""The address of a receipt's page: whoever has it may read the receipt, and nobody finds another by it."""

from django.conf import settings
from django.urls import reverse

from bookings.common.secrecy import keyed_digest, same

_PURPOSE = "receipt"


def link_to_receipt(receipt_id: int) -> str:
    """Give the whole address. It holds for as long as the server's key."""
    path = reverse("receipts:page", args=[receipt_id, keyed_digest(_PURPOSE, str(receipt_id))])
    return f"{settings.PUBLIC_URL}{path}"


def is_right(receipt_id: int, digest: str) -> bool:
    """Tell, in constant time and without looking whether there is such a receipt, whether an address is ours."""
    return same(digest, keyed_digest(_PURPOSE, str(receipt_id)))
