"""Keys: rotation, a missing one, and the key file."""

import stat
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from tasks.state.settings import StateSettings
from tasks.state.vault import KeyMissingError, Vault, key_file, open_vault

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_amounts_come_out_as_they_went_in() -> None:
    vault = Vault([OLD])
    content = {
        "amount": Decimal("1250.10"),
        "lines": [{"amount": Decimal("-0.05")}],
        "name": "Müller 株式会社",
        "n": None,
    }
    opened = vault.unseal(vault.seal(content))
    assert opened == content
    assert str(opened["amount"]) == "1250.10"


@pytest.mark.parametrize("letters", [0, 10, 64 * 1024 - 2, 64 * 1024, 3_000_000])
def test_long_content_is_packed_and_comes_out_the_same(letters: int) -> None:
    vault, content = Vault([OLD]), "é<TxnID>" * (letters // 9) + "x" * (letters % 9)
    sealed = vault.seal(content)
    assert vault.unseal(sealed) == content
    assert len(sealed) < 100_000


def test_the_old_key_still_opens_after_a_new_one_came() -> None:
    sealed = Vault([OLD]).seal("session")
    assert Vault([NEW, OLD]).unseal(sealed) == "session"


def test_a_new_key_is_used_for_all_that_is_written_after_it_came() -> None:
    sealed = Vault([NEW, OLD]).seal("session")
    assert Vault([NEW]).unseal(sealed) == "session"
    with pytest.raises(KeyMissingError):
        Vault([OLD]).unseal(sealed)


def test_a_missing_key_is_named_and_the_content_is_not() -> None:
    sealed = Vault([OLD]).seal("session-4711")
    with pytest.raises(KeyMissingError, match="ML_CONNECTOR_ENCRYPTION_KEY") as caught:
        Vault([NEW]).unseal(sealed)
    assert "4711" not in str(caught.value)


def test_a_key_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="32 url-safe"):
        Vault(["not a key"])


def test_the_key_file_is_its_owners_alone_and_the_same_for_everyone_who_starts_at_once(tmp_path: Path) -> None:
    path = tmp_path / "encryption.key"
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _number: key_file(path), range(64)))
    assert keys == {path.read_text()}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["encryption.key"]


def test_configured_keys_win_over_the_key_file(tmp_path: Path) -> None:
    vault = open_vault(StateSettings(home=tmp_path, encryption_key=SecretStr(f"{NEW}, {OLD}")))
    assert vault.unseal(Vault([OLD]).seal(1)) == 1
    assert list(tmp_path.iterdir()) == []


def test_the_home_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    home = StateSettings(home=tmp_path / "home").home_path
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
