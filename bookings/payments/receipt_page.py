"""A receipt to print: plain HTML on one sheet, for whoever has its address."""

from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bookings.common import dates
from bookings.common.money import Money
from bookings.common.pages import spoken
from bookings.common.zones import is_zone, zone
from bookings.payments.models import Payment, Receipt
from bookings.payments.receipt_links import is_right

_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


@spoken
@never_cache
@require_safe
def page(request: HttpRequest, receipt_id: str, digest: str) -> HttpResponse:
    """Show one receipt. 404 for an address that is not ours, the same whether there is such a receipt or not."""
    if not is_right(int(receipt_id), digest):
        raise Http404
    receipt = get_object_or_404(Receipt, pk=int(receipt_id))
    return HttpResponse(render(request, "payments/receipt.html", shown(receipt)).content, headers=_HEADERS)


def shown(receipt: Receipt) -> dict[str, Any]:
    """Give what stands on a receipt, its codes, amounts and times in words. An old one may lack what newer ones say."""
    told = receipt.details
    net = Money(receipt.amount - receipt.tax_amount, receipt.currency)
    where = str(told.get("timezone") or "UTC")
    issued_at = receipt.issued_at.astimezone(zone(where if is_zone(where) else "UTC"))
    times = {name: parse_datetime(str(told.get(name) or "")) for name in ("paid_at", "starts_at", "ends_at")}
    return {
        "receipt": receipt,
        "seller": told.get("seller") or {},
        "buyer": told.get("buyer") or {},
        "told": told,
        "is_refund": receipt.kind == Receipt.Kind.REFUND,
        "issued_at": issued_at,
        **times,
        "issued_on": dates.plain_day(issued_at),
        "paid_on": dates.plain_day(times["paid_at"]) if times["paid_at"] else "",
        "starts": dates.moment(times["starts_at"]) if times["starts_at"] else "",
        "ends": dates.moment(times["ends_at"]) if times["ends_at"] else "",
        "timezone": where,
        "amount": str(receipt.money),
        "net": str(net),
        "tax": str(receipt.tax),
        "tax_rate": receipt.rate_label,
        "method": receipt.method_label,
        "purpose": str(told.get("purpose") or ""),
        "on_site": told.get("provider") == Payment.ON_SITE,
        "is_test": told.get("live") is False,
    }
