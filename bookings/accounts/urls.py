"""The built-in pages about accounts to which mailed links lead, where no front end has its own."""

from django.urls import path

from bookings.accounts import views

urlpatterns = [
    path("verify-email", views.verify_email, name="account-verify-email"),
    path("reset-password", views.reset_password, name="account-reset-password"),
]
