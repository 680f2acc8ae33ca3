"""Giving money back from the admin: a page that asks how much and why, asks once more, and calls the service."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from bookings.accounts.viewer import Viewer
from bookings.admin.desk import viewer_of
from bookings.admin.theme import Dressed, ModelAdmin
from bookings.booking import selectors, services
from bookings.booking.reasons import LONGEST_REASON
from bookings.booking.rights import Operation
from bookings.common import clock
from bookings.common.errors import DomainError
from bookings.common.idempotency import AlreadyDone, Once
from bookings.common.ids import new_token
from bookings.common.money import Money
from bookings.payments.models import Payment, Refund


class RefundForm(Dressed):
    """How much and why; `key` makes the same form sent twice one refund."""

    amount = forms.DecimalField(required=False, widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    reason = forms.CharField(
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="For staff; the client does not see it.",
    )
    key = forms.CharField(max_length=200, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, left: Money) -> None:
        super().__init__(data, initial={"key": new_token()})
        self.fields["amount"].label = f"Amount, in {left.currency}"
        self.fields["amount"].help_text = f"Empty: all that is left, {left}."

    def hide(self, amount: Money) -> None:
        """Turn the answers into hidden fields, with the amount that is shown."""
        self.data = {**dict(self.data.items()), "amount": str(amount.amount)}
        for field in self.fields.values():
            field.widget = forms.HiddenInput()


class Refunding(ModelAdmin):
    """The part of the payments' admin that gives money back. The table of rights says who may, not Django's."""

    change_form_template = "admin/bookings/payment/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        """Add the page that asks."""
        guard = self.admin_site.admin_view
        own = path("<int:pk>/refund/", guard(self.refund_view), name="bookings_payment_refund")
        return [own, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Offer a refund where there is something to give back."""
        payment = self.get_object(request, object_id)
        offered = payment is not None and may_refund(viewer_of(request), payment)
        return super().change_view(
            request, object_id, form_url, {"offers_refund": offered, **(extra_context or {})}
        )

    def refund_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Ask how much and why, then once more, then give it back. A GET only asks."""
        payment = self._payment(request, pk)
        form = RefundForm(request.POST or None, left=payment.left)
        if request.method != "POST" or not form.is_valid():
            return self._ask(request, payment, form)
        amount = form.cleaned_data["amount"]
        if request.POST.get("sure") != "yes":
            shown = Money(payment.left.amount if amount is None else amount, payment.left.currency)
            if not _can_go_back(form, payment, shown):
                return self._ask(request, payment, form)
            form.hide(shown)
            return self._ask(request, payment, form, shown=shown)
        return self._refund(request, payment, form)

    def _refund(self, request: HttpRequest, payment: Payment, form: RefundForm) -> HttpResponseBase:
        given = form.cleaned_data
        viewer = viewer_of(request)
        facts = {"payment": payment.pk, "amount": str(given["amount"]), "reason": given["reason"]}
        once = Once.of(scope=f"{viewer.actor_id}:desk", mutation="refund", key=given["key"], given=facts)
        try:
            refund = services.refund_payment(
                payment_id=payment.pk,
                viewer=viewer,
                reason=given["reason"],
                amount=given["amount"],
                once=once,
                now=clock.now(),
            )
        except AlreadyDone as done:
            refund = Refund.objects.select_related("payment").get(pk=done.object_id)
        except DomainError as error:
            form.add_error(None, error.message)
            return self._ask(request, payment, form)
        self.log_change(request, payment, f"Refund of {refund.money}")
        state = refund.get_status_display()
        messages.success(request, f"{refund.money} of {payment.reference} goes back: {state}.")
        return HttpResponseRedirect(reverse("admin:bookings_booking_change", args=[payment.booking_id]))

    def _payment(self, request: HttpRequest, pk: int) -> Payment:
        """Give a payment of which this person may give money back; of any other there is no page."""
        viewer = viewer_of(request)
        shown = selectors.payments_visible_to(viewer).select_related("booking")
        payment = shown.filter(pk=pk, status=Payment.Status.SUCCEEDED).first()
        if payment is None or not selectors.may_see(viewer, payment.booking, Operation.REFUND):
            raise Http404
        return payment

    def _ask(
        self, request: HttpRequest, payment: Payment, form: RefundForm, *, shown: Money | None = None
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "title": f"Refund: {payment.reference}",
            "payment": payment,
            "form": form,
            "sure": shown,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/bookings/payment/refund.html", context)


def may_refund(viewer: Viewer, payment: Payment) -> bool:
    """Tell whether somebody may give something back of a payment, and something is left."""
    return payment.left.amount > 0 and selectors.may_see(viewer, payment.booking, Operation.REFUND)


def _can_go_back(form: RefundForm, payment: Payment, amount: Money) -> bool:
    """Tell whether an amount makes sense, before it is asked for; the service judges it again."""
    try:
        fits = amount.minor > 0 and amount.amount <= payment.left.amount
    except (ValueError, ArithmeticError):
        fits = False
    if not fits:
        form.add_error("amount", f"Give an amount of {amount.currency}, {payment.left} at most.")
    return fits
