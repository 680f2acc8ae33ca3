"""The guide's way to an account, played as it is written."""

import json

import pytest

from bookings.notifications.models import OutboxMessage
from tests.docs import markdown
from tests.schema.client import post

pytestmark = pytest.mark.django_db(transaction=True)


def test_accounts__come_into_being_as_the_guide_says():
    section = markdown.read("docs/guides/clients.md").partition("## Accounts\n")[2].partition("\n## ")[0]
    register, verify = markdown.operations(section)

    registered = post(register.text, json.loads(register.variables))["data"]["register"]
    code = OutboxMessage.objects.get().secrets["code"]
    filled = verify.variables.replace("REGISTRATION_ID", registered["registrationId"]).replace("CODE", code)
    proven = post(verify.text, json.loads(filled))["data"]["verifyEmail"]

    assert (registered["errors"], proven["errors"]) == ([], [])
    assert proven["account"] == {"email": "ana@example.org"}
    me = post("{ me { email } }", authorization=f"Bearer {proven['token']}")
    assert me == {"data": {"me": {"email": "ana@example.org"}}}
