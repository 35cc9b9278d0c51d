"""Mounting Lớp Số in somebody else's Flask application.

Ours stays an application of its own behind the prefix, with its own configuration, database, templates, sessions
and error pages: two Flask-SQLAlchemy objects cannot share one application, and so nothing of the host's is touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app, has_request_context, request
from flask.cli import ScriptInfo
from flask.sessions import SecureCookieSessionInterface

from lms.app import create_app
from lms.core.auth import IDENTITY
from lms.core.config import Settings

Identity = Callable[[], str | None]


@dataclass(frozen=True)
class Mounted:
    """Our application ``inner`` in the host's, found in the ``extensions["lms"]`` of both."""

    host: Flask
    inner: Flask
    url_prefix: str


class LMS:
    """The extension: ``LMS(app, url_prefix="/lop-hoc")`` or ``LMS().init_app(app)``, for any number of applications.

    The host's settings that begin with ``LMS_`` are ours without the prefix (``LMS_DATABASE_URL``); the secret and
    the instance folder are the host's unless set. ``identity`` is called in a request of the host and names who is
    signed in there, by phone or e-mail; without it people sign in with us.
    """

    def __init__(
        self, app: Flask | None = None, *, url_prefix: str = "/lop-hoc", identity: Identity | None = None
    ) -> None:
        self.url_prefix = "/" + url_prefix.strip("/")
        if self.url_prefix == "/":
            raise ValueError(
                "Lớp Số needs an address of its own in the host, for example url_prefix='/lop-hoc'"
            )
        self.identity = identity
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Mount behind the prefix and register as ``app.extensions["lms"]``; ``flask lms …`` has our commands."""
        inner = create_app(
            _settings(app),
            TESTING=app.testing,
            REMEMBER_COOKIE_NAME="lms_remember",
            REMEMBER_COOKIE_PATH=self.url_prefix,
        )
        inner.session_interface = _Sessions()
        mounted = Mounted(app, inner, self.url_prefix)
        app.extensions["lms"] = inner.extensions["lms"] = mounted
        app.wsgi_app = _Switch(mounted, app.wsgi_app, self.identity)  # type: ignore[method-assign]
        app.cli.add_command(_HostedCommands(inner))

    def url_for(self, endpoint: str, *, _external: bool = False, **values: Any) -> str:
        """The address of one of our pages, for a link in the host's: ``url_for("classes.show", class_id=…)``."""
        mounted: Mounted = current_app.extensions["lms"]
        root, scheme, server = "", "http", "localhost"
        if has_request_context():
            root, scheme, server = request.script_root, request.scheme, request.host
        if current_app == mounted.host:
            root += mounted.url_prefix
        addresses = mounted.inner.url_map.bind(server, script_name=root, url_scheme=scheme)
        return addresses.build(endpoint, values, force_external=_external)


def _settings(host: Flask) -> Settings:
    given = {key: value for key, value in host.config.items() if key.startswith("LMS_")}
    settings = Settings.from_mapping(given, "LMS_")
    if "LMS_INSTANCE_DIR" not in given:
        settings = replace(settings, instance_dir=Path(host.instance_path))
    if not settings.secret_key and host.secret_key:
        settings = replace(settings, secret_key=str(host.secret_key))
    return settings


class _Sessions(SecureCookieSessionInterface):
    """Sessions whose cookie is sent to our addresses only, wherever the host itself is mounted."""

    def get_cookie_path(self, app: Flask) -> str:
        """The path that our addresses begin with."""
        return request.script_root or "/"


class _Switch:
    """The host's WSGI application, with ours for the addresses below the prefix."""

    def __init__(
        self, mounted: Mounted, host_wsgi: Callable[..., Iterable[bytes]], identity: Identity | None
    ) -> None:
        self.mounted = mounted
        self.host_wsgi = host_wsgi
        self.identity = identity

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        prefix, path = self.mounted.url_prefix, environ.get("PATH_INFO", "")
        if path != prefix and not path.startswith(prefix + "/"):
            return self.host_wsgi(environ, start_response)
        ours: dict[str, Any] = {
            **{key: value for key, value in environ.items() if key != IDENTITY},
            "SCRIPT_NAME": environ.get("SCRIPT_NAME", "") + prefix,
            "PATH_INFO": path[len(prefix) :] or "/",
        }
        if self.identity is not None and not ours["PATH_INFO"].startswith("/static/"):
            with self.mounted.host.request_context(dict(environ)):
                ours[IDENTITY] = self.identity()
        return self.mounted.inner.wsgi_app(ours, start_response)


class _HostedCommands(click.Group):
    """``flask lms …``: our commands in our application, looked up only when one of them is asked for."""

    def __init__(self, inner: Flask) -> None:
        super().__init__("lms", help="Commands of Lớp Số.")
        self.inner = inner

    def _commands(self) -> dict[str, click.Command]:
        from lms.cli import cli

        ours = {**self.inner.cli.commands, **cli.commands}
        ours.pop("serve", None)  # the host serves us
        return ours

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names."""
        return sorted(self._commands())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        return self._commands().get(cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command in our application, whatever is the current one."""
        from lms.cli import refusals_told

        ctx.obj = ScriptInfo(create_app=lambda: self.inner)
        with self.inner.app_context(), refusals_told():
            return super().invoke(ctx)
