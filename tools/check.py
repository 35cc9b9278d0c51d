"""All checks that need no test. Every one is run, then the failed ones are shown; exit code 1 if any did."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PYTHON = str(BIN / "python")
PACKAGES = ["translations", "courses", "certificates", "lms"]

CHECKS: dict[str, list[str]] = {
    "types": [str(BIN / "mypy"), *PACKAGES, "tools", "tests/support"],
    "style": [str(BIN / "ruff"), "check", "-q", "."],
    "format": [str(BIN / "ruff"), "format", "-q", "--check", "."],
    "import contracts": [str(BIN / "lint-imports"), "--no-cache"],
    "translations": [PYTHON, "-m", "translations", "check"],
    "courses": [PYTHON, "-m", "courses", "check"],
    "migrations": [PYTHON, "-m", "tools.check_migrations"],
    "tree": [PYTHON, "-m", "tools.check_tree"],
}


def main() -> int:
    """Run the checks, two at a time, the slowest first."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        results = list(pool.map(run, CHECKS.items()))
    failed = [(name, said) for name, ok, said in results if not ok]
    for name, said in failed:
        print(f"\n--- {name}: {' '.join(CHECKS[name])}\n{said}")
    if failed:
        print(f"\nFailed: {', '.join(name for name, _ in failed)}")
    return 1 if failed else 0


def run(check: tuple[str, list[str]]) -> tuple[str, bool, str]:
    """Run one check; returns its name, whether it held, and what it said."""
    name, command = check
    began = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    ok = done.returncode == 0
    print(f"  {'ok    ' if ok else 'FAILED'} {name:18} {time.monotonic() - began:5.1f} s", flush=True)
    return name, ok, done.stdout


if __name__ == "__main__":
    sys.exit(main())
