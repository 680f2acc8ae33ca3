"""Addresses of receipts, below `/receipts/`."""

from django.urls import re_path

from bookings.payments import receipt_page

app_name = "receipts"
urlpatterns = [
    re_path(r"^([1-9][0-9]{0,17})-([0-9a-f]{64})/\Z", receipt_page.page, name="page"),
]
