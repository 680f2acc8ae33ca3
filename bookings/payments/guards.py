"""A receipt stays as it was issued: the law asks for it, and a client holds a copy."""

from bookings.common.guards import append_only

RECEIPT = append_only("bookings_receipt", "receipt")
