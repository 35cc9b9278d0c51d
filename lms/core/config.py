"""Configuration: typed, read from the environment (or from a host application's ``LMS_…`` settings), and checked."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
WEAK_SECRETS = {"", "dev", "secret", "changeme", "change-me", "default", "development", "test"}


class ConfigurationError(Exception):
    """The program cannot start with these settings; the message says which one and what it must be."""


def _default_instance() -> Path:
    return (ROOT if (ROOT / "setup.cfg").exists() else Path.cwd()) / "instance"


def _setting(default: Any, description: str) -> Any:
    metadata = {"description": description}
    if callable(default):
        return field(default_factory=default, metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Settings:
    """Every setting. The environment variable of a setting is its name in capitals."""

    environment: str = _setting("development", "`production` refuses to start without a secret of its own")
    secret_key: str = _setting("", "signs sessions and links; at least 32 characters in production")
    key_encryption_secret: str = _setting(
        "", "keeps the issuers' signing keys secret; the secret key stands in for it when it is empty"
    )
    database_url: str = _setting("", "SQLAlchemy address; default: SQLite in the instance folder")
    instance_dir: Path = _setting(_default_instance, "folder of the database and of files made")
    host: str = _setting("127.0.0.1", "address to serve on")
    port: int = _setting(8000, "port to serve on")
    threads: int = _setting(4, "threads of the server")
    public_url: str = _setting("", "address under which others reach this site, printed in QR codes")
    trusted_proxies: int = _setting(0, "number of proxies in front whose forwarded headers are believed")
    secure_cookies: bool = _setting(
        False, "send cookies over HTTPS only; on by itself when public_url is https"
    )
    mail_server: str = _setting(
        "", "SMTP server for password recovery; empty: links are handed over by a manager"
    )
    mail_port: int = _setting(587, "SMTP port")
    mail_username: str = _setting("", "SMTP user")
    mail_password: str = _setting("", "SMTP password")
    mail_sender: str = _setting("", "sender of mails")
    roster_limit_mb: int = _setting(10, "largest roster file that is read, in megabytes")
    worker: bool = _setting(
        False,
        "let a thread of this process perform jobs; `lms serve` always does, others may run `lms jobs run`",
    )
    demo: bool = _setting(False, "show the demo sign-ins on the sign-in page; never in production")

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any], prefix: str = "") -> Settings:
        """Settings from a mapping such as ``os.environ``; unknown keys are ignored.

        Raises ConfigurationError for a value of the wrong type.
        """
        given = {
            item.name: _convert(item.name, values[prefix + item.name.upper()], item.type)
            for item in fields(cls)
            if prefix + item.name.upper() in values
        }
        return cls(**given)

    @classmethod
    def from_environment(cls) -> Settings:
        """Settings from the process's environment."""
        return cls.from_mapping(os.environ)

    @property
    def production(self) -> bool:
        """Whether people's real data may be in here."""
        return self.environment == "production"

    @property
    def effective_database_url(self) -> str:
        """The database's address, with the driver that we ship for PostgreSQL."""
        url = self.database_url or f"sqlite:///{self.instance_dir / 'lop-so.sqlite3'}"
        for scheme in ("postgres://", "postgresql://"):
            if url.startswith(scheme):
                return "postgresql+psycopg://" + url.removeprefix(scheme)
        return url

    @property
    def effective_public_url(self) -> str:
        """The address for links made without a request: in QR codes, on the command line."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"

    def checked(self) -> Settings:
        """These settings with a secret, made and kept in the instance folder when none is given.

        Raises ConfigurationError in production without a strong secret of its own, or with the demo sign-ins shown.
        """
        if self.environment not in ("development", "production", "test"):
            raise ConfigurationError("ENVIRONMENT must be development, production or test")
        if self.production:
            if self.secret_key.lower() in WEAK_SECRETS or len(self.secret_key) < 32:
                raise ConfigurationError(
                    "SECRET_KEY must be set to a secret of at least 32 characters in production"
                )
            if self.demo:
                raise ConfigurationError(
                    "DEMO must not be set in production: it shows passwords on the sign-in page"
                )
        return self if self.secret_key else replace(self, secret_key=_kept_secret(self.instance_dir))


def _convert(name: str, value: Any, kind: Any) -> Any:
    if kind in (bool, "bool"):
        return value if isinstance(value, bool) else str(value).strip().lower() in ("1", "true", "yes", "on")
    if kind in (int, "int"):
        try:
            return int(value)
        except ValueError:
            raise ConfigurationError(f"{name.upper()} must be a whole number, not {value!r}") from None
    return Path(value) if kind in (Path, "Path") else str(value)


def _kept_secret(folder: Path) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "secret_key"
    if path.exists() and not path.read_text().strip():
        path.unlink()
    if not path.exists():
        # Written aside and linked: another process sees the whole secret or none, and the first one's stays.
        with tempfile.NamedTemporaryFile("w", dir=folder) as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            with contextlib.suppress(FileExistsError):
                os.link(file.name, path)
    return path.read_text().strip()
