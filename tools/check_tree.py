"""Look through every file that git keeps for what must never be there.

Secrets, addresses of package hosts, paths of one person's machine, dependence on a neighbouring folder.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LARGEST = 3_000_000  # bytes; a larger file does not belong into the repository
LOCK_FILES = {"requirements.lock", "package-lock.json"}

FORBIDDEN: list[tuple[str, re.Pattern[str]]] = [
    ("a private key", re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----")),
    (
        "an access token",
        re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|glpat-[\w-]{20,}|AKIA[0-9A-Z]{16}|xox[abp]-\w{10,})"),
    ),
    (
        "a password in an address",
        re.compile(r"\b[a-z][a-z0-9+]*://[^\s/:@'\"{}<>$%]+:[^\s/:@'\"{}<>$%*…]{4,}@[\w.-]+"),
    ),
    (
        "an option that names a package host",
        re.compile(r"--(?:extra-)?index-url|--find-links|--trusted-host|--registry\b"),
    ),
    ("a path of one machine", re.compile(r"(?<![\w.])/(?:home|Users|root|work)/[\w.-]+")),
    ("a folder outside the project", re.compile(r"\.\./shared\b")),
]


def main() -> int:
    """Print a sentence for every finding; returns 1 when there is one."""
    listed = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT, text=True).split("\0")
    found = [fault for name in listed if name for fault in faults(ROOT / name)]
    for fault in found:
        print(fault)
    return 1 if found else 0


def faults(file: Path) -> list[str]:
    """What is wrong with one file, a sentence each."""
    if not file.is_file() or file == Path(__file__).resolve():
        return []
    name = file.relative_to(ROOT).as_posix()
    if file.stat().st_size > LARGEST:
        return [f"{name}: is larger than {LARGEST // 1_000_000} MB"]
    content = file.read_bytes()
    if b"\0" in content[:8000]:
        return []
    text = content.decode("utf-8", errors="replace")
    sentences = []
    for what, pattern in FORBIDDEN:
        for match in pattern.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            sentences.append(f"{name}:{line}: {what}")
    if file.name in LOCK_FILES and re.search(r'"resolved"|^[^#]*@ *\w+://', text, re.MULTILINE):
        sentences.append(f"{name}: a lock file names a package host")
    return sentences


if __name__ == "__main__":
    sys.exit(main())
