"""Write PDF files by hand: a part that many files share, then the few objects that differ, then the xref table."""

import hashlib
import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, count
from typing import Any, Final

import pikepdf
from pikepdf import Array, Dictionary, Name

from certificates.compiled import Compiled
from certificates.fontset import REFERENCE, Glyphs, Overrides, font_objects
from certificates.metadata import PRODUCER, xmp_packet
from certificates.signing import Signer

HEADER: Final = b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n"
ATTACHMENT_NAME: Final = "credential.json"
RANGE_TAIL: Final = b"/ByteRange[0 %010d %010d %010d]>>\nendobj\n"


@dataclass(frozen=True)
class Person:
    """What differs from file to file: title, content stream, attached JSON, time of signing as a PDF date."""

    title: str
    content: bytes
    attachment: bytes | None
    moment: str


class FilePlan:
    """The files of one compiled page: the same objects and numbers in all of them.

    Numbers run: objects of one person, the font dictionary, the page's own objects, fonts.
    """

    def __init__(self, compiled: Compiled, signer: Signer | None, *, attach: bool) -> None:
        self.compiled = compiled
        self.signer = signer
        with pikepdf.open(io.BytesIO(compiled.source)) as pdf:
            own = prepare(pdf, signed=signer is not None, attach=attach)
            self.take(pdf, own)

    def take(self, pdf: pikepdf.Pdf, own: dict[str, Any]) -> None:
        """Number the objects and serialise those that all files share."""
        self.own = {name: index for index, name in enumerate(own, 1)}
        self.fonts = len(own) + 1
        page = pdf.pages[0].obj
        fonts = page.Resources.Font
        replaced = {item.objgen[0]: self.own[name] for name, item in own.items()} | {
            fonts.objgen[0]: self.fonts
        }
        shared = reachable(pdf.Root, set(replaced))
        numbers = {number: index for index, number in enumerate(shared, self.fonts + 1)} | replaced
        self.first_font_object = self.fonts + 1 + len(shared)
        self.root = numbers[pdf.Root.objgen[0]]
        body = bytearray(HEADER)
        self.offsets = []
        for number, item in shared.items():
            self.offsets.append(len(body))
            body += b"%d 0 obj\n%s\nendobj\n" % (numbers[number], serialised(item, numbers))
        self.shared = bytes(body)
        resources = page.Resources
        self.page_box = (float(page.MediaBox[2]), float(page.MediaBox[3]))
        self.resources = numbers[resources.objgen[0]]
        self.page_objects = {
            numbers[number]: serialised(item, numbers)
            for number, item in reachable(resources, {fonts.objgen[0]}).items()
        }

    def batch(self, used: Glyphs, overrides: Overrides = ()) -> "Batch":
        """The shared part of a batch's files, with the fonts that the batch uses."""
        return Batch(self, used, overrides)


class Batch:
    """A batch of files with the same fonts: everything before the person's own objects, hashed once."""

    def __init__(self, plan: FilePlan, used: Glyphs, overrides: Overrides) -> None:
        self.plan = plan
        bodies = font_objects(plan.compiled.pool, used, overrides, plan.fonts, plan.first_font_object)
        body = bytearray(plan.shared)
        offsets = []
        for number, data in zip(chain((plan.fonts,), count(plan.first_font_object)), bodies, strict=False):
            offsets.append(len(body))
            body += b"%d 0 obj\n%s\nendobj\n" % (number, data)
        self.prefix = bytes(body)
        self.hash = hashlib.sha256(self.prefix)
        self.size = plan.first_font_object + len(bodies) - 2
        entries = [offsets[0], *plan.offsets, *offsets[1:]]
        self.table = b"".join(b"%010d 00000 n \n" % offset for offset in entries)

    def file(self, person: Person) -> bytes:
        """One person's file."""
        plan = self.plan
        parts = [self.prefix]
        position = len(self.prefix)
        offsets = []
        gap = None
        for name, number in plan.own.items():
            offsets.append(position)
            if name == "signature" and plan.signer is not None:
                head = b"%d 0 obj\n<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M(%s)/Contents "
                head %= (number, person.moment.encode())
                gap = (len(parts) + 1, position + len(head), position + len(head) + plan.signer.room + 2)
                parts += [head, b"", b""]
                position = gap[2] + len(RANGE_TAIL % (0, 0, 0))
            else:
                parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, OWN_OBJECTS[name](person)))
                position += len(parts[-1])
        parts.append(self.end(offsets, position, person))
        if gap is not None and plan.signer is not None:
            self.sign(parts, gap, position + len(parts[-1]), plan.signer)
        return b"".join(parts)

    def end(self, offsets: Sequence[int], position: int, person: Person) -> bytes:
        """Cross-reference table and trailer."""
        own = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
        identity = hashlib.sha256(person.title.encode() + person.content).hexdigest()[:32].encode()
        trailer = b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%s><%s>]>>\nstartxref\n%d\n%%%%EOF\n"
        trailer %= (self.size + 1, self.plan.root, self.plan.own["info"], identity, identity, position)
        return b"xref\n0 %d\n0000000000 65535 f \n%s%s%s" % (self.size + 1, own, self.table, trailer)

    def sign(self, parts: list[bytes], gap: tuple[int, int, int], total: int, signer: Signer) -> None:
        """Fill the reserved place: one signature over everything before and after it (ISO 32000-1, 12.8.1)."""
        index, start, end = gap
        parts[index + 1] = RANGE_TAIL % (start, end, total - end)
        digest = self.hash.copy()
        digest.update(b"".join(parts[1:index]))
        digest.update(b"".join(parts[index + 1 :]))
        signature = signer.cms(digest.digest()).hex().encode()
        parts[index] = b"<" + signature + b"0" * (signer.room - len(signature)) + b">"


