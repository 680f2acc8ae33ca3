"""Calls to Stripe by its own package: how long they may last, and what its errors mean in our words.

The package takes more than 100 ms to import, so this module is imported when the first call is made, and not at every
start. Of the package's module-wide settings one is set, that it tells nobody of this machine; keys never are, as those
of many practices stand side by side.
"""

import re
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Final

import httpx
import stripe
from django.conf import settings
from tenacity import (
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    stop_after_delay,
    wait_random_exponential,
)

from bookings.payments.providers.base import ProviderError, ProviderUnavailable
from bookings.payments.providers.stripe_answers import KeyNotTaken, StripeRefused, unreadable

stripe.enable_telemetry = False
"""It would keep an id in the home folder, and send it with the durations of calls."""

LARGEST: Final = 1024 * 1024
"""Bytes of an answer; Stripe's have some thousands."""
TRIES: Final = 3
REPEATS_WITHIN: Final = 5.0
"""Seconds from the first try, after which no further one begins: somebody waits for the answer."""
PAGE: Final = 100
MOST_PAGES: Final = 50
WHOLE: Final = "payment_intent.latest_charge.balance_transaction"
"""What is wanted inside a session: its payment, with the method and the fee."""

_MOMENTARY: Final = frozenset({"idempotency_key_in_use", "lock_timeout", "rate_limit"})
"""Codes of errors that judge the moment and not the request."""
_ABOUT_THE_KEY: Final = (stripe.AuthenticationError, stripe.PermissionError)
_REFUSALS: Final = (stripe.InvalidRequestError, stripe.IdempotencyError, stripe.CardError)
_CODE: Final = re.compile(r"[a-z0-9_]{1,64}", re.ASCII)


class _Again(ProviderUnavailable):
    """No answer, and soon there may be one."""


