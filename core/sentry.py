"""Errors to Sentry, where a DSN is set: what failed and where in the code, and nothing of whom it was about."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from core import env
from core.logging import current_request_id, unsaid

_UNTOLD = ("user", "extra", "server_name", "modules")
"""Parts of an event that are left out as a whole."""
_CRUMB = ("type", "category", "level", "message", "timestamp")
"""What a breadcrumb says; its data are left out."""
_NO_FAULTS = tuple(
    f"django.security.{refusal}"
    for refusal in ("DisallowedHost", "RequestDataTooBig", "SuspiciousOperation", "TooManyFieldsSent")
)
"""Loggers of what callers do wrong: whoever scans the internet asks by any host, all day."""
_QUIET_CRUMBS = ("query", "httplib", "subprocess")
"""Breadcrumbs of statements and outside calls, which may hold values and addresses."""


def start() -> None:
    """Send what is logged as an error to the project that SENTRY_DSN names; without it nothing is even imported.

    Raises ImproperlyConfigured for what is no DSN.
    """
    dsn = env.text("SENTRY_DSN", example="https://key@sentry.example.org/1", default="")
    environment = env.text("SENTRY_ENVIRONMENT", example="production", default="production")
    traces = env.share("SENTRY_TRACES", example="0.05", default=0.0)
    if dsn:
        _start(dsn, environment, traces)


def _start(dsn: str, environment: str, traces: float) -> None:
    """Begin. traces: the share of requests whose times are sent, 0 to 1."""
    import sentry_sdk  # noqa: PLC0415 - it costs every start a moment
    from sentry_sdk.integrations.logging import ignore_logger  # noqa: PLC0415 - as above
    from sentry_sdk.utils import BadDsn  # noqa: PLC0415 - as above

    for each in _NO_FAULTS:
        ignore_logger(each)
    try:
        sentry_sdk.init(
            dsn=dsn,
            environment=environment,
            traces_sample_rate=traces or None,
            default_integrations=False,
            auto_enabling_integrations=False,
            integrations=_integrations(),
            send_default_pii=False,
            include_local_variables=False,
            max_request_body_size="never",
            max_breadcrumbs=20,
            auto_session_tracking=False,
            send_client_reports=False,
            enable_backpressure_handling=False,
            propagate_traces=False,
            trace_propagation_targets=[],
            before_send=scrubbed,
            before_send_transaction=scrubbed,
            before_breadcrumb=scrubbed_crumb,
        )
    except BadDsn as error:
        raise ImproperlyConfigured(
            "SENTRY_DSN is no DSN. Write it like SENTRY_DSN=https://key@sentry.example.org/1"
        ) from error


def _integrations() -> list[Any]:
    """Name them one by one: what others add to events by themselves is more than leaves this house."""
    from sentry_sdk.integrations.atexit import AtexitIntegration  # noqa: PLC0415 - it costs every start a moment
    from sentry_sdk.integrations.dedupe import DedupeIntegration  # noqa: PLC0415 - as above
    from sentry_sdk.integrations.django import DjangoIntegration  # noqa: PLC0415 - as above
    from sentry_sdk.integrations.excepthook import ExcepthookIntegration  # noqa: PLC0415 - as above
    from sentry_sdk.integrations.logging import LoggingIntegration  # noqa: PLC0415 - as above
    from sentry_sdk.integrations.threading import ThreadingIntegration  # noqa: PLC0415 - as above

    return [
        AtexitIntegration(callback=lambda *_: None),  # silent: it flushes and does not print
        DedupeIntegration(),
        DjangoIntegration(middleware_spans=False, signals_spans=False),
        ExcepthookIntegration(),
        LoggingIntegration(),
        ThreadingIntegration(propagate_scope=False),
    ]


def scrubbed(event: Any, _hint: Any) -> Any:
    """Give an event without what it could say of people, tagged with the id by which the log is searched.

    Of the request its method stays; its address, which may hold a token, does not: `transaction` names the route.
    """
    kept = {key: value for key, value in event.items() if key not in _UNTOLD}
    if "request" in kept:
        kept["request"] = {"method": str(kept["request"].get("method", ""))}
    # A database repeats the values of the row below its first line.
    for each in kept.get("exception", {}).get("values") or []:
        each["value"] = _first_line(each.get("value") or "")
    if "logentry" in kept:
        kept["logentry"] = {
            key: _first_line(each) for key, each in kept["logentry"].items() if key != "params"
        }
    kept["tags"] = {**_pairs(kept.get("tags")), "request_id": current_request_id.get()}
    return _without_secrets(kept)


def scrubbed_crumb(crumb: dict[str, Any], _hint: Any) -> dict[str, Any] | None:
    """Give a breadcrumb's message without secrets; nothing of statements and of outside calls."""
    if crumb.get("category") in _QUIET_CRUMBS:
        return None
    told = {key: _without_secrets(crumb[key]) for key in _CRUMB if key in crumb}
    if "message" in told:
        told["message"] = _first_line(told["message"])
    return told


def _first_line(text: Any) -> str:
    """Give what stands before the first break."""
    return str(text).partition("\n")[0]


def _pairs(tags: Any) -> dict[str, Any]:
    """Give tags as a dict; the library keeps them either way."""
    return dict(tags or {})


def _without_secrets(value: Any) -> Any:
    """Give the same with `unsaid` over every string in it, keys too."""
    if isinstance(value, str):
        return unsaid(value)
    if isinstance(value, dict):
        return {_without_secrets(key): _without_secrets(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_secrets(each) for each in value]
    return value
