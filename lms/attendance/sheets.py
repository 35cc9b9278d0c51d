"""The register on paper and as a spreadsheet."""

from __future__ import annotations

from typing import BinaryIO

import xlsxwriter
from flask_babel import gettext as _

from courses.sign_in import SignInSheet
from courses.sign_in import sign_in_sheet as set_sign_in_sheet
from lms.attendance.models import AttendanceStatus
from lms.attendance.service import Register, RegisterRow
from lms.core.i18n import pick
from translations import dates
from translations.locales import Locale

BLANK_ROWS = 5
"""Empty rows at the end of a sign-in sheet, for people who just come."""


def _words() -> dict[AttendanceStatus | None, str]:
    return {
        AttendanceStatus.PRESENT: _("Present"),
        AttendanceStatus.LATE: _("Late"),
        AttendanceStatus.EXCUSED: _("Excused"),
        AttendanceStatus.ABSENT: _("Absent"),
        None: "",
    }


def write_workbook(file: BinaryIO, register: Register, locale: Locale) -> None:
    """Write the register as XLSX: a row a person, a column a session, then the sums."""
    workbook = xlsxwriter.Workbook(
        file,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    sheet = workbook.add_worksheet(_("Attendance register")[:31])
    if locale.is_rtl:
        sheet.right_to_left()
    bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    sheet.write_row(0, 0, [pick(register.course_class.title), register.course_class.code], bold)
    days = [dates.short_date(meeting.local_date, locale) for meeting in register.sessions]
    sums = [_("Sessions held"), _("Present"), _("Late"), _("Excused"), _("Absent"), _("Attendance rate")]
    sheet.write_row(2, 0, [_("Full name"), _("Year of birth"), *days, *sums], bold)
    percent = workbook.add_format({"num_format": "0%"})
    words = _words()
    for line, row in enumerate(register.rows, start=3):
        sheet.write_row(line, 0, _cells(row, words))
        if row.counts.rate is not None:
            sheet.write_number(line, len(days) + 7, row.counts.rate, percent)
    sheet.freeze_panes(3, 1)
    sheet.set_column(0, 0, 32)
    sheet.set_column(1, len(days) + 7, 13)
    workbook.close()


def _cells(row: RegisterRow, words: dict[AttendanceStatus | None, str]) -> list[str | int | None]:
    counts = row.counts
    sums = [counts.held, counts.present, counts.late, counts.excused, counts.absent]
    return [row.person.name, row.person.birth_year, *(words[status] for status in row.statuses), *sums]


def sign_in_sheet(register: Register, locale: Locale) -> bytes:
    """A PDF to print: a large row a person, a column a session to sign in."""
    course_class = register.course_class
    return set_sign_in_sheet(
        SignInSheet(
            title=pick(course_class.title),
            code=course_class.code,
            place=course_class.venue.name if course_class.venue else "",
            days=[dates.short_date(meeting.local_date, locale) for meeting in register.sessions],
            people=[(row.person.name, str(row.person.birth_year or "")) for row in register.rows],
            blank_rows=BLANK_ROWS,
        ),
        locale,
    )
