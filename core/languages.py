"""The languages that people are spoken to in: English, as the code has it, and each folder of translations."""

from pathlib import Path

from django.conf.locale import LANG_INFO

SOURCE = "en"


def of(folder: Path) -> list[tuple[str, str]]:
    """Give the languages' codes with their own names, English first; the others are the folders with a catalogue."""
    found = sorted(path.parent.parent.name for path in folder.glob("*/LC_MESSAGES/django.mo"))
    codes = [SOURCE, *(name.replace("_", "-").lower() for name in found if name != SOURCE)]
    return [(code, str(LANG_INFO.get(code, {}).get("name_local", code))) for code in codes]
