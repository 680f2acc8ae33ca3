"""The built-in pages to which mailed links about personal data lead, where no front end has its own."""

from django.urls import path

from bookings.privacy import views

urlpatterns = [
    path("export", views.export, name="privacy-export"),
    path("erase", views.erase, name="privacy-erase"),
]
