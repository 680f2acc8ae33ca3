"""The built-in pages to which mailed links lead, where no front end has its own."""

from django.urls import path

from bookings.booking import views

urlpatterns = [
    path("verify", views.verify, name="booking-verify"),
    path("pay", views.pay, name="booking-pay"),
    path("cancel", views.cancel, name="booking-cancel"),
    path("open", views.open_booking, name="booking-open"),
    path("status", views.status, name="booking-status"),
]
