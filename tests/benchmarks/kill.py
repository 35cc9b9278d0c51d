"""Issuing to 5,000 people by a process that is killed ten times at random moments, on SQLite and on PostgreSQL.

Usage: python tests/benchmarks/kill.py [--json FILE]      (PEOPLE=5000 and KILLS=10 in the environment change it)
"""

import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.report import Report
from tests.support.killing import KilledIssuing
from tests.support.postgres import PostgresServer

PEOPLE = int(os.environ.get("PEOPLE", "5000"))
KILLS = int(os.environ.get("KILLS", "10"))


def killed(report: Report, kind: str, url: str, folder: Path) -> None:
    """Run it on one database and note the figures."""
    issuing = KilledIssuing(url, folder, PEOPLE)
    start = time.monotonic()
    verdict = issuing.run(KILLS)
    gaps = len(set(range(1, PEOPLE + 1)) ^ set(verdict.numbers))
    report.add(f"{kind}: certificates issued", verdict.issued, "of them", at_least=PEOPLE)
    report.add(f"{kind}: kills with SIGKILL", verdict.kills, "kills", at_least=KILLS)
    report.add(f"{kind}: of these in the middle of issuing", verdict.cut_in_the_middle, "kills")
    report.add(f"{kind}: numbers missing or beyond the last", gaps, "numbers", at_most=0)
    report.add(f"{kind}: certificates of one person", verdict.most_per_person, "at most", at_most=1)
    report.add(
        f"{kind}: faults in register, events, series", 0 if verdict.holds(PEOPLE) else 1, "faults", at_most=0
    )
    report.add(f"{kind}: time with all restarts", time.monotonic() - start, "s")


def main() -> None:
    """Run on both databases and print the table."""
    report = Report(f"Issuing to {PEOPLE} people, killed {KILLS} times")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        killed(report, "SQLite", f"sqlite:///{path / 'killed.sqlite3'}", path)
        server = PostgresServer()
        try:
            killed(report, "PostgreSQL", server.create_database("killed"), path)
        finally:
            server.stop()
    report.finish()


if __name__ == "__main__":
    main()
