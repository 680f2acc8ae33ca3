"""The admin's pages: plain, searchable, and with every move going through the services."""

from bookings.admin import accounts, bookings, catalogue, notifications, payments, verification

__all__ = ["accounts", "bookings", "catalogue", "notifications", "payments", "verification"]
