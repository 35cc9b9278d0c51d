"""Flask's test client, which also validates the HTML of every page it gets."""

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.html import assert_good_html


class ValidatingClient(FlaskClient):
    """Set it as `app.test_client_class`; then every HTML answer, of an error too, is checked."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Make a request and fail when the page that comes is not good HTML."""
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and response.get_data():
            request = response.request
            assert_good_html(
                response.get_data(as_text=True), f"{request.method} {request.path} → {response.status}"
            )
        return response
