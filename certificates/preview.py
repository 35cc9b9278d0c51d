"""Render a design's sample in all its languages, as PDF and as pictures to look at."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from certificates.designs import Design
from certificates.typeset import render_pdf


def preview(
    design: Design, out: Path, data: Mapping[str, Any] | None = None, dpi: int = 100, stem: str | None = None
) -> list[Path]:
    """Write `<design>-<locale>.pdf` and `.png` into `out` for every language; return the PDF paths.

    `data` replaces values of the design's sample. Pictures need poppler's `pdftoppm`.
    """
    out.mkdir(parents=True, exist_ok=True)
    made = []
    for locale in design.languages:
        target = out / f"{stem or design.name}-{locale}.pdf"
        target.write_bytes(render_pdf(design, locale, {**design.sample, **(data or {})}))
        picture(target, dpi)
        made.append(target)
    return made


def picture(pdf: Path, dpi: int) -> Path:
    """Draw the first page of a PDF beside it as PNG."""
    command = ["pdftoppm", "-r", str(dpi), "-png", "-singlefile", str(pdf), str(pdf.with_suffix(""))]
    subprocess.run(command, check=True, capture_output=True)
    return pdf.with_suffix(".png")
