"""Mounting Lớp Số in somebody else's Flask application.

Ours stays an application of its own behind the prefix, with its own configuration, database, templates,
sessions and error pages: two Flask-SQLAlchemy objects cannot share one application, and so nothing of the
host's is touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask

from lms.app import create_app
from lms.core.auth import IDENTITY
from lms.core.config import Settings

Identity = Callable[[], str | None]


class LMS:
    """The extension: ``LMS(app, url_prefix="/lop-hoc")`` or ``LMS().init_app(app)``.

    The host's settings that begin with ``LMS_`` are ours without the prefix (``LMS_DATABASE_URL``).
    ``identity`` is called in a request of the host and names who is signed in there, by phone or e-mail;
    without it people sign in with us.
    """

    def __init__(
        self, app: Flask | None = None, *, url_prefix: str = "/lop-hoc", identity: Identity | None = None
    ) -> None:
        self.url_prefix = "/" + url_prefix.strip("/")
        self.identity = identity
        self.inner: Flask | None = None
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Mount behind the prefix and register as ``app.extensions["lms"]``."""
        settings = Settings.from_mapping(
            {key: value for key, value in app.config.items() if key.startswith("LMS_")}, "LMS_"
        )
        if not settings.secret_key and app.secret_key:
            settings = Settings(**{**settings.__dict__, "secret_key": str(app.secret_key)})
        self.inner = create_app(settings, SESSION_COOKIE_PATH=self.url_prefix, TESTING=app.testing)
        app.extensions["lms"] = self
        app.wsgi_app = self._mount(app, app.wsgi_app)  # type: ignore[method-assign]
        app.cli.add_command(self.inner.cli, "lms")

    def url_for(self, endpoint: str, **values: Any) -> str:
        """The path of one of our pages, for a link in the host's templates."""
        if self.inner is None:
            raise RuntimeError("LMS is not mounted yet: call init_app first")
        with self.inner.test_request_context("/", environ_overrides={"SCRIPT_NAME": self.url_prefix}):
            return self.inner.url_for(endpoint, **values)

    def _mount(
        self, host: Flask, host_wsgi: Callable[..., Iterable[bytes]]
    ) -> Callable[..., Iterable[bytes]]:
        inner, prefix = self.inner, self.url_prefix
        assert inner is not None

        def wsgi(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            path = environ.get("PATH_INFO", "")
            if path != prefix and not path.startswith(prefix + "/"):
                return host_wsgi(environ, start_response)
            environ.pop(IDENTITY, None)
            if self.identity is not None:
                with host.request_context(dict(environ)):
                    environ[IDENTITY] = self.identity()
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + prefix
            environ["PATH_INFO"] = path[len(prefix) :] or "/"
            return inner.wsgi_app(environ, start_response)

        return wsgi
