"""What pages of ledgers share: rows that services alone write, shown to whom the table of rights shows them."""

from typing import ClassVar

from django.db import models
from django.http import HttpRequest

from bookings.admin.desk import may_enter, viewer_of
from bookings.admin.lookups import OfferedLookups
from bookings.admin.words import InWords
from bookings.booking import selectors
from bookings.booking.rights import Operation


class LedgerAdmin(InWords, OfferedLookups):
    """A ledger is read; its rows come from services alone."""

    show_full_result_count = False
    right: ClassVar[Operation | None] = None
    """Who has it somewhere sees the list; of which rows, the queryset says. Without one, Django's permission does."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the section to whoever may view it."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Allow whom the table of rights, or a permission of the admin, lets read."""
        by_table = self.right is not None and selectors.may_somewhere(viewer_of(request), self.right)
        let_in = may_enter(request)
        return let_in and (by_table or super().has_view_permission(request, obj))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: rows come from moves and from providers."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Refuse: what happened is not rewritten."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Refuse: the row is the proof."""
        return False
