"""`python -m certificates`: preview designs and make certificates without a server."""

import argparse
import json
import logging
import os
import re
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from certificates.designs import DESIGNS, LANGUAGES, load
from certificates.errors import CertificateError
from certificates.keys import load_document_key
from certificates.press import Made, Press
from certificates.preview import preview
from certificates.printfile import write_print_file
from translations import names

PASSPHRASE_VARIABLE = "CERTIFICATES_KEY_PASSPHRASE"  # noqa: S105 - the name of a variable, no password


def main(arguments: list[str] | None = None) -> int:
    """Run a command: 0 when all was made, 2 with reasons on standard error when something was not."""
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    options = parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except CertificateError as refusal:
        print(refusal, file=sys.stderr)
    except OSError as trouble:
        print(f"{trouble.filename}: {trouble.strerror}", file=sys.stderr)
    return 2


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = argparse.ArgumentParser(prog="python -m certificates", description=__doc__)
    commands = top.add_subparsers(required=True)
    designs = f"a design's folder, or one of: {', '.join(DESIGNS)}"
    show = commands.add_parser("preview", help="render a design's sample in all languages as PDF and PNG")
    show.add_argument("design", help=designs)
    show.add_argument("--out", type=Path, default=Path("preview"), help="folder for the files")
    show.add_argument("--dpi", type=int, default=100, help="resolution of the pictures")
    show.set_defaults(run=run_preview)
    press = commands.add_parser("press", help="make a certificate for every line of a JSON Lines file")
    press.add_argument("--design", required=True, help=designs)
    press.add_argument("--lang", required=True, choices=LANGUAGES)
    press.add_argument(
        "--data", required=True, type=Path, help="one JSON object a line; - for standard input"
    )
    press.add_argument("--out", required=True, type=Path, help="folder for the files")
    press.add_argument("--one-file", action="store_true", help="one file for the printing house")
    press.add_argument(
        "--key",
        type=Path,
        help=f"PKCS#12 or PEM key that signs; its passphrase is read from {PASSPHRASE_VARIABLE}",
    )
    press.set_defaults(run=run_press)
    return top


def run_preview(options: argparse.Namespace) -> int:
    """Render a design's sample."""
    for path in preview(load(options.design), options.out, dpi=options.dpi):
        print(path)
    return 0


class Lines:
    """The lines of data of a file; remembers those that are no data."""

    def __init__(self, source: Path) -> None:
        self.source = source
        self.bad = 0

    def __iter__(self) -> Iterator[dict[str, Any]]:
        opened = sys.stdin if str(self.source) == "-" else self.source.open(encoding="utf-8-sig")
        with opened as file:
            for number, line in enumerate(file, 1):
                if not line.strip():
                    continue
                try:
                    data = json.loads(line)
                except ValueError:
                    data = None
                if isinstance(data, dict):
                    yield data
                else:
                    self.bad += 1
                    print(f"line {number}: not a JSON object", file=sys.stderr)


def run_press(options: argparse.Namespace) -> int:
    """Make certificates; lines that cannot be set are named and skipped."""
    design = load(options.design)
    signer = None
    if options.key is not None:
        signer = load_document_key(options.key.read_bytes(), os.environ.get(PASSPHRASE_VARIABLE, ""))
    press = Press(design, options.lang, signer=signer)
    options.out.mkdir(parents=True, exist_ok=True)
    lines = Lines(options.data)
    if options.one_file:
        target = options.out / f"{design.name}-{options.lang}.pdf"
        with target.open("w+b") as file:
            made, refused = report(write_print_file(press, lines, file, design.title[options.lang]))
        if not made:
            target.unlink()
    else:
        made, refused = report(save(press.make(lines), options.out))
    print(f"{made} made, {refused + lines.bad} refused")
    return 2 if refused or lines.bad else 0


def report(results: Iterator[Made]) -> tuple[int, int]:
    """Name every refusal on standard error; count what was made and refused."""
    made = refused = 0
    for result in results:
        if result.refusal is None:
            made += 1
        else:
            refused += 1
            codes = ", ".join(reason.code for reason in result.refusal.reasons)
            print(f"{result.refusal} [{codes}]", file=sys.stderr)
    return made, refused


def save(results: Iterator[Made], folder: Path) -> Iterator[Made]:
    """Write each file under a readable name that no other has."""
    taken: set[str] = set()
    for result in results:
        if result.pdf is not None:
            name = stem = file_stem(result.data)
            again = 2
            while name in taken:
                name = f"{stem}-{again}"
                again += 1
            taken.add(name)
            (folder / f"{name}.pdf").write_bytes(result.pdf)
        yield result


def file_stem(data: Any) -> str:
    """A file name without marks and spaces: number and name, such as 0012-nguyen-thi-anh."""
    number, name = str(data.get("number") or ""), names.fold(str(data.get("name")))
    words = re.findall(r"\w+", unicodedata.normalize("NFC", f"{number} {name}"))
    return "-".join(words)[:100] or "certificate"


if __name__ == "__main__":
    sys.exit(main())
