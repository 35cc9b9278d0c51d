"""Who completed a class: a decision on plain values, with the reasons that are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

DONE = frozenset({"alone", "with_help"})
"""Results of an observed task that count: done, with or without a guiding hand."""


@dataclass(frozen=True)
class Rule:
    """What a class asks for: a share of the held sessions (percent) and the "must" tasks of its course."""

    attendance_percent: int
    tasks: Sequence[str] = ()

    def sessions_needed(self, held: int) -> int:
        """Whole sessions that the share comes to, rounded up: 80 % of 6 is 5."""
        return -(-held * self.attendance_percent // 100)


@dataclass(frozen=True)
class Decision:
    """Whether somebody completed, and the figures it rests on."""

    completed: bool
    attended: int
    held: int
    needed: int
    tasks_done: int = 0
    tasks_needed: int = 0
    missing_tasks: tuple[str, ...] = ()

    @property
    def sessions_short(self) -> int:
        """How many more sessions it would have taken."""
        return max(self.needed - self.attended, 0)

    def figures(self) -> dict[str, object]:
        """The figures as they are kept with the decision."""
        return {
            "attended": self.attended,
            "held": self.held,
            "needed": self.needed,
            "tasks_done": self.tasks_done,
            "tasks_needed": self.tasks_needed,
            "missing_tasks": list(self.missing_tasks),
        }


def decide(rule: Rule, *, attended: int, held: int, results: Mapping[str, str]) -> Decision:
    """Apply a rule to one person: ``results`` has the newest result of each observed task.

    A class that held no session yet completes nobody.
    """
    needed = rule.sessions_needed(held)
    missing = tuple(task for task in rule.tasks if results.get(task) not in DONE)
    return Decision(
        completed=held > 0 and attended >= needed and not missing,
        attended=attended,
        held=held,
        needed=needed,
        tasks_done=len(rule.tasks) - len(missing),
        tasks_needed=len(rule.tasks),
        missing_tasks=missing,
    )
