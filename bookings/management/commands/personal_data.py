"""`manage.py personal_data`: write docs/personal-data.md, what each table keeps of people."""

from typing import ClassVar

from bookings.management.generated import GeneratedPage
from bookings.privacy.inventory import page


class Command(GeneratedPage):
    """See the module."""

    help = "Writes docs/personal-data.md from bookings/privacy/inventory.py."
    page: ClassVar[str] = "personal-data.md"

    def render(self) -> str:
        """Give the page's text."""
        return page()
