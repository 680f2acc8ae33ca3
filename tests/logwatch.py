"""Reads every line that the tests' run logs, and finds what no log may hold.

A handler on the root logger gets each record as LOG_LEVEL=DEBUG would write it. What django and some libraries log at
DEBUG, statements with their values above all, is left out: core/logging.py leaves it out on every level. What servers
and workers print is read when they stop. What is found fails the test in which it was logged.
"""

import logging
import re
from collections.abc import Iterable
from pathlib import Path

from bookings import demo
from core.logging import Line, RequestIdFilter
from tests import factories

OURS = ("bookings", "core", "schema")
"""Loggers that are judged by what is said at the source, before core.logging.Line takes anything out."""
PRINTED = (demo.STAFF_EMAIL, demo.ADMIN_EMAIL)
"""The demo practice's log-ins, which `make run` shows to whoever starts it, and the README to everybody."""
KNOWN: dict[str, list[str]] = {
    "a password": [factories.PASSWORD, "another horse battery"],
    "what a person wrote": ["quokka", "Quokka", "very private", "I am nervous", "I sleep badly"],
}
PATTERNS = {
    "a mail address": re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.)+[A-Za-z]{2,24}\b"),
    "an access token": re.compile(r"eyJ[\w-]{5,}\.[\w-]+\.[\w-]+"),
    "a token": re.compile(
        r"(?<![\w-])(?=[\w-]{0,42}[A-Z])(?=[\w-]{0,42}[a-z])(?=[\w-]{0,42}[0-9])[\w-]{43}(?![\w-])"
    ),
    "a receipt's address": re.compile(r"(?<=/receipts/)[0-9]{1,18}-[0-9a-f]{64}"),
    "where mail is stopped": re.compile(r"(?<=/mail/stop/)[a-z_]{1,32}-[0-9a-f]{64}-[0-9a-f]{64}"),
    "a service key": re.compile(r"slw_[0-9a-z]+_[\w-]{20,}"),
    "a payment provider's key": re.compile(r"\b(?:[rs]k_(?:live|test)|whsec)_\w{4,}"),
    "a password's hash": re.compile(r"\b(?:md5|argon2\w*|pbkdf2_\w+)\$\S{16,}"),
    "a code": re.compile(r"(?i)\bcode\w*\W{1,4}\d{6}\b|['\"]\d{6}['\"]"),
}
SIX_DIGITS = re.compile(r"(?<![\w.:,-])\d{6}(?![\w.:-])")


def secrets_in(text: str) -> list[str]:
    """Name the kinds of what no log may hold that a text holds."""
    found = [kind for kind, pattern in PATTERNS.items() if pattern.search(text)]
    return found + [kind for kind, words in KNOWN.items() if any(word in text for word in words)]


class Watch(logging.Handler):
    """Looks at each record as it is written."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.addFilter(RequestIdFilter())
        self.setFormatter(Line("{levelname} {name} {message}", style="{"))
        self.seen = 0
        self._found: list[str] = []
        self._read: dict[Path, int] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Judge the line, and of our own loggers also what they said before anything was taken out."""
        self.seen += 1
        line = self.format(record)
        kinds = secrets_in(line)
        if record.name.partition(".")[0] in OURS:
            said = record.getMessage()
            kinds += secrets_in(said) + (["a code"] if SIX_DIGITS.search(said) else [])
        self._note(record.name, line, kinds)

    def read_file(self, path: Path) -> None:
        """Judge what a program printed since its file was last read."""
        with path.open("rb") as file:
            file.seek(self._read.get(path, 0))
            text = file.read().decode(errors="replace")
            self._read[path] = file.tell()
        for line in text.splitlines():
            self.seen += 1
            judged = line
            for address in PRINTED:
                judged = judged.replace(address, "")
            self._note(path.name, line, secrets_in(judged))

    def take(self) -> list[str]:
        """Give what was found since the last time."""
        found, self._found = self._found, []
        return found

    def _note(self, where: str, line: str, kinds: Iterable[str]) -> None:
        if kinds := sorted(set(kinds)):
            self._found.append(f"{where} logged {', '.join(kinds)}: {line}")


WATCH = Watch()


def install(pytest_handlers: Iterable[logging.Handler]) -> None:
    """Begin to watch; pytest's own handlers go on seeing what the configured level lets through."""
    root = logging.getLogger()
    usual = root.level
    for handler in [*root.handlers, *pytest_handlers]:
        handler.addFilter(lambda record, handler=handler: record.levelno >= (handler.level or usual))
    root.setLevel(logging.DEBUG)
    root.addHandler(WATCH)
