"""Groups of rights, and the queue's own rows: pages of packages, in the admin's dress."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group
from django_q.admin import FailAdmin, QueueAdmin, ScheduleAdmin, TaskAdmin
from django_q.models import Failure, OrmQ, Schedule, Success

from bookings.admin.desk import OfPlatform
from bookings.admin.theme import ModelAdmin

PAGES: tuple[tuple[type, type], ...] = (
    (Group, GroupAdmin),
    (Schedule, ScheduleAdmin),
    (Success, TaskAdmin),
    (Failure, FailAdmin),
    (OrmQ, QueueAdmin),
)

for model, page in PAGES:
    if admin.site.is_registered(model):
        admin.site.unregister(model)
        admin.site.register(model, type(f"Dressed{page.__name__}", (OfPlatform, page, ModelAdmin), {}))
