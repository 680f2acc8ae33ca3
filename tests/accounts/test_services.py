import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.accounts.services import log_in
from bookings.common import clock
from bookings.common.errors import ErrorCode
from tests import factories
from tests.factories import PASSWORD
from tests.witness import refusal

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("why", ["unknown", "wrong password", "closed", "no password", "empty"])
def test_log_in__is_refused_the_same_way_whatever_the_reason(why):
    ana = factories.user("ana@example.org", is_active=why != "closed")
    if why == "no password":
        ana.set_unusable_password()
        ana.save()
    email = "bob@example.org" if why == "unknown" else ana.email
    password = {"wrong password": "x", "empty": ""}.get(why, PASSWORD)

    error = refusal(log_in, email=email, password=password, now=clock.now())

    assert (error.code, error.message) == (
        ErrorCode.CREDENTIALS_INVALID,
        "The address or the password is not right.",
    )


def test_log_in__unknown_address_costs_a_password_hash_and_as_many_statements(monkeypatch):
    hashed = []
    factories.user("ana@example.org")
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher, "encode", lambda self, *given: hashed.append(given) or encode(self, *given)
    )

    costs = []
    for email in ("ana@example.org", "bob@example.org"):
        with CaptureQueriesContext(connection) as told:
            refusal(log_in, email=email, password="wrong", now=clock.now())
        costs.append((len(told), len(hashed)))
        hashed.clear()

    assert costs[0] == costs[1]
    assert costs[0][1] == 1
