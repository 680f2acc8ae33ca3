"""Apollo's automatic persisted queries: a document that was served once may be named by its hash.

A hash without a text finds the text, a text beside its hash is served and kept. What a hash finds is judged like any
text that is sent, so that nothing is allowed to a hash which is refused to its document.
"""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from sys import getsizeof
from threading import Lock
from typing import Any

from schema.http.errors import Code, Refused, problem

VERSION = 1
"""Of the protocol; there is no other."""
BYTES_KEPT = 2 * 1024 * 1024
"""Bound on what one process keeps, some thousand documents as people write them."""
BYTES_BESIDE_A_TEXT = 400
"""What the hash and its place in the list take at most."""
LONGEST_KEPT = 16 * 1024
"""Characters, as many as a document may have (GRAPHQL_LIMITS)."""

NOT_FOUND = problem("PersistedQueryNotFound", Code.PERSISTED_QUERY_NOT_FOUND)
NOT_SUPPORTED = problem("PersistedQueryNotSupported", Code.PERSISTED_QUERY_NOT_SUPPORTED)
"""The messages are Apollo's, too: some clients look at them and not at the code."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Persisted:
    """What a request says of its document instead of, or beside, the text."""

    version: int
    digest: str

    def is_of(self, text: str) -> bool:
        """Tell whether this is the hash of a text."""
        return digest_of(text) == self.digest


def digest_of(text: str) -> str:
    """Give the hash that names a text: SHA-256 of its UTF-8, in lower-case hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def read_persisted(extensions: Mapping[str, Any]) -> Persisted | None:
    """Give what a request's extensions say of its document; None where they say nothing. Raise Refused (400)."""
    given = extensions.get("persistedQuery")
    if given is None:
        return None
    if not isinstance(given, dict):
        raise Refused(400, "`persistedQuery` must be a JSON object.")
    version, digest = given.get("version"), given.get("sha256Hash")
    if not isinstance(version, int) or isinstance(version, bool):
        raise Refused(400, "`persistedQuery.version` must be a whole number.")
    if version == VERSION and not (isinstance(digest, str) and _SHA256.fullmatch(digest)):
        raise Refused(400, "`persistedQuery.sha256Hash` must be 64 hexadecimal digits in lower case.")
    return Persisted(version, str(digest))


class PersistedQueries:
    """Texts by their hashes, the ones used longest ago forgotten first. Used by all threads of the process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._texts: OrderedDict[str, str] = OrderedDict()
        self.bytes = 0

    def find(self, digest: str) -> str | None:
        """Give the text of a hash, where it is known here."""
        with self._lock:
            text = self._texts.get(digest)
            if text is not None:
                self._texts.move_to_end(digest)
            return text

    def keep(self, text: str) -> None:
        """Keep a text that was found to be a document, under the hash that it has."""
        if len(text) > LONGEST_KEPT:
            return
        digest = digest_of(text)
        with self._lock:
            if digest in self._texts:
                return
            self._texts[digest] = text
            self.bytes += _size(text)
            while self.bytes > BYTES_KEPT:
                _, forgotten = self._texts.popitem(last=False)
                self.bytes -= _size(forgotten)


def _size(text: str) -> int:
    return getsizeof(text) + BYTES_BESIDE_A_TEXT
