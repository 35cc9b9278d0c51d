"""Two browsers press "issue" at the same moment: nobody gets two certificates, and no number is missing."""

import threading

import pytest

from lms.certificates import service
from lms.certificates.models import Certificate
from lms.classes.models import CourseClass
from lms.core.access import EVERYTHING, SYSTEM, set_scope
from lms.core.db import db, writing
from tests.support.papers import NOW, PUBLIC_URL, held_class, make_issuer

PRESSES = 4


def at_once(app, jobs):
    """Run each job in a thread, with a session of its own, all starting together; returns what each refused with."""
    start, errors = threading.Barrier(len(jobs)), []

    def run(job):
        with app.app_context(), writing():
            set_scope(db.session(), EVERYTHING)
            start.wait(timeout=10)
            try:
                job(db.session())
                db.session.commit()
            except Exception as error:  # noqa: BLE001 - whatever it was, the test looks at it
                errors.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return errors


def issue_to(class_id):
    def job(session):
        course_class = session.get(CourseClass, class_id)
        service.issue(session, course_class, public_url=PUBLIC_URL, actor=SYSTEM, now=NOW)

    return job


@pytest.fixture
def two_classes(session, world):
    classes = []
    for names in (["Nguyễn Thị Ánh", "Lê Văn Bảo", "Trần Thị Chi"], ["Phạm Văn Dũng", "Vũ Thị Em"]):
        classes.append(held_class(world, [(world.make_person(name), "p") for name in names]))
    make_issuer(world, classes[0])
    session.commit()
    ids = [each.id for each in classes]
    db.session.remove()
    return ids


def _numbers(app):
    set_scope(db.session(), EVERYTHING)
    rows = db.session.query(Certificate.number, Certificate.person_id).order_by(Certificate.number).all()
    return [number for number, _ in rows], len({person for _, person in rows})


def test_the_same_class_issued_from_several_browsers_at_once(app, two_classes):
    errors = at_once(app, [issue_to(two_classes[0])] * PRESSES)
    assert errors == []
    assert _numbers(app) == ([1, 2, 3], 3)


def test_two_classes_of_one_issuer_share_the_numbers_without_a_gap(app, two_classes):
    errors = at_once(app, [issue_to(key) for key in two_classes * 2])
    assert errors == []
    assert _numbers(app) == ([1, 2, 3, 4, 5], 5)


def test_a_certificate_is_replaced_once_however_often_it_is_pressed(app, two_classes):
    assert at_once(app, [issue_to(two_classes[1])]) == []
    set_scope(db.session(), EVERYTHING)
    key = db.session.query(Certificate.id).order_by(Certificate.number).limit(1).scalar()
    db.session.remove()

    def job(session):
        service.reissue(
            session,
            session.get(Certificate, key),
            reason="Tên in sai trên giấy.",
            public_url=PUBLIC_URL,
            actor=SYSTEM,
            now=NOW,
        )

    errors = at_once(app, [job] * PRESSES)
    assert [getattr(error, "code", error) for error in errors] == ["not_valid"] * (PRESSES - 1)
    assert _numbers(app)[0] == [1, 2, 3]


def test_a_failure_in_the_middle_leaves_no_gap(app, two_classes, monkeypatch):
    enter, calls = service._enter, []

    def fail_at_second(*arguments, **named):
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("the machine stops")
        return enter(*arguments, **named)

    monkeypatch.setattr(service, "_enter", fail_at_second)
    assert len(at_once(app, [issue_to(two_classes[0])])) == 1
    monkeypatch.undo()
    assert _numbers(app) == ([], 0)
    db.session.remove()
    assert at_once(app, [issue_to(two_classes[0])]) == []
    assert _numbers(app) == ([1, 2, 3], 3)
