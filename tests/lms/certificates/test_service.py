"""The register: numbers without gaps, frozen papers, revoking and replacing."""

import copy
from datetime import timedelta

import pytest
from sqlalchemy import select

from lms.certificates import service
from lms.certificates.models import Certificate, CertificateEventKind, CertificateState
from lms.classes import service as classes
from lms.classes.models import CourseClass
from lms.completion import service as completion
from lms.core.access import SYSTEM
from lms.core.errors import DomainError
from lms.people import service as people
from lms.units import service as units
from lms.units.models import Organisation
from tests.support.papers import NOW, PUBLIC_URL, held_class, issue, make_issuer, one_certificate

REASON = "Tên in sai, đã sửa lại theo giấy khai sinh."


def _names(certificates):
    return [(each.printed["name"], each.printed["number"]) for each in certificates]


def _reissue(session, certificate, **values):
    given = {"reason": REASON, "public_url": PUBLIC_URL, "actor": SYSTEM, "now": NOW, **values}
    return service.reissue(session, certificate, **given)


def test_everybody_who_completed_gets_the_next_number(session, world):
    rolls = [
        (world.make_person("Nguyễn Thị Ánh"), "pppppp"),
        (world.make_person("Trần Văn Bình"), "ppppaa"),
        (world.make_person("Lê Thị Cúc"), "plpplp"),
    ]
    course_class = held_class(world, rolls)
    make_issuer(world, course_class)
    issued = issue(world, course_class)
    assert _names(issued.certificates) == [("Nguyễn Thị Ánh", "01/GCN-ĐTN"), ("Lê Thị Cúc", "02/GCN-ĐTN")]
    assert issue(world, course_class).certificates == []


def test_the_paper_says_what_happened_in_the_class(session, world):
    certificate = one_certificate(
        world, "Nguyễn Thị Ánh", birth=1958, person={"residential_group": world.group(2)}
    )
    line = certificate.printed
    assert line["name"] == "Nguyễn Thị Ánh"
    assert line["birth"]["year"] == 1958
    assert line["residence"]["vi"].startswith("Tổ dân phố số 2, phường Cửa Nam")
    assert line["course_title"]["vi"] == "VNeID và căn cước điện tử"
    assert line["class_title"] == {"vi": "Lớp VNeID cho bà con"}
    assert (line["period_from"], line["sessions"], line["hours"]) == ("2026-10-05", 1, 2)
    assert (line["attended"], line["held"]) == (1, 1)
    assert all(line["verify_url"][code].startswith(f"{PUBLIC_URL}/v/A") for code in ("vi", "ar", "en"))
    assert line["issued_on"] == "2026-11-22"


def test_numbers_go_on_for_an_issuer_and_begin_anew_each_year(session, world):
    first = held_class(
        world, [(world.make_person("Nguyễn Thị Ánh"), "p"), (world.make_person("Lê Văn Bảo"), "p")]
    )
    second = held_class(world, [(world.make_person("Trần Thị Chi"), "p")])
    state = world.branch("00082", Organisation.PEOPLES_COMMITTEE)
    third = held_class(world, [(world.make_person("Phạm Văn Dũng"), "p")], branch_id=state.id)
    fourth = held_class(world, [(world.make_person("Vũ Thị Em"), "p")])
    for course_class in (first, third):
        make_issuer(world, course_class)
    numbers = [
        [
            certificate.printed["register_no"]
            for certificate in issue(world, course_class, now=now).certificates
        ]
        for course_class, now in (
            (first, NOW),
            (second, NOW),
            (third, NOW),
            (fourth, NOW + timedelta(days=60)),
        )
    ]
    assert numbers == [["0001/2026", "0002/2026"], ["0003/2026"], ["0001/2026"], ["0001/2027"]]


def test_the_year_of_a_number_is_the_one_in_vietnam(session, world):
    course_class = held_class(world, [(world.make_person(), "p")])
    make_issuer(world, course_class)
    new_year_in_hanoi = NOW.replace(year=2026, month=12, day=31, hour=17)
    assert issue(world, course_class, now=new_year_in_hanoi).certificates[0].year == 2027


def test_without_an_issuer_or_a_session_nothing_is_issued(session, world):
    course_class = held_class(world, [(world.make_person(), "p")])
    with pytest.raises(DomainError) as refused:
        issue(world, course_class)
    assert refused.value.code == "issuer_missing"
    empty = held_class(world, [])
    make_issuer(world, empty)
    with pytest.raises(DomainError) as refused:
        issue(world, empty)
    assert refused.value.code == "no_session_held"


