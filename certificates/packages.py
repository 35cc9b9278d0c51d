"""Designs that a unit uploads as a zip: checked piece by piece before they may set anything.

A package has the files of a design folder, all at its top or all in one folder. Nothing of it is run: its page is a
sandboxed template that may only print values and ask whether they are there, its style and pictures may point to
nothing outside, and every language is set once before it is accepted.
"""

import io
import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from typing import Final
from xml.etree import ElementTree

import jinja2
from jinja2 import nodes

from certificates.designs import Design, read
from certificates.errors import CertificateError, Reason, refuse
from certificates.page import environment
from certificates.typeset import render_pdf
from translations.messages import N_

LARGEST_PACKAGE: Final = 5_000_000
LARGEST_FILE: Final = 3_000_000
LARGEST_TOTAL: Final = 12_000_000
MOST_FILES: Final = 40
NEEDED: Final = frozenset({"design.toml", "page.html", "style.css", "sample.json"})
IMAGE_TYPES: Final = frozenset({".svg", ".png", ".jpg"})
PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"

TAGS: Final = frozenset(
    """
    html head meta title body main header footer section article div p h1 h2 h3 span br hr img table
    thead tbody tr th td ul ol li strong em b i small bdi
    """.split()  # noqa: SIM905 - one name a word reads better
)
ATTRIBUTES: Final = frozenset(
    """
    lang dir class id alt src charset data-line colspan rowspan scope width height
    """.split()  # noqa: SIM905 - one name a word reads better
)
SVG_TAGS: Final = frozenset(
    """
    svg g path rect circle ellipse line polyline polygon defs linearGradient radialGradient stop
    clipPath use title desc symbol mask pattern
    """.split()  # noqa: SIM905 - one name a word reads better
)
STYLE_DANGERS: Final = re.compile(r"@import|@font-face|expression\s*\(|javascript:|\\", re.IGNORECASE)
STYLE_ADDRESS: Final = re.compile(r"url\(\s*([\"']?)(.*?)\1\s*\)", re.IGNORECASE)
LOCAL_NAME: Final = re.compile(r"[\w-]+\.(svg|png|jpg)")
TEMPLATE_NODES: Final = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.If, nodes.For, nodes.Not, nodes.And, nodes.Or,
)  # fmt: skip


def open_package(content: bytes, folder: Path, name: str) -> Design:
    """Check a package and put it into `folder`, which must not exist; return its design, ready to use.

    `name` is the design's name from now on. Raises `CertificateError` with everything that is wrong; the codes begin
    with `package_`, but for those of `designs.load`, of `fields` and of `typeset`. Nothing is left behind then.
    """
    files = unpacked(content)
    if reasons := list(faults(files)):
        raise CertificateError(*reasons)
    folder.mkdir(parents=True)
    try:
        for file, data in files.items():
            (folder / file).write_bytes(data)
        design = named(read(folder), name)
        for locale in design.languages:
            render_pdf(design, locale, design.sample)
    except CertificateError:
        shutil.rmtree(folder)
        raise
    return design


def named(design: Design, name: str) -> Design:
    """The design under a name of its own, never that of a packaged design."""
    return replace(design, name=name, packaged=False)


def unpacked(content: bytes) -> dict[str, bytes]:
    """The files of a zip by name, without ever holding more than is allowed."""
    if len(content) > LARGEST_PACKAGE:
        raise refuse("package_too_large", N_("The package is larger than 5 MB."))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(entries) > MOST_FILES:
                raise refuse(
                    "package_too_large", N_("The package has more than %(most)d files."), most=MOST_FILES
                )
            paths = {entry.filename: safe_path(entry) for entry in entries}
            tops = {path.parts[0] for path in paths.values()}
            inside = 1 if len(tops) == 1 and all(len(path.parts) == 2 for path in paths.values()) else 0
            return dict(contents(archive, entries, paths, inside))
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as broken:
        if isinstance(broken, CertificateError):
            raise
        raise refuse("package_unreadable", N_("The package is not a zip file that can be read.")) from broken


def safe_path(entry: zipfile.ZipInfo) -> PurePosixPath:
    """The path of an entry. Raises `package_path` for one that leads out of the folder or is a link."""
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    is_link = entry.external_attr >> 28 == 0o12
    if path.is_absolute() or ".." in path.parts or ":" in entry.filename or is_link or not path.parts:
        raise refuse(
            "package_path", N_("The package has a file outside its folder: “%(file)s”."), file=entry.filename
        )
    return path


def contents(
    archive: zipfile.ZipFile,
    entries: list[zipfile.ZipInfo],
    paths: dict[str, PurePosixPath],
    inside: int,
) -> Iterator[tuple[str, bytes]]:
    """Read the entries, stopping at the first byte over the limit whatever the zip says of its sizes."""
    total = 0
    for entry in entries:
        path = paths[entry.filename]
        if len(path.parts) != inside + 1:
            raise refuse(
                "package_path", N_("The package has folders inside: “%(file)s”."), file=entry.filename
            )
        with archive.open(entry) as file:
            data = file.read(LARGEST_FILE + 1)
        total += len(data)
        if len(data) > LARGEST_FILE or total > LARGEST_TOTAL:
            raise refuse(
                "package_too_large",
                N_("The package unpacks to more than is allowed: “%(file)s”."),
                file=path.name,
            )
        yield path.name, data


