"""What the library refuses, as stable codes with a sentence for a person."""

import dataclasses
from dataclasses import dataclass

from translations.messages import translator


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one value was refused.

    `code` is stable and meant for programs; `message` is an English sentence with %(name)s places, the
    message id under which the catalogues hold its translations; `params` fills the places.
    """

    code: str
    message: str
    field: str | None = None
    params: dict[str, object] = dataclasses.field(default_factory=dict)

    def __str__(self) -> str:
        return self.message % {"field": self.field, **self.params}

    def sentence(self, locale: str) -> str:
        """The reason in a language ("vi", "ar", "en")."""
        return translator(locale).gettext(self.message) % {"field": self.field, **self.params}


class CertificateError(ValueError):
    """A refusal: one or more coded reasons; `person` is whose certificate could not be made, when known."""

    def __init__(self, *reasons: Reason, person: str | None = None) -> None:
        self.reasons = reasons
        self.person = person
        super().__init__(str(self))

    @property
    def code(self) -> str:
        """Code of the first reason."""
        return self.reasons[0].code

    def __str__(self) -> str:
        sentences = " ".join(str(reason) for reason in self.reasons)
        return f"{self.person}: {sentences}" if self.person else sentences


def refuse(code: str, message: str, field: str | None = None, **params: object) -> CertificateError:
    """Build a refusal with one reason, to be raised by the caller."""
    return CertificateError(Reason(code, message, field, params))
