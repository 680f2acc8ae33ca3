"""The built-in pages about being a consultant."""

from django.urls import path

from bookings.consultants import views

urlpatterns = [path("join", views.join, name="consultant-join")]
