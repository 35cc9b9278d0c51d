"""``python -m courses``: list, check and print the course library."""

import argparse
import sys
from pathlib import Path

from courses import catalogue
from courses.checking import check
from courses.typeset import TypesetError, lesson_sheet
from translations.locales import LOCALES


def main(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit code: 0 done, 1 faults found, 2 unusable input."""
    parser = argparse.ArgumentParser(prog="python -m courses", description="The course library.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="the courses")
    commands.add_parser("check", help="name every fault of the library; exit code 1 when there is one")
    sheet = commands.add_parser("sheet", help="one lesson as a large-print PDF")
    sheet.add_argument("slug")
    sheet.add_argument("lesson", type=int)
    sheet.add_argument("--lang", choices=list(LOCALES), default="vi")
    sheet.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    if options.command == "list":
        for course in catalogue.courses():
            print(f"{course.slug}\t{course.version}\t{course.titles['vi']}\t{len(course.lessons['vi'])}")
        return 0
    if options.command == "check":
        faults = check()
        print("\n".join(faults) or "The course library is complete.")
        return 1 if faults else 0
    return _sheet(options)


def _sheet(options: argparse.Namespace) -> int:
    try:
        pdf = lesson_sheet(catalogue.load(options.slug), options.lesson, LOCALES[options.lang])
        options.out.write_bytes(pdf)
    except (LookupError, OSError, TypesetError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
