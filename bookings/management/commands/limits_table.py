"""`manage.py limits_table`: the page about limits, docs/limits.md."""

from bookings.limits.page import render
from bookings.management.generated import GeneratedPage


class Command(GeneratedPage):
    """Write the page, print it, or fail where the committed one differs."""

    help = "Writes docs/limits.md, what is limited and how often, from the table of limits."
    page = "limits.md"

    def render(self) -> str:
        """Give the page's text."""
        return render()