def test_a_paper_that_cannot_be_set_takes_no_number_and_says_why(session, world):
    rolls = [
        (world.make_person("Nguyễn Thị Ánh"), "p"),
        (world.make_person("Lê 😀 Bảo"), "p"),
        (world.make_person("Trần Thị Chi"), "p"),
    ]
    course_class = held_class(world, rolls)
    issuer = make_issuer(world, course_class)
    ready = service.readiness(session, course_class, issuer, now=NOW)
    assert [person.name for person in ready.people] == ["Nguyễn Thị Ánh", "Trần Thị Chi"]
    assert (ready.first, ready.last) == ("01/GCN-ĐTN", "02/GCN-ĐTN")
    issued = issue(world, course_class)
    assert _names(issued.certificates) == [("Nguyễn Thị Ánh", "01/GCN-ĐTN"), ("Trần Thị Chi", "02/GCN-ĐTN")]
    assert [(person.name, error.code) for person, error in issued.refused] == [("Lê 😀 Bảo", "no_glyph")]
    assert "😀" in service.sentence(issued.refused[0][1])


@pytest.mark.parametrize("name", ["محمد عبد الرحمن بن عوف", "Nguyễn " + "Phương " * 15 + "Anh", "Ng Ánh"])
def test_names_of_any_script_and_length_are_set_in_every_language(app, session, world, name):
    certificate = one_certificate(world, name)
    for language in ("vi", "ar", "en"):
        assert service.edition(certificate, language).startswith(b"%PDF-")


# --- frozen -----------------------------------------------------------------------------------------------


def test_nothing_that_changes_later_changes_the_paper(session, world, pdf_text):
    certificate = one_certificate(world, "Nguyễn Thị Ánh", person={"residential_group": world.group(1)})
    before, text = copy.deepcopy(certificate.printed), pdf_text(service.edition(certificate, "vi"))
    person = session.get(type(world.make_person("Nguyễn Thị Anh", 1958)), certificate.person_id)
    people.change_person(session, person, people.PersonData(name="Trần Văn Khác"), actor=SYSTEM, now=NOW)
    units.rename_group(session, world.group(1), name="Tổ dân phố số 99", actor=SYSTEM, now=NOW)
    course_class = session.get(CourseClass, certificate.class_id)
    course_class.title = {"vi": "Tên khác"}
    make_issuer(world, course_class, signatory_name="Người Khác")
    session.flush()
    session.expire_all()
    assert certificate.printed == before
    assert pdf_text(service.edition(certificate, "vi")) == text


def test_a_merged_person_keeps_both_papers_and_gets_no_second_one_of_a_class(session, world):
    certificate = one_certificate(world, "Nguyễn Thị Ánh")
    before = copy.deepcopy(certificate.printed)
    twin = world.make_person("Nguyễn Thị Anh", 1958)
    other = session.get(type(twin), certificate.person_id)
    people.merge(session, twin, other, actor=SYSTEM, now=NOW)
    course_class = session.get(CourseClass, certificate.class_id)
    assert [each.person.id for each in completion.candidates(session, course_class)] == [twin.id]
    assert issue(world, course_class).certificates == []
    session.expire_all()
    assert certificate.printed == before
    assert list(service.certificates_of(session, twin.id)) == [certificate]
    assert list(service.certificates_of(session, other.id)) == [certificate]
    new = _reissue(session, certificate)
    assert new.printed["name"] == "Nguyễn Thị Anh", "the new paper has the kept record's name"


# --- revoking and replacing ---------------------------------------------------------------------------------


def test_a_revoked_certificate_stays_findable_with_its_reason_and_frees_the_person(session, world):
    certificate = one_certificate(world)
    service.revoke(session, certificate, reason=REASON, actor=SYSTEM, now=NOW)
    found = service.find_by_code(session, certificate.printed["code"].lower())
    assert found.state is CertificateState.REVOKED
    assert [(event.kind, event.reason) for event in found.events] == [
        (CertificateEventKind.ISSUED, None),
        (CertificateEventKind.REVOKED, REASON),
    ]
    with pytest.raises(DomainError) as refused:
        service.revoke(session, certificate, reason=REASON, actor=SYSTEM, now=NOW)
    assert refused.value.code == "not_valid"
    again = issue(world, session.get(CourseClass, certificate.class_id)).certificates
    assert [each.number for each in again] == [2]


@pytest.mark.parametrize("reason", ["", "sai", "x" * 501])
def test_a_reason_is_a_sentence(session, world, reason):
    certificate = one_certificate(world)
    with pytest.raises(DomainError) as refused:
        service.revoke(session, certificate, reason=reason, actor=SYSTEM, now=NOW)
    assert (refused.value.code, refused.value.field) == ("reason_missing", "reason")
    assert certificate.state is CertificateState.VALID


