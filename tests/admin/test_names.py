"""Every field of an admin's page says what it is to those who hear it, in the rows of tables as well."""

import re

import pytest
from django.urls import reverse

from tests.admin.desk import confirmed, platform_admin

pytestmark = pytest.mark.django_db(transaction=True)

FIELD = re.compile(r'<(?:input|select|textarea) [^>]*name="(?P<name>[a-z_]+-(?:\d+|__prefix__)-[^"]+)"[^>]*>')


@pytest.mark.parametrize(("kind", "row"), [("business", "business"), ("schedule", "consultant.schedule")])
def test_rows__name_each_of_their_fields(kind: str, row: str) -> None:
    held = confirmed()
    for name in row.split("."):
        held = getattr(held, name)

    page = platform_admin().get(reverse(f"admin:bookings_{kind}_change", args=[held.pk])).content.decode()

    shown = [match for match in FIELD.finditer(page) if 'type="hidden"' not in match[0]]
    labelled = set(re.findall(r'<label[^>]* for="id_([^"]+)"', page))
    unnamed = [m["name"] for m in shown if "aria-label=" not in m[0] and m["name"] not in labelled]
    assert len(shown) > 10
    assert unnamed == []
