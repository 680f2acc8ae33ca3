"""The development mailbox: reads back what Django's file backend wrote to EMAIL_FILE_PATH."""

import email.policy
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import getaddresses, parsedate_to_datetime
from pathlib import Path

from django.conf import settings

NEWEST = 100
_SEPARATOR = b"\n" + b"-" * 79 + b"\n"
_CODE = re.compile(r"^\s*(\d{6})\s*$", re.MULTILINE)
# Not those that add to a calendar: they lead away from here, and stand in mails that ask for nothing.
_LINK = re.compile(r"https?://(?!calendar\.google\.|outlook\.|calendar\.yahoo\.|\S+\.ics)\S+")


@dataclass(frozen=True)
class Mail:
    """One mail as it was written. `id` stays the same for as long as the file lies there."""

    id: str
    to: str
    subject: str
    date: datetime | None
    text: str
    html: str
    message_id: str
    calendar: str = ""
    """The calendar file that came with it, or nothing."""

    @property
    def code(self) -> str:
        """The six digits that stand alone on a line, or nothing."""
        found = _CODE.search(self.text)
        return found.group(1) if found else ""

    @property
    def link(self) -> str:
        """The first address in the text that is there to be followed, or nothing."""
        found = _LINK.search(self.text)
        return found.group(0) if found else ""

    def is_to(self, address: str) -> bool:
        """Say whether this address is among the recipients, whatever its case."""
        wanted = address.strip().lower()
        return wanted in {found.lower() for _, found in getaddresses([self.to])}


def newest_mails(*, to: str = "", limit: int = NEWEST) -> list[Mail]:
    """Give the newest mails first, at most `limit`; only those to one address, if one is named."""
    mails: list[Mail] = []
    for path in _files():
        mails += [mail for mail in reversed(_read(path)) if not to or mail.is_to(to)]
        if len(mails) >= limit:
            break
    return mails[:limit]


def find_mail(mail_id: str) -> Mail | None:
    """Give one mail by its id, or nothing. The id is compared with what is there, never made into a path."""
    for path in _files():
        if mail_id.rpartition("-")[0] == path.stem:
            return next((mail for mail in _read(path) if mail.id == mail_id), None)
    return None


def _files() -> list[Path]:
    """Give the mail files, the one that was written last first."""
    dated: list[tuple[int, str, Path]] = []
    folder = Path(settings.EMAIL_FILE_PATH)
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.suffix not in {".log", ".eml"}:
            continue
        try:
            dated.append((path.stat().st_mtime_ns, path.name, path))
        except FileNotFoundError:
            continue  # somebody is tidying up
    return [path for *_, path in sorted(dated, reverse=True)]


def _read(path: Path) -> list[Mail]:
    """Give a file's mails, oldest first. What the backend is still writing has no separator yet and waits."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return []
    raw = raw.replace(b"\r\n", b"\n")
    parts = raw.split(_SEPARATOR)
    finished = parts if path.suffix == ".eml" else parts[:-1]
    return [_parse(f"{path.stem}-{place}", part) for place, part in enumerate(finished) if part.strip()]


def _parse(mail_id: str, raw: bytes) -> Mail:
    message = BytesParser(EmailMessage, policy=email.policy.default).parsebytes(raw.lstrip(b"\n"))
    return Mail(
        id=mail_id,
        to=str(message["to"] or ""),
        subject=str(message["subject"] or ""),
        date=_date(str(message["date"] or "")),
        text=_content(message, "plain"),
        html=_content(message, "html"),
        message_id=str(message["message-id"] or "").strip(),
        calendar=_calendar(message),
    )


def _content(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""


def _calendar(message: EmailMessage) -> str:
    parts = (part for part in message.walk() if part.get_content_type() == "text/calendar")
    return next((str(part.get_content()) for part in parts), "")


def _date(header: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(header)
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