class StripeApi:
    """One account at Stripe. Every method raises StripeRefused, KeyNotTaken, and ProviderUnavailable.

    Repeats are safe: what makes something carries an Idempotency-Key, and what ends a session ends it once.
    """

    def __init__(self, *, secret_key: str, url: str) -> None:
        account = stripe.StripeClient(
            secret_key, base_addresses={"api": url}, http_client=_Line(), max_network_retries=0
        )
        self._sessions = account.v1.checkout.sessions
        self._refunds = account.v1.refunds

    def create_session(self, params: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        """Make a Checkout Session."""
        return _call(self._sessions.create, dict(params), {"idempotency_key": key})

    def session(self, session_id: str) -> dict[str, Any]:
        """Give a session with its payment inside."""
        return _call(self._sessions.retrieve, session_id, {"expand": [WHOLE]})

    def session_of(self, payment_id: str) -> str:
        """Give the name of the session by which a payment came; nothing where there is none."""
        found = _each_of(self._sessions.list, {"payment_intent": payment_id})
        return next((str(each["id"]) for each in found), "")

    def expire_session(self, session_id: str) -> dict[str, Any]:
        """End a session that is open."""
        return _call(self._sessions.expire, session_id, {"expand": [WHOLE]})

    def create_refund(self, params: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        """Make a refund."""
        return _call(self._refunds.create, dict(params), {"idempotency_key": key})

    def refunds(self, payment_id: str) -> list[dict[str, Any]]:
        """Give all refunds of a payment."""
        return list(_each_of(self._refunds.list, {"payment_intent": payment_id}))


class _Line(stripe.HTTPClient):
    """How requests go out: bounded in time and size, and to nowhere but where they were sent.

    The package's own clients follow redirects with the request's body, read an answer however long it grows, and
    let the environment's proxies and passwords take the key's place.
    """

    name = "httpx"

    def request(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None, **_: Any
    ) -> tuple[Any, int, Mapping[str, str]]:
        """Make one request; gives body, status and headers. Raises APIConnectionError."""
        connect, read = settings.PAYMENT_TIMEOUTS
        until = time.monotonic() + connect + read
        try:
            with (
                httpx.Client(
                    timeout=httpx.Timeout(read, connect=connect), trust_env=False, verify=_trusted()
                ) as to,
                # Compressed, an answer could grow beyond all bounds in one step.
                to.stream(
                    method, url, headers={**(headers or {}), "Accept-Encoding": "identity"}, content=post_data
                ) as answer,
            ):
                return _read(answer, until), answer.status_code, answer.headers
        except httpx.TransportError as error:
            # What timed out is not repeated: it took long enough.
            soon = isinstance(error, httpx.ConnectError) or not isinstance(error, httpx.TimeoutException)
            raise stripe.APIConnectionError(type(error).__name__, should_retry=soon) from None

    def close(self) -> None:
        """Do nothing: no connection outlives its request."""


def _call(method: Callable[..., Any], *args: Any) -> dict[str, Any]:
    """Call one of the client's methods, a few times where that may help; gives the object that Stripe answers with."""
    tries = Retrying(
        stop=stop_after_attempt(TRIES) | stop_after_delay(REPEATS_WITHIN),
        wait=wait_random_exponential(multiplier=0.1, max=1),
        retry=retry_if_exception_type(_Again),
        reraise=True,
    )
    return tries(_once, method, args)


def _once(method: Callable[..., Any], args: tuple[Any, ...]) -> dict[str, Any]:
    """Call it. No error holds more than codes, or is chained: Stripe's messages may repeat keys and addresses."""
    try:
        told = method(*args)
        plain = told.to_dict() if isinstance(told, stripe.StripeObject) else None
    except stripe.StripeError as error:
        raise _in_our_words(error) from None
    except (
        Exception
    ) as error:  # the request may be out: whatever the package stumbled over, it may have been done
        raise unreadable(error) from None
    if not plain:
        raise ProviderUnavailable("Stripe answered what cannot be read")
    return plain


def _each_of(method: Callable[..., Any], params: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give every object of one of Stripe's lists."""
    after: dict[str, Any] = {}
    for _ in range(MOST_PAGES):
        page = _call(method, {**params, **after, "limit": PAGE})
        rows = page.get("data")
        if not isinstance(rows, list) or not all(isinstance(row, dict) and row.get("id") for row in rows):
            raise ProviderUnavailable("Stripe answered what is no list")
        yield from rows
        if not rows or not page.get("has_more"):
            return
        after = {"starting_after": rows[-1]["id"]}
    raise ProviderUnavailable("Stripe's list has no end")


def _read(answer: httpx.Response, until: float) -> bytes:
    """Read an answer to its end. Raises APIConnectionError for one that is too large or too long under way."""
    body = bytearray()
    for piece in answer.iter_raw():
        body += piece
        if len(body) > LARGEST or time.monotonic() > until:
            raise stripe.APIConnectionError("the answer has no end", should_retry=False)
    return bytes(body)


@cache
def _trusted() -> ssl.SSLContext:
    """Give whom we trust, read once: that takes longer than many an answer."""
    return httpx.create_ssl_context(trust_env=False)


def _in_our_words(error: stripe.StripeError) -> ProviderError:
    """Tell a refusal, after which nothing was done, from what leaves that open."""
    code, kind = _code(error), type(error).__name__
    if isinstance(error, _ABOUT_THE_KEY):
        return KeyNotTaken(kind)
    if isinstance(error, _REFUSALS) and code not in _MOMENTARY:
        return StripeRefused(kind, code)
    status = f" (HTTP {error.http_status})" if error.http_status else ""
    text = f"Stripe gave no answer: {kind}{status}"
    return _Again(text) if _may_help(error) else ProviderUnavailable(text)


def _may_help(error: stripe.StripeError) -> bool:
    """Tell whether to try again soon. Stripe says it of its own failures; a failure that it stored it repeats."""
    if isinstance(error, stripe.APIConnectionError):
        return error.should_retry
    advice = (error.headers or {}).get("stripe-should-retry", "")
    return advice != "false" and (error.http_status or 0) in {409, 429, 500, 502, 503, 504}


def _code(error: stripe.StripeError) -> str:
    """Give Stripe's word for what is wrong; the package keeps it for some classes of errors alone."""
    body = error.json_body if isinstance(error.json_body, dict) else {}
    told = body.get("error")
    code = told.get("code") if isinstance(told, dict) else None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""
