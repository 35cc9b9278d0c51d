"""Lớp Số: digital-literacy classes run by wards, communes and youth-union branches; an application and a plugin."""

from lms.app import create_app
from lms.plugin import LMS
from lms.signals import attendance_recorded, certificate_issued, certificate_revoked, class_completed

__all__ = [
    "LMS",
    "attendance_recorded",
    "certificate_issued",
    "certificate_revoked",
    "class_completed",
    "create_app",
]
__version__ = "0.1.0"
