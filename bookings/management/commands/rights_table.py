"""`manage.py rights_table`: the page about who may what, docs/rights.md."""

from bookings.booking.rights_table import render
from bookings.management.generated import GeneratedPage


class Command(GeneratedPage):
    """Write the page, print it, or fail where the committed one differs."""

    help = "Writes docs/rights.md, who may what, from the tables of moves, rights and duties."
    page = "rights.md"

    def render(self) -> str:
        """Give the page's text."""
        return render()
