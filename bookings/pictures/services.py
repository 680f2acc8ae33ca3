"""Giving leave to upload a picture, taking it in, taking it away, and sweeping up what nobody shows."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction

from bookings.accounts.viewer import Viewer
from bookings.common.errors import DomainError, ErrorCode, Forbidden
from bookings.common.ids import new_token
from bookings.common.secrecy import token_hash
from bookings.pictures import files, images, policies, selectors
from bookings.pictures.models import PictureUpload
from bookings.pictures.policies import Pictured

LINK_LIFETIME = timedelta(minutes=10)
KEPT = timedelta(days=1)
"""How long links outlive their end, so that a late try is told what is the matter; and how long a file that
nobody shows is left alone, as its row may be about to be written."""
BATCH = 500
"""Names that are looked up at once."""


@dataclass(frozen=True)
class UploadLink:
    """Where the bytes of one picture may be sent, once. `url` is the only copy of its token."""

    url: str = field(repr=False)
    expires_at: datetime


def ask_for_upload(
    *, viewer: Viewer, consultant_id: int | None = None, business_id: int | None = None, now: datetime
) -> UploadLink:
    """Give a link for the picture of a consultant, of a practice, or without ids of the viewer's own account.

    Links for the same that were not used yet die. Raises UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, VALIDATION_FAILED.
    """
    pictured = selectors.to_picture(viewer, consultant_id=consultant_id, business_id=business_id)
    token = new_token()
    with transaction.atomic():
        selectors.locked(pictured)  # two who ask at once leave one link
        of = {_column(pictured): pictured}
        PictureUpload.objects.filter(**of, used_at__isnull=True).delete()
        upload = PictureUpload.objects.create(
            **of,
            token_hash=token_hash(token),
            asked_by=viewer.require_user(),
            created_at=now,
            expires_at=now + LINK_LIFETIME,
        )
    return UploadLink(f"{settings.PUBLIC_URL}/uploads/{token}", upload.expires_at)


def open_link(*, token: str, now: datetime) -> PictureUpload:
    """Give the link of a token while it is good; nothing is used up yet.

    Raises UPLOAD_LINK_INVALID for one that is unknown or replaced, UPLOAD_LINK_USED, UPLOAD_LINK_EXPIRED, and
    FORBIDDEN where whoever asked for it may not set this picture any more.
    """
    upload = selectors.upload_of(token)
    if upload is None:
        raise DomainError(ErrorCode.UPLOAD_LINK_INVALID)
    if upload.used_at is not None:
        raise DomainError(ErrorCode.UPLOAD_LINK_USED)
    if upload.expires_at <= now:
        raise DomainError(ErrorCode.UPLOAD_LINK_EXPIRED)
    policies.require(Viewer(user=upload.asked_by), _pictured(upload))
    return upload


def use_up(*, upload: PictureUpload, now: datetime) -> None:
    """Use a link, by compare-and-set, in a transaction of its own: what becomes of the picture does not undo it.

    Of any number at once one gets through. Raises UPLOAD_LINK_USED, or UPLOAD_LINK_INVALID for one replaced meanwhile.
    """
    with transaction.atomic(durable=True):
        unused = PictureUpload.objects.filter(pk=upload.pk, used_at__isnull=True)
        won = unused.update(used_at=now)
        known = bool(won) or PictureUpload.objects.filter(pk=upload.pk).exists()
    if not won:
        raise DomainError(ErrorCode.UPLOAD_LINK_USED if known else ErrorCode.UPLOAD_LINK_INVALID)


def take_picture(*, upload: PictureUpload, raw: bytes) -> str:
    """Re-encode what came through a link that was used up, keep it, show it, and give its name.

    Whether whoever asked for the link may still set this picture is judged again, under the row's lock.
    Raises PICTURE_TYPE_REFUSED, PICTURE_TOO_LARGE, PICTURE_BROKEN, PICTURE_NOT_KEPT, FORBIDDEN. Nothing is stored then.
    """
    picture = images.re_encoded(raw)
    try:
        name = files.keep(picture)
    except files.Unreachable as error:
        raise DomainError(ErrorCode.PICTURE_NOT_KEPT) from error
    shown = False
    try:
        with transaction.atomic():
            _show(upload, name)
            shown = True
    except Exception:
        if not shown:  # else the commit itself failed, and nobody knows whether it did: the sweep will see
            files.drop(name)
        raise
    return name


def remove_picture(
    *, viewer: Viewer, consultant_id: int | None = None, business_id: int | None = None
) -> bool:
    """Take the picture of a consultant, of a practice, or without ids of the viewer's own account away.

    Gives whether there was one. Links that would bring another die. Raises as `ask_for_upload`.
    """
    return forget_picture(selectors.to_picture(viewer, consultant_id=consultant_id, business_id=business_id))


def forget_picture(pictured: Pictured) -> bool:
    """Take a picture away whoever asks, and links for another with it; its file goes once this is committed."""
    with transaction.atomic():
        row = selectors.locked(pictured)
        if row is None:
            return False
        PictureUpload.objects.filter(**{_column(row): row}, used_at__isnull=True).delete()
        return _swap(row, "")


def forget_links(now: datetime) -> int:
    """Delete links that ended a day ago; give how many."""
    return PictureUpload.objects.filter(expires_at__lte=now - KEPT).delete()[0]


def sweep_files(now: datetime) -> int:
    """Delete files that nobody shows and that are a day old; give how many.

    A crash between a file and its row leaves them, and rows that were deleted. Raises files.Unreachable.
    """
    swept = 0
    names = files.names()
    for start in range(0, len(names), BATCH):
        batch = names[start : start + BATCH]
        for name in set(batch) - selectors.shown_somewhere(batch):
            written_at = files.written_at(name)
            if written_at is not None and written_at <= now - KEPT:
                files.drop(name)
                swept += 1
    return swept


def _show(upload: PictureUpload, name: str) -> None:
    """Make a file the picture of what its link is for. Raises FORBIDDEN."""
    row = selectors.locked(_pictured(upload))
    asked_by = type(upload.asked_by).objects.filter(pk=upload.asked_by_id).first()
    if row is None or asked_by is None:
        raise Forbidden
    policies.require(Viewer(user=asked_by), row)
    _swap(row, name)


def _swap(row: Pictured, name: str) -> bool:
    """Write a name in place of the one that is there, whose file goes on commit; tell whether there was one."""
    old = row.picture
    type(row)._default_manager.filter(pk=row.pk).update(picture=name)
    row.picture = name
    if old:
        transaction.on_commit(partial(files.drop, old), robust=True)
    return bool(old)


def _column(pictured: Pictured) -> str:
    """Give the column of a link that names such a row."""
    return type(pictured).__name__.lower()


def _pictured(upload: PictureUpload) -> Pictured:
    """Give what a link is for; the database keeps it to one thing."""
    found = upload.user or upload.consultant or upload.business
    assert found is not None  # noqa: S101 - a constraint says so
    return found
