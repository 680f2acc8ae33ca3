"""What becomes of the bytes of a picture, whatever they are."""

import io
import struct
import tracemalloc
import zipfile
import zlib

import pytest
from PIL import Image

from bookings.common.errors import DomainError, ErrorCode
from bookings.pictures.images import KEPT_SIDE, MOST_BYTES, re_encoded
from tests.pictures import makers
from tests.pictures.makers import PAYLOAD

RED, BLUE = (255, 0, 0), (0, 0, 255)


def refusal(raw: bytes) -> ErrorCode:
    with pytest.raises(DomainError) as refused:
        re_encoded(raw)
    return refused.value.code


def near(pixel: tuple[int, ...], colour: tuple[int, ...], within: int = 12) -> bool:
    return all(abs(one - other) <= within for one, other in zip(pixel[:3], colour, strict=True))


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("index.html", PAYLOAD)
    return out.getvalue()


@pytest.mark.parametrize(
    ("kind", "mode", "how"),
    [
        ("PNG", "1", {}),
        ("PNG", "L", {}),
        ("PNG", "P", {}),
        ("PNG", "RGB", {}),
        ("PNG", "RGBA", {}),
        ("PNG", "LA", {}),
        ("JPEG", "L", {}),
        ("JPEG", "RGB", {"quality": 95}),
        ("JPEG", "RGB", {"quality": 95, "progressive": True}),
        ("JPEG", "RGB", {"quality": 95, "restart_marker_rows": 1}),
        ("JPEG", "CMYK", {"quality": 95}),
        ("WEBP", "RGB", {}),
        ("WEBP", "RGB", {"lossless": True}),
        ("WEBP", "RGBA", {}),
    ],
)
def test_re_encode__takes_every_way_to_write_a_picture_and_gives_a_webp(kind, mode, how):
    kept = makers.opened(re_encoded(makers.encoded(kind, mode=mode, **how)))

    assert kept.size == (40, 30)
    assert near(
        kept.convert("RGB").getpixel((8, 15)),
        makers.painted((40, 30)).convert(mode).convert("RGB").getpixel((8, 15)),
        25,
    )
    assert not {"exif", "icc_profile", "xmp"} & set(kept.info)


def test_re_encode__scales_16_bits_of_grey_instead_of_cutting_them_off():
    grey = Image.new("I;16", (16, 16), 0x8000)

    kept = makers.opened(re_encoded(makers.written(grey, "PNG")))

    assert near(kept.getpixel((8, 8)), (128, 128, 128))


def test_re_encode__keeps_what_a_palette_makes_transparent():
    image = Image.new("P", (20, 20), 0)
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.paste(1, (10, 0, 20, 20))

    kept = makers.opened(re_encoded(makers.written(image, "PNG", transparency=0)))

    assert kept.mode == "RGBA"
    assert (kept.getpixel((3, 10))[3], kept.getpixel((16, 10))[3]) == (0, 255)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_re_encode__turns_a_picture_as_the_camera_was_held(orientation):
    upright = makers.painted((60, 20))
    held = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    exif = Image.Exif()
    exif[0x0112] = orientation
    sent = upright.transpose(held[orientation]) if orientation in held else upright

    kept = makers.opened(re_encoded(makers.written(sent, "JPEG", exif=exif, quality=95)))

    assert kept.size == (60, 20)
    assert near(kept.getpixel((10, 10)), RED, 25)
    assert near(kept.getpixel((50, 10)), BLUE, 25)


def test_re_encode__forgets_where_and_with_what_the_picture_was_taken():
    exif = Image.Exif()
    exif[0x010F] = "Camera of Carla"
    exif.get_ifd(0x8825)[2] = (52.0, 13.0, 4.8)
    raw = makers.encoded("JPEG", exif=exif, comment=b"Carla at home", icc_profile=b"profile of Carla")
    assert raw.count(b"Carla") == 3

    kept = re_encoded(raw)

    assert b"Carla" not in kept
    assert b"Exif" not in kept.replace(b"EXIF", b"Exif")
    assert dict(makers.opened(kept).getexif()) == {}


