import pytest
from cryptography.fernet import Fernet

from bookings.common.secrecy import decrypt, encrypt, keyed_digest, same, token_hash


def test_encrypt__differs_each_time_and_decrypts():
    sealed = {encrypt("private"), encrypt("private")}

    assert len(sealed) == 2
    assert {decrypt(text) for text in sealed} == {"private"}
    assert not any("private" in text for text in sealed)


def test_decrypt__older_keys_stay_good_and_the_newest_seals(settings):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = [old]
    sealed = encrypt("private")

    settings.ENCRYPTION_KEYS = [new, old]
    assert decrypt(sealed) == "private"
    resealed = encrypt("private")
    settings.ENCRYPTION_KEYS = [new]
    assert decrypt(resealed) == "private"
    with pytest.raises(ValueError, match="ENCRYPTION_KEYS"):
        decrypt(sealed)


@pytest.mark.parametrize("broken", ["", "nonsense", "gAAAAA"])
def test_decrypt__what_was_not_sealed_here_is_refused(broken):
    with pytest.raises(ValueError, match="ENCRYPTION_KEYS"):
        decrypt(broken)


def test_token_hash__takes_any_text():
    assert len({token_hash(text) for text in ("", "a", "ä", "\ud800", "\x00")}) == 5


def test_keyed_digest__depends_on_key_purpose_and_value(settings):
    digests = {keyed_digest("a", "1"), keyed_digest("b", "1"), keyed_digest("a", "2")}
    settings.SECRET_KEY = "another" * 10
    digests.add(keyed_digest("a", "1"))

    assert len(digests) == 4


def test_token_hash__does_not_show_the_token():
    assert token_hash("token") == token_hash("token") != token_hash("Token")
    assert "token" not in token_hash("token")
    assert same(token_hash("token"), token_hash("token"))
    assert not same(token_hash("token"), token_hash("Token"))
