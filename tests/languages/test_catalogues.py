"""What people may read is gathered, translated whole, and compiled as it is committed."""

import re
import shutil

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management import CommandError, call_command

from bookings.management import catalogues


@pytest.fixture(scope="module")
def texts():
    return catalogues.gathered()


@pytest.fixture
def place(tmp_path, settings):
    """A project of its own: one refusal, one template, one language."""
    (tmp_path / "bookings/templates/mail").mkdir(parents=True)
    (tmp_path / "schema").mkdir()
    folder = tmp_path / "bookings/locale/pl"
    folder.mkdir(parents=True)
    settings.BASE_DIR, settings.LOCALE_PATHS = tmp_path, [folder.parent]
    return tmp_path


def written(place, code="", template=""):
    (place / "bookings/rules.py").write_text(code)
    (place / "bookings/templates/mail/word.txt").write_text(template)
    return {text.id: text for text in catalogues.gathered(place) if text.id}


def translated(place, said):
    """Write the catalogue, fill it in as a translator would, and compile it."""
    call_command("translations", verbosity=0)
    path = place / "bookings/locale/pl/LC_MESSAGES/django.po"
    catalogue = read_po(path.open("rb"))
    for text, words in said.items():
        catalogue[text].string = words
    path.write_bytes(catalogues.as_text(catalogue))
    call_command("translations", verbosity=0)


def test_catalogues__there_is_one_of_each_language_but_the_code_s():
    languages = [code for code, _ in settings.LANGUAGES]

    assert languages[0] == "en"
    assert "pl" in languages
    assert [folder.name.replace("_", "-").lower() for folder in catalogues.folders()] == languages[1:]


@pytest.mark.parametrize("folder", catalogues.folders(), ids=lambda folder: folder.name)
def test_catalogues__every_text_has_its_translation(folder, texts):
    merged = catalogues.merged(folder, texts)

    assert len(list(merged)) > 600
    assert catalogues.problems(merged) == []


@pytest.mark.parametrize("folder", catalogues.folders(), ids=lambda folder: folder.name)
def test_catalogues__committed_files_are_what_the_code_says(folder, texts):
    assert catalogues.stale(folder, texts) == []


@pytest.mark.parametrize("folder", catalogues.folders(), ids=lambda folder: folder.name)
def test_catalogues__sentences_stay_sentences(folder, texts):
    said = [
        (one, words)
        for text in catalogues.merged(folder, texts)
        if text.id
        for one, words in (
            zip(text.id, text.string, strict=False)
            if isinstance(text.id, tuple)
            else [(text.id, text.string)]
        )
    ]

    assert [pair for pair in said if re.search(r"[.?:]\Z", pair[0]) and pair[1][-1] not in ".?:…"] == []
    assert [
        pair for pair in said if set(re.findall(r"`.+?`", pair[0])) != set(re.findall(r"`.+?`", pair[1]))
    ] == []


def test_gather__reads_calls_of_gettext(place):
    found = written(
        place,
        'a = _("One " "text")\nb = ngettext("%(n)s seat", "%(n)s seats", n)\nc = pgettext("day", "May")\n'
        'd = translation.gettext("Two")\ne = gettext(known)\n',
    )

    assert set(found) == {"One text", ("%(n)s seat", "%(n)s seats"), "May", "Two"}
    assert found["May"].context == "day"


def test_gather__refuses_a_text_that_is_put_together(place):
    with pytest.raises(ValueError, match=r"bookings/rules.py:1: .* one literal"):
        written(place, 'a = _(f"{n} seats")\n')


def test_gather__reads_templates(place):
    found = written(
        place,
        template='{% load i18n %}{% translate "Pay" %} {% trans "now" context "time" %}\n'
        "{% if a %}  {% blocktranslate with b=c trimmed %}\n   Hello {{ b }},\n   you\n "
        "{% endblocktranslate %}{% endif %}\n"
        "{% blocktranslate count n=m %}{{ n }} seat{% plural %}{{ n }} seats{% endblocktranslate %}\n",
    )

    assert set(found) == {"Pay", "now", "Hello %(b)s, you", ("%(n)s seat", "%(n)s seats")}
    assert found["now"].context == "time"


def test_check__passes_where_all_is_translated(place):
    written(place, 'a = _("A bare text %(n)s.")\n')
    translated(place, {"A bare text %(n)s.": "Tekst %(n)s."})

    call_command("translations", check=True)


def test_check__fails_on_a_text_that_is_not_in_the_catalogue(place):
    written(place, 'a = _("Known.")\n')
    translated(place, {"Known.": "Znane."})
    written(place, 'a = _("Known.")\nb = _("A planted text.")\n')

    with pytest.raises(CommandError, match=r"django\.po is not what the code says") as refusal:
        call_command("translations", check=True)
    assert "pl: 'A planted text.': has no translation" in str(refusal.value)


def test_check__fails_on_a_stale_compiled_file(place):
    written(place, 'a = _("Known.")\n')
    translated(place, {"Known.": "Znane."})
    compiled = place / "bookings/locale/pl/LC_MESSAGES/django.mo"
    compiled.write_bytes(compiled.read_bytes().replace(b"Znane", b"Inne."))

    with pytest.raises(CommandError, match=r"django\.mo is not what the code says"):
        call_command("translations", check=True)


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("", "has no translation"),
        ("   ", "has no translation"),
        ("Zostało %(m)s.", "fills in other names than the original"),
        ("Zostało.", "fills in other names than the original"),
    ],
)
def test_problems__of_one_text(said, wrong):
    catalogue = Catalog(locale="pl")
    catalogue.add("%(n)s is left.", said)

    assert catalogues.problems(catalogue) == [f"'%(n)s is left.': {wrong}"]


def test_problems__a_guess_does_not_count():
    catalogue = Catalog(locale="pl")
    catalogue.add("Known.", "Znane.", flags=["fuzzy"])

    assert catalogues.problems(catalogue) == ["'Known.': is a guess (fuzzy)"]


def test_problems__every_plural_is_needed():
    catalogue = Catalog(locale="pl")
    catalogue.add(("%(n)s seat", "%(n)s seats"), ("%(n)s miejsce", "%(n)s miejsca", ""))

    assert catalogues.problems(catalogue) == ["'%(n)s seat': has no translation"]


def test_languages__another_one_is_one_folder(tmp_path):
    from core import languages  # noqa: PLC0415 - beside the settings, which use it once

    shutil.copytree(settings.LOCALE_PATHS[0], tmp_path / "locale")
    shutil.copytree(tmp_path / "locale/pl", tmp_path / "locale/pt_BR")

    assert languages.of(tmp_path / "locale") == [
        ("en", "English"),
        ("pl", "polski"),
        ("pt-br", "Português Brasileiro"),
    ]