@pytest.mark.parametrize(
    "raw",
    [
        makers.with_segment(makers.encoded("JPEG"), 0xFE, PAYLOAD + zipped()),
        makers.with_segment(makers.encoded("JPEG"), 0xE1, PAYLOAD),
        makers.with_chunk(makers.encoded("PNG"), b"tEXt", b"Comment\0" + PAYLOAD),
        makers.with_chunk(makers.encoded("PNG"), b"slOt", PAYLOAD),
        makers.riff(makers.encoded("WEBP"), b"SLOT", PAYLOAD),
    ],
    ids=["jpeg comment", "jpeg app1", "png text", "png private", "webp unknown"],
)
def test_re_encode__leaves_behind_what_was_hidden_between_the_pixels(raw):
    assert PAYLOAD in raw

    kept = re_encoded(raw)

    assert PAYLOAD not in kept
    assert b"PK\x03\x04" not in kept
    assert makers.opened(kept).size == (40, 30)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    "behind", [PAYLOAD, zipped(), b"\n", b"%PDF-1.7"], ids=["html", "zip", "line", "pdf"]
)
def test_re_encode__refuses_a_file_that_goes_on_behind_its_picture(kind, behind):
    assert refusal(makers.encoded(kind) + behind) is ErrorCode.PICTURE_BROKEN


def test_re_encode__refuses_a_riff_that_counts_what_is_hidden_as_its_own_but_has_no_such_chunk():
    webp = makers.encoded("WEBP")
    raw = b"RIFF" + struct.pack("<I", len(webp) - 8 + len(PAYLOAD)) + webp[8:] + PAYLOAD

    assert refusal(raw) is ErrorCode.PICTURE_BROKEN


def test_re_encode__takes_what_cameras_put_behind_a_jpeg_and_keeps_the_first_picture():
    one, other = Image.new("RGB", (40, 30), "red"), Image.new("RGB", (20, 15), "blue")
    several = makers.written(one, "MPO", save_all=True, append_images=[other]) + bytes(64)

    kept = makers.opened(re_encoded(several))

    assert (kept.size, near(kept.getpixel((20, 15)), RED)) == ((40, 30), True)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"hello",
        b"<!doctype html><script>alert(1)</script>",
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
        b"%PDF-1.7\n",
        makers.encoded("GIF", mode="P"),
        makers.encoded("BMP"),
        makers.encoded("TIFF"),
        makers.encoded("AVIF"),
        zipped(),
        zipped() + makers.encoded("PNG"),
        b"GIF89a/*" + makers.encoded("JPEG"),
        b"RIFF\x04\x00\x00\x00WAVE",
    ],
    ids=[
        "empty",
        "text",
        "html",
        "svg",
        "xml",
        "pdf",
        "gif",
        "bmp",
        "tiff",
        "avif",
        "zip",
        "zip+png",
        "gifar",
        "wave",
    ],
)
def test_re_encode__refuses_any_other_type_of_file(raw):
    assert refusal(raw) is ErrorCode.PICTURE_TYPE_REFUSED


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_re_encode__refuses_pictures_that_move(kind):
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue", "green")]
    raw = makers.written(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)

    assert refusal(raw) is ErrorCode.PICTURE_TYPE_REFUSED


def test_re_encode__refuses_a_bomb_before_it_is_unpacked():
    raw = makers.bomb(30_000, 30_000)
    assert len(raw) < 200_000

    tracemalloc.start()
    code = refusal(raw)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert code is ErrorCode.PICTURE_TOO_LARGE
    assert most < 1_000_000


