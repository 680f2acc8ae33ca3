"""What staff do about a booking's money beside its moves: lower the price, record what was paid on site."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from bookings.accounts.viewer import Viewer
from bookings.admin.bookings import wording
from bookings.admin.bookings.entered import WHICH, OnAClock, WallTimeField
from bookings.admin.desk import viewer_of
from bookings.admin.theme import ModelAdmin, dress
from bookings.booking import amounts, policies, selectors, services
from bookings.booking.models import Booking
from bookings.booking.reasons import LONGEST_REASON
from bookings.booking.rights import Operation
from bookings.booking.services.discount import most_off
from bookings.booking.states import Status
from bookings.common import clock
from bookings.common.errors import DomainError
from bookings.common.idempotency import AlreadyDone, Once
from bookings.common.ids import new_token
from bookings.common.money import Money
from bookings.common.zones import zone
from bookings.payments.models import Payment
from bookings.payments.selectors import COUNTED


class MoneyForm(OnAClock):
    """Questions about one booking's money; `key` makes the same form sent twice one deed."""

    key = forms.CharField(max_length=200, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, booking: Booking) -> None:
        super().__init__(data, initial={"key": new_token()})
        self.booking, self.here = booking, zone(booking.timezone)
        dress(self)

    def answers(self) -> dict[str, Any]:
        """Give what the service is told, beside who asks."""
        given = self.cleaned_data.items()
        return {name: value for name, value in given if name != "key" and not name.endswith(WHICH)}


