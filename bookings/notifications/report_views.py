"""Where mail providers report. Anymail's views check who posts; what they cannot read is refused with 400."""

from typing import Any

from anymail.urls import urlpatterns as mail_providers
from anymail.webhooks.base import AnymailCoreWebhookView
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from django.urls import URLPattern, path

_UNREADABLE = (ValueError, TypeError, LookupError, AttributeError)


def reports_of(provider: str) -> list[URLPattern]:
    """Give where one mail provider reports, `<provider>/tracking/`: no other one's address, none for mail."""
    return [
        path(str(each.pattern), _strict(each.callback.view_class).as_view(), name=each.name)
        for each in mail_providers
        if str(each.name).startswith(f"{provider}_") and "inbound" not in str(each.name)
    ]


def _strict(view: type[AnymailCoreWebhookView]) -> type[AnymailCoreWebhookView]:
    """Answer 400 to what is no report, where Anymail's view would fail; what fails on our side still does."""

    class StrictView(view):
        def run_validators(self, request: HttpRequest) -> None:
            _read(super().run_validators, request)

        def parse_events(self, request: HttpRequest) -> Any:
            return _read(super().parse_events, request)

    return StrictView


def _read(reader: Any, request: HttpRequest) -> Any:
    try:
        return reader(request)
    except _UNREADABLE as error:
        raise SuspiciousOperation("a mail provider's report that cannot be read") from error
