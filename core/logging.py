"""What a log line says beside its message, the id of its request; and what none says: mail addresses and secrets."""

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from core import env, logfile

_TALKATIVE = ("boto3", "botocore", "httpcore", "httpx", "PIL", "s3transfer", "stripe", "urllib3")
"""Libraries that tell of each request: whole addresses, some of them secret, and headers."""
_FILTERS = ["request_id", "strangers"]

current_request_id: ContextVar[str] = ContextVar("current_request_id", default="-")
"""The id of the request that this thread is answering; a dash outside of any."""


_UNSAID = re.compile(
    r"\bslw_[0-9a-z]{1,16}_[\w-]{43}"  # a service key
    r"|(?<![A-Za-z0-9])(?:[rs]k_(?:live|test)|whsec)_\w{4,200}"  # a key of a payment provider
    r"|(?<![\w-])eyJ[\w-]{5,999}\.[\w-]+\.[\w-]+"  # an access token of an account
    r"|(?<=://)[^/\s@]{1,200}(?=@)"  # who logs in where, with which password
    r"|(?<=/receipts/)[0-9]{1,18}-[0-9a-f]{64}"  # where somebody's receipt is
    r"|(?<=/mail/stop/)[a-z_]{1,32}-[0-9a-f]{64}-[0-9a-f]{64}"  # where somebody stops a kind of mail
    r"|(?<=/calendar/)[^\s\"'<>?]{20,300}"  # where somebody's calendar is
    # Any other token of ours, 32 random bytes; a long name in a traceback has no digits or no capitals.
    r"|(?<![\w-])(?=[\w-]{0,42}[A-Z])(?=[\w-]{0,42}[a-z])(?=[\w-]{0,42}[0-9])[\w-]{43}(?![\w-])"
    r"|(?P<address>(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24}\b)"
)


def unsaid(text: str) -> str:
    """Give a text without mail addresses, keys and tokens.

    Nothing of ours logs them; an exception's text, a database's above all, may repeat the values that it is about.
    """
    return _UNSAID.sub(lambda found: "[address]" if found["address"] else "[secret]", text)


class Line(logging.Formatter):
    """One record, its traceback below it."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the text without what no line says."""
        return unsaid(super().format(record))


class JsonLine(logging.Formatter):
    """One record as one line of JSON, for machines that collect them."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the object, each of its texts without what no line says."""
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request_id": getattr(record, "request_id", "-"),
            "message": unsaid(record.getMessage()),
        }
        if record.exc_info:
            told["traceback"] = unsaid(self.formatException(record.exc_info))
        return json.dumps(told, ensure_ascii=False)


class RequestIdFilter(logging.Filter):
    """Put the request's id on every record, so that one request's lines can be found."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add `request_id`; let every record pass. Django tells of refusals when the middleware is done already."""
        request = getattr(record, "request", None)
        record.request_id = getattr(request, "request_id", None) or current_request_id.get()
        return True


class StrangersFilter(logging.Filter):
    """Let what strangers send wrong be a line and no failure: anybody could fill the log with tracebacks of it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Make Django's errors about such requests, as about a host that is not ours, warnings. Let all pass."""
        if record.name.startswith("django.security.") and record.levelno == logging.ERROR:
            record.levelno, record.levelname = logging.WARNING, logging.getLevelName(logging.WARNING)
            record.exc_info = record.exc_text = None
        return True


def read() -> dict[str, Any]:
    """Give Django's LOGGING as the environment asks. Raises ImproperlyConfigured for a file that cannot be written."""
    level = env.one_of("LOG_LEVEL", "INFO", "DEBUG", "WARNING", "ERROR", default="INFO")
    form = env.one_of("LOG_FORMAT", "line", "json", default="line")
    file = env.text("LOG_FILE", example="/var/log/slotwell/slotwell.log", default="")
    megabytes = env.integer("LOG_FILE_MEGABYTES", example="10", default=10)
    kept = env.integer("LOG_FILES_KEPT", example="5", default=5, least=1)
    if file:
        logfile.demand_writable(file)
    return configuration(level, form=form, file=file, most_bytes=megabytes * 1024 * 1024, kept=kept)


def configuration(
    level: str, *, form: str = "line", file: str = "", most_bytes: int = 0, kept: int = 5
) -> dict[str, Any]:
    """Give Django's LOGGING: one line a record on standard error, from the named level on, and in a file if named.

    form: line or json. most_bytes fill the file (0: others rotate it), of which so many older ones are kept.
    """
    handlers: dict[str, dict[str, Any]] = {
        "console": {"class": "logging.StreamHandler", "formatter": form, "filters": _FILTERS}
    }
    if file:
        handlers["file"] = {
            "class": "core.logfile.SharedFile",
            "formatter": form,
            "filters": _FILTERS,
            "filename": file,
            "most_bytes": most_bytes,
            "kept": kept,
        }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request_id": {"()": RequestIdFilter}, "strangers": {"()": StrangersFilter}},
        "formatters": {
            "line": {
                "()": Line,
                "format": "{asctime} {levelname} {name} [{request_id}] {message}",
                "style": "{",
            },
            "json": {"()": JsonLine},
        },
        "handlers": handlers,
        "root": {"handlers": list(handlers), "level": level},
        "loggers": {
            # Its DEBUG lines are statements with their values.
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django-q": {"handlers": [], "level": "WARNING", "propagate": True},
            **{name: {"level": "WARNING"} for name in _TALKATIVE},
        },
    }
