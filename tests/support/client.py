"""A browser for tests: Flask's test client, which refuses invalid HTML."""

import contextvars
import gzip
from typing import Any

from flask import current_app, has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms.accounts.security import SIGNED_IN_AT
from lms.core import clock
from tests.support.html import assert_good_html


class CheckedClient(FlaskClient):
    """Validates the HTML of every page it gets, pages of errors included; nobody sees what comes with a redirect."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Make a request and fail when the page that comes is not good HTML.

        As on a server, the request shares nothing with the test around it, whose database session is committed
        first: so the request sees what the test made, and the test then sees what the request did.
        """
        if has_app_context():
            current_app.extensions["sqlalchemy"].session.commit()
        response = contextvars.Context().run(super().open, *args, **kwargs)
        response.get_data()
        response.close()
        # Nobody sees the page that Werkzeug puts into a redirection.
        if response.mimetype == "text/html" and response.data and not 300 <= response.status_code < 400:
            request = response.request
            body = gzip.decompress(response.data) if response.content_encoding == "gzip" else response.data
            assert_good_html(body.decode(), f"{request.method} {request.path} → {response.status}")
        return response

    def sign_in(self, user: Any) -> None:
        """Be this member of staff from now on, as after the sign-in page."""
        with self.session_transaction() as session:
            session["_user_id"] = user.fs_uniquifier
            session["_fresh"] = True
            with self.application.app_context():
                session[SIGNED_IN_AT] = clock.now().timestamp()