def test_a_new_certificate_has_the_corrected_name_and_the_old_one_points_to_it(session, world):
    old = one_certificate(world, "Nguyễn Thị Anh")
    person = session.get(type(world.make_person()), old.person_id)
    people.change_person(
        session, person, people.PersonData(name="Nguyễn Thị Ánh", birth=person.birth), actor=SYSTEM, now=NOW
    )
    new = _reissue(session, old)
    assert (new.number, new.printed["name"], new.state) == (2, "Nguyễn Thị Ánh", CertificateState.VALID)
    assert new.printed["attended"] == old.printed["attended"]
    assert old.printed["name"] == "Nguyễn Thị Anh"
    found = service.find_by_code(session, old.code)
    assert found.state is CertificateState.REPLACED
    assert found.replaced_by is new
    with pytest.raises(DomainError):
        _reissue(session, old)
    assert issue(world, session.get(CourseClass, old.class_id)).certificates == []


def test_a_new_certificate_can_follow_the_issuers_new_design(session, world):
    old = one_certificate(world)
    course_class = session.get(CourseClass, old.class_id)
    make_issuer(world, course_class, design="large-print", signatory_name="Lê Văn Mới")
    new = _reissue(session, old)
    assert (old.design, new.design) == ("youth-union", "large-print")
    assert (old.printed["signatory_name"], new.printed["signatory_name"]) == ("Trần Minh Quang", "Lê Văn Mới")


# --- issuers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"design": "thanks"}, "unknown_design", "design"),
        ({"design": "../secret"}, "unknown_design", "design"),
        ({"heading": {"vi": ["BAN CHẤP HÀNH " * 12]}}, "not_printable", "heading"),
        ({"signatory_name": "Trần " * 24}, "not_printable", "signatory_name"),
    ],
)
def test_an_issuer_whose_paper_cannot_be_set_is_refused_at_once(session, world, values, code, field):
    course_class = held_class(world, [])
    with pytest.raises(DomainError) as refused:
        make_issuer(world, course_class, **values)
    assert (refused.value.code, refused.value.field) == (code, field)


# --- finding ------------------------------------------------------------------------------------------------


def test_the_register_is_searched_without_marks_by_number_and_by_code(session, world):
    anh = one_certificate(world, "Nguyễn Thị Ánh")
    binh = one_certificate(world, "Đặng Văn Bình")
    for text, expected in (
        ("anh nguyen", [anh]),
        ("DANG", [binh]),
        ("bin", [binh]),
        ("inh", []),
        ("2", [binh]),
        ("0002/2026", [binh]),
        ("0002/2025", []),
        ("01/GCN-ĐTN", [anh]),
        (anh.printed["code"].lower(), [anh]),
        ("%", []),
        ("", [binh, anh]),
    ):
        assert list(session.scalars(service.search(text))) == expected, text


def test_the_register_is_filtered(session, world):
    anh, binh = one_certificate(world, "Nguyễn Thị Ánh"), one_certificate(world, "Đặng Văn Bình")
    service.revoke(session, anh, reason=REASON, actor=SYSTEM, now=NOW)
    for filters, expected in (
        ({"state": CertificateState.REVOKED}, [anh]),
        ({"class_id": binh.class_id}, [binh]),
        ({"branch_id": anh.branch_id, "year": 2026}, [binh, anh]),
        ({"year": 2025}, []),
        ({"branch_id": world.branch("06220").id}, []),
    ):
        assert list(session.scalars(service.search(**filters))) == expected


def test_papers_lie_by_residential_group_then_name(session, world):
    two, ten = (
        world.group(2),
        units.add_group(
            session,
            world.unit("00082"),
            name="Tổ dân phố số 10",
            type="residential_group",
            actor=SYSTEM,
            now=NOW,
        ),
    )
    rolls = [
        (world.make_person("Nguyễn Thị Ánh", residential_group_id=ten.id), "p"),
        (world.make_person("Trần Văn Vinh", residential_group_id=two.id), "p"),
        (world.make_person("Lê Thị Đào", residential_group_id=two.id), "p"),
    ]
    course_class = held_class(world, rolls)
    make_issuer(world, course_class)
    issue(world, course_class)
    found = service.certificates_of_class(session, course_class.id)
    assert [each.printed["name"] for each in found] == ["Lê Thị Đào", "Trần Văn Vinh", "Nguyễn Thị Ánh"]


def test_the_class_page_learns_who_still_waits_for_a_paper(session, world):
    rolls = [(world.make_person("Nguyễn Thị Ánh"), "p"), (world.make_person("Lê Văn Bảo"), "p")]
    course_class = held_class(world, rolls)
    make_issuer(world, course_class)
    completion.decide_class(session, course_class, actor=SYSTEM, now=NOW)
    summary = classes.summary(session, course_class, now=NOW)
    assert (summary.certificates, "issue_certificates" in [step.code for step in summary.steps]) == (0, True)
    issue(world, course_class)
    summary = classes.summary(session, course_class, now=NOW)
    assert (summary.certificates, "issue_certificates" in [step.code for step in summary.steps]) == (2, False)


def test_every_certificate_has_its_first_event(session, world):
    certificate = one_certificate(world)
    ids = session.scalars(select(Certificate.id)).all()
    assert ids == [certificate.id]
    assert [event.kind for event in certificate.events] == [CertificateEventKind.ISSUED]
