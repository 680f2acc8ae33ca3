"""Files as people, cameras and attackers send them."""

import io
import struct
import zlib
from typing import Any

from PIL import Image

PAYLOAD = b"<script>alert('slotwell')</script>"


def encoded(kind: str, *, mode: str = "RGB", size: tuple[int, int] = (40, 30), **how: Any) -> bytes:
    """A picture with a gradient in it, so that it is not just one colour."""
    return written(painted(size).convert(mode), kind, **how)


def painted(size: tuple[int, int]) -> Image.Image:
    """Red in the left half, blue in the right."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    return image


def written(image: Image.Image, kind: str, **how: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content), formats=["WEBP"])
    image.load()
    return image


def chunk(name: bytes, body: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(*chunks: bytes) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks) + chunk(b"IEND", b"")


def bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """A PNG of few bytes that is that large: the pixels are there, each of them zero."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    packer = zlib.compressobj(9)
    row = bytes(1 + (width + 7) // 8)
    pixels = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    return png(header, chunk(b"IDAT", pixels))


def segment(marker: int, body: bytes) -> bytes:
    """One segment of a JPEG."""
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def with_segment(jpeg: bytes, marker: int, body: bytes) -> bytes:
    """A JPEG with one segment more, right behind its beginning."""
    return jpeg[:2] + segment(marker, body) + jpeg[2:]


def with_chunk(png_file: bytes, name: bytes, body: bytes) -> bytes:
    """A PNG with one chunk more, right behind its header."""
    place = 8 + 25
    return png_file[:place] + chunk(name, body) + png_file[place:]


def riff(webp: bytes, name: bytes, body: bytes) -> bytes:
    """A WebP with one chunk more at its end, and a length that counts it."""
    whole = webp[12:] + name + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)
    return b"RIFF" + struct.pack("<I", 4 + len(whole)) + b"WEBP" + whole
