"""What a provider says of money that came in, held against our books. Pure: it asks nobody and writes nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum

from bookings.common.money import Money
from bookings.payments.models import Difference, Payment, Refund
from bookings.payments.providers.base import PaymentState, ProviderPayment, ProviderRefund, RefundState

FRESH = timedelta(hours=1)
"""How long a provider's list may lack a refund that it has told us is done."""

Kind = Difference.Kind
_WENT = (RefundState.SUCCEEDED, RefundState.PENDING, RefundState.STUCK)
"""How a refund stands that the provider took on."""


class Repair(Enum):
    """What our books can safely be made to say."""

    RECORD = "RECORD"
    """A refund that was done there without us."""
    ADOPT = "ADOPT"
    """Ours that was left to a person, who did it there by hand."""
    ACCEPT = "ACCEPT"
    """Ours that the provider took on, whose answer we never heard."""
    HASTEN = "HASTEN"
    """Ours that came to its end there: it is asked about at once."""
    SUCCEED = "SUCCEED"
    """Ours that we counted as refused, and that is done."""
    FAIL = "FAIL"
    """Ours that we counted as done, and that came back: a person is told, as of every refund that failed."""


@dataclass(frozen=True)
class Finding:
    """One difference. Without a repair it waits for a person. refund: ours, told: theirs, as far as it is about any."""

    kind: Difference.Kind
    data: dict[str, str] = field(default_factory=dict)
    repair: Repair | None = None
    refund: Refund | None = None
    told: ProviderRefund | None = None


def compare(
    *,
    payment: Payment,
    refunds: Sequence[Refund],
    told: ProviderPayment,
    there: Sequence[ProviderRefund],
    now: datetime,
) -> list[Finding]:
    """Give where a payment that we count as paid, and our refunds of it, stand otherwise there.

    Repairs are meant to be carried out in their order: each reckons with what those before it leave to refund.
    """
    amiss = _of_the_payment(payment, told)
    if amiss is not None:
        return [amiss]
    sides = _Refunds(payment, refunds, there, now)
    findings = sides.findings()
    if told.returned and sides.left > 0:  # by the payer's bank, say: no refund tells of it
        unexplained = {"went back": str(payment.paid), "left": str(Money(sides.left, sides.currency))}
        findings.append(Finding(Kind.FOREIGN_REFUND, unexplained))
    return findings


def _of_the_payment(payment: Payment, told: ProviderPayment) -> Finding | None:
    if told.state is PaymentState.UNKNOWN:
        return Finding(Kind.UNKNOWN_THERE, {"ours": str(payment.paid)})
    if told.state is not PaymentState.PAID or told.amount is None:
        theirs = f"{told.state.value} {told.failure_code}".strip()
        return Finding(Kind.NOT_PAID_THERE, {"ours": str(payment.paid), "theirs": theirs})
    if told.reference != payment.reference:
        return Finding(Kind.NOT_PAID_THERE, {"ours": payment.reference, "theirs": told.reference})
    if told.live != payment.live:
        return Finding(Kind.NOT_PAID_THERE, {"ours": _mode(payment.live), "theirs": _mode(told.live)})
    if told.amount != payment.paid:
        return Finding(Kind.OTHER_AMOUNT, {"ours": str(payment.paid), "theirs": str(told.amount)})
    return None


