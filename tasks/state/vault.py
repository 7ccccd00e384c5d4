"""Encrypts what the database must not show; the key lives outside of it."""

import contextlib
import json
import os
import zlib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from tasks.state.settings import StateSettings

DECIMAL = "~decimal"  # marks an exact number, which JSON has no type for
LONG = 64 * 1024  # bytes from which content is packed first: an answer of QuickBooks is megabytes of the same words
_PACKED = b"x"  # what zlib begins with, and no JSON does


class KeyMissingError(Exception):
    """Stored data was encrypted with a key that is not among the configured ones."""


class Vault:
    """Encrypts and decrypts with a list of keys: the first encrypts, all of them decrypt."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Takes Fernet keys, the newest first.

        Raises:
            ValueError: a key is not 32 url-safe base64-encoded bytes.
        """
        self._fernet = MultiFernet([Fernet(key.strip()) for key in keys])

    def seal(self, content: Any) -> bytes:
        """Returns the JSON-able content encrypted; a Decimal stays one, anything else unknown becomes text."""
        plain = json.dumps(content, default=_as_json, separators=(",", ":")).encode()
        return self._fernet.encrypt(zlib.compress(plain, level=1) if len(plain) > LONG else plain)

    def unseal(self, sealed: bytes) -> Any:
        """Returns the content that was sealed.

        Raises:
            KeyMissingError: none of the keys opens it.
        """
        try:
            plain = self._fernet.decrypt(sealed)
        except InvalidToken:
            raise KeyMissingError(
                "Stored data cannot be decrypted: add the key it was written with to ML_CONNECTOR_ENCRYPTION_KEY"
            ) from None
        return json.loads(zlib.decompress(plain) if plain.startswith(_PACKED) else plain, object_hook=_as_decimal)


def _as_json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return {DECIMAL: str(value)}
    if isinstance(value, Mapping):
        return dict(value)
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _as_decimal(value: dict[str, Any]) -> Any:
    return Decimal(value[DECIMAL]) if value.keys() == {DECIMAL} else value


def open_vault(settings: StateSettings) -> Vault:
    """Returns the vault of this installation; makes its key file, readable by the owner alone, if there is none."""
    if settings.encryption_key:
        return Vault(settings.encryption_key.get_secret_value().split(","))
    return Vault(key_file(settings.home_path / "encryption.key").split(","))


def key_file(path: Path) -> str:
    """Returns the key that the file holds; makes the file with a new key if it does not exist.

    Two processes that start at once end with the same key: the file appears whole or not at all.
    """
    if not path.exists():
        draft = path.with_name(f"{path.name}.{uuid4().hex}")  # threads of one process may race, too
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(Fernet.generate_key())
            file.flush()
            os.fsync(file.fileno())  # a key that a power cut loses takes all that was written with it along
        with contextlib.suppress(FileExistsError):  # the other process was first; its key is the one
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()
