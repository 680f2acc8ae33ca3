"""Addresses of the topic, below `/payments/`."""

from django.urls import path

from bookings.payments import views

app_name = "payments"
urlpatterns = [
    path("sandbox/checkout/<str:reference>", views.sandbox_checkout, name="sandbox_checkout"),
    path("<slug:provider_name>/events", views.events, name="events"),
    path("<slug:provider_name>/events/<slug:account_id>", views.account_events, name="account_events"),
]
