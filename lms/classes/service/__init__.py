"""The verbs of classes: their life, their sessions, who is in them, and how they stand."""

from lms.classes.rules import AgeGroup, FoldedAgeGroup, age_group, folded_counts
from lms.classes.service import merging as _merging  # noqa: F401 - what happens to enrolments in a merge
from lms.classes.service import related as _related  # noqa: F401 - the classes on a page of a person
from lms.classes.service.bulk import BulkEnrolment, enrol_many, free_places
from lms.classes.service.enrolments import (
    enrol,
    enrolled_people,
    restore_enrolment,
    withdraw,
)
from lms.classes.service.life import change_class, copy_class, create_class, find_class, last_made
from lms.classes.service.listing import (
    ClassFilter,
    current_state,
    filtered_classes,
    meets_in_week,
    needs_something,
    without_trainer,
)
from lms.classes.service.meetings import (
    cancel_session,
    delete_session,
    move_session,
    schedule_series,
    schedule_session,
    slot_warnings,
)
from lms.classes.service.staff import assign_staff, possible_staff, remove_staff
from lms.classes.service.states import (
    archive_class,
    begin_if_due,
    finish_class,
    note_begun,
    open_class,
    reopen_draft,
    start_class,
)
from lms.classes.service.summaries import FIGURES, ClassSummary, Step, summaries, summary

__all__ = [
    "FIGURES",
    "AgeGroup",
    "BulkEnrolment",
    "ClassFilter",
    "ClassSummary",
    "FoldedAgeGroup",
    "Step",
    "age_group",
    "archive_class",
    "assign_staff",
    "begin_if_due",
    "cancel_session",
    "change_class",
    "copy_class",
    "create_class",
    "current_state",
    "delete_session",
    "enrol",
    "enrol_many",
    "enrolled_people",
    "filtered_classes",
    "find_class",
    "finish_class",
    "folded_counts",
    "free_places",
    "last_made",
    "meets_in_week",
    "move_session",
    "needs_something",
    "note_begun",
    "open_class",
    "possible_staff",
    "remove_staff",
    "reopen_draft",
    "restore_enrolment",
    "schedule_series",
    "schedule_session",
    "slot_warnings",
    "start_class",
    "summaries",
    "summary",
    "withdraw",
    "without_trainer",
]
