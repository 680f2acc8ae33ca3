"""Addresses of calendars, below `/calendar/`. Whatever looks like a feed's is looked up, the malformed alike."""

from django.urls import path, re_path

from bookings.feeds import views

app_name = "calendar"
urlpatterns = [
    re_path(
        r"^booking/([1-9][0-9]{0,17})-(c|h[0-9]{1,18})-([0-9a-f]{64})\.ics\Z", views.booking, name="booking"
    ),
    path("<str:secret>.ics", views.feed, name="feed"),
]
