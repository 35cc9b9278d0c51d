"""Migrate an empty database to the newest version, then compare it with the models: they must be the same."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LMS = str(Path(sys.executable).with_name("lms"))


def main() -> int:
    """Show what the two commands say; returns the exit code of the first that fails."""
    with tempfile.TemporaryDirectory() as folder:
        address = f"sqlite:///{Path(folder) / 'migrated.sqlite3'}"
        environment = {**os.environ, "DATABASE_URL": address, "INSTANCE_DIR": folder}
        for step in ("upgrade", "check"):
            code = subprocess.run([LMS, "db", step], cwd=ROOT, env=environment, check=False).returncode
            if code:
                return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
