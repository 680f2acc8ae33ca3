"""Making our refunds say what the provider's ledger says, so that both sums are the same.

Each works on a payment that the caller locked, inside the caller's transaction, and compares before it sets.
"""

import hashlib
from datetime import datetime
from typing import Any

from bookings.payments.comparing import Finding, Repair
from bookings.payments.models import Payment, Refund
from bookings.payments.providers.base import ProviderRefund, RefundState
from bookings.payments.services.refund_requests import give_back, reserve

_LONGEST_ID = 160
_DONE = Refund.Status.SUCCEEDED


def repair_refund(*, payment: Payment, finding: Finding, now: datetime) -> Refund | None:
    """Carry a finding's repair out; gives the refund, or None where it stands otherwise than it was found.

    Raises VALIDATION_FAILED for what is more than what is left, and ValueError for a finding without a repair.
    """
    if finding.told is None or finding.repair is None:
        raise ValueError("there is nothing to repair by")
    if finding.repair is Repair.RECORD:
        return _record(payment, finding.told, now)
    refund = finding.refund
    if refund is None:
        raise ValueError("this repair is of a refund of ours")
    done = refund if _set(refund, _columns(finding.repair, finding.told, now)) else None
    if done is not None and finding.repair is Repair.SUCCEED:
        reserve(payment, refund.money)
    elif done is not None and finding.repair is Repair.FAIL:
        give_back(payment, refund.money)
    return done


def _record(payment: Payment, told: ProviderRefund, now: datetime) -> Refund:
    """Enter what was given back at the provider without us; the same one is entered once."""
    # Of this payment: another account, or another provider, may call another refund the same.
    key = f"external:{payment.pk}:{_fitting(told.provider_refund_id)}"
    before = Refund.objects.filter(key=key).first()
    if before is not None:
        return before
    if told.amount is None:
        raise ValueError("it has an amount")
    reserve(payment, told.amount)
    return Refund.objects.create(
        payment=payment,
        amount=told.amount.amount,
        reason=Refund.Reason.EXTERNAL,
        status=_DONE,
        key=key,
        provider_refund_id=told.provider_refund_id,
        created_at=now,
        done_at=now,
    )


def _columns(repair: Repair, told: ProviderRefund, now: datetime) -> dict[str, Any]:
    """Give the columns that make ours say what theirs says."""
    if repair is Repair.HASTEN:
        return {"next_attempt_at": now}
    number = {"provider_refund_id": told.provider_refund_id} if told.provider_refund_id else {}
    if repair is Repair.FAIL:
        failed = {"status": Refund.Status.FAILED, "done_at": now, "staff_told_at": None}
        return {**failed, "last_error": told.failure_code[:200]}
    if told.state is RefundState.SUCCEEDED:
        over = {"needs_person": False, "next_attempt_at": None, "last_error": ""}
        return {**number, **over, "status": _DONE, "done_at": now}
    return {**number, "status": Refund.Status.PENDING, "attempts": 0, "next_attempt_at": now}


def _set(refund: Refund, columns: dict[str, Any]) -> bool:
    """Set columns of a refund that still stands as it was read."""
    same = Refund.objects.filter(pk=refund.pk, status=refund.status, attempts=refund.attempts)
    if same.update(**columns) != 1:
        return False
    for name, value in columns.items():
        setattr(refund, name, value)
    return True


def _fitting(number: str) -> str:
    """Give a provider's name for a refund as it fits into a key."""
    if len(number) <= _LONGEST_ID:
        return number
    return "sha256:" + hashlib.sha256(number.encode()).hexdigest()
