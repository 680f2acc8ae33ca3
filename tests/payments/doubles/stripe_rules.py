"""What the double of Stripe refuses before it does anything: the parameters, checked one by one."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from tests.payments.doubles.server import Refusal

_WHOLE = {
    "bif",
    "clp",
    "djf",
    "gnf",
    "jpy",
    "kmf",
    "krw",
    "mga",
    "pyg",
    "rwf",
    "vnd",
    "vuv",
    "xaf",
    "xof",
    "xpf",
}
_TENS_OF_THOUSANDTHS = {"bhd", "jod", "kwd", "omr", "tnd"}
_WHOLE_IN_HUNDREDTHS = {"isk", "ugx"}
_HUNDREDTHS = {"eur", "usd", "gbp", "ngn", "ghs", "kes", "zar", "pln", "chf", "huf", "twd"}
"""Enough for tests; what is in none of these is refused."""
_MINUTE = 60


def refusal(kind: str, message: str, *, status: int = 400, code: str = "", param: str = "") -> Refusal:
    """Give a refusal in Stripe's shape."""
    error = {"type": kind, "message": message, "doc_url": "https://stripe.com/docs/error-codes"}
    error |= {name: value for name, value in (("code", code), ("param", param)) if value}
    return Refusal(status, {"error": error}, **{"Request-Id": "req_double"})


def invalid(param: str, message: str, code: str = "") -> Refusal:
    return refusal("invalid_request_error", message, code=code, param=param)


def check_session(form: Mapping[str, str], *, now: float, live: bool) -> None:
    """Refuse what POST /v1/checkout/sessions refuses, of the parameters that we use; it knows no others."""
    given = dict(form)
    _all_of(given, _SESSION, live, now)
    currency = given["line_items[0][price_data][currency]"]
    _check_amount(int(given["line_items[0][price_data][unit_amount]"]), currency)


def check_refund(form: Mapping[str, str]) -> None:
    """Refuse what POST /v1/refunds refuses by the parameters alone."""
    _all_of(dict(form), _REFUND, False, 0)


def check_query(query: Mapping[str, str], *known: str) -> None:
    """Refuse a parameter that a GET does not know, and a page that is no page."""
    for name, value in query.items():
        if name not in known and not re.fullmatch(r"expand\[\d+\]", name):
            raise invalid(name, f"Received unknown parameter: {name}", "parameter_unknown")
        if name == "limit" and not (value.isdigit() and 1 <= int(value) <= 100):
            raise invalid(name, "This value must be less than or equal to 100.", "parameter_invalid_integer")
        if name.startswith("expand") and value.count(".") > 3:
            raise invalid(name, "You cannot expand more than 4 levels of a property.")


def _all_of(given: dict[str, str], rules: Mapping[str, Any], live: bool, now: float) -> None:
    """Check each parameter by its rule; a rule is (required, check). Brackets of metadata hold any short name."""
    for name in given:
        if _plain(name) not in rules:
            raise invalid(name, f"Received unknown parameter: {name}", "parameter_unknown")
    for name, (required, _) in rules.items():
        if required and not any(_plain(each) == name for each in given):
            raise invalid(name, f"Missing required param: {name}.", "parameter_missing")
    for name, value in given.items():
        if len(re.sub(r".*metadata\[(.*)\]$", r"\1", name)) > 40 and "metadata" in name:
            raise invalid(name, "Metadata keys may have up to 40 characters.")
        if not rules[_plain(name)][1](value, live, now):
            raise invalid(name, f"Invalid {name}", "parameter_invalid")


def _plain(name: str) -> str:
    return re.sub(r"(metadata\]?)\[[^]]+\]$", r"\1[]", name)


def _check_amount(amount: int, currency: str) -> None:
    param = "line_items[0][price_data][unit_amount]"
    if amount < 50:
        raise invalid(param, "The amount is below the least that can be charged.", "amount_too_small")
    if amount > 99_999_999:
        raise invalid(param, "The amount is above the most that can be charged.", "amount_too_large")
    if (currency in _TENS_OF_THOUSANDTHS and amount % 10) or (
        currency in _WHOLE_IN_HUNDREDTHS and amount % 100
    ):
        raise invalid(param, f"Invalid amount in {currency}: it is too fine.", "parameter_invalid_integer")


def _is_url(value: str, live: bool, _: float) -> bool:
    parts = urlsplit(value)
    return (
        parts.scheme in ({"https"} if live else {"http", "https"})
        and bool(parts.netloc)
        and len(value) < 5000
    )


def _is_email(value: str, *_: object) -> bool:
    return (
        value.isascii()
        and len(value) <= 800
        and re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", value) is not None
    )


def _is_lower_code(value: str, *_: object) -> bool:
    return value in _WHOLE | _TENS_OF_THOUSANDTHS | _WHOLE_IN_HUNDREDTHS | _HUNDREDTHS


def _ends_in_time(value: str, _: bool, now: float) -> bool:
    return value.isdigit() and now + 30 * _MINUTE <= int(value) <= now + 24 * 60 * _MINUTE


def _fits(pattern: str) -> Callable[..., bool]:
    return lambda value, *_: re.fullmatch(pattern, value, re.ASCII) is not None


def _up_to(length: int) -> Callable[..., bool]:
    return lambda value, *_: 1 <= len(value) <= length


_SESSION = {
    "mode": (True, _fits("payment")),
    "line_items[0][quantity]": (True, _fits("1")),
    "line_items[0][price_data][currency]": (True, _is_lower_code),
    "line_items[0][price_data][unit_amount]": (True, _fits(r"\d{1,12}")),
    "line_items[0][price_data][product_data][name]": (True, _up_to(250)),
    "success_url": (True, _is_url),
    "cancel_url": (False, _is_url),
    "client_reference_id": (False, _up_to(200)),
    "customer_email": (False, _is_email),
    "metadata[]": (False, _up_to(500)),
    "payment_intent_data[metadata][]": (False, _up_to(500)),
    "expires_at": (False, _ends_in_time),
    "adaptive_pricing[enabled]": (False, _fits("true|false")),
}
_REFUND = {
    "payment_intent": (True, _fits(r"pi_\w+")),
    "amount": (False, _fits(r"[1-9]\d{0,11}")),
    "metadata[]": (False, _up_to(500)),
}
