"""The same questions as the product answers, as one writes them with REST framework on the same models."""

import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from rest_framework.exceptions import ValidationError
from rest_framework.generics import RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings.booking.models import Booking
from bookings.catalogue.models import Service
from bookings.consultants.models import Consultant
from bookings.schedules.models import TimeOff
from bookings.slots.models import Occupation, Slot
from tests.benchmarks.web.drf.computing import computed
from tests.benchmarks.web.drf.drafting import draft
from tests.benchmarks.web.drf.serializers import (
    DraftSerializer,
    RangeSerializer,
    SlotSerializer,
    StatusSerializer,
)

LONGEST_BUSY = datetime.timedelta(days=9)
READ = (
    "starts_at",
    "ends_at",
    "capacity",
    "seats_taken",
    "schedule__consultant__full_name",
    "published_service__name",
    "published_service__duration",
)
"""What the serializers write."""


def open_slots(service: Service, consultant: Consultant) -> QuerySet[Slot]:
    """Give the published slots of a consultant that a booking of the service may take from now on."""
    now = timezone.now()
    before = datetime.timedelta(minutes=service.buffer_before)
    after = datetime.timedelta(minutes=service.buffer_after)
    busy = Occupation.objects.filter(
        schedule=OuterRef("schedule"),
        busy_from__lt=OuterRef("ends_at") + after,
        busy_from__gt=OuterRef("starts_at") - LONGEST_BUSY,
        busy_until__gt=OuterRef("starts_at") - before,
    )
    off = TimeOff.objects.filter(
        schedule=OuterRef("schedule"), starts_at__lt=OuterRef("ends_at"), ends_at__gt=OuterRef("starts_at")
    )
    return (
        Slot.objects.filter(
            Q(published_service=service) | Q(published_service=None),
            ~Exists(busy),
            ~Exists(off),
            schedule=consultant.schedule_id,
            is_published=True,
            seats_taken__lt=F("capacity"),
            starts_at__gte=now + datetime.timedelta(minutes=service.notice),
            starts_at__lt=now + datetime.timedelta(days=service.horizon),
        )
        .select_related("schedule__consultant", "published_service")
        .only(*READ)
        .order_by("starts_at")
    )


class OpenSlots(APIView):
    """Open published slots with their consultant and service."""

    def get(self, request: Request) -> Response:
        asked = RangeSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        rows = open_slots(wanted["service"], wanted["consultant"]).filter(
            starts_at__gte=wanted["since"], starts_at__lt=wanted["until"]
        )
        return Response({"slots": SlotSerializer(rows[: wanted["first"]], many=True).data})


class ComputedSlots(APIView):
    """Open times worked out from weekly hours."""

    def get(self, request: Request) -> Response:
        asked = RangeSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        return Response({"slots": computed(**asked.validated_data)})


class Status(RetrieveAPIView[Booking]):
    """Where a booking stands."""

    queryset = Booking.objects.only("acknowledgement_id", "status", "deadline_at", "updated_at")
    serializer_class = StatusSerializer
    lookup_field = "acknowledgement_id"


class Draft(APIView):
    """A request for a booking: its row, its event, its challenge and the mail with it."""

    def post(self, request: Request) -> Response:
        asked = DraftSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted: dict[str, Any] = asked.validated_data
        if not wanted["consent"]:
            raise ValidationError({"consent": "Consent is needed."})
        if (
            not open_slots(wanted["service"], wanted["consultant"])
            .filter(starts_at=wanted["startsAt"])
            .exists()
        ):
            raise ValidationError({"startsAt": "This time is not open."})
        booking = draft(wanted)
        return Response(StatusSerializer(booking).data, status=201)
