"""From a provider's event to the payment that it is about."""

from typing import Final

from bookings.payments.models import Payment, ProviderEvent

OUR_REFERENCES_BEGIN: Final = "SW-"


def named_by(event: ProviderEvent) -> Payment | None:
    """Give the payment that an event is about: by our reference, else by the provider's names of page and money.

    The platform's keys speak of payments through the platform alone, and a practice's keys of that practice's own: a
    provider sends all of an account to one address, whatever the currency. Nobody's keys speak of another's payments.
    """
    theirs = Payment.objects.filter(provider=event.provider).select_related("account")
    if event.account is None:
        theirs = theirs.filter(account__isnull=True)
    else:
        theirs = theirs.filter(account__business=event.account.business_id)
    for column, name in (
        ("reference", event.reference),
        ("provider_checkout_id", event.checkout_id),
        ("provider_payment_id", event.payment_id),
    ):
        found = theirs.filter(**{column: name}).order_by("-pk").first() if name else None
        if found is not None:
            return found
    return None


def may_be_ours(event: ProviderEvent) -> bool:
    """Tell of an event that leads to no payment whether it may be about one of ours that is not there yet.

    An account may sell elsewhere too: what names another reference than ours, one of another's payments, or nothing
    at all, is not about a payment of ours.
    """
    if event.reference:
        anothers = Payment.objects.filter(reference=event.reference)
        return event.reference.startswith(OUR_REFERENCES_BEGIN) and not anothers.exists()
    return bool(event.checkout_id or event.payment_id)
