"""The one way in which we ask a provider's JSON API: bounded in time, tries and size, with errors that say nothing.

What goes wrong is told by its kind and the HTTP status alone. Nothing that was sent or answered (keys, addresses, the
client's mail) gets into an error's text, and nothing is logged but that a key was not taken.
"""

import json
import logging
import re
import ssl
import time
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import httpx
from django.conf import settings
from tenacity import (
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    stop_after_delay,
    wait_random_exponential,
)

from bookings.payments.providers.base import ProviderRefused, ProviderUnavailable

log = logging.getLogger(__name__)

LARGEST: Final = 1024 * 1024
"""Bytes of an answer. Nothing that we ask for comes near it."""
TRIES: Final = 3
REPEATS_WITHIN: Final = 5.0
"""Seconds from the first try, after which no further one begins: somebody waits for the answer."""
_CODE: Final = re.compile(r"[a-z][a-z_]{0,39}", re.ASCII)
"""A word of the provider for what is wrong; nobody's name or number looks so."""
_ABOUT_US: Final = frozenset({401, 408, 425, 429})
"""4xx that judge not what was asked, but who asks and when: it may be done the next time."""


class Refused(ProviderRefused):
    """The provider understood the request, and said no. `body` is for its module to read, not to be shown."""

    def __init__(self, provider: str, status: int, body: dict[str, Any]) -> None:
        code = str(body.get("code"))
        named = f" ({code})" if _CODE.fullmatch(code) else ""
        super().__init__(f"{provider} refused with HTTP {status}{named}")
        self.status = status
        self.body = body


class NothingDone(ProviderUnavailable):
    """No answer, to a request that did nothing, and that may be repeated for that reason."""


class JsonApi:
    """A provider's API at one address with one key.

    A GET is repeated, a few times and soon, where the far side failed or hung up. A POST is repeated only where it
    is sure that nothing was done: no connection, or 429. What timed out is not repeated: it took long enough.
    """

    def __init__(self, provider: str, url: str, *, headers: Mapping[str, str]) -> None:
        self._provider = provider
        self._url = url.rstrip("/")
        # Compressed, an answer could grow beyond all bounds in one step.
        self._headers = {**headers, "accept": "application/json", "accept-encoding": "identity"}

    def get(self, path: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Ask. Raises ProviderUnavailable, and Refused for a 4xx that says no."""
        return self._repeated("GET", path, params=dict(params or {}))

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Have something done. Raises ProviderUnavailable where it may have been, and Refused where it was not."""
        return self._repeated("POST", path, json=dict(body))

    def unreadable(self) -> ProviderUnavailable:
        """Give the error for an answer that is not what it should be."""
        return ProviderUnavailable(f"{self._provider} answered what cannot be read")

    def _repeated(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        tries = Retrying(
            stop=stop_after_attempt(TRIES) | stop_after_delay(REPEATS_WITHIN),
            wait=wait_random_exponential(multiplier=0.1, max=1),
            retry=retry_if_exception_type(NothingDone),
            reraise=True,
        )
        return tries(self._once, method, path, content)

    def _once(self, method: str, path: str, content: dict[str, Any]) -> dict[str, Any]:
        connect, read = settings.PAYMENT_TIMEOUTS
        limits = httpx.Timeout(read, connect=connect)
        until = time.monotonic() + connect + read
        try:
            with (
                # No proxy and no password from the environment or a file may take our key's place.
                httpx.Client(
                    timeout=limits, follow_redirects=False, trust_env=False, verify=_trusted()
                ) as client,
                client.stream(method, self._url + path, headers=self._headers, **content) as answer,
            ):
                raw = self._read(answer, until)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
            # Not chained: httpx repeats headers, and with them the key, where it cannot send them.
            raise self._unheard(error, method) from None
        return self._judged(answer.status_code, raw, method)

    def _read(self, answer: httpx.Response, until: float) -> bytes:
        """Give the body, as long as it is neither too large nor too long under way."""
        if answer.headers.get("content-encoding", "identity") != "identity":
            raise self.unreadable()
        raw = b""
        for chunk in answer.iter_raw():
            raw += chunk
            if len(raw) > LARGEST:
                raise ProviderUnavailable(f"{self._provider} answered more than is read")
            if time.monotonic() > until:
                raise ProviderUnavailable(f"{self._provider} took too long to answer")
        return raw

    def _unheard(self, error: Exception, method: str) -> ProviderUnavailable:
        """Name what kept us from an answer."""
        text = f"{self._provider} did not answer: {type(error).__name__}"
        hung_up = isinstance(error, httpx.TransportError) and not isinstance(error, httpx.TimeoutException)
        if isinstance(error, httpx.ConnectError) or (hung_up and method == "GET"):
            return NothingDone(text)
        return ProviderUnavailable(text)

    def _judged(self, status: int, raw: bytes, method: str) -> dict[str, Any]:
        """Give what a 2xx says; everything else is an error."""
        if status == 401:
            log.error("%s does not take our key", self._provider)
        if 200 <= status < 300:
            return self._object(raw)
        if 400 <= status < 500 and status not in _ABOUT_US:
            raise Refused(self._provider, status, self._object(raw))
        text = f"{self._provider} answered HTTP {status}"
        if status == 429 or (status >= 500 and method == "GET"):
            raise NothingDone(text)
        raise ProviderUnavailable(text)

    def _object(self, raw: bytes) -> dict[str, Any]:
        try:
            told = json.loads(raw)
        except (ValueError, RecursionError):  # the text of the error would repeat the answer
            raise self.unreadable() from None
        if not isinstance(told, dict):
            raise self.unreadable()
        return told


@cache
def _trusted() -> ssl.SSLContext:
    """Give whom we trust, read once: that takes longer than many an answer."""
    return httpx.create_ssl_context(trust_env=False)
