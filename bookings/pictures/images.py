"""From the bytes that a stranger sent to a picture of our own making."""

import io
import logging
import threading
import warnings

from django.utils.translation import gettext
from PIL import Image

from bookings.common.errors import DomainError, ErrorCode
from bookings.pictures import containers
from bookings.pictures.containers import Claim, Kind

log = logging.getLogger(__name__)

MOST_BYTES = 5 * 1024 * 1024
MOST_SIDE = 4096
"""Pixels on each side of what is taken in."""
KEPT_SIDE = 1024
"""Pixels on the longer side of what is kept; smaller ones stay as they are."""
QUALITY = 85

_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes a picture upright, by how its Exif says that the camera was held."""

_one_at_a_time = threading.Lock()
"""The largest picture takes some 300 MB while it is decoded; so a process takes that once, not once a thread."""

# Behind our own look at what a file claims: no decoder of this process ever begins a larger picture.
Image.MAX_IMAGE_PIXELS = MOST_SIDE * MOST_SIDE
# What Pillow warns of is the matter of strangers' files, in their words; nobody here can mend them.
warnings.filterwarnings("ignore", module=r"PIL\.")


def re_encoded(raw: bytes) -> bytes:
    """Give the same picture as a WebP that holds its pixels and nothing else, upright, KEPT_SIDE pixels at most.

    Its size is judged by what the file claims, before a pixel is decoded. Colours are read as sRGB.
    Raises PICTURE_TYPE_REFUSED, PICTURE_TOO_LARGE, PICTURE_BROKEN.
    """
    if len(raw) > MOST_BYTES:
        raise DomainError(ErrorCode.PICTURE_TOO_LARGE)
    claim = containers.read(raw)
    if max(claim.width, claim.height) > MOST_SIDE:
        raise DomainError(ErrorCode.PICTURE_TOO_LARGE)
    if claim.moves:
        raise DomainError(ErrorCode.PICTURE_TYPE_REFUSED, gettext("A picture that moves is not taken."))
    with _one_at_a_time:
        return _encoded(_decoded(raw[: claim.end], claim))


def _decoded(raw: bytes, claim: Claim) -> Image.Image:
    """Give the pixels alone, in RGB or RGBA. Raises PICTURE_BROKEN."""
    try:
        with Image.open(io.BytesIO(raw), formats=[claim.kind]) as image:
            if image.size != (claim.width, claim.height):
                raise ValueError("the decoder reads another size")
            if claim.kind is Kind.JPEG:
                image.draft(None, (2 * KEPT_SIDE, 2 * KEPT_SIDE))  # smaller while it is decoded: less memory
            image.load()
            small = _in_colours(image)
            small.thumbnail((KEPT_SIDE, KEPT_SIDE), reducing_gap=2.0)
            turn = _TURNS.get(_orientation(image))
            upright = small.transpose(turn) if turn is not None else small
    except Exception as error:  # decoders fail in any way on bytes that were made to make them fail
        log.info("a picture could not be decoded: %s", type(error).__name__)
        raise DomainError(ErrorCode.PICTURE_BROKEN) from error
    fresh = Image.new(upright.mode, upright.size)
    fresh.paste(upright)  # pixels; what the file said beside them stays behind
    return fresh


def _in_colours(image: Image.Image) -> Image.Image:
    """Give any picture in RGB, or in RGBA where a part of it is transparent."""
    if image.mode.startswith("I"):  # 16 bits of grey, which convert() would cut off instead of scaling
        return image.point(lambda value: value * (1 / 256)).convert("L").convert("RGB")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _orientation(image: Image.Image) -> int:
    """Give how the camera was held; Exif that cannot be read says nothing."""
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # see _decoded; many a program writes broken Exif beside good pixels
        return 1


def _encoded(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "WEBP", quality=QUALITY, method=4)
    return out.getvalue()