class DiscountForm(MoneyForm):
    """How much is taken off, and why."""

    amount = forms.DecimalField(
        required=False, min_value=0, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    percent = forms.IntegerField(
        required=False, min_value=1, max_value=100, label="Or a percentage of the price"
    )
    reason = forms.CharField(
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="For staff; the client does not see it, and is told the new price.",
    )

    def __init__(self, data: Any, *, booking: Booking) -> None:
        super().__init__(data, booking=booking)
        self.fields["amount"].label = f"Amount, in {booking.currency}"
        self.fields["amount"].help_text = f"At most {most_off(booking)}."


class RecordForm(MoneyForm):
    """What was paid, how and when."""

    amount = forms.DecimalField(
        required=False, min_value=0, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    method = forms.ChoiceField(choices=Payment.Method.choices, initial=Payment.Method.CASH, label="Paid with")
    paid_at = WallTimeField(required=False, help_text="Empty: now.")

    def __init__(self, data: Any, *, booking: Booking) -> None:
        super().__init__(data, booking=booking)
        self.fields["amount"].label = f"Amount, in {booking.currency}"
        self.fields["amount"].help_text = f"Empty: all that is left to pay, {amounts.balance(booking)}."
        self.fields["paid_at"].label = f"When ({booking.timezone})"


@dataclass(frozen=True)
class Deed:
    """One of them: who may, when, what it asks, and what does it and tells what was done."""

    slug: str
    label: str
    needs: Operation
    form: type[MoneyForm]
    is_open: Callable[[Booking], bool]
    do: Callable[..., str]


def _take_off(**given: Any) -> str:
    booking = services.give_discount(**given)
    return f"It costs {Money(booking.price, booking.currency)} now. {Status(booking.status).label}."


def _record(**given: Any) -> str:
    payment = services.record_on_site_payment(**given)
    return f"{payment.paid} recorded, {payment.get_method_display().lower()}."


DEEDS: Mapping[str, Deed] = {
    deed.slug: deed
    for deed in (
        Deed(
            "discount",
            "Take something off the price",
            Operation.DISCOUNT,
            DiscountForm,
            lambda booking: most_off(booking).amount > 0,
            _take_off,
        ),
        Deed(
            "record",
            "Record a payment on site",
            Operation.RECORD_PAYMENT,
            RecordForm,
            lambda booking: booking.status in amounts.CONFIRMED_ONCE and amounts.balance(booking).amount > 0,
            _record,
        ),
    )
}


def open_deeds(booking: Booking, viewer: Viewer) -> list[Deed]:
    """Give what somebody may do about a booking's money as it stands."""
    if policies.has_lapsed(booking, clock.now()):
        return []
    mine = [deed for deed in DEEDS.values() if selectors.may_see(viewer, booking, deed.needs)]
    return [deed for deed in mine if deed.is_open(booking)]


def with_money_seen(rows: QuerySet[Booking], viewer: Viewer) -> QuerySet[Booking]:
    """Read the payments of bookings ahead, and whose money somebody may see."""
    seen = selectors.visible_to(viewer, what=Operation.SEE_MONEY).filter(pk=OuterRef("pk"))
    counted = Prefetch("payments", Payment.objects.filter(COUNTED).order_by("pk"), to_attr="counted")
    return rows.annotate(money_seen=Exists(seen)).prefetch_related(counted)


class Amounts(ModelAdmin):
    """The part of the bookings' admin that asks what is to be done about money, and does it."""

    @admin.display(description="Paid")
    def paid_so_far(self, booking: Booking) -> str:
        """Tell in a word what of the price is paid, to those who may see it."""
        if not getattr(booking, "money_seen", False) or booking.status in amounts.OVER:
            return "–"
        if not booking.price:
            return "free"
        left, kept = amounts.balance(booking).amount, amounts.kept(booking).amount
        return "paid" if not left else "in part" if kept else "not yet"

    def get_urls(self) -> list[URLPattern]:
        """Add the page that asks."""
        guard = self.admin_site.admin_view
        address = "<int:pk>/money/<slug:slug>/"
        return [path(address, guard(self.money_view), name="bookings_booking_money"), *super().get_urls()]

    def money_view(self, request: HttpRequest, pk: int, slug: str) -> HttpResponseBase:
        """Ask, and do it when that is answered. A GET only asks."""
        deed, viewer = DEEDS.get(slug), viewer_of(request)
        shown = selectors.visible_to(viewer).select_related(
            "business", "service", "consultant__schedule", "resource"
        )
        booking = shown.filter(pk=pk).first()
        if deed is None or booking is None or not selectors.may_see(viewer, booking, deed.needs):
            raise Http404
        form = deed.form(request.POST if request.method == "POST" else None, booking=booking)
        if request.method != "POST" or not form.is_valid():
            return self._ask_about_money(request, booking, deed, form)
        try:
            told = deed.do(
                booking_id=pk,
                viewer=viewer,
                now=clock.now(),
                once=_once(viewer, deed, form),
                **form.answers(),
            )
        except AlreadyDone:
            told = "That was done already."
        except DomainError as error:
            form.add_error(None, error.message)
            return self._ask_about_money(request, booking, deed, form)
        else:
            self.log_change(request, booking, f"{deed.label}: {told}")
        messages.success(request, f"{booking.acknowledgement_id}: {told}")
        return HttpResponseRedirect(reverse("admin:bookings_booking_change", args=[pk]))

    def _ask_about_money(
        self, request: HttpRequest, booking: Booking, deed: Deed, form: MoneyForm
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "title": f"{deed.label}: {booking.acknowledgement_id}",
            "booking": booking,
            "status": Status(booking.status),
            "when": wording.span_or_wish(booking),
            "whose": wording.whose(booking),
            "price": Money(booking.price, booking.currency),
            "left": amounts.balance(booking),
            "deed": deed,
            "form": form,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/bookings/booking/money.html", context)


def _once(viewer: Viewer, deed: Deed, form: MoneyForm) -> Once:
    """Give what makes a form that was sent twice one deed."""
    facts = {"booking": form.booking.pk, **{name: str(value) for name, value in form.answers().items()}}
    key = form.cleaned_data["key"]
    return Once.of(scope=f"{viewer.actor_id}:desk", mutation=deed.slug, key=key, given=facts)
