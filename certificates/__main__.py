"""`python -m certificates`: preview designs and make certificates without a server."""

import argparse
import sys
from pathlib import Path

from certificates.designs import DESIGNS, load
from certificates.errors import CertificateError
from certificates.preview import preview


def main(arguments: list[str] | None = None) -> int:
    """Run a command; 0 when all was made, 2 with a reason on standard error when not."""
    parser = argparse.ArgumentParser(prog="python -m certificates", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    show = commands.add_parser("preview", help="render a design's sample in all languages as PDF and PNG")
    show.add_argument("design", help=f"a design's folder, or one of: {', '.join(DESIGNS)}")
    show.add_argument(
        "--out", type=Path, default=Path("preview"), help="folder for the files (default: preview)"
    )
    show.add_argument("--dpi", type=int, default=100, help="resolution of the pictures (default: 100)")
    options = parser.parse_args(arguments)
    try:
        for path in preview(load(options.design), options.out, dpi=options.dpi):
            print(path)
    except CertificateError as refusal:
        print(refusal, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