def stream_body(entries: bytes, data: bytes, level: int = 1) -> bytes:
    """A compressed stream object's body."""
    packed = zlib.compress(data, level)
    return b"<<%s/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream" % (entries, len(packed), packed)


def info_body(person: Person) -> bytes:
    """The document information dictionary."""
    title = b"feff" + person.title.encode("utf-16-be").hex().encode()
    return b"<</Producer(%s)/Title<%s>>>" % (PRODUCER.encode(), title)


def metadata_body(person: Person) -> bytes:
    """The XMP stream, never compressed so that simple tools can read it."""
    packet = xmp_packet(person.title)
    return b"<</Type/Metadata/Subtype/XML/Length %d>>\nstream\n%s\nendstream" % (len(packet), packet)


def attachment_body(person: Person) -> bytes:
    """The attached JSON file."""
    data = person.attachment or b""
    entries = b"/Type/EmbeddedFile/Subtype/application#2fjson/Params<</Size %d/ModDate(%s)/CheckSum<%s>>>"
    check = hashlib.md5(data, usedforsecurity=False).hexdigest().encode()
    return stream_body(entries % (len(data), person.moment.encode(), check), data)


def content_body(person: Person) -> bytes:
    """The page's content stream."""
    return stream_body(b"", person.content)


OWN_OBJECTS: Final = {
    "info": info_body,
    "metadata": metadata_body,
    "content": content_body,
    "attachment": attachment_body,
}


def prepare(pdf: pikepdf.Pdf, *, signed: bool, attach: bool) -> dict[str, Any]:
    """Put places for the person's own objects into a page's document; return those places by name."""
    page = pdf.pages[0].obj
    own: dict[str, Any] = {"info": pdf.trailer.Info, "metadata": pdf.Root.Metadata}
    page.Contents = own["content"] = pdf.make_indirect(pikepdf.Stream(pdf, b""))
    if not page.Resources.is_indirect:
        page.Resources = pdf.make_indirect(page.Resources)
    if "/Font" not in page.Resources or not page.Resources.Font.is_indirect:
        page.Resources.Font = pdf.make_indirect(Dictionary())
    if "/ExtGState" not in page.Resources:
        page.Resources.ExtGState = Dictionary()
    page.Resources.ExtGState["/a1.0"] = Dictionary(ca=1)
    if attach:
        own["attachment"] = add_attachment(pdf)
    if signed:
        own["signature"] = add_signature_field(pdf, page)
    return own


def add_attachment(pdf: pikepdf.Pdf) -> Any:
    """Declare an attached JSON file (ISO 19005-3, annex E); return its stream's place."""
    file = pdf.make_indirect(pikepdf.Stream(pdf, b""))
    specification = pdf.make_indirect(
        Dictionary(
            Type=Name.Filespec,
            F=ATTACHMENT_NAME,
            UF=ATTACHMENT_NAME,
            EF=Dictionary(F=file, UF=file),
            AFRelationship=Name.Data,
            Desc="Open Badges 3.0 credential",
        )
    )
    names = Array([pikepdf.String(ATTACHMENT_NAME), specification])
    pdf.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=names))
    pdf.Root.AF = Array([specification])
    return file


def add_signature_field(pdf: pikepdf.Pdf, page: Any) -> Any:
    """Add an invisible signature field with its structure element (ISO 14289-1, 7.18); return the signature's place."""
    signature = pdf.make_indirect(Dictionary(Type=Name.Sig))
    tree = pdf.Root.StructTreeRoot
    numbers = tree.ParentTree.Nums
    key = int(numbers[len(numbers) - 2]) + 1
    widget = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Sig,
            T="Signature",
            TU="Digital signature of the issuer",
            V=signature,
            F=132,
            Rect=[0, 0, 0, 0],
            P=page,
            StructParent=key,
        )
    )
    page.Annots = Array([widget])
    pdf.Root.AcroForm = pdf.make_indirect(Dictionary(Fields=[widget], SigFlags=3))
    document = tree.K[0]
    reference = pdf.make_indirect(Dictionary(Type=Name.OBJR, Obj=widget, Pg=page))
    form = pdf.make_indirect(
        Dictionary(Type=Name.StructElem, S=Name.Form, P=document, Pg=page, K=Array([reference]))
    )
    document.K.append(form)
    numbers.append(key)
    numbers.append(form)
    return signature


def reachable(root: Any, without: set[int]) -> dict[int, Any]:
    """All indirect objects that a document needs, by number, without those that are replaced."""
    found: dict[int, Any] = {}
    waiting = [root]
    while waiting:
        item = waiting.pop()
        if isinstance(item, pikepdf.Object) and item.is_indirect:
            number = item.objgen[0]
            if number in found or number in without:
                continue
            found[number] = item
        if isinstance(item, Array):
            waiting += list(item)
        elif isinstance(item, Dictionary | pikepdf.Stream):
            waiting += [item[key] for key in item.keys()]  # noqa: SIM118 - a pikepdf object is no mapping
    return found


def serialised(item: Any, numbers: dict[int, int]) -> bytes:
    """An object's body with new numbers; streams compressed."""

    def renumber(body: bytes) -> bytes:
        return REFERENCE.sub(lambda match: b"%d 0 R" % numbers[int(match[1])], body)

    if not isinstance(item, pikepdf.Stream):
        return renumber(item.unparse(resolved=True))
    raw = item.read_raw_bytes()
    entries = Dictionary({key: item[key] for key in item.keys()})  # noqa: SIM118
    if "/Filter" not in entries:
        raw = zlib.compress(raw, 9)
        entries.Filter = Name.FlateDecode
    entries.Length = len(raw)
    return renumber(entries.unparse()) + b"\nstream\n" + raw + b"\nendstream"
