"""``python -m translations``: extract, fill, compile and check the catalogues."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from translations import catalogue_check, catalogues, messages
from translations.locales import LOCALES


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
        command.add_argument("--prune", action="store_true", help="drop texts that no source has")
    commands.add_parser("compile", help="write the .mo files")
    commands.add_parser("check", help="name every fault of the catalogues; exit code 1 when there is one")
    options = parser.parse_args(arguments)
    if options.command == "check":
        return _check()
    if options.command == "compile":
        return _compile()
    return _update(getattr(options, "files", []), prune=options.prune)


def _check() -> int:
    faults = catalogue_check.check()
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
    fills: dict[str, dict[catalogues.Key, list[str]]] = {code: {} for code in LOCALES}
    for file in files:
        try:
            parsed = catalogues.parse_fills(json.loads(file.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            print(f"{file}: {error}", file=sys.stderr)
            return 2
        for code, forms in parsed.items():
            fills[code] |= forms
    result = catalogues.update(fills, prune=prune)
    used = result.source.keys()
    filled = {key for forms in fills.values() for key in forms}
    warnings = [f"cannot read {name}" for name in result.source.unreadable]
    warnings += [f"kept aside, as no source has it yet: {key[1]!r}" for key in sorted(filled - used, key=str)]
    warnings += [f"replaced {change}" for change in result.replaced]
    for warning in warnings:
        print(f"warning: {warning}", file=sys.stderr)
    _compile()
    faults = catalogue_check.check_texts(filled & used)
    for fault in faults:
        print(fault)
    print(f"{len(used)} texts in the sources, {len(filled & used)} filled")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
