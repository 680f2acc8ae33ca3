"""What the table of private fields says, as questions need it."""

from tests.schema.matrix.judging import Shown
from tests.schema.matrix.private import PRIVATE, PUBLIC

FIELDS: dict[str, set[str]] = {}
"""The private fields by their types."""
for _row in PRIVATE:
    _kind, _, _field = _row.partition(".")
    FIELDS.setdefault(_kind, set()).add(_field)
TYPES = frozenset(FIELDS) - frozenset(PUBLIC) | {"Booking"}
"""Types to which ways are looked for: all of whose fields are private, and bookings, which show a little to all."""
STRANGERS = {"anon", "other", "colg", "alien", "kcat", "kbook"}
"""Who has nothing to do with the client of the bookings."""


def visible(who: str) -> Shown:
    """The types and fields that somebody may see."""
    pairs = {row: row.partition(".") for row, cells in PRIVATE.items() if cells[who] == "yes"}
    return {(kind, field) for kind, _, field in pairs.values()}
