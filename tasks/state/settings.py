"""Where our own state lives; every process of one installation reads the same settings."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class StateSettings(BaseSettings):
    """Settings read from `ML_CONNECTOR_*` environment variables."""

    model_config = SettingsConfigDict(env_prefix="ML_CONNECTOR_", extra="ignore")

    home: Path = Field(default=Path("~/.ml-connector"), description="Folder of the database, keys and Prefect's files.")
    database_url: str | None = Field(default=None, description="SQLAlchemy URL; SQLite in the home folder by default.")
    encryption_key: SecretStr | None = Field(
        default=None, description="Fernet keys, comma-separated, the newest first; a key file in the home by default."
    )
    public_url: str = Field(default="", description="Where vendors reach the web app, https without a final slash.")
    web_port: int = Field(default=8000, description="The web app's port.")
    web_connector_idle_seconds: float = Field(
        default=60, gt=0, description="How long a QuickBooks Web Connector may be silent between two of its calls."
    )
    web_connector_working_seconds: float = Field(
        default=600, gt=0, description="The same while QuickBooks opens a company file, or works on what it was sent."
    )

    @property
    def web_address(self) -> str:
        """Where people reach the web app, without a final slash."""
        return self.public_url.strip().rstrip("/") or f"http://localhost:{self.web_port}"

    @property
    def home_path(self) -> Path:
        """The home folder, expanded; it is made, for its owner alone, if it does not exist."""
        path = self.home.expanduser().resolve()
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path

    @property
    def state_url(self) -> str:
        """The database's URL, with the driver that the product ships."""
        url = self.database_url or f"sqlite:///{self.home_path / 'state.db'}"
        return url.replace("postgresql://", "postgresql+psycopg://", 1)
