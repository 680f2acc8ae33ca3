"""In which language somebody is spoken to: one of settings.LANGUAGES, whatever was asked for.

Codes, ids and what only developers read (descriptions, logs, malformed requests) are never translated.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise
from django.utils.translation.trans_real import parse_accept_lang_header


def language_of(locale: str) -> str:
    """Give the language for a locale such as pl, pl-PL or pl_PL; the source's where there is none for it."""
    return _ours(locale) or settings.LANGUAGE_CODE


def asked_in(request: HttpRequest) -> str:
    """Give the language that Accept-Language likes best of those that there are."""
    header = request.META.get("HTTP_ACCEPT_LANGUAGE", "")
    for wanted, liked in parse_accept_lang_header(header) if header else ():
        if wanted == "*" or not liked:  # any; or none that follows, for the best come first
            break
        if found := _ours(wanted):
            return found
    return settings.LANGUAGE_CODE


class of_request:  # noqa: N801 - it is used like a function
    """Speak the request's language inside, and what was spoken before afterwards: threads serve many requests."""

    def __init__(self, request: HttpRequest) -> None:
        self.wanted = asked_in(request)

    def __enter__(self) -> None:
        self.before: str | None = translation.get_language()
        if self.before != self.wanted:
            translation.activate(self.wanted)

    def __exit__(self, *_: object) -> None:
        if translation.get_language() == self.before:
            return
        if self.before is None:
            translation.deactivate_all()
        else:
            translation.activate(self.before)


def speak_to(locale: str) -> None:
    """Speak an account's language from here on. Only inside `of_request`, which ends it."""
    translation.activate(language_of(locale))


def spoken() -> str:
    """Give the language that is spoken now: the request's or the account's, the source's in commands and the worker."""
    return language_of(translation.get_language() or "")


def tell(response: HttpResponse) -> HttpResponse:
    """Say on a response which language it is in, and that another Accept-Language may get another."""
    if "Content-Language" not in response.headers:
        response.headers["Content-Language"] = spoken()
    patch_vary_headers(response, ["Accept-Language"])
    return response


def source(text: str | Promise) -> str:
    """Give a text as it stands in the code, to be kept and translated when somebody reads it."""
    with translation.override(None):
        return str(text)


def _ours(locale: str) -> str:
    """Give the longest beginning of a locale that is one of our languages; empty without one."""
    codes = {code for code, _ in settings.LANGUAGES}
    parts = locale.strip().lower().replace("_", "-").split("-")
    tags = ("-".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((tag for tag in tags if tag in codes), "")
