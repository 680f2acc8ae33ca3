"""Hashes of tokens, keyed digests of codes, and encryption at rest. Keys come from the settings."""

import hashlib
import hmac
import json
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


def token_hash(token: str) -> str:
    """Give the SHA-256 of a high-entropy token, as hexadecimal; of any text that somebody may send as one."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def keyed_digest(purpose: str, value: str) -> str:
    """Give an HMAC-SHA256 under the server's key, for values too short to be hashed alone (codes)."""
    key = f"{settings.SECRET_KEY}:{purpose}".encode()
    return hmac.digest(key, value.encode(), "sha256").hex()


def same(left: str, right: str) -> bool:
    """Compare two digests in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())


@lru_cache(maxsize=8)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(plain: str) -> str:
    """Encrypt text with the newest key of ENCRYPTION_KEYS."""
    return _cipher(tuple(settings.ENCRYPTION_KEYS)).encrypt(plain.encode()).decode()


def decrypt(sealed: str) -> str:
    """Decrypt with whichever key fits. Raise ValueError where none does."""
    try:
        return _cipher(tuple(settings.ENCRYPTION_KEYS)).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise ValueError("no key of ENCRYPTION_KEYS fits") from error


def is_newest(sealed: str) -> bool:
    """Tell whether text was encrypted with the newest key."""
    try:
        _cipher(tuple(settings.ENCRYPTION_KEYS[:1])).decrypt(sealed.encode())
    except InvalidToken:
        return False
    return True


def encrypt_anew(sealed: str) -> str:
    """Give the same text under the newest key. Raise ValueError where no key fits."""
    try:
        return _cipher(tuple(settings.ENCRYPTION_KEYS)).rotate(sealed.encode()).decode()
    except InvalidToken as error:
        raise ValueError("no key of ENCRYPTION_KEYS fits") from error


class EncryptedTextField(models.TextField):
    """Text that the database holds encrypted; empty stays empty. Cannot be searched, on purpose."""

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt on the way in."""
        plain = super().get_prep_value(value)
        return encrypt(plain) if plain else plain

    def from_db_value(self, value: str | None, *_: object) -> str | None:
        """Decrypt on the way out."""
        return decrypt(value) if value else value


class EncryptedJSONField(EncryptedTextField):
    """A JSON value that the database holds encrypted; None and {} stay empty."""

    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt the JSON text."""
        return encrypt(json.dumps(value, sort_keys=True)) if value else ""

    def from_db_value(self, value: str | None, *_: object) -> Any:
        """Decrypt and parse."""
        return json.loads(decrypt(value)) if value else {}

    def to_python(self, value: Any) -> Any:
        """Leave Python values as they are; parse text from forms."""
        return json.loads(value) if isinstance(value, str) and value else value or {}

    def value_to_string(self, obj: models.Model) -> str:
        """Give the plain JSON for serialisers."""
        return json.dumps(self.value_from_object(obj))
