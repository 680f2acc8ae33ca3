"""The form by which staff create a booking: what it asks depends on what is chosen, and it offers open times alone."""

from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import QuerySet
from django.urls import reverse

from bookings.accounts.viewer import Viewer
from bookings.admin.bookings import wall
from bookings.admin.bookings.entered import OpeningField, WallTimeField
from bookings.admin.bookings.open_times import OpenTimes, Wanted, of, open_times
from bookings.admin.bookings.so_far import SoFar
from bookings.admin.theme import dress
from bookings.availability.services import TimeTaken
from bookings.booking import services
from bookings.booking.models import Booking
from bookings.businesses.models import Business, CorporateClient
from bookings.catalogue import selectors as catalogue
from bookings.catalogue.models import MOST_SEATS, Service
from bookings.common.errors import DomainError
from bookings.common.idempotency import Once
from bookings.common.ids import new_token
from bookings.common.zones import zone
from bookings.consultants import selectors as consultants
from bookings.consultants.models import Consultant
from bookings.resources import selectors as resources
from bookings.resources.models import Resource

_CALLED = {
    "serviceId": "service", "consultantId": "consultant", "resourceId": "resource", "startsAt": "opening",
    "endsAt": "minutes", "fullName": "full_name", "paymentMode": "payment_mode", "intake": "city",
    "corporateClientId": "corporate_client",
}  # fmt: skip
"""What the rules' fields are called on the page, where it is not the same."""
_TEXTS = ("email", "full_name", "phone", "message")
_WHAT = ("service", "consultant", "resource", "date", "seats", "minutes")
_TIME = ("opening", "entered", "entered_which")
_WHO = ("full_name", "email", "phone", "corporate_client", "city", "message")


