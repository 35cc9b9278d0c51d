"""Who may open what: every address of the program, asked by every kind of person.

The table of permissions below is written down from what the roles are for, not read from the program.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from lms import create_app
from lms.core.access import EVERYTHING, Role, set_scope
from lms.core.auth import permission_of
from lms.core.config import Settings
from lms.core.db import Model, db
from tests.support.client import CheckedClient
from tests.support.papers import NOW
from tests.support.town import Town
from tests.support.world import World

MAY = {
    "counts.view": "admin officer manager viewer",
    "units.edit": "admin manager",
    "staff.view": "admin officer manager",
    "staff.edit": "admin manager",
    "audit.view": "admin officer",
    "people.view": "admin officer manager trainer",
    "people.edit": "admin manager",
    "sensitive.view": "carer",
    "classes.view": "admin officer manager trainer helper",
    "classes.edit": "admin manager",
    "roster.export": "admin manager",
    "attendance.mark": "admin manager trainer helper",
    "attendance.view": "admin officer manager trainer",
    "tasks.observe": "admin manager trainer",
    "completion.override": "admin manager",
    "certificates.view": "admin officer manager",
    "certificates.issue": "admin manager",
}
"""Who may do what, by the person's role."""

PEOPLE = {
    "admin": "admin",
    "officer": "officer",
    "manager": "manager",
    "trainer": "trainer",
    "idle_trainer": "trainer",
    "helper": "helper",
    "viewer": "viewer",
    "carer": "manager carer",
    "other_manager": "manager",
}
"""Who asks, and the roles that this person has. The trainer and the helper are on the staff of the class; the idle
trainer is not; the other manager looks after another ward; the carer is a manager trusted with sensitive details."""

OUTSIDE = {"idle_trainer", "other_manager"}
"""For whom the ward's class, people and papers do not exist."""

SIGNED_IN_ONLY = {  # pages of Flask-Security, which looks itself
    "security.change_password",
    "security.mf_recovery_codes",
    "security.two_factor_setup",
    "security.two_factor_setup_validate",
    "security.verify",
    "security.wan_delete",
    "security.wan_register",
    "security.wan_register_response",
    "security.wan_verify",
    "security.wan_verify_response",
}

SPECIAL = {
    "venues.archive": {"verb": "archive"},
    "classes.change_state": {"verb": "finish"},
    "classes.add_staff": {"role": "trainer"},
    "security.static": {"filename": "js/webauthn.js"},
    "certificates.print_file": {"class_id": "finished_id"},
}
"""Parameters that mean something else at an address."""

TYPED = {"classes.enrol": {"person": "stranger_id"}}
"""What is sent in a form because the address does not say whom it is about."""

NOT_SHOWN = {
    "jobs.result": "nothing was made yet",
    "rosters.check": "leads to the upload when nothing was uploaded",
    "rosters.result": "leads to the class when nothing was imported",
    "completion.tasks": "leads to the first task",
    "verification.check_before": "leads to the page with the field",
    "verification.show_qr": "a participant's",
    "verification.download": "a participant's",
    "accounts.restore": "gives back only what was just taken away",
}
"""Addresses that may lead elsewhere or nowhere although they are open."""

JOB_PAGES = {"jobs.index", "jobs.show", "jobs.progress", "jobs.cancel", "jobs.go_on", "jobs.result"}
OBJECTS_KNOWN_TO_ALL = {"units.show"}
CHANGES = {"POST", "PUT", "PATCH", "DELETE"}


@dataclass(frozen=True)
class Request:
    """One address with one method."""

    endpoint: str
    method: str
    rule: Rule
    permission: str

    def __str__(self) -> str:
        return f"{self.method} {self.rule.rule} ({self.endpoint}, {self.permission})"

    @property
    def names_object(self) -> bool:
        """Whether the address names something that belongs to a ward."""
        return any(name.endswith("_id") and name != "form_id" for name in self.rule.arguments)