def faults(files: dict[str, bytes]) -> Iterator[Reason]:
    """Everything wrong with a package's files."""
    for missing in sorted(NEEDED - files.keys()):
        yield Reason(
            "design_incomplete", N_("The design lacks the file “%(file)s”."), None, {"file": missing}
        )
    for name, data in files.items():
        suffix = PurePosixPath(name).suffix
        if name not in NEEDED and suffix not in IMAGE_TYPES:
            yield fault("package_file", N_("A design has no such file: “%(file)s”."), file=name)
        elif suffix in (".html", ".css", ".toml", ".json") and not is_text(data):
            yield fault("package_file", N_("The file “%(file)s” is not UTF-8 text."), file=name)
        elif name == "page.html":
            yield from page_faults(data.decode())
        elif suffix == ".css":
            yield from style_faults(name, data.decode())
        elif suffix == ".svg":
            yield from svg_faults(name, data)
        elif suffix in (".png", ".jpg") and not data.startswith(PNG if suffix == ".png" else JPEG):
            yield fault("package_image", N_("The picture “%(file)s” is not what its name says."), file=name)


def fault(code: str, message: str, **params: object) -> Reason:
    """A reason about a package."""
    return Reason(code, message, None, params)


def is_text(data: bytes) -> bool:
    """Whether bytes are UTF-8."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


class PageChecker(HTMLParser):
    """Finds tags, attributes and addresses that a page may not have."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Reason] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Check a tag."""
        if tag not in TAGS:
            self.found.append(fault("package_tag", N_("The page may not have the tag “%(tag)s”."), tag=tag))
        for name, value in attrs:
            if name not in ATTRIBUTES:
                self.found.append(
                    fault(
                        "package_attribute", N_("The page may not have the attribute “%(name)s”."), name=name
                    )
                )
            elif (
                name == "src"
                and not re.fullmatch(r"\{\{ ?\w+ ?\}\}", value or "")
                and not is_local(value or "")
            ):
                self.found.append(
                    fault(
                        "package_address",
                        N_("The design points outside itself: “%(address)s”."),
                        address=value,
                    )
                )


def is_local(address: str) -> bool:
    """Whether an address is the bare name of a picture."""
    return LOCAL_NAME.fullmatch(address) is not None


def page_faults(page: str) -> Iterator[Reason]:
    """What a page may not have: tags and attributes beyond the list, and template code beyond printing."""
    try:
        tree = environment().parse(page)
    except jinja2.TemplateError as wrong:
        yield fault("design_template", N_("The design's page has a mistake: %(detail)s"), detail=str(wrong))
        return
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, TEMPLATE_NODES):
            kind = type(node).__name__
            yield fault(
                "package_template", N_("The page may only print values, not do “%(kind)s”."), kind=kind
            )
    checker = PageChecker()
    checker.feed(re.sub(r"\{%.*?%\}", "", page, flags=re.DOTALL))
    checker.close()
    yield from checker.found


def style_faults(name: str, style: str) -> Iterator[Reason]:
    """What a style sheet may not have: imports, fonts, escapes, addresses other than of its pictures."""
    if danger := STYLE_DANGERS.search(style):
        yield fault("package_style", N_("The style sheet may not have “%(found)s”."), found=danger[0])
    for _, address in STYLE_ADDRESS.findall(style):
        if not is_local(address):
            yield fault(
                "package_address", N_("The design points outside itself: “%(address)s”."), address=address
            )


def svg_faults(name: str, data: bytes) -> Iterator[Reason]:
    """What a drawing may not have: scripts, text, pictures, outside addresses, entities."""
    if b"<!DOCTYPE" in data.upper() or b"<!ENTITY" in data.upper():
        yield fault(
            "package_svg", N_("The drawing “%(file)s” may not have “%(found)s”."), file=name, found="DOCTYPE"
        )
        return
    try:
        root = ElementTree.fromstring(data)  # noqa: S314 - entities are refused above
    except ElementTree.ParseError:
        yield fault("package_image", N_("The picture “%(file)s” is not what its name says."), file=name)
        return
    for element in root.iter():
        tag = str(element.tag).removeprefix("{http://www.w3.org/2000/svg}")
        if tag not in SVG_TAGS:
            yield fault(
                "package_svg", N_("The drawing “%(file)s” may not have “%(found)s”."), file=name, found=tag
            )
        for attribute, value in element.attrib.items():
            yield from svg_attribute_faults(name, attribute, value)


def svg_attribute_faults(name: str, attribute: str, value: str) -> Iterator[Reason]:
    """What an attribute of a drawing may not say."""
    bare = attribute.rsplit("}", 1)[-1].lower()
    points_out = (bare == "href" and not value.startswith("#")) or any(
        not address.startswith("#") for _, address in STYLE_ADDRESS.findall(value)
    )
    if bare.startswith("on") or STYLE_DANGERS.search(value):
        yield fault(
            "package_svg", N_("The drawing “%(file)s” may not have “%(found)s”."), file=name, found=bare
        )
    elif points_out:
        yield fault("package_address", N_("The design points outside itself: “%(address)s”."), address=value)
