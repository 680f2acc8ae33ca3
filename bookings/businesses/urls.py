"""The built-in pages about working for a practice."""

from django.urls import path

from bookings.businesses import views

urlpatterns = [path("join", views.join, name="staff-join")]
