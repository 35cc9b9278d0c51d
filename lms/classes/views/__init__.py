"""Pages of classes."""

from lms.classes.views import enrolments, pages, planning
from lms.classes.views.blueprint import bp

__all__ = ["bp", "enrolments", "pages", "planning"]
