"""What every benchmark program shares: gather figures, print a table, write JSON.

    report = Report("The web pages")
    report.add("roll call of 40, server CPU", 9.4, "ms", at_most=15, peer="Moodle: 42 ms")
    report.finish()          # prints; with --json FILE on the command line also writes

A benchmark states what it measured and whether the goal holds. It never fails because of a time.
"""

import argparse
import json
import unicodedata
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """One measured value. `goal` reads "≤ 15" or "≥ 2000"; `holds` is None where there is no goal."""

    name: str
    value: float
    unit: str
    goal: str | None
    holds: bool | None
    peer: str | None


class Report:
    """The figures of one benchmark program."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.figures: list[Figure] = []

    def add(
        self,
        name: str,
        value: float,
        unit: str,
        *,
        at_most: float | None = None,
        at_least: float | None = None,
        peer: str | None = None,
    ) -> Figure:
        """Note a figure.

        Args:
            name: what was measured, unique in the report.
            value: the figure, in `unit`.
            unit: "ms", "kB", "rows/s", "MB", …
            at_most: the goal, when less is better.
            at_least: the goal, when more is better.
            peer: what a comparable program needs, in words with its unit.
        """
        if at_most is not None and at_least is not None:
            raise ValueError("a figure has one goal")
        if any(figure.name == name for figure in self.figures):
            raise ValueError(f"the figure {name!r} is there already")
        goal = holds = None
        if at_most is not None:
            goal, holds = f"≤ {at_most:g}", value <= at_most
        elif at_least is not None:
            goal, holds = f"≥ {at_least:g}", value >= at_least
        figure = Figure(name, round(value, 3), unit, goal, holds, peer)
        self.figures.append(figure)
        return figure

    def table(self) -> str:
        """The figures as a table of plain text."""
        head = ("what", "value", "unit", "goal", "holds", "elsewhere")
        rows = [head] + [self._cells(figure) for figure in self.figures]
        widths = [max(_width(row[column]) for row in rows) for column in range(len(head))]
        lines = [
            "  ".join(
                _pad(cell, width, column == 1)
                for column, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in rows
        ]
        return "\n".join([self.title, "-" * max(map(_width, lines)), *lines])

    @staticmethod
    def _cells(figure: Figure) -> tuple[str, ...]:
        verdict = {None: "", True: "yes", False: "NO"}[figure.holds]
        value = f"{figure.value:,.0f}" if abs(figure.value) >= 1000 else f"{figure.value:g}"
        return figure.name, value, figure.unit, figure.goal or "", verdict, figure.peer or ""

    def finish(self, arguments: list[str] | None = None) -> None:
        """Print the table and, with `--json FILE` among the arguments , write the figures."""
        parser = argparse.ArgumentParser(description=self.title)
        parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures into this file")
        options = parser.parse_args(arguments)
        print("\n" + self.table(), flush=True)
        if options.json:
            rows = [asdict(figure) for figure in self.figures]
            options.json.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _width(text: str) -> int:
    """Columns that a terminal gives the text: combining marks take none."""
    return sum(not unicodedata.combining(character) for character in text)


def _pad(text: str, width: int, right: bool) -> str:
    blanks = " " * (width - _width(text))
    return blanks + text if right else text + blanks