@dataclass
class Place:
    """The application on two filled wards, put back after whatever was changed."""

    app: Flask
    file: Path
    template: Path
    town: dict[str, Any]
    other: dict[str, Any]
    accounts: dict[str, str]
    watch: sqlite3.Connection
    requests: list[Request] = field(default_factory=list)
    version: int = 0

    def visitor(self, name: str | None = None) -> FlaskClient:
        """A browser, signed in as that person."""
        client = CheckedClient(self.app)
        if name:
            client.sign_in(type("Account", (), {"fs_uniquifier": self.accounts[name]}))
        return client

    def ask(
        self, visitor: FlaskClient, request: Request, *, json: bool = False, **values: Any
    ) -> TestResponse:
        """Make the request; nothing is validated but access."""
        special = SPECIAL.get(request.endpoint, {})
        known = {
            **self.town,
            **{name: self.town.get(value, value) for name, value in special.items()},
            **values,
        }
        arguments = {name: value for name, value in known.items() if name in request.rule.arguments}
        if missing := request.rule.arguments - set(arguments):
            pytest.fail(f"{request}: tests/support/town.py has no {', '.join(missing)}")
        path = self.app.url_map.bind("localhost").build(request.endpoint, arguments, method=request.method)
        headers = {"Accept": "application/json"} if json else {}
        typed = {name: str(self.town[value]) for name, value in TYPED.get(request.endpoint, {}).items()}
        answer = FlaskClient.open(visitor, path, method=request.method, headers=headers, data=typed)
        answer.close()
        return answer

    def changed(self) -> bool:
        """Whether anything was written since the last time; then it is put back."""
        if self._version() == self.version:
            return False
        with closing(sqlite3.connect(self.file)) as now, closing(sqlite3.connect(self.template)) as before:
            now.execute("PRAGMA synchronous=OFF")
            before.backup(now)
        self.version = self._version()
        return True

    def _version(self) -> int:
        version: int = self.watch.execute("PRAGMA data_version").fetchone()[0]
        return version


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("matrix")
    file, template = folder / "lop-so.sqlite3", folder / "template.sqlite3"
    settings = Settings(environment="test", secret_key="only for tests, and long enough", instance_dir=folder)
    app = create_app(
        settings,
        CLOCK=lambda: NOW,
        WTF_CSRF_ENABLED=False,
        SECURITY_PASSWORD_HASH="plaintext",
        SECURITY_PASSWORD_SCHEMES=["plaintext"],
    )
    with app.app_context():
        Model.metadata.create_all(db.engine)
        set_scope(db.session(), EVERYTHING)
        World.build(db.session(), now=NOW)
        world = World(db.session())
        ward, other_ward = world.unit("00082"), world.unit("00070")
        world.make_staff("idle_trainer", Role.TRAINER, ward)
        world.make_staff("carer", Role.MANAGER, ward, sensitive=True)
        world.make_staff("far_trainer", Role.TRAINER, other_ward)
        world.make_staff("far_helper", Role.HELPER, other_ward)
        town = Town(world).parameters
        other = Town(world, "00070", trainer="far_trainer", helper="far_helper").parameters
        accounts = {name: world.user(name).fs_uniquifier for name in PEOPLE}
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    with closing(sqlite3.connect(file)) as filled, closing(sqlite3.connect(template)) as copy:
        filled.backup(copy)
    place = Place(app, file, template, town, other, accounts, sqlite3.connect(file))
    for rule in app.url_map.iter_rules():
        permission = permission_of(app, rule.endpoint)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            place.requests.append(Request(rule.endpoint, method, rule, str(permission)))
    yield place
    place.watch.close()
    with app.app_context():
        db.engine.dispose()


def expected(person: str, request: Request) -> str:
    """What must come: "open", "forbidden" or "missing"."""
    roles = set(PEOPLE[person].split())
    needed = "certificates.issue" if request.endpoint in JOB_PAGES else request.permission
    if needed in ("public", "signed-in"):
        return "open"
    if not roles & set(MAY[needed].split()):
        return "missing" if request.endpoint in JOB_PAGES and request.names_object else "forbidden"
    return "missing" if person in OUTSIDE and request.names_object else "open"


def test_the_table_knows_every_permission(place: Place) -> None:
    named = {request.permission for request in place.requests}
    assert "None" not in named, "a view names no permission"
    assert named - {"public", "signed-in"} == set(MAY)
    assert len(place.requests) > 120


def test_what_changes_something_needs_more_than_looking(place: Place) -> None:
    lookers = {
        str(request)
        for request in place.requests
        if request.method in CHANGES and request.permission.endswith(".view")
    }
    assert lookers == {"POST /people/<uuid:person_id>/sensitive (people.save_sensitive, sensitive.view)"}