class CreateForm(SoFar):
    """Who comes, for what, when and with whom, at one practice. Without data it is filled in with what is given."""

    key = forms.CharField(max_length=200, widget=forms.HiddenInput)
    business = forms.IntegerField(widget=forms.HiddenInput)
    starts_at = forms.CharField(required=False, widget=forms.HiddenInput)
    service = forms.ModelChoiceField(Service.objects.none(), empty_label="Choose")
    consultant = forms.ModelChoiceField(Consultant.objects.none(), required=False, empty_label="Anyone")
    resource = forms.ModelChoiceField(
        Resource.objects.none(), required=False, empty_label="Any that is free", label="Room or equipment"
    )
    date = forms.DateField(
        required=False, label="Day", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    seats = forms.IntegerField(min_value=1, max_value=MOST_SEATS, initial=1, label="How many people")
    minutes = forms.IntegerField(required=False, min_value=1, label="Length, in minutes")
    opening = OpeningField(required=False, label="Start")
    entered = WallTimeField(
        required=False,
        label="Or another time, even where it is not offered",
        help_text="Hours and time off do not count then; another session at that time still does.",
    )
    full_name = forms.CharField(max_length=200, required=False, label="Name")
    email = forms.CharField(
        max_length=254, required=False, label="E-mail address", help_text="Empty: nothing is mailed."
    )
    phone = forms.CharField(max_length=32, required=False)
    corporate_client = forms.ModelChoiceField(
        CorporateClient.objects.none(),
        required=False,
        empty_label="Nobody's",
        label="On behalf of",
        help_text="Its contact stands in for what is left empty here.",
    )
    city = forms.CharField(max_length=200, required=False)
    message = forms.CharField(max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    mode = forms.ChoiceField(
        choices=[("", "As usual"), *Booking.Mode.choices], required=False, label="Where it takes place"
    )
    payment_mode = forms.ChoiceField(
        choices=[("", "As usual"), *Booking.PaymentMode.choices], required=False, label="How it is paid"
    )
    consent = forms.BooleanField(
        required=False, label="The person agreed to the terms and to how their data are used"
    )
    approve = forms.BooleanField(required=False, initial=True, label="Approve at once")

    def __init__(self, data: Any, *, given: Any, place: Business, may_override: bool, now: datetime) -> None:
        super().__init__(data, initial={"key": new_token(), **given, "business": place.pk})
        self.place, self.now = place, now
        offered = catalogue.in_use().filter(business=place).select_related("business")
        self._choose("service", offered.order_by("name", "pk"))
        people = consultants.in_use().filter(business=place).select_related("schedule")
        self._choose("consultant", people.order_by("full_name", "pk"))
        things = resources.in_use().filter(business=place).select_related("schedule")
        self._choose("resource", things.order_by("name", "pk"))
        companies = CorporateClient.objects.filter(business=place, is_active=True)
        self._choose("corporate_client", companies.order_by("company", "pk"))
        if not may_override:
            del self.fields["entered"]
        self._narrow()
        self._show_times()
        self._look_again()
        dress(self)

    @cached_property
    def wanted(self) -> Wanted | None:
        """What is chosen so far, as far as it can be read; nothing without a service."""
        service = self._chosen("service")
        if service is None:
            return None
        seats, minutes = (self._number(name) for name in ("seats", "minutes"))
        return Wanted(
            service=service,
            consultant=self._chosen("consultant"),
            resource=self._chosen("resource"),
            day=self._day(),
            seats=seats if seats and seats <= MOST_SEATS else 1,
            minutes=minutes if service.max_duration is not None else None,
        )

    @property
    def here(self) -> ZoneInfo:  # type: ignore[override]  # reckoned from the answers
        """The zone of whose time it is, as far as the answers say."""
        if self.wanted is not None:
            return self.wanted.here
        named: Any = self._chosen("consultant") or self._chosen("resource")
        return zone(named.schedule.timezone if named is not None else self.place.timezone)

    @property
    def named_start(self) -> datetime | None:
        """The start that an address names, such as one that was selected in the calendar."""
        return self._start()

    @property
    def parts(self) -> dict[str, list[forms.BoundField]]:
        """The page's parts with their fields."""
        rest = ("mode", "payment_mode", "consent", "approve")
        named = {"what": _WHAT, "time": _TIME, "who": _WHO, "how": rest}
        return {
            part: [self[name] for name in names if name in self.fields and not self[name].is_hidden]
            for part, names in named.items()
        }

    def clean(self) -> dict[str, Any]:
        """Have one time: one of those that are open, or where that is allowed another."""
        given = super().clean()
        opening, entered = given.get("opening"), given.get("entered")
        if opening and entered:
            self.add_error("entered", "Choose a time or enter one, not both.")
        elif not opening and not entered and not self.errors:
            self.add_error("opening", "Choose one of the open times.")
        start = given["starts_at"] = datetime.fromtimestamp(int(opening), UTC) if opening else entered
        minutes = given.get("minutes")
        given["ends_at"] = start + timedelta(minutes=minutes) if start and minutes else None
        return given

    def request(self) -> services.DraftRequest:
        """Give the request that the answers make."""
        given = self.cleaned_data
        consultant, resource = given.get("consultant"), given.get("resource")
        return services.DraftRequest(
            service_id=given["service"].pk,
            consultant_id=consultant.pk if consultant else None,
            resource_id=resource.pk if resource else None,
            starts_at=given["starts_at"],
            ends_at=given["ends_at"],
            seats=given["seats"],
            mode=given.get("mode") or None,
            payment_mode=given.get("payment_mode") or None,
            consent=given["consent"],
            intake={"city": given["city"]} if given["city"] else {},
            **{name: given[name] for name in _TEXTS},
        )

    def creation(self) -> services.Creation:
        """Give how it is created."""
        given = self.cleaned_data
        company = given.get("corporate_client")
        return services.Creation(
            approve=given["approve"],
            override=bool(given.get("entered")),
            corporate_client_id=company.pk if company else None,
        )

    def once(self, viewer: Viewer) -> Once:
        """Give what makes the same form sent twice one booking."""
        facts = {name: str(value) for name, value in self.cleaned_data.items() if name != "key"}
        scope = f"{viewer.actor_id}:desk"
        return Once.of(scope=scope, mutation="createBooking", key=self.cleaned_data["key"], given=facts)

    def blame(self, error: DomainError) -> None:
        """Put a refusal beside what it is about; where a time is lost, give the next open ones to choose from."""
        if isinstance(error, TimeTaken):
            self.add_error("opening", f"{error.message} Choose one of these, or another day.")
            self.data = {**dict(self.data.items()), "opening": "", "entered": ""}
            self._show_times(of(error.suggestions(now=self.now), self.here))
            return
        name = (error.field or [""])[0]
        found = _CALLED.get(name, name)
        self.add_error(found if found in self.fields else None, error.message)

    def _choose(self, name: str, rows: QuerySet[Any]) -> None:
        self.fields[name].queryset = rows  # type: ignore[attr-defined]  # these are choices of rows

    def _narrow(self) -> None:
        """Offer what goes with what is chosen: whoever offers the service, or what the consultant offers."""
        service, who = self._chosen("service"), self._chosen("consultant") or self._chosen("resource")
        rows: Any = {name: self.fields[name].queryset for name in ("service", "consultant", "resource")}  # type: ignore[attr-defined]
        if service is None and who is not None:
            mine = rows["service"].filter(pk__in=who.services.values("pk"))
            self._choose("service", mine)
            if not self.is_bound and len(mine) == 1:
                self.initial["service"] = service = mine[0]
        if service is not None:
            for name in ("consultant", "resource"):
                self._choose(name, rows[name].filter(services=service))
            del self.fields["resource" if service.holds != Service.Holds.RESOURCE else "consultant"]
            self._narrow_answers(service)
        if service is None or service.max_duration is None:
            del self.fields["minutes"]
        else:
            self.fields[
                "minutes"
            ].help_text = f"From {service.duration} to {service.max_duration}. Empty: {service.duration}."
        if not self.fields["corporate_client"].queryset.exists():  # type: ignore[attr-defined]
            del self.fields["corporate_client"]

    def _narrow_answers(self, service: Service) -> None:
        """Ask nothing that the service has settled."""
        if service.location_kind != Service.LocationKind.EITHER:
            del self.fields["mode"]
        if service.payment_policy != Service.PaymentPolicy.EITHER:
            del self.fields["payment_mode"]
        if service.seats == 1 and str(self._raw("seats") or "1") == "1":
            self.fields["seats"].widget = forms.HiddenInput()

    def _show_times(self, more: list[tuple[str, str]] | None = None) -> None:
        """List the open times, and take a start that the address names for one of them, or for one that is entered."""
        self.times: OpenTimes | None = open_times(self.wanted, self.now) if self.wanted is not None else None
        if self.times is None:
            self.initial["date"] = self._day()
            return
        listed = dict(self.times.choices) | {
            value: words for value, words in more or [] if value not in dict(self.times.choices)
        }
        self.fields["opening"].choices = list(listed.items())  # type: ignore[attr-defined]
        self.fields["opening"].label = self.times.heading or "Start"
        if not self.is_bound:
            self.initial["date"] = self.times.day
            self._take_start(listed)

    def _look_again(self) -> None:
        """Have the page ask for the open times by itself once something else is chosen, where scripts run."""
        for name in set(_WHAT) & set(self.fields):
            whole = name in {"service", "consultant", "resource"}
            self.fields[name].widget.attrs |= {
                "hx-post": reverse("admin:bookings_booking_add"),
                "hx-vals": '{"show": "times"}',
                "hx-trigger": "change",
                "hx-sync": "closest form:queue last",
                "hx-swap": "outerHTML",
                **dict.fromkeys(("hx-target", "hx-select"), "#create" if whole else "#times"),
            }

    def _take_start(self, listed: dict[str, str]) -> None:
        """Choose the start that was named, or enter it where it is not open: on its day, unless another is chosen."""
        said, entered = self._start(), str(self.initial.get("entered") or "")[:16]
        if said is None or self.initial.get("opening") or (entered and entered != f"{said:%Y-%m-%dT%H:%M}"):
            return
        self.initial["entered"] = None
        if self.times is None or self.times.day != said.date():
            return
        values = [str(int(at.timestamp())) for at in wall.instants(said, self.here)]
        known = [value for value in values if value in listed]
        if known:
            self.initial["opening"] = known[0]
            return
        self.not_open = f"{said:%H:%M} is not open on that day."
        if "entered" in self.fields:
            self.initial["entered"] = said
            self.not_open += " It is entered below, as another time."

    not_open = ""
