"""Where each of the three questions is asked."""

from django.urls import path

from tests.benchmarks.web.drf.views import ComputedSlots, Draft, OpenSlots, Status

urlpatterns = [
    path("slots/", OpenSlots.as_view()),
    path("computed/", ComputedSlots.as_view()),
    path("bookings/<str:acknowledgement_id>/", Status.as_view()),
    path("drafts/", Draft.as_view()),
]
