"""Design packages that units upload: good ones work, bad ones are refused for the right reason and leave nothing."""

import io
import struct
import zipfile
from pathlib import Path

import pytest

from certificates.designs import ROOT
from certificates.errors import CertificateError
from certificates.packages import open_package
from certificates.typeset import render_pdf


def files_of(design: str = "thanks") -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (ROOT / design).iterdir()}


def packed(files: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize("prefix", ["", "của phường/"])
def test_a_unit_s_own_design_is_taken_and_works(tmp_path: Path, prefix: str) -> None:
    files = files_of()
    files["design.toml"] = files["design.toml"].replace("THƯ CẢM ƠN".encode(), "LỜI CẢM ƠN".encode())
    design = open_package(
        packed({prefix + name: data for name, data in files.items()}), tmp_path / "own", "cua-nam"
    )
    assert (design.name, design.packaged) == ("cua-nam", False)
    assert render_pdf(design, "vi", design.sample).startswith(b"%PDF-")


SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">%s</svg>'


@pytest.mark.parametrize(
    ("file", "old", "new", "code"),
    [
        ("page.html", "<main>", "<main><script>alert(1)</script>", "package_tag"),
        ("page.html", "<main>", '<main onclick="x()">', "package_attribute"),
        ("page.html", "<main>", '<main style="color:red">', "package_attribute"),
        ("page.html", "<main>", '<main><img src="https://evil.example/x.png" alt="x">', "package_address"),
        ("page.html", "<main>", '<main><img src="../../secret.png" alt="x">', "package_address"),
        ("page.html", "<main>", "<main>{{ name.__class__ }}", "package_template"),
        ("page.html", "<main>", "<main>{{ name|upper }}", "package_template"),
        ("page.html", "<main>", "<main>{% include 'x' %}", "package_template"),
        ("page.html", "<main>", "<main>{% if name == 'A' %}x{% endif %}", "package_template"),
        ("page.html", "<main>", "<main>{{ wealth }}", "design_template"),
        ("page.html", "<main>", "<main>{{", "design_template"),
        ("style.css", "@page", "@import url(https://evil.example/x.css); @page", "package_style"),
        ("style.css", "url(border.svg)", "url(https://evil.example/x.svg)", "package_address"),
        ("style.css", "url(border.svg)", "url('file:///etc/passwd')", "package_address"),
        ("style.css", "url(border.svg)", "url(missing.svg)", "outside_address"),
        ("style.css", "width: 210mm", "widht: 210mm", "typesetting"),
        ("design.toml", 'role = { type = "text" }', 'salary = { type = "text" }', "design_field_unknown"),
        ("sample.json", "Nông Thị Kim Oanh", "Nông 😀", "no_glyph"),
    ],
)
def test_a_bad_part_is_refused(tmp_path: Path, file: str, old: str, new: str, code: str) -> None:
    files = files_of()
    assert old.encode() in files[file]
    files[file] = files[file].replace(old.encode(), new.encode(), 1)
    with pytest.raises(CertificateError) as refusal:
        open_package(packed(files), tmp_path / "own", "own")
    assert code in {reason.code for reason in refusal.value.reasons}
    assert "%(" not in str(refusal.value)
    assert not (tmp_path / "own").exists()


@pytest.mark.parametrize(
    ("drawing", "code"),
    [
        (SVG % "<script>alert(1)</script>", "package_svg"),
        (SVG % '<rect onload="x()" width="1" height="1"/>', "package_svg"),
        (SVG % '<image xlink:href="https://evil.example/x.png"/>', "package_svg"),
        (SVG % '<use xlink:href="https://evil.example/x.svg#a"/>', "package_address"),
        (SVG % '<rect fill="url(https://evil.example/#a)" width="1" height="1"/>', "package_address"),
        (SVG % "<text>شكر</text>", "package_svg"),
        (SVG % "<foreignObject/>", "package_svg"),
        ('<!DOCTYPE svg [<!ENTITY a "aaaa">]>' + SVG % "&a;", "package_svg"),
        ("not a drawing", "package_image"),
    ],
)
def test_a_dangerous_drawing_is_refused(tmp_path: Path, drawing: str, code: str) -> None:
    with pytest.raises(CertificateError) as refusal:
        open_package(packed({**files_of(), "border.svg": drawing.encode()}), tmp_path / "own", "own")
    assert code in {reason.code for reason in refusal.value.reasons}


def bomb() -> bytes:
    return packed({**files_of(), "big.png": b"\x89PNG\r\n\x1a\n" + bytes(60_000_000)})


def lying_bomb() -> bytes:
    """A zip that says its largest file is tiny."""
    content = bytearray(bomb())
    place = content.rindex(b"big.png") - 46
    struct.pack_into("<I", content, place + 24, 100)
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "codes"),
    [
        (packed({**files_of(), "../evil.css": b"x"}), {"package_path"}),
        (packed({**files_of(), "/etc/evil.css": b"x"}), {"package_path"}),
        (packed({**files_of(), "..\\evil.css": b"x"}), {"package_path"}),
        (packed({**files_of(), "run.py": b"x"}), {"package_file"}),
        (
            packed({name: data for name, data in files_of().items() if name != "sample.json"}),
            {"design_incomplete"},
        ),
        (packed({**files_of(), "style.css": b"\xff\xfe"}), {"package_file"}),
        (packed({**files_of(), "logo.png": b"GIF89a"}), {"package_image"}),
        (packed({f"{number}.png": b"" for number in range(50)}), {"package_too_large"}),
        (b"no zip at all", {"package_unreadable"}),
        (packed(files_of())[:900], {"package_unreadable"}),
    ],
)
def test_a_bad_zip_is_refused(tmp_path: Path, content: bytes, codes: set[str]) -> None:
    with pytest.raises(CertificateError) as refusal:
        open_package(content, tmp_path / "own", "own")
    assert {reason.code for reason in refusal.value.reasons} == codes
    assert list(tmp_path.iterdir()) == []


def test_a_zip_bomb_is_refused_even_when_it_lies(tmp_path: Path) -> None:
    for content, codes in (
        (bomb(), {"package_too_large"}),
        (lying_bomb(), {"package_too_large", "package_unreadable", "package_image"}),
    ):
        with pytest.raises(CertificateError) as refusal:
            open_package(content, tmp_path / "own", "own")
        assert refusal.value.code in codes
        assert list(tmp_path.iterdir()) == []
