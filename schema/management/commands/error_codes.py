"""`manage.py error_codes`: the page about what can go wrong, docs/error-codes.md."""

from bookings.management.generated import GeneratedPage
from schema.common.error_page import render


class Command(GeneratedPage):
    """Write the page, print it, or fail where the committed one differs."""

    help = "Writes docs/error-codes.md, what each code means and what helps."
    page = "error-codes.md"

    def render(self) -> str:
        """Give the page's text."""
        return render()