class _Refunds:
    """The refunds of one payment on both sides, as they are taken from the pile."""

    def __init__(
        self, payment: Payment, refunds: Sequence[Refund], there: Sequence[ProviderRefund], now: datetime
    ) -> None:
        self.now = now
        self.currency = payment.paid.currency
        self.left: Decimal = payment.left.amount
        self.ours = list(refunds)
        self.pairs = _paired(refunds, there)
        matched = {id(told) for told in self.pairs.values()}
        self.foreign = [told for told in there if id(told) not in matched]

    def findings(self) -> list[Finding]:
        """Judge first what both know, in an order that frees what is left before it is used, then the rest."""
        known = [finding for refund in self.ours if (finding := self._of_ours(refund)) is not None]
        freed = [finding for finding in known if finding.repair is Repair.FAIL]
        self.left += sum((finding.refund.amount for finding in freed if finding.refund), Decimal(0))
        others = [self._as_far_as_left(finding) for finding in known if finding.repair is not Repair.FAIL]
        in_flight = any(
            refund.status == Refund.Status.REQUESTED and refund.next_attempt_at is not None
            for refund in self.ours
        )
        foreign = [
            self._of_theirs(told)
            for told in self.foreign
            # One without our key may be the one that is being asked for at this moment.
            if told.state is RefundState.SUCCEEDED and not (in_flight and not told.key)
        ]
        return [*freed, *others, *foreign]

    def _of_ours(self, refund: Refund) -> Finding | None:
        told = self.pairs.get(refund.pk)
        if told is None:
            return self._missing_there(refund)
        if told.amount is not None and told.amount != Money(refund.amount, self.currency):
            return _waits(refund, told) if told.state in _WENT else None
        match Refund.Status(refund.status):
            case Refund.Status.REQUESTED:
                idle = refund.next_attempt_at is None and told.state in _WENT
                return _repaired(Repair.ACCEPT, refund, told) if idle else None
            case Refund.Status.PENDING:
                ended = told.state in {RefundState.SUCCEEDED, RefundState.FAILED}
                return _repaired(Repair.HASTEN, refund, told) if ended else None
            case Refund.Status.SUCCEEDED:
                came_back = told.state is RefundState.FAILED
                return _repaired(Repair.FAIL, refund, told) if came_back else None
            case Refund.Status.FAILED:
                done = told.state is RefundState.SUCCEEDED
                return _repaired(Repair.SUCCEED, refund, told) if done else None

    def _missing_there(self, refund: Refund) -> Finding | None:
        """Judge one that the provider does not list: nothing has to be there before it was done."""
        by_hand = self._done_by_hand(refund)
        if by_hand is not None:
            self.foreign.remove(by_hand)
            return _repaired(Repair.ADOPT, refund, by_hand)
        done = refund.status == Refund.Status.SUCCEEDED
        if done and refund.done_at is not None and refund.done_at <= self.now - FRESH:
            return Finding(Kind.OTHER_REFUND, {_named(refund): f"{_stands(refund)} here, unknown there"})
        return None

    def _done_by_hand(self, refund: Refund) -> ProviderRefund | None:
        """Give theirs that is to the same amount as one of ours that nobody goes on with."""
        if refund.status != Refund.Status.REQUESTED or refund.next_attempt_at is not None:
            return None
        amount = Money(refund.amount, self.currency)
        return next(
            (told for told in self.foreign if told.state is RefundState.SUCCEEDED and told.amount == amount),
            None,
        )

    def _as_far_as_left(self, finding: Finding) -> Finding:
        """Let one that is to be counted again wait for a person where no more is left of what came in."""
        refund, told = finding.refund, finding.told
        if finding.repair is not Repair.SUCCEED or refund is None or told is None:
            return finding
        if refund.amount > self.left:
            return _waits(refund, told)
        self.left -= refund.amount
        return finding

    def _of_theirs(self, told: ProviderRefund) -> Finding:
        """Judge one that is done there and that is none of ours."""
        name = told.provider_refund_id
        data = {f"refund {name}": str(told.amount) if told.amount is not None else "amount not told"}
        fits = told.amount is not None and told.amount.currency == self.currency
        if not name or not fits or told.amount is None or not 0 < told.amount.amount <= self.left:
            return Finding(Kind.FOREIGN_REFUND, {**data, "left": str(Money(self.left, self.currency))})
        self.left -= told.amount.amount
        return Finding(Kind.FOREIGN_REFUND, data, Repair.RECORD, told=told)


def _paired(refunds: Iterable[Refund], there: Sequence[ProviderRefund]) -> dict[int, ProviderRefund]:
    """Give theirs to each of ours that they know: by their name for it, then by our key; each is given once."""
    ours, rest = list(refunds), list(there)
    pairs: dict[int, ProviderRefund] = {}
    for refund in ours:
        same = [
            told
            for told in rest
            if refund.provider_refund_id and told.provider_refund_id == refund.provider_refund_id
        ]
        _take(refund, same, rest, pairs)
    for refund in ours:
        if refund.pk not in pairs:
            _take(refund, [told for told in rest if told.key == refund.key], rest, pairs)
    return pairs


def _take(
    refund: Refund, same: list[ProviderRefund], rest: list[ProviderRefund], pairs: dict[int, ProviderRefund]
) -> None:
    """Pair one, where there are several (a try that failed and its repeat) with one that goes through."""
    if same:
        best = next((told for told in same if told.state in _WENT), same[0])
        pairs[refund.pk] = best
        # What failed under the same key moved nothing, so only what went through stays to be judged by itself.
        rest[:] = [told for told in rest if told is not best]


def _repaired(repair: Repair, refund: Refund, told: ProviderRefund) -> Finding:
    return Finding(Kind.OTHER_REFUND, _both(refund, told), repair, refund, told)


def _waits(refund: Refund, told: ProviderRefund) -> Finding:
    return Finding(Kind.OTHER_REFUND, _both(refund, told), None, refund, told)


def _both(refund: Refund, told: ProviderRefund) -> dict[str, str]:
    theirs = told.state.value if told.amount is None else f"{told.state.value} {told.amount}"
    return {_named(refund): f"{_stands(refund)} here, {theirs} there"}


def _named(refund: Refund) -> str:
    return f"refund {refund.pk}"


def _stands(refund: Refund) -> str:
    return f"{refund.status} {refund.money}"


def _mode(live: bool) -> str:
    return "live" if live else "test"
