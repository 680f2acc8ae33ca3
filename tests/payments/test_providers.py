"""The registry."""

import pytest

from bookings.common.errors import ErrorCode
from bookings.payments.providers import ProviderNotSetUp, default_provider, provider


def test_provider__gives_the_named_one():
    assert provider("sandbox").name == "sandbox"


def test_provider__unknown_names_what_there_is():
    with pytest.raises(ProviderNotSetUp, match="sandbox") as refusal:
        provider("bank-of-nowhere")
    assert refusal.value.code == ErrorCode.PAYMENT_PROVIDER_ERROR


def test_provider__without_its_keys_is_refused(settings):
    settings.SANDBOX_SECRET = ""

    with pytest.raises(ProviderNotSetUp):
        provider("sandbox")


def test_default_provider__is_the_setting_s(settings):
    settings.PAYMENT_PROVIDER = "sandbox"

    assert default_provider().name == "sandbox"


def test_default_provider__none_is_refused(settings):
    settings.PAYMENT_PROVIDER = "none"

    with pytest.raises(ProviderNotSetUp):
        default_provider()
