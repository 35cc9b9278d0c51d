"""The one mail that accounts send: a link to set a new password."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage

from flask_babel import gettext as _

from lms.core.config import Settings


def send_reset_link(settings: Settings, address: str, link: str) -> None:
    """Send the link in the language in force; raises OSError or smtplib.SMTPException when it cannot."""
    mail = EmailMessage()
    mail["Subject"] = _("Set a new password for Lớp Số")
    mail["From"] = settings.mail_sender or settings.mail_username
    mail["To"] = address
    mail.set_content(
        "\n\n".join(
            (
                _("Hello,"),
                _(
                    "Somebody, probably you, asked for a new password. Open this link within one hour to set it:"
                ),
                link,
                _("If it was not you, do nothing: your password stays as it is."),
            )
        )
    )
    with smtplib.SMTP(settings.mail_server, settings.mail_port, timeout=20) as server:
        if settings.mail_port != 25:
            server.starttls()
        if settings.mail_username:
            server.login(settings.mail_username, settings.mail_password)
        server.send_message(mail)
