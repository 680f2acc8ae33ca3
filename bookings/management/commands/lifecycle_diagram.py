"""`manage.py lifecycle_diagram`: the page about the lifecycle, docs/states.md."""

from bookings.booking.diagram import render
from bookings.booking.states import TABLE
from bookings.management.generated import GeneratedPage


class Command(GeneratedPage):
    """Write the page, print it, or fail where the committed one differs."""

    help = "Writes docs/states.md, the diagram and the tables of the lifecycle, from the table of moves."
    page = "states.md"

    def render(self) -> str:
        """Give the page's text."""
        return render(TABLE)
