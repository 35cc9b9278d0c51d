"""How fast signed codes are checked by the application: signature, register entry and state.

python -m tests.benchmarks.verify [--certificates N] [--json FILE]
"""

import argparse
import tempfile
import time
from pathlib import Path

from sqlalchemy.orm import Session

from lms import create_app
from lms.certificates import service as certificates
from lms.certificates.models import Certificate
from lms.core.access import EVERYTHING, SYSTEM, set_scope
from lms.core.config import Settings
from lms.core.db import Model, db, writing
from lms.verification import states
from lms.verification.checking import check_token
from tests.benchmarks.report import Report
from tests.support.papers import NOW, held_class, issue, make_issuer, mark_crowd
from tests.support.world import World

REASON = "Cấp nhầm cho người không học lớp này."


def fill(session: Session, count: int) -> list[str]:
    """A class of so many people with certificates, a tenth of them revoked; returns their codes in turn by language."""
    world = World(session)
    course_class = held_class(world, [], capacity=count)
    world.make_session(course_class, NOW.date())
    for index in range(count):
        world.enrol(course_class, world.make_person(f"Nguyễn Thị Ngọc Ánh {index}", 1950 + index % 40))
    mark_crowd(session, course_class)
    make_issuer(world, course_class)
    issued: list[Certificate] = issue(world, course_class).certificates
    for certificate in issued[::10]:
        certificates.revoke(session, certificate, reason=REASON, actor=SYSTEM, now=NOW)
    session.commit()
    return [
        certificates.address(each.printed, ("vi", "ar", "en")[index % 3]).rsplit("/", 1)[1]
        for index, each in enumerate(issued)
    ]


def main() -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, add_help=False)
    parser.add_argument("--certificates", type=int, default=1000)
    options, rest = parser.parse_known_args()
    report = Report("Checking signed codes (SQLite, one core)")
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            environment="test", secret_key="only for measuring, long enough", instance_dir=Path(folder)
        )
        app = create_app(settings)
        with app.app_context():
            with writing():
                Model.metadata.create_all(db.engine)
                set_scope(db.session(), EVERYTHING)
                World.build(db.session(), now=NOW)
                codes = fill(db.session(), options.certificates)
            db.session.remove()
            start = time.process_time()
            said = [check_token(db.session(), code).code for code in codes]
            spent = time.process_time() - start
            assert said.count("revoked") == len(said[::10])
            assert said.count("valid") == len(said) - len(said[::10])
            report.add(
                "codes checked a second, signature, register and state (CPU)",
                len(codes) / spent,
                "1/s",
                at_least=1000,
            )
            start = time.process_time()
            states.states(db.session(), now=NOW)
            report.add(
                "the file that answers for all", 1000 * (time.process_time() - start), "ms", at_most=50
            )
            db.session.remove()
            db.engine.dispose()
    report.finish(rest)


if __name__ == "__main__":
    main()
