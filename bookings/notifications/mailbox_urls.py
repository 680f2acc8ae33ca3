"""Addresses of the development mailbox, mounted at /mailbox/ in DEBUG."""

from django.urls import path

from bookings.notifications import mailbox_views

app_name = "mailbox"
urlpatterns = [
    path("", mailbox_views.mail_list, name="list"),
    path("api/messages", mailbox_views.message_list, name="api"),
    path("<slug:mail_id>/", mailbox_views.mail_detail, name="detail"),
    path("<slug:mail_id>/html", mailbox_views.mail_html, name="html"),
    path("<slug:mail_id>/invite.ics", mailbox_views.mail_calendar, name="calendar"),
]
