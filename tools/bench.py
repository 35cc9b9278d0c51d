"""Run every benchmark program in tests/benchmarks and gather their rows.

Usage: python -m tools.bench [--json FILE] [NAME …]      (NAME: a program without .py; default: all)
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "tests" / "benchmarks"
HELPERS = {"report", "__init__"}


def main() -> int:
    """Run the programs one after the other; returns 1 when one of them broke (not when a goal is missed)."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all rows into this file")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    programs = sorted(file for file in FOLDER.glob("*.py") if file.stem not in HELPERS)
    unknown = set(options.names) - {file.stem for file in programs}
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    rows: list[dict[str, object]] = []
    broken = []
    for program in programs:
        if options.names and program.stem not in options.names:
            continue
        own = run(program)
        if own is None:
            broken.append(program.stem)
        else:
            rows += own
    if options.json:
        options.json.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    missed = [str(row["name"]) for row in rows if row["holds"] is False]
    print(
        f"\n{len(rows)} figures, {len(missed)} beyond their goal"
        + (f": {'; '.join(missed)}" if missed else ".")
    )
    if broken:
        print(f"Broken: {', '.join(broken)}", file=sys.stderr)
    return 1 if broken else 0


def run(program: Path) -> list[dict[str, object]] | None:
    """Run one program, showing its table; returns its rows, or None when it broke."""
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder) / "figures.json"
        command = [sys.executable, "-m", f"tests.benchmarks.{program.stem}", "--json", str(figures)]
        done = subprocess.run(command, cwd=ROOT, check=False)
        if done.returncode != 0 or not figures.exists():
            return None
        return list(json.loads(figures.read_text(encoding="utf-8")))


if __name__ == "__main__":
    sys.exit(main())
