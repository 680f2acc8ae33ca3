"""The languages in which a consultant works: tags as BCP 47 writes them, kept in lower case."""

import re
from collections.abc import Sequence

from django.utils.translation import gettext

from bookings.common.errors import invalid
from bookings.consultants.models import Consultant, ConsultantLanguage

MOST = 20
"""Languages of one consultant; more says nothing."""
_TAG = re.compile(r"(?=.{2,16}\Z)[a-z]{2,3}(-[a-z0-9]{2,8}){0,2}")


def read_languages(tags: Sequence[str]) -> list[str]:
    """Give tags as they are kept: pt_BR and pt-BR are pt-br, each once, in the order of the alphabet.

    Raises VALIDATION_FAILED, for `languages`, for what is no tag and for more than MOST.
    """
    if len(tags) > MOST:
        raise invalid("languages", gettext("At most %(most)s languages can be named.") % {"most": MOST})
    return sorted({read_language(tag, field="languages") for tag in tags})


def read_language(tag: str, *, field: str) -> str:
    """Give one tag as it is kept. Raises VALIDATION_FAILED, for `field`."""
    plain = tag.strip().replace("_", "-").lower()
    if not _TAG.fullmatch(plain):
        raise invalid(field, gettext("A language is written as en or pt-BR."))
    return plain


def replace_languages(person: Consultant, tags: Sequence[str] | None) -> None:
    """Make these the languages of somebody saved, in the caller's transaction; None leaves them as they are.

    Raises VALIDATION_FAILED.
    """
    if tags is None:
        return
    wanted = read_languages(tags)
    person.languages.exclude(code__in=wanted).delete()
    known = set(person.languages.values_list("code", flat=True))
    ConsultantLanguage.objects.bulk_create(
        ConsultantLanguage(consultant=person, code=code) for code in wanted if code not in known
    )
