"""Which features there are: one line each."""

from __future__ import annotations

from flask import Flask

import lms.attendance.models
import lms.audit.models
import lms.certificates.models
import lms.completion.models
import lms.trust.models  # noqa: F401
from lms.accounts import cli as _staff_commands  # noqa: F401
from lms.accounts import views as accounts_views
from lms.accounts.security import init_security, load_actor
from lms.attendance import views as attendance_views
from lms.audit import views as audit_views
from lms.certificates import views as certificates_views
from lms.classes import views as classes_views
from lms.completion import views as completion_views
from lms.core import views as core_views
from lms.demo.accounts import SIGN_INS
from lms.home import views as home_views
from lms.jobs import views as job_views
from lms.people import views as people_views
from lms.rosters import views as roster_views
from lms.units import views as units_views
from lms.venues import views as venues_views
from lms.verification import views as verification_views

__all__ = ["load_actor", "register"]

BLUEPRINTS = [
    core_views.bp,
    home_views.bp,
    classes_views.bp,
    venues_views.bp,
    accounts_views.bp,
    audit_views.bp,
    units_views.bp,
    people_views.bp,
    roster_views.bp,
    attendance_views.bp,
    completion_views.bp,
    certificates_views.bp,
    job_views.bp,
    verification_views.bp,
]


def register(app: Flask) -> None:
    """Set up accounts and register every feature's blueprint."""
    app.config.setdefault("DEMO_SIGN_INS", SIGN_INS if app.config["SETTINGS"].demo else [])
    init_security(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
