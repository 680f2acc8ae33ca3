"""Uploads, and the pictures themselves."""

from django.urls import path, re_path

from bookings.pictures import files, views

urlpatterns = [
    path("uploads/<path:token>", views.upload, name="upload"),
    re_path(rf"^pictures/(?P<name>{files.NAME})\Z", views.show, name="picture"),
]
