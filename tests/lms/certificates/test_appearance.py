"""Logos, seals and designs of a unit: checked, looked at, printed, and frozen on what was issued."""

import io
import zipfile

import pikepdf
import pytest
from PIL import Image
from sqlalchemy import select

from certificates import designs
from lms.certificates import service
from lms.certificates.models import Issuer, UnitDesign
from lms.certificates.printing import designs_folder
from tests.support.papers import NOW, design_package, held_class, issue, make_issuer, picture


@pytest.fixture
def issuer(world):
    issuer = make_issuer(world, held_class(world, [(world.make_person("Nguyễn Thị Ánh"), "p")]))
    world.session.commit()
    return issuer


@pytest.fixture
def manager(client, world):
    client.sign_in(world.user("manager"))
    client.set_cookie("lms_language", "en")
    return client


def _post(client, issuer, path, field, content, name):
    return client.post(
        f"/issuers/{issuer.branch_id}/{path}",
        data={field: (io.BytesIO(content), name)},
        follow_redirects=True,
    )


def _upload(client, issuer, content):
    return _post(client, issuer, "designs", "package", content, "design.zip")


def _pdf(session, certificate):
    [paper] = service.papers(session, [certificate], now=NOW)
    return paper.pdf("vi")


def _issue(world, session):
    course_class = held_class(world, [(world.make_person("Trần Văn Bình"), "p")])
    certificate = issue(world, course_class).certificates[0]
    session.commit()
    return certificate


def _picture_count(pdf):
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return sum(
            1
            for each in document.objects
            if isinstance(each, pikepdf.Stream) and each.get("/Subtype") == "/Image"
        )


# --- logo and seal -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_logo_is_printed_from_now_on_and_what_was_issued_stays(session, world, issuer, manager, kind):
    before = _issue(world, session)
    plain = _picture_count(_pdf(session, before))
    page = _post(manager, issuer, "pictures/logo", "logo-picture", picture(kind=kind), "logo")
    assert page.status_code == 200
    assert manager.get(f"/issuers/{issuer.branch_id}/pictures/logo").mimetype == f"image/{kind.lower()}"
    with_logo = _issue(world, session)
    manager.post(f"/issuers/{issuer.branch_id}/pictures/logo/remove")
    assert manager.get(f"/issuers/{issuer.branch_id}/pictures/logo").status_code == 404
    session.expire_all()
    after = _issue(world, session)
    counts = [_picture_count(_pdf(session, each)) for each in (before, with_logo, after)]
    assert counts == [plain, plain + 1, plain]
    assert "genuine and valid" in manager.get(f"/v/{with_logo.code}").text


def test_the_picture_is_made_small_and_loses_what_the_camera_wrote(session, world, issuer, manager):
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "Nhà bác Lan"
    Image.new("RGB", (3000, 2000), "blue").save(out, "JPEG", exif=exif)
    _post(manager, issuer, "pictures/seal", "seal-picture", out.getvalue(), "seal.jpg")
    kept = manager.get(f"/issuers/{issuer.branch_id}/pictures/seal").data
    assert max(Image.open(io.BytesIO(kept)).size) == 800
    assert "Nhà bác Lan".encode() not in kept


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<svg onload='alert(1)'/>", "PNG or JPEG"),
        (picture()[:60], "PNG or JPEG"),
        (picture(kind="GIF"), "PNG or JPEG"),
        (b"\x89PNG\r\n\x1a\n" + b"0" * (2 * 1024 * 1024), "larger than 2 MB"),
        (picture(size=(6000, 5000)), "too many pixels"),
    ],
)
def test_what_is_no_picture_is_refused_and_nothing_is_kept(session, issuer, manager, content, sentence):
    start = b'--limit\r\nContent-Disposition: form-data; name="logo-picture"; filename="x.png"\r\n\r\n'
    response = manager.post(
        f"/issuers/{issuer.branch_id}/pictures/logo",
        data=start + content + b"\r\n--limit--\r\n",
        content_type="multipart/form-data; boundary=limit",
    )
    assert response.status_code == 422
    assert sentence in response.text
    session.expire_all()
    assert session.get(Issuer, issuer.branch_id).logo_digest is None


