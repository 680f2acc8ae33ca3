"""What a log line says beside its message: the id of the request that it belongs to."""

import logging
from contextvars import ContextVar
from typing import Any

current_request_id: ContextVar[str] = ContextVar("current_request_id", default="-")
"""The id of the request that this thread is answering; a dash outside of any."""


class RequestIdFilter(logging.Filter):
    """Put the request's id on every record, so that one request's lines can be found."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add `request_id`; let every record pass. Django tells of refusals when the middleware is done already."""
        request = getattr(record, "request", None)
        record.request_id = getattr(request, "request_id", None) or current_request_id.get()
        return True


def configuration(level: str) -> dict[str, Any]:
    """Give Django's LOGGING: one line a record on standard error, from the named level on."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request_id": {"()": RequestIdFilter}},
        "formatters": {
            "line": {"format": "{asctime} {levelname} {name} [{request_id}] {message}", "style": "{"},
        },
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_id"]},
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": "INFO", "propagate": True},  # else DEBUG prints lines twice
            "django-q": {"handlers": [], "level": "WARNING", "propagate": True},
            "httpx": {"level": "WARNING"},  # its lines hold whole addresses, some of them secret
        },
    }
