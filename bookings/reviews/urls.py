"""The page to which the mail leads that asks for a review, where no front end has its own."""

from django.urls import path

from bookings.reviews import views

urlpatterns = [path("review", views.review, name="booking-review")]
