"""Mails that a person can do without: who wants no more of which kind, and the address at which one says so.

The word is the mailbox's, with or without an account, and kept under a digest. Whoever has the address of a mail's
way out reads that mailbox, or was handed the mail: it stops and allows one kind for one mailbox, and nothing else.
A mail program's button for unwanted mail says the same. A mailbox that took none said nothing: that row goes again with
the first mail that arrives there, and no switch shows it (docs/adr/0042).
"""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from bookings.common.addresses import address_digest
from bookings.common.secrecy import keyed_digest, same
from bookings.notifications.models import MailRefusal

Cause = MailRefusal.Cause
Kind = MailRefusal.Kind

_PURPOSE = "mail-stop"


def wants(email: str, kind: Kind) -> bool:
    """Tell whether mails of this kind may go to an address; they may until somebody says otherwise."""
    return not MailRefusal.objects.filter(address_digest=address_digest(email), kind=kind).exists()


def wishes_of(email: str) -> dict[Kind, bool]:
    """Give for every kind whether the mailbox has nothing against it, with one statement."""
    refused = set(_said().filter(address_digest=address_digest(email)).values_list("kind", flat=True))
    return {kind: kind.value not in refused for kind in Kind}


def refuse(*, email: str, kind: Kind, now: datetime) -> None:
    """Send no more mails of this kind to an address, those that wait included. To say it twice changes nothing."""
    refuse_for(digest=address_digest(email), kind=kind, now=now)


def allow(*, email: str, kind: Kind) -> None:
    """Send mails of this kind to an address again."""
    allow_for(digest=address_digest(email), kind=kind)


def set_wishes(*, email: str, wishes: Mapping[Kind, bool], now: datetime) -> None:
    """Allow and refuse as somebody chose among the switches of their account."""
    digest = address_digest(email)
    with transaction.atomic():
        for kind, wanted in wishes.items():
            if wanted:
                allow_for(digest=digest, kind=kind)
            else:
                refuse_for(digest=digest, kind=kind, now=now)


def refuse_for(*, digest: str, kind: Kind, now: datetime, cause: Cause = Cause.PERSON) -> None:
    """Do as `refuse` does, for the digest of an address. What somebody said outweighs that a mail did not arrive."""
    row, is_new = MailRefusal.objects.get_or_create(
        address_digest=digest, kind=kind, defaults={"created_at": now, "cause": cause}
    )
    if not is_new and cause is not Cause.BOUNCE:
        MailRefusal.objects.filter(pk=row.pk, cause=Cause.BOUNCE).update(cause=cause)


def note_arrival(*, email: str, at: datetime) -> None:
    """Send again what was stopped because an earlier mail to this address did not arrive, as one did."""
    MailRefusal.objects.filter(
        address_digest=address_digest(email), cause=Cause.BOUNCE, created_at__lt=at
    ).delete()


def allow_for(*, digest: str, kind: Kind) -> None:
    """Do as `allow` does, for the digest of an address."""
    MailRefusal.objects.filter(address_digest=digest, kind=kind).delete()


def is_refused(digest: str, kind: Kind) -> bool:
    """Tell whether the mailbox of a digest said that it wants no mails of this kind."""
    return _said().filter(address_digest=digest, kind=kind).exists()


def link_to_stop(email: str, kind: Kind) -> str:
    """Give the whole address at which this mailbox stops this kind of mail. It holds for as long as the server's key.

    It is always one of ours, whatever FRONTEND_URL says: mail programs post to it without showing any page.
    """
    digest = address_digest(email)
    path = reverse("mail:stop", args=[kind.value.lower(), digest, _seal(digest, kind)])
    return f"{settings.PUBLIC_URL}{path}"


def is_right(digest: str, kind: Kind, seal: str) -> bool:
    """Tell, in constant time, whether an address was made by `link_to_stop`."""
    return same(seal, _seal(digest, kind))


def _said() -> QuerySet[MailRefusal]:
    return MailRefusal.objects.exclude(cause=Cause.BOUNCE)


def _seal(digest: str, kind: Kind) -> str:
    return keyed_digest(_PURPOSE, f"{kind.value}:{digest}")
