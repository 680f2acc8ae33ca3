"""Reading what the files of pictures say of themselves, before any decoder sees them.

Only the skeleton is read: which kind of file it is, how large a picture it claims to hold, and that the file ends
where the picture ends. So a bomb is known by its claim, and what was hidden behind the last byte is found.
"""

import re
import zlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from bookings.common.errors import DomainError, ErrorCode


class Kind(StrEnum):
    """The kinds of pictures that are taken, by the names that Pillow has for them."""

    PNG = "PNG"
    JPEG = "JPEG"
    WEBP = "WEBP"


@dataclass(frozen=True)
class Claim:
    """What a file says that it is. end: where its picture ends; moves: whether it has more than one frame."""

    kind: Kind
    width: int
    height: int
    end: int
    moves: bool = False


MOST_PARTS = 10_000
"""Chunks or segments of a file; real ones have some hundreds at most, and each costs the decoders time."""
MOST_SCANS = 32
"""Passes over the pixels of a progressive JPEG. Real ones have ten or so; thousands keep a decoder busy for minutes."""

_PNG = b"\x89PNG\r\n\x1a\n"
_START, _END = b"\xff\xd8", b"\xff\xd9"
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
"""Within the pixels of a JPEG: what is neither a pixel that looks like a marker nor a restart."""
_ZEROS = re.compile(rb"\x00*")
_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""The markers of a JPEG's segment that says how large it is, one for each way of packing."""
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})
"""Markers that no segment follows."""
_SCAN = 0xDA
_MOVES = 0x02
"""The bit of a WebP's header that says that it is animated."""


class _OutOfForm(Exception):
    """The file is not built as its kind is."""


def read(raw: bytes) -> Claim:
    """Give what a file claims to be, by its bytes alone.

    Raises PICTURE_TYPE_REFUSED for anything but a PNG, a JPEG or a WebP, PICTURE_BROKEN for one that is not built as
    such a file is, or that goes on behind its picture.
    """
    try:
        if raw.startswith(_PNG):
            return _png(_Bytes(raw))
        if raw.startswith(_START + b"\xff"):
            return _jpeg(_Bytes(raw))
        if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
            return _webp(_Bytes(raw))
    except _OutOfForm as error:
        raise DomainError(ErrorCode.PICTURE_BROKEN) from error
    raise DomainError(ErrorCode.PICTURE_TYPE_REFUSED)


class _Bytes:
    """Reads parts of a file, and only parts that are there, and not too many of them."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.length = len(raw)
        self._parts = 0
        self._scans = 0

    def part(self, place: int, size: int) -> bytes:
        found = self.raw[place : place + size]
        _demand(len(found) == size)
        return found

    def number(self, place: int, size: int, order: Literal["big", "little"] = "big") -> int:
        return int.from_bytes(self.part(place, size), order)

    def count_part(self) -> None:
        self._parts += 1
        _demand(self._parts <= MOST_PARTS)

    def count_scan(self) -> None:
        self._scans += 1
        _demand(self._scans <= MOST_SCANS)


def _png(file: _Bytes) -> Claim:
    """Follow the chunks of a PNG: IHDR is the first, each has its checksum, and behind IEND there is nothing."""
    place, name, moves, profiles = len(_PNG), b"", False, 0
    _demand(file.part(place, 8) == b"\x00\x00\x00\x0dIHDR")
    width, height = file.number(place + 8, 4), file.number(place + 12, 4)
    while name != b"IEND":
        file.count_part()
        length = file.number(place, 4)
        chunk = file.part(place + 4, 4 + length)
        _demand(file.number(place + 8 + length, 4) == zlib.crc32(chunk))
        name = chunk[:4]
        moves = moves or name == b"acTL"
        profiles += name == b"iCCP"
        _demand(profiles <= 1)  # a decoder unpacks each, up to a megabyte, and counts none of them
        place += 12 + length
    _demand(place == file.length)
    return _claim(Kind.PNG, width, height, place, moves=moves)


def _jpeg(file: _Bytes) -> Claim:
    """Follow the segments of a JPEG. Behind it, cameras may have put further ones, and zeros."""
    width, height, end = _one_jpeg(file, 0)
    rest = end
    while (rest := _after_zeros(file, rest)) < file.length:
        _, _, rest = _one_jpeg(file, rest)
    return _claim(Kind.JPEG, width, height, end)


def _one_jpeg(file: _Bytes, place: int) -> tuple[int, int, int]:
    """Give width, height and end of the JPEG that begins here."""
    width = height = 0
    _demand(file.part(place, 2) == _START)
    place += 2
    while (marker := file.part(place, 2)) != _END:
        file.count_part()
        _demand(marker[0] == 0xFF and marker[1] != 0)
        if marker[1] == 0xFF:  # a filler
            place += 1
            continue
        place += 2
        if marker[1] in _BARE:
            continue
        length = file.number(place, 2)
        _demand(length >= 2)
        if marker[1] in _SIZES:
            _demand(width == 0)  # one picture, one size
            height, width = file.number(place + 3, 2), file.number(place + 5, 2)
        place += length
        if marker[1] == _SCAN:
            file.count_scan()
            place = _after_pixels(file, place)
    return width, height, place + 2


def _after_pixels(file: _Bytes, place: int) -> int:
    found = _NEXT_MARKER.search(file.raw, place)
    if found is None:
        raise _OutOfForm
    return found.start()


def _after_zeros(file: _Bytes, place: int) -> int:
    found = _ZEROS.match(file.raw, place)
    return found.end() if found else place


def _webp(file: _Bytes) -> Claim:
    """Follow the chunks of a WebP, and read the size from the first, which comes in three kinds."""
    _demand(file.length == 8 + file.number(4, 4, "little"))
    width, height, moves = _size_of_webp(file)
    place = 12
    while place < file.length:
        file.count_part()
        size = file.number(place + 4, 4, "little")
        place += 8 + size + size % 2
    _demand(place == file.length)
    return _claim(Kind.WEBP, width, height, place, moves=moves)


def _size_of_webp(file: _Bytes) -> tuple[int, int, bool]:
    """Give width, height, and whether it is animated."""
    first = file.part(12, 4)
    if first == b"VP8X":
        moves = bool(file.number(20, 1) & _MOVES)
        return file.number(24, 3, "little") + 1, file.number(27, 3, "little") + 1, moves
    if first == b"VP8L":
        _demand(file.number(20, 1) == 0x2F)
        bits = file.number(21, 4, "little")
        return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1, False
    _demand(first == b"VP8 " and file.part(23, 3) == b"\x9d\x01\x2a")
    return file.number(26, 2, "little") & 0x3FFF, file.number(28, 2, "little") & 0x3FFF, False


def _claim(kind: Kind, width: int, height: int, end: int, *, moves: bool = False) -> Claim:
    _demand(width > 0 and height > 0)
    return Claim(kind, width, height, end, moves)


def _demand(holds: bool) -> None:
    if not holds:
        raise _OutOfForm
