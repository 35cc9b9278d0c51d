"""``python -m translations``: extract, fill, compile and check the catalogues."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from translations import catalogues, messages


def main(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit code: 0 done, 1 faults found, 2 unusable input."""
    parser = argparse.ArgumentParser(
        prog="python -m translations", description="Keep the gettext catalogues."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    extract = commands.add_parser("extract", help="bring the catalogues up to date with the sources")
    fill = commands.add_parser("fill", help="extract, then put in the translations of JSON files")
    fill.add_argument("files", nargs="+", type=Path, metavar="FILE.json")
    for command in (extract, fill):
        command.add_argument(
            "--prune", action="store_true", help="drop texts that are no longer in the sources"
        )
    commands.add_parser("compile", help="write the .mo files")
    commands.add_parser("check", help="name every fault of the catalogues; exit code 1 when there is one")
    options = parser.parse_args(arguments)
    if options.command == "check":
        return _check()
    if options.command == "compile":
        return _compile()
    return _update(getattr(options, "files", []), prune=options.prune)


def _check() -> int:
    faults = catalogues.check()
    for fault in faults:
        print(fault)
    print(f"{len(faults)} faults" if faults else "The catalogues are complete.")
    return 1 if faults else 0


def _compile() -> int:
    with catalogues.locked():
        for _, path in messages.po_files():
            messages.compile_catalogue(path)
    return 0


def _update(files: list[Path], *, prune: bool) -> int:
    data: dict[str, object] = {}
    try:
        for file in files:
            data |= json.loads(file.read_text(encoding="utf-8"))
        fills = catalogues.parse_fills(data)
    except (OSError, ValueError, TypeError) as error:
        print(error, file=sys.stderr)
        return 2
    source = catalogues.update(fills, prune=prune)
    for name in source.unreadable:
        print(f"warning: cannot read {name}", file=sys.stderr)
    used = source.keys()
    for key in sorted({key for filled in fills.values() for key in filled} - used, key=str):
        print(f"warning: kept aside, as no source has it yet: {key[1]!r}", file=sys.stderr)
    print(f"{len(used)} texts")
    return _compile()


if __name__ == "__main__":
    sys.exit(main())
