"""Settings, and the connection file: what is connected, with which credentials, by which rules."""

import os
import re
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import SettingsConfigDict

from blocks.errors import ConfigurationError
from tasks.state.settings import StateSettings
from tasks.state.vault import key_file

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class Settings(StateSettings):
    """Settings of the whole installation, from `ML_CONNECTOR_*` environment variables."""

    model_config = SettingsConfigDict(env_prefix="ML_CONNECTOR_", extra="ignore")

    allow_private_hosts: bool = Field(
        default=False, description="Lets tenant addresses be private; demo and tests only."
    )


def prefect_environment(settings: Settings) -> dict[str, str]:
    """Returns the environment that Prefect must find before it is imported.

    Its files live in our home, so that two homes never meet and a user's own Prefect is never touched; a named
    server (`PREFECT_API_URL`) is respected. Prefect's own key is never left in the database that it protects.
    """
    home = settings.home_path / "prefect"
    home.mkdir(mode=0o700, exist_ok=True)
    given = os.environ.get("PREFECT_API_URL", "")
    chosen = {
        "PREFECT_HOME": str(home),
        "PREFECT_PROFILES_PATH": str(home / "profiles.toml"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_ENCRYPTION_KEY": os.environ.get("PREFECT_SERVER_ENCRYPTION_KEY")
        or key_file(settings.home_path / "prefect.key"),
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_SERVER_DEPLOYMENTS_CONCURRENCY_SLOT_WAIT_SECONDS": "3",  # for the run before it
        "DO_NOT_TRACK": "1",
    }
    if given:
        chosen["PREFECT_API_URL"] = given
    elif address := running_server(settings):
        chosen["PREFECT_API_URL"] = address
    return chosen


def running_server(settings: Settings) -> str:
    """Returns the address of the Prefect server that `ml-connector up` runs for this home, or nothing."""
    noted = settings.home_path / "server"
    if not noted.exists():
        return ""
    pid, address = noted.read_text().split()
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, PermissionError):
        return ""
    return address


class ConnectionFile(BaseModel):
    """What a connection file holds: credentials and connections, each with a type or a pair, and a name."""

    model_config = ConfigDict(extra="forbid")

    credentials: list[dict[str, Any]] = Field(default_factory=list)
    connections: list[dict[str, Any]] = Field(default_factory=list)


def read_connection_file(path: Path) -> ConnectionFile:
    """Returns the file's content, with every `${VARIABLE}` replaced from the environment.

    Raises:
        ConfigurationError: the file is missing, is not YAML, or names a variable that is not set; the text says which.
    """
    try:
        content = yaml.safe_load(path.read_text())
        parsed = ConnectionFile.model_validate(content or {})
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigurationError(f"{path} is not a connection file: {_brief(error)}") from error
    return ConnectionFile.model_validate(_expanded(parsed.model_dump(), str(path)))


def _expanded(value: Any, where: str) -> Any:
    if isinstance(value, dict):
        return {key: _expanded(held, f"{where}, {key}") for key, held in value.items()}
    if isinstance(value, list):
        return [_expanded(held, where) for held in value]
    return _VARIABLE.sub(lambda found: _variable(found[1], where), value) if isinstance(value, str) else value


def _variable(name: str, where: str) -> str:
    if name not in os.environ:
        raise ConfigurationError(f"{where}: the environment variable {name} is not set")
    return os.environ[name]


def _brief(error: Exception) -> str:
    return str(error).split("For further information")[0].strip().replace("\n", " ")
