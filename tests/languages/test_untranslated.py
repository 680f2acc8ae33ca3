"""No sentence for people stands in code or templates where nobody can translate it."""

import ast
import inspect
from enum import Enum

import pytest
from django.utils.functional import Promise
from django.utils.translation import override

from bookings.accounts.models import SecurityAnswer, User
from bookings.availability.reasons import Reason
from bookings.booking.models import Booking
from bookings.booking.states import ActorKind, Move, Status
from bookings.businesses.hours import Weekday
from bookings.businesses.models import StaffMember
from bookings.common.errors import ErrorCode
from bookings.notifications.models import MailRefusal
from bookings.payments.models import Difference, Payment
from bookings.payments.sandbox import Choice
from bookings.slots.planning import ClashReason
from tests.languages import scan

READ = (
    ActorKind, Booking.MeetingPlatform, Choice, ClashReason, Difference.Kind, ErrorCode, MailRefusal.Kind, Move,
    Payment.Method, Reason, SecurityAnswer.Question, StaffMember.Role, Status, User.Role, Weekday,
)  # fmt: skip
"""Closed sets whose labels people read: in answers, mails and pages. Labels of others only describe the schema."""
SAME_IN_POLISH = {"Zoom", "Google Meet", "Microsoft Teams"}
NAMES = {"Slotwell", "UTC", "Google", "Outlook", "com", "Office", "Yahoo"}
"""Words of templates that are the same in every language."""
TEMPLATES = sorted(
    path
    for path in (scan.ROOT / "bookings/templates").rglob("*")
    if path.is_file() and not {"admin", "mailbox", "unfold"} & set(path.relative_to(scan.ROOT).parts)
)


@pytest.fixture(scope="module")
def modules():
    return list(scan.code())


def test_refusals__their_sentences_are_marked(modules):
    assert [f"{name}:{line}" for name, tree in modules for line in scan.bare_refusals(tree)] == []


def test_sentences__are_marked_wherever_they_stand(modules):
    found = [
        f"{name}:{line}: {text}"
        for name, tree in modules
        for line, text in scan.bare_sentences(tree, of_schema=name.startswith("schema/"))
    ]

    assert found == []


def test_mails__subjects_headings_and_buttons_are_marked(modules):
    assert [f"{name}:{line}" for name, tree in modules for line in scan.bare_arguments(tree, "Message")] == []


def test_texts__none_is_translated_when_its_module_is_read(modules):
    assert [f"{name}:{line}" for name, tree in modules for line in scan.translated_at_import(tree)] == []


@pytest.mark.parametrize("choices", READ, ids=lambda choices: choices.__qualname__)
def test_labels__that_people_read_are_translated(choices):
    for member in choices:
        assert isinstance(member._label_, Promise), member
        with override("pl"):
            polish = str(member.label)
        with override("en"):
            assert polish != str(member.label) or polish in SAME_IN_POLISH | {"Online"}, member


def _owner(node):
    """The name of the set in `Some.Set(value)` and `Some.Set.MEMBER`; else of the variable."""
    if isinstance(node, ast.Call):
        return _owner(node.func)
    name = getattr(node, "attr", getattr(node, "id", ""))
    return _owner(node.value) if name.isupper() and isinstance(node, ast.Attribute) else name


def test_labels__no_other_set_is_read(modules):
    """`Some.Set(value).label` and `Set.MEMBER.label`; what is no set's is named here."""
    of = {
        _owner(node.value)
        for _, tree in modules
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "label"
    }
    sets = {choices.__name__ for choices in READ}
    members = {"choice", "code", "move", "reason", "refusable", "status", "topic"}
    numbers = {"corrected", "receipt", "root", "self"}  # a receipt's label is its number
    described = {"", "_meta"}  # of the schema's enums; of a model
    at_desk = {"Limit"}  # the admin speaks English

    assert of <= sets | members | numbers | described | at_desk


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_templates__hold_no_bare_words(path):
    assert set(scan.bare_words(path.read_text(encoding="utf-8"))) - NAMES == set()


PLANTED = {
    "literal": 'raise invalid("field", "This is bare.")',
    "two literals": 'raise DomainError(ErrorCode.X, "This " "is bare.")',
    "f-string": 'raise invalid("field", f"Only {n} are left.")',
    "by keyword": 'raise Forbidden(message="Not you.")',
    "either": 'raise Unauthenticated("Who?" if a else _("Who are you?"))',
    "filled in": 'raise invalid("field", "Only %(n)s." % {"n": n})',
    "by name": 'WORDS = "This is bare."\nraise invalid("field", WORDS)',
}


@pytest.mark.parametrize("case", PLANTED)
def test_scan__finds_a_planted_refusal(case):
    assert len(list(scan.bare_refusals(ast.parse(PLANTED[case])))) == 1


@pytest.mark.parametrize(
    "code",
    [
        'raise invalid("field", gettext("This %(n)s.") % {"n": f"{n} is bare"})',
        'raise DomainError(ErrorCode.X, field=["a"])',
        'WORDS = _("Marked.")\nraise invalid("field", WORDS)',
    ],
)
def test_scan__lets_marked_ones_pass(code):
    assert list(scan.bare_refusals(ast.parse(code))) == []


def test_scan__finds_a_planted_sentence_in_a_table():
    tree = ast.parse(
        'def check():\n    """A docstring."""\n    rules = (("name", ok, "A name is short."),)\n'
    )

    assert list(scan.bare_sentences(tree)) == [(3, "A name is short.")]


def test_scan__finds_a_planted_subject():
    tree = ast.parse('M = {"a": Message(subject=_("Marked"), heading="Not marked")}')

    assert list(scan.bare_arguments(tree, "Message")) == [1]


def test_scan__finds_a_text_that_is_translated_too_early():
    code = "from django.utils.translation import gettext as _\nA = _('Once')\ndef f():\n    return _('Each time')\n"

    assert list(scan.translated_at_import(ast.parse(code))) == [2]


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ('<p>{% translate "Hello" %} {{ name }}</p>', []),
        ("<p>Hello {{ name }}</p>", ["Hello"]),
        ("{% if a %}Pay now{% endif %}", ["Pay", "now"]),
        ('<img alt="A cat">', ["cat"]),
        ("{% blocktranslate %}Hello {{ b }}{% endblocktranslate %}{# a note #}", []),
        ("<style>body { margin: 0 }</style>", []),
    ],
)
def test_scan__reads_templates_as_people_do(template, words):
    assert scan.bare_words(template) == words


def test_read__names_closed_sets():
    assert all(inspect.isclass(each) and issubclass(each, Enum) for each in READ)
