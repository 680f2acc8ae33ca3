"""The folder that `mail_pictures` writes: every mail as HTML, text and pictures, and a page that shows them all."""

from collections.abc import Iterable
from pathlib import Path

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from bookings.management.mails.camera import Take
from bookings.management.mails.samples import Sample
from bookings.notifications.rendering import render

WIDTHS = (600, 360)
"""In pixels: of a mail on a desk, and of a small phone."""
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mails</title>
<style>
body {{ margin: 24px; font: 16px/1.5 system-ui, sans-serif; color: #24312e; background: #fff; }}
section {{ margin: 0 0 48px; padding-top: 16px; border-top: 1px solid #ccc; }}
div {{ display: flex; flex-wrap: wrap; gap: 16px; align-items: flex-start; }}
img {{ border: 1px solid #ccc; }}
</style>
</head>
<body>
<h1>{} mails</h1>
<ul>{}</ul>
{}
</body>
</html>
"""
_LINE = '<li><a href="#{0}">{0}</a>: {1}</li>\n'
_MAIL = """<section id="{0}"><h2>{0}</h2>
<p>{1} · <a href="{0}.html">HTML</a> · <a href="{0}.txt">text</a></p>
<div>{2}</div></section>
"""
_PICTURE = '<img src="{}" width="{}" alt="{}" loading="lazy">\n'
LOOKS = {"light": False, "dark": True}


def write(samples: Iterable[Sample], folder: Path, take: Take | None) -> int:
    """Write all files and index.html; gives how many mails. take: None for no pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    lines, mails = [], []
    for sample in samples:
        rendered = render(sample.message())
        page = folder / f"{sample.name}.html"
        page.write_text(rendered.html, encoding="utf-8")
        (folder / f"{sample.name}.txt").write_text(f"{rendered.subject}\n\n{rendered.text}", encoding="utf-8")
        pictures = _pictures(sample, page, take) if take else SafeString("")
        lines.append((sample.name, rendered.subject))
        mails.append((sample.name, rendered.subject, pictures))
    index = format_html(
        _PAGE, len(mails), format_html_join("", _LINE, lines), format_html_join("", _MAIL, mails)
    )
    (folder / "index.html").write_text(index, encoding="utf-8")
    return len(mails)


def _pictures(sample: Sample, page: Path, take: Take) -> SafeString:
    shown = []
    for width in WIDTHS:
        for look, dark in LOOKS.items():
            name = f"{sample.name}-{width}-{look}.png"
            take(page, width, dark, page.with_name(name))
            shown.append((name, width, f"{sample.name}, {width} pixels, {look}"))
    return format_html_join("", _PICTURE, shown)
