"""`manage.py mail_pictures`: mails to look at, without a database."""

import io

import pytest
from django.core.management import CommandError, call_command

from bookings.management.mails import camera, gallery
from bookings.management.mails.samples import samples
from bookings.notifications.messages import MESSAGES


def written(folder, **options):
    out = io.StringIO()
    call_command("mail_pictures", to=str(folder), stdout=out, **options)
    return out.getvalue(), {path.name: path for path in folder.iterdir()}


def test_command__writes_every_mail_in_every_language_without_asking_a_database(tmp_path):
    told, files = written(tmp_path, no_pictures=True)

    assert {
        f"{name}-{language}.{ending}"
        for name in MESSAGES
        for language in ("en", "pl")
        for ending in ("html", "txt")
    } <= set(files)
    assert told == f"{(len(files) - 1) // 2} mails. Open {tmp_path / 'index.html'}\n"
    index = files["index.html"].read_text()
    assert all(f'href="{name}-en.html"' in index for name in MESSAGES)


def test_command__writes_one_kind_in_one_language(tmp_path):
    _, files = written(tmp_path, no_pictures=True, only="receipt", language="pl")

    assert set(files) == {"receipt-pl.html", "receipt-pl.txt", "index.html"}
    assert files["receipt-pl.txt"].read_text().startswith("Pokwitowanie do MS-7K2Q9D\n\n")


def test_command__without_chromium_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(CommandError, match="apt-get install chromium"):
        written(tmp_path / "mails", only="receipt")


def test_gallery__shows_four_pictures_of_a_mail(tmp_path):
    taken = []

    gallery.write(
        samples(["en"], "receipt"),
        tmp_path,
        lambda page, width, dark, to: taken.append((width, dark, to.name)),
    )

    assert taken == [
        (600, False, "receipt-en-600-light.png"),
        (600, True, "receipt-en-600-dark.png"),
        (360, False, "receipt-en-360-light.png"),
        (360, True, "receipt-en-360-dark.png"),
    ]
    index = (tmp_path / "index.html").read_text()
    assert all(f'src="{name}"' in index for _, _, name in taken)


@pytest.mark.prove
@pytest.mark.busy
@pytest.mark.only_on("postgresql")
def test_camera__takes_a_picture_as_wide_as_asked_and_as_high_as_the_mail(tmp_path):
    page, picture = tmp_path / "mail.html", tmp_path / "mail.png"
    page.write_text("<body style='margin: 0'><div style='height: 777px'>Hello</div>")

    with camera.camera() as take:
        take(page, 360, False, picture)

    data = picture.read_bytes()
    assert (data[:8], int.from_bytes(data[16:20]), int.from_bytes(data[20:24])) == (
        b"\x89PNG\r\n\x1a\n",
        360,
        777,
    )
