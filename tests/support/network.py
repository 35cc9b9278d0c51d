"""No test speaks to the world: sockets reach this machine only, and nobody gets mail."""

import ipaddress
import smtplib
import socket
from typing import Any

import pytest

LOCAL_NAMES = {"localhost", "ip6-localhost", ""}


class WorldReached(AssertionError):
    """A test tried to open a connection beyond this machine, or to send mail."""


def is_local(host: object) -> bool:
    """Whether an address (text, bytes or None, as the socket module takes it) is this machine's own."""
    if host is None:
        return True
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    if name.lower() in LOCAL_NAMES:
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def close_the_world(patch: pytest.MonkeyPatch) -> None:
    """Refuse connections, datagrams and name look-ups beyond loopback, and every SMTP connection.

    Python code only: the browser has its own rule (support/browser.py), PostgreSQL listens on a Unix socket.
    """

    def guarded(method: str) -> None:
        original = getattr(socket.socket, method)

        def call(self: socket.socket, *arguments: Any) -> Any:
            address = arguments[-1]
            if self.family in (socket.AF_INET, socket.AF_INET6) and not is_local(address[0]):
                raise WorldReached(f"a test tried to reach {address[0]}")
            return original(self, *arguments)

        patch.setattr(socket.socket, method, call)

    for method in ("connect", "connect_ex", "sendto"):
        guarded(method)

    look_up = socket.getaddrinfo

    def local_look_up(host: Any, *arguments: Any, **named: Any) -> Any:
        if not is_local(host):
            raise WorldReached(f"a test tried to look up {host!r}")
        return look_up(host, *arguments, **named)

    patch.setattr(socket, "getaddrinfo", local_look_up)

    def no_mail(self: object, *arguments: Any, **named: Any) -> None:
        raise WorldReached("a test tried to send mail")

    patch.setattr(smtplib.SMTP, "__init__", no_mail)


_patch = pytest.MonkeyPatch()


def pytest_configure(config: pytest.Config) -> None:
    """Close the world from the start, so that imports and session fixtures are held to it as well."""
    close_the_world(_patch)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Open it again."""
    _patch.undo()
