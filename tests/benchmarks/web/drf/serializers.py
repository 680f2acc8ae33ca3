"""What goes in and out, as one writes it with REST framework."""

from rest_framework import serializers

from bookings.booking.models import Booking
from bookings.booking.states import Status
from bookings.catalogue.models import Service
from bookings.consultants.models import Consultant
from bookings.slots.models import Slot


class ConsultantSerializer(serializers.ModelSerializer[Consultant]):
    fullName = serializers.CharField(source="full_name")  # noqa: N815 - as the others name it

    class Meta:
        model = Consultant
        fields = ("id", "fullName")


class ServiceSerializer(serializers.ModelSerializer[Service]):
    durationMinutes = serializers.IntegerField(source="duration")  # noqa: N815

    class Meta:
        model = Service
        fields = ("id", "name", "durationMinutes")


class SlotSerializer(serializers.ModelSerializer[Slot]):
    startsAt = serializers.DateTimeField(source="starts_at")  # noqa: N815
    endsAt = serializers.DateTimeField(source="ends_at")  # noqa: N815
    seatsLeft = serializers.SerializerMethodField()  # noqa: N815
    consultant = ConsultantSerializer(source="schedule.consultant")
    service = ServiceSerializer(source="published_service")

    class Meta:
        model = Slot
        fields = ("id", "startsAt", "endsAt", "seatsLeft", "consultant", "service")

    def get_seatsLeft(self, slot: Slot) -> int:
        return slot.capacity - slot.seats_taken


class StatusSerializer(serializers.ModelSerializer[Booking]):
    acknowledgementId = serializers.CharField(source="acknowledgement_id")  # noqa: N815
    statusLabel = serializers.SerializerMethodField()  # noqa: N815
    deadline = serializers.DateTimeField(source="deadline_at")
    updatedAt = serializers.DateTimeField(source="updated_at")  # noqa: N815

    class Meta:
        model = Booking
        fields = ("acknowledgementId", "status", "statusLabel", "deadline", "updatedAt")

    def get_statusLabel(self, booking: Booking) -> str:
        return str(Status(booking.status).label)


class RangeSerializer(serializers.Serializer[None]):
    """The question after slots."""

    service = serializers.PrimaryKeyRelatedField(
        queryset=Service.objects.filter(is_active=True, business__is_active=True).select_related("business")
    )
    consultant = serializers.PrimaryKeyRelatedField(
        queryset=Consultant.objects.filter(is_active=True).select_related("schedule")
    )
    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    first = serializers.IntegerField(min_value=1, max_value=100, default=20)


class DraftSerializer(serializers.Serializer[None]):
    """The request for a booking."""

    service = serializers.PrimaryKeyRelatedField(
        queryset=Service.objects.filter(is_active=True, business__is_active=True).select_related("business")
    )
    consultant = serializers.PrimaryKeyRelatedField(
        queryset=Consultant.objects.filter(is_active=True).select_related("schedule")
    )
    startsAt = serializers.DateTimeField()  # noqa: N815
    email = serializers.EmailField()
    fullName = serializers.CharField(max_length=200)  # noqa: N815
    consent = serializers.BooleanField()