def test_nobody_gets_in_without_signing_in(place: Place) -> None:
    visitor, participant = place.visitor(), place.visitor()
    opened = FlaskClient.open(
        participant,
        "/my-certificates",
        method="POST",
        data={"code": place.town["code"], "birth_year": str(place.town["birth_year"])},
    )
    assert opened.status_code == 302, "the participant's code and year are right"
    place.changed()
    faults = []
    for request in place.requests:
        closed = request.permission != "public" or request.endpoint in SIGNED_IN_ONLY
        for who, client in (("nobody", visitor), ("participant", participant)):
            answer = place.ask(client, request)
            if answer.status_code >= 500:
                faults.append(f"{who}: {request} → {answer.status_code}")
            if not closed:
                continue
            if answer.status_code != 302 or not answer.location.startswith(
                ("/account/login", "/account/verify")
            ):
                faults.append(f"{who}: {request} → {answer.status_code} {answer.location}")
        told = place.ask(visitor, request, json=True).status_code if closed else 401
        if told != 401 and not (request.endpoint in SIGNED_IN_ONLY and 400 <= told < 500):
            faults.append(f"a program: {request} → {told}")
        if place.changed() and closed:
            faults.append(f"{request} changed something")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("person", PEOPLE)
def test_everybody_finds_what_is_theirs_and_nothing_else(place: Place, person: str) -> None:
    place.changed()
    visitor = place.visitor(person)
    faults = []
    for request in place.requests:
        wanted = expected(person, request)
        answer = place.ask(visitor, request)
        status = answer.status_code
        right = {
            "forbidden": status == 403,
            "missing": status == 404,
            "open": status in (200, 204, 302, 303, 400, 409, 422)
            or (request.endpoint in NOT_SHOWN and status == 404)
            or (request.permission == "public" and status < 500),
        }[wanted]
        if wanted == "open" and status == 302 and (answer.location or "").startswith("/account/login"):
            right = request.endpoint.startswith("security.")
        if not right:
            faults.append(f"{person}: {request} must be {wanted}, not {status}")
        if (request.method in CHANGES or wanted != "open") and place.changed() and wanted != "open":
            faults.append(f"{person}: {request} changed something")
        if request.endpoint.startswith("security."):
            visitor = place.visitor(person)
    assert not faults, "\n".join(faults)


def test_every_page_is_shown_to_somebody(place: Place) -> None:
    visitors = [place.visitor(person) for person in ("carer", "admin")] + [place.visitor()]
    hidden = [
        str(request)
        for request in place.requests
        if request.method == "GET"
        and request.endpoint not in NOT_SHOWN
        and not request.endpoint.startswith("security.")
        and not any(place.ask(visitor, request).status_code == 200 for visitor in visitors)
    ]
    place.changed()
    assert hidden == [], "otherwise this test asks for what is not there"


def test_another_wards_object_does_not_exist(place: Place) -> None:
    """Each object of an address in turn is the other ward's."""
    visitor = place.visitor("manager")
    faults, tried = [], 0
    for request in place.requests:
        if request.endpoint in OBJECTS_KNOWN_TO_ALL or request.permission == "public":
            continue
        for name in sorted(request.rule.arguments):
            if not name.endswith("_id") or name == "form_id":
                continue
            tried += 1
            answer = place.ask(visitor, request, **{name: place.other[name]})
            refused = (403, 404, 422) if request.method in CHANGES else (403, 404)
            if answer.status_code not in refused:
                faults.append(f"{request} with another ward's {name} → {answer.status_code}")
            if request.method in CHANGES and place.changed():
                faults.append(f"{request} with another ward's {name} changed something")
    place.changed()
    assert tried > 80
    assert not faults, "\n".join(faults)


def test_what_belongs_to_another_class_is_not_found_in_this_one(place: Place) -> None:
    visitor = place.visitor("manager")
    parts = {"enrolment_id", "member_id"}
    mixed = [
        request
        for request in place.requests
        if "class_id" in request.rule.arguments and parts & request.rule.arguments
    ]
    assert mixed
    for request in mixed:
        answer = place.ask(visitor, request, class_id=place.town["finished_id"])
        assert answer.status_code == 404, request
        assert not place.changed(), request
