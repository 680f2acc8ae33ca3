import pytest
from django.db import IntegrityError, connection, transaction

from bookings.accounts.models import User
from tests import factories

pytestmark = pytest.mark.django_db


def test_user__address_is_unique_whatever_its_case():
    factories.user("ana@example.org")

    with pytest.raises(IntegrityError), transaction.atomic():
        factories.user("ANA@example.org")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.bulk_create([User(email="Ana@Example.org")])


def test_user__is_found_by_their_address_in_any_case():
    ana = factories.user("Ana@Example.org")

    assert ana.email == "ana@example.org"
    assert User.objects.get_by_natural_key(" ANA@example.ORG ") == ana


def test_user__is_found_by_an_index():
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")  # a table of no rows is read whole otherwise

    assert "user_by_email" in User.objects.filter(email="ana@example.org").explain()


def test_user__clean_normalises_as_every_other_way_in():
    ana = User(email="Ana@BÜCHER.example", password="x")

    ana.clean()

    assert ana.email == "ana@xn--bcher-kva.example"


def test_create_user__without_a_password_nobody_logs_in():
    assert not User.objects.create_user("ana@example.org").has_usable_password()


def test_create_superuser__is_the_platforms_admin_with_a_proven_address():
    root = User.objects.create_superuser("root@example.org", "x")

    assert (root.is_superuser, root.is_staff) == (True, True)
    assert root.email_verified_at is not None
