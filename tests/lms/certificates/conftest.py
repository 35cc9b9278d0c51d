"""Reading the papers as a person would."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image


@pytest.fixture
def pdf_text(tmp_path: Path) -> Callable[[bytes], str]:
    """The text of a PDF, as pdftotext gives it."""

    def read(pdf: bytes) -> str:
        file = tmp_path / "paper.pdf"
        file.write_bytes(pdf)
        done = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, check=True)
        return done.stdout.decode()

    return read


@pytest.fixture
def qr_of(tmp_path: Path) -> Callable[[bytes], list[str]]:
    """What the QR code of every page of a PDF says, at the resolution of a cheap printer."""

    def read(pdf: bytes) -> list[str]:
        file = tmp_path / "paper.pdf"
        file.write_bytes(pdf)
        subprocess.run(["pdftoppm", "-r", "120", "-png", str(file), str(tmp_path / "page")], check=True)
        pages = sorted(tmp_path.glob("page*.png"))
        texts = [code.text for page in pages for code in zxingcpp.read_barcodes(Image.open(page))]
        for page in pages:
            page.unlink()
        return texts

    return read
