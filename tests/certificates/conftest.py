"""Ways to look at a PDF as a reader, a phone and a machine do."""

import datetime
import io
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from certificates import keys
from certificates.designs import Design, load
from certificates.keys import TokenKey
from certificates.signing import Signer

NOW = datetime.datetime(2025, 9, 15, 8, 0, tzinfo=datetime.UTC)


@pytest.fixture(scope="session")
def state() -> Design:
    return load("state")


@pytest.fixture(scope="session")
def signer() -> Signer:
    return keys.load_document_key(
        keys.new_document_key("UBND phường Cửa Nam", "mật khẩu", now=NOW), "mật khẩu"
    )


@pytest.fixture(scope="session")
def token_key() -> TokenKey:
    return keys.load_token_key(keys.new_token_key("mật khẩu"), "mật khẩu")


@pytest.fixture
def read_text(tmp_path: Path) -> Callable[[bytes], str]:
    """The text that pdftotext finds, one space between words."""

    def read(pdf: bytes) -> str:
        done = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True)
        return done.stdout.decode()

    return read


@pytest.fixture
def draw() -> Callable[..., Any]:
    """The first page as a picture."""

    def picture(pdf: bytes, dpi: int = 80) -> Any:
        command = ["pdftoppm", "-r", str(dpi), "-f", "1", "-l", "1", "-"]
        done = subprocess.run(command, input=pdf, capture_output=True, check=True)
        return Image.open(io.BytesIO(done.stdout)).convert("RGB")

    return picture