# --- designs -------------------------------------------------------------------------------------------------------


def test_a_design_is_looked_at_in_all_languages_before_it_can_be_chosen(session, world, issuer, manager):
    before = _issue(world, session)
    page = _upload(manager, issuer, design_package())
    design = session.scalars(select(UnitDesign)).one()
    address = f"/issuers/{issuer.branch_id}/designs/{design.id}"
    assert page.request.path == address
    for language in ("vi", "ar", "en"):
        assert f"{address}/{language}.png" in page.text
        picture = manager.get(f"{address}/{language}.png")
        assert Image.open(io.BytesIO(picture.data)).width in (900, 901)
    name = f"unit-{design.id.hex}"
    assert name not in manager.get(f"/issuers/{issuer.branch_id}").text, "not yet: nobody has agreed to it"
    manager.post(f"{address}/use")
    session.expire_all()
    assert session.get(Issuer, issuer.branch_id).design == name
    assert name in manager.get(f"/issuers/{issuer.branch_id}").text
    after = _issue(world, session)
    assert (before.design, after.design) == ("youth-union", name)
    for certificate in (before, after):
        assert _pdf(session, certificate).startswith(b"%PDF-")
    assert "genuine and valid" in manager.get(f"/v/{after.code}").text


def test_the_saved_settings_are_seen_side_by_side(issuer, manager):
    page = manager.get(f"/issuers/{issuer.branch_id}").text
    for language in ("vi", "ar", "en"):
        address = f"/issuers/{issuer.branch_id}/specimen-{language}.png"
        assert address in page
        assert manager.get(address).mimetype == "image/png"
    again = manager.get(address, headers={"If-None-Match": manager.get(address).headers["ETag"]})
    assert again.status_code == 304


def _bomb():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("page.html", b"0" * 50_000_000)
    return out.getvalue()


def _toml(old, new):
    text = (designs.ROOT / "plain" / "design.toml").read_text(encoding="utf-8")
    assert old in text
    return text.replace(old, new).encode()


def _page(more):
    text = (designs.ROOT / "plain" / "page.html").read_text(encoding="utf-8")
    return text.replace("<main>", f"<main>{more}").encode()


@pytest.mark.parametrize(
    ("package", "sentence"),
    [
        (lambda: b"no zip at all", "zip"),
        (_bomb, "more than is allowed"),
        (lambda: design_package(**{"../outside.html": b"x"}), "outside"),
        (lambda: design_package(**{"page.html": _page("<script>alert(1)</script>")}), "script"),
        (lambda: design_package(**{"page.html": _page('<img src="https://x.vn/a.png">')}), "outside"),
        (
            lambda: design_package(
                **{"border.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'}
            ),
            "script",
        ),
        (lambda: design_package(**{"page.html": None}), "page.html"),
        (
            lambda: design_package(
                **{"design.toml": _toml('languages = ["vi", "ar", "en"]', 'languages = ["vi"]')}
            ),
            "Arabic",
        ),
        (
            lambda: design_package(
                **{"design.toml": _toml("code = {", 'team = { type = "text" }\n#code = {')}
            ),
            "code",
        ),
    ],
)
def test_a_design_that_may_not_be_is_refused_with_its_reason_and_leaves_nothing(
    session, issuer, manager, package, sentence
):
    before = set(designs_folder().glob("*/*"))
    page = _upload(manager, issuer, package())
    assert page.status_code == 422
    assert sentence in page.text
    assert session.scalars(select(UnitDesign)).all() == []
    assert set(designs_folder().glob("*/*")) == before


def test_a_design_belongs_to_its_unit(session, world, issuer, manager, client):
    _upload(manager, issuer, design_package())
    design = session.scalars(select(UnitDesign)).one()
    elsewhere = make_issuer(world, held_class(world, [], code="00070"))
    session.commit()
    client.sign_in(world.user("other_manager"))
    for address in (
        f"/issuers/{issuer.branch_id}/designs/{design.id}",
        f"/issuers/{elsewhere.branch_id}/designs/{design.id}",
    ):
        assert client.get(address).status_code == 404
        assert client.post(f"{address}/use").status_code == 404
