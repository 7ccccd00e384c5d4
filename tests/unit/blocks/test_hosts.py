"""Which addresses a tenant may name."""

import socket
from typing import Any

import pytest

from blocks.errors import ConfigurationError
from blocks.hosts import ALLOW_PRIVATE, checked_url


@pytest.fixture(autouse=True)
def _strict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ALLOW_PRIVATE, raising=False)


def leads_to(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """Every name leads to this address."""

    def looked_up(*_asked: Any, **_more: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0))]

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)


@pytest.mark.parametrize(
    "url",
    [
        "http://acme.example/clouderp",
        "https://127.0.0.1/clouderp",
        "https://10.1.2.3",
        "https://192.168.0.9:8443/x",
        "https://169.254.169.254/latest",
        "https://[::1]/",
        "https://[fe80::1]/",
        "https://localhost/",
        "https://qad/",
        "https://qad.internal/",
        "https://2130706433/",
        "ftp://acme.example/",
        "acme.example/clouderp",
        "https://user:secret@acme.example/",
        "https://acme.example/?key=secret",
    ],
)
def test_an_address_that_is_not_a_public_https_one_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    leads_to(monkeypatch, "127.0.0.1" if "2130706433" in url else "8.8.8.8")
    with pytest.raises(ConfigurationError) as refused:
        checked_url(url, system="QAD")
    assert "secret" not in str(refused.value)


def test_a_public_name_that_leads_to_a_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    leads_to(monkeypatch, "10.0.0.7")
    with pytest.raises(ConfigurationError, match="private"):
        checked_url("https://acme.example/clouderp", system="QAD")


def test_a_public_address_is_taken_without_its_final_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    leads_to(monkeypatch, "8.8.8.8")
    assert (
        checked_url("https://acme.example:8443/clouderp/test/", system="QAD")
        == "https://acme.example:8443/clouderp/test"
    )


def test_private_hosts_are_taken_where_the_settings_allow_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ALLOW_PRIVATE, "1")
    assert checked_url("http://127.0.0.1:8102/clouderp", system="QAD") == "http://127.0.0.1:8102/clouderp"
