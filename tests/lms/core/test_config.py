"""Settings: typed, refused when they are dangerous, and a secret that is made once and kept."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from lms.app import create_app
from lms.core.config import ConfigurationError, Settings

STRONG = "Xq7-a secret of one's own, long enough"


def production(**values: Any) -> Settings:
    return Settings(**{"environment": "production", "secret_key": STRONG, **values})


@pytest.mark.parametrize("secret", ["", "dev", "secret", "CHANGEME", "x" * 31])
def test_production_refuses_a_default_or_short_secret(secret: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"SECRET_KEY.*32"):
        production(secret_key=secret, instance_dir=tmp_path).checked()
    assert list(tmp_path.iterdir()) == [], "no secret is made up for production"


def test_production_starts_with_a_secret_of_its_own(tmp_path: Path) -> None:
    settings = production(instance_dir=tmp_path, database_url="sqlite://").checked()
    assert settings.production
    assert create_app(settings).config["SECRET_KEY"] == STRONG


def test_production_does_not_show_passwords() -> None:
    with pytest.raises(ConfigurationError, match="DEMO"):
        production(demo=True).checked()


def test_the_application_does_not_start_with_refused_settings(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError):
        create_app(production(secret_key="dev", instance_dir=tmp_path))


def test_an_unknown_environment_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="production"):
        Settings(environment="prod").checked()


def test_settings_are_typed() -> None:
    settings = Settings.from_mapping(
        {
            "PORT": "8123",
            "DEMO": "yes",
            "INSTANCE_DIR": "/srv/lop-so",
            "TRUSTED_PROXIES": "1",
            "HOME": "/root",
        }
    )
    assert (settings.port, settings.demo, settings.trusted_proxies) == (8123, True, 1)
    assert settings.instance_dir == Path("/srv/lop-so")


@pytest.mark.parametrize("text", ["", "0", "false", "no", "off"])
def test_what_does_not_say_yes_is_no(text: str) -> None:
    assert Settings.from_mapping({"SECURE_COOKIES": text}).secure_cookies is False


def test_a_value_of_the_wrong_type_names_its_setting() -> None:
    with pytest.raises(ConfigurationError, match="PORT must be a whole number, not 'eight'"):
        Settings.from_mapping({"PORT": "eight"})


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://lopso.example.vn/")
    monkeypatch.setenv("THREADS", "8")
    settings = Settings.from_environment()
    assert settings.threads == 8
    assert settings.effective_public_url == "https://lopso.example.vn"


def test_a_host_applications_settings_have_a_prefix() -> None:
    settings = Settings.from_mapping({"LMS_PORT": 8001, "PORT": 5000, "LMS_DEMO": True}, "LMS_")
    assert (settings.port, settings.demo) == (8001, True)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_an_address_of_postgresql_gets_the_driver_we_ship(scheme: str) -> None:
    url = Settings(database_url=f"{scheme}://user@db.example.vn/lms").effective_database_url
    assert url == "postgresql+psycopg://user@db.example.vn/lms"


def test_the_database_is_in_the_instance_folder_unless_told(tmp_path: Path) -> None:
    assert Settings(instance_dir=tmp_path).effective_database_url == f"sqlite:///{tmp_path}/lop-so.sqlite3"


def test_a_secret_is_made_once_and_kept_for_oneself(tmp_path: Path) -> None:
    folder = tmp_path / "instance"
    first = Settings(instance_dir=folder).checked().secret_key
    again = Settings(instance_dir=folder).checked().secret_key
    other = Settings(instance_dir=tmp_path / "other").checked().secret_key
    assert len(first) >= 32
    assert first == again != other
    assert stat.S_IMODE((folder / "secret_key").stat().st_mode) == 0o600


def test_processes_that_start_together_share_the_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        secrets = set(pool.map(lambda _: Settings(instance_dir=tmp_path).checked().secret_key, range(64)))
    assert len(secrets) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["secret_key"]


def test_a_given_secret_wins_over_the_kept_one(tmp_path: Path) -> None:
    Settings(instance_dir=tmp_path).checked()
    assert Settings(instance_dir=tmp_path, secret_key="mine").checked().secret_key == "mine"


def test_an_emptied_secret_file_is_not_a_secret(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("\n")
    assert len(Settings(instance_dir=tmp_path).checked().secret_key) >= 32


@pytest.mark.parametrize(
    ("values", "secure"),
    [({}, False), ({"secure_cookies": True}, True), ({"public_url": "https://lopso.example.vn"}, True)],
)
def test_cookies_go_over_https_only_where_there_is_https(
    values: dict[str, Any], secure: bool, tmp_path: Path
) -> None:
    app = create_app(Settings(instance_dir=tmp_path, database_url="sqlite://", **values))
    assert app.config["SESSION_COOKIE_SECURE"] is secure
