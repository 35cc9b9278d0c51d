"""The application factory: a list of named steps."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, url_for
from flask_compress import Compress
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from lms.core.auth import init_auth
from lms.core.config import Settings
from lms.core.db import db, prepare_engine
from lms.core.http import init_http
from lms.core.i18n import init_i18n
from lms.navigation import init_navigation

STATIC_AGE = 365 * 24 * 3600


def create_app(settings: Settings | None = None, **config: Any) -> Flask:
    """The application, ready to serve.

    ``settings`` default to the environment's; ``config`` are Flask settings that win over them.
    Raises ConfigurationError when the settings do not allow a start.
    """
    settings = (settings or Settings.from_environment()).checked()
    app = Flask(
        "lms",
        root_path=str(Path(__file__).parent),
        static_folder="core/static",
        template_folder="core/templates",
    )
    _configure(app, settings, config)
    _init_database(app)
    init_http(app)
    init_i18n(app)
    CSRFProtect(app)
    Compress(app)
    _init_templates(app)
    _init_features(app)
    return app


def _configure(app: Flask, settings: Settings, config: dict[str, Any]) -> None:
    settings.instance_dir.mkdir(parents=True, exist_ok=True)
    https = settings.secure_cookies or settings.public_url.startswith("https://")
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.effective_database_url,
        MAX_CONTENT_LENGTH=settings.roster_limit_mb * 1024 * 1024 + 64 * 1024,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        SEND_FILE_MAX_AGE_DEFAULT=STATIC_AGE,
        SESSION_COOKIE_NAME="lms_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=https,
        PERMANENT_SESSION_LIFETIME=12 * 3600,
        WTF_CSRF_TIME_LIMIT=None,
        COMPRESS_MIMETYPES=["text/html", "text/css", "text/javascript", "application/json", "image/svg+xml"],
        COMPRESS_ALGORITHM=["gzip"],
        COMPRESS_LEVEL=5,
    )
    app.config.update(config)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops, x_prefix=hops)  # type: ignore[method-assign]


def _init_database(app: Flask) -> None:
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    Migrate(
        app, db, directory=str(Path(__file__).parent / "migrations"), render_as_batch=True, compare_type=True
    )


def _init_templates(app: Flask) -> None:
    static = Path(app.static_folder or "")

    @cache
    def version(name: str) -> str:
        return hashlib.sha256((static / name).read_bytes()).hexdigest()[:10]

    @app.template_global()
    def static_url(name: str) -> str:
        """Address of a static file that changes with its content, so that it can be kept for a year."""
        return url_for("static", filename=name, v=version(name))


def _init_features(app: Flask) -> None:
    from lms import features
    from lms.jobs.worker import start_with_first_request

    init_auth(app, features.load_actor)
    features.register(app)
    init_navigation(app)
    if app.config["SETTINGS"].worker:
        start_with_first_request(app)
