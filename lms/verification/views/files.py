"""The page that takes a PDF file and says whether it is as it was issued."""

from __future__ import annotations

import contextlib
from typing import Any

from flask import Response, render_template, request
from flask_babel import lazy_gettext as _l

from lms.core.access import public
from lms.core.db import db
from lms.core.errors import DomainError
from lms.verification.files import LARGEST, CheckedFile, check_file
from lms.verification.forms import FileForm
from lms.verification.views.blueprint import bp, unlisted


@bp.route("/verify-file", methods=["GET", "POST"])
@public
def file() -> Any:
    """Take a file, say what its signature and the register say, and forget it."""
    form = FileForm()
    if not form.validate_on_submit():
        return _page(form, None, 200 if request.method == "GET" else 422)
    with contextlib.closing(form.file.data):
        content = form.file.data.read(LARGEST + 1)
    if len(content) > LARGEST:
        return _too_large()
    return _page(form, check_file(db.session(), content), 200)


@bp.errorhandler(413)
def too_large(_error: Exception) -> Any:
    """The file is larger than the program takes at all."""
    return _too_large()


def _too_large() -> Response:
    form = FileForm(formdata=None)
    sentence = _l("The file is larger than 10 MB, so it is no certificate. Please choose another one.")
    form.refuse(DomainError("file_too_large", sentence, field="file"))
    return _page(form, None, 413)


def _page(form: FileForm, checked: CheckedFile | None, status: int) -> Response:
    return unlisted(render_template("verification/file.html", form=form, checked=checked), status)