@pytest.mark.parametrize(
    "raw",
    [
        # What the decoders would take memory for as soon as they are asked: 16,777,216 pixels on a side.
        makers.riff(
            b"RIFF\0\0\0\0WEBP" + b"VP8X" + struct.pack("<I", 10) + b"\x10\0\0\0" + b"\xff" * 6, b"VP8 ", b"x"
        ),
        makers.riff(b"RIFF\0\0\0\0WEBP", b"VP8L", b"\x2f\xff\xff\xff\x0f"),
        b"\xff\xd8"
        + makers.segment(0xC0, struct.pack(">BHHB", 8, 30_000, 30_000, 1) + b"\x01\x11\x00")
        + b"\xff\xd9",
        makers.png(makers.chunk(b"IHDR", struct.pack(">IIBBBBB", 0xFFFFFFFF, 1, 8, 2, 0, 0, 0))),
    ],
    ids=["webp", "webp lossless", "jpeg", "png"],
)
def test_re_encode__goes_by_what_a_file_claims_and_asks_no_decoder(raw):
    assert refusal(raw) is ErrorCode.PICTURE_TOO_LARGE


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_re_encode__takes_4096_pixels_on_a_side_and_not_one_more(kind):
    widest, highest = makers.encoded(kind, size=(4096, 8)), makers.encoded(kind, size=(8, 4096))

    assert makers.opened(re_encoded(widest)).size == (KEPT_SIDE, 2)
    assert makers.opened(re_encoded(highest)).size == (2, KEPT_SIDE)
    assert refusal(makers.encoded(kind, size=(4097, 8))) is ErrorCode.PICTURE_TOO_LARGE
    assert refusal(makers.encoded(kind, size=(8, 4097))) is ErrorCode.PICTURE_TOO_LARGE


def test_re_encode__keeps_the_shape_of_what_it_makes_smaller():
    assert makers.opened(re_encoded(makers.encoded("JPEG", size=(3000, 2000)))).size == (1024, 683)
    assert makers.opened(re_encoded(makers.encoded("PNG", size=(1024, 20)))).size == (1024, 20)
    assert makers.opened(re_encoded(makers.encoded("PNG", size=(1, 1)))).size == (1, 1)


def test_re_encode__refuses_more_bytes_than_are_allowed():
    assert refusal(makers.encoded("PNG") + bytes(MOST_BYTES)) is ErrorCode.PICTURE_TOO_LARGE


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_re_encode__refuses_a_file_that_was_cut_anywhere(kind):
    raw = makers.encoded(kind, size=(200, 200))
    starts = 4 if kind == "JPEG" else 12

    codes = {refusal(raw[:length]) for length in [*range(starts, len(raw), 37), len(raw) - 1]}

    assert codes == {ErrorCode.PICTURE_BROKEN}


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_re_encode__refuses_pixels_that_no_decoder_can_read(kind):
    raw = bytearray(makers.encoded(kind, size=(200, 200), **({"lossless": True} if kind == "WEBP" else {})))
    middle = len(raw) // 2
    raw[middle : middle + 16] = bytes(16)

    assert refusal(bytes(raw)) is ErrorCode.PICTURE_BROKEN


@pytest.mark.parametrize(
    "raw",
    [
        b"\xff\xd8" + makers.segment(0xE0, b"") * 1_000_000 + b"\xff\xd9",
        b"\xff\xd8" + makers.segment(0xDA, b"") + b"\xff" * 4_000_000,
        makers.png(
            makers.chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)),
            makers.chunk(b"abCd", b"") * 300_000,
        ),
        b"\xff\xd8" + makers.segment(0xDA, b"") * 33 + b"\xff\xd9",
    ],
    ids=["segments", "fillers", "chunks", "scans"],
)
def test_re_encode__is_not_kept_busy_by_files_made_of_nothing_but_parts(raw):
    assert refusal(raw) is ErrorCode.PICTURE_BROKEN


def test_re_encode__unpacks_one_profile_of_a_png_and_no_thousands():
    """Each is a megabyte of nothing in a kilobyte, and Pillow counts texts alone; 5 MB of them take seconds."""
    profile = b"x\0\0" + zlib.compress(bytes(1_000_000), 9)
    once = makers.with_chunk(makers.encoded("PNG"), b"iCCP", profile)

    assert makers.opened(re_encoded(once)).size == (40, 30)
    assert refusal(makers.with_chunk(once, b"iCCP", profile)) is ErrorCode.PICTURE_BROKEN
