"""Where one stops mails that one can do without, below `/mail/`."""

from django.urls import re_path

from bookings.notifications import stop_views
from bookings.notifications.models import MailRefusal

_KINDS = "|".join(kind.value.lower() for kind in MailRefusal.Kind)

app_name = "mail"
urlpatterns = [
    re_path(rf"^stop/({_KINDS})-([0-9a-f]{{64}})-([0-9a-f]{{64}})/\Z", stop_views.stop, name="stop"),
]
