"""Open Badges 3.0 credentials that come with certificates (1EdTech OB 3.0, a profile of W3C VC 2.0)."""

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from certificates.competences import COMPETENCE_ADDRESS, FRAMEWORK, competence_name
from certificates.proof import Document, Prover, canonical
from certificates.statuslist import entry
from certificates.wording import chosen

CONTEXT: Final = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    {"printed": {"@id": "urn:lopso:printed", "@type": "@json"}},
]
PRINTED_FIELDS: Final = (
    "name", "birth", "residence", "course_title", "class_title", "period_from", "period_to", "sessions", "hours",
    "attended", "held", "result", "number", "register_no", "code", "place", "issued_on", "issuer_name",
    "signatory_name",
)  # fmt: skip
"""Fields that the credential repeats as they are on the paper, so that an edited page is found out."""


@dataclass(frozen=True)
class StatusPlace:
    """Where a credential's state is published: the address of a status list, and the place in it."""

    address: str
    index: int


@dataclass(frozen=True)
class Issuer:
    """Who signs the credentials; `address` identifies the issuer, the key's did:key does when it is empty."""

    name: str
    prover: Prover
    address: str = ""


def credential(
    data: Mapping[str, Any],
    locale: str,
    issuer: Issuer,
    *,
    now: datetime.datetime,
    status: StatusPlace | None = None,
) -> Document:
    """The signed credential of one certificate.

    `data` is a checked line of data; `status` the place in a status list; `now` the time of the proof.
    """
    course = text(data.get("course_title"), locale)
    document: Document = {
        "@context": CONTEXT,
        "id": text(data["verify_url"], locale),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": course or text(data.get("issuer_name"), locale),
        "issuer": {"id": issuer.address or issuer.prover.did, "type": ["Profile"], "name": issuer.name},
        "validFrom": f"{day(data['issued_on'])}T00:00:00+07:00",
        "credentialSubject": subject(data, locale, course),
        "printed": printed(data, locale),
    }
    if status is not None:
        document["credentialStatus"] = entry(status.address, status.index)
    return issuer.prover.prove(document, now)


def credential_json(document: Document) -> bytes:
    """The credential as the bytes of a JSON file."""
    return canonical(document)


def text(value: Any, locale: str) -> str:
    """A text in the language."""
    return str(chosen(value, locale) or "")


def day(value: datetime.date | str) -> str:
    """A day in ISO form."""
    return value.isoformat() if isinstance(value, datetime.date) else value


def subject(data: Mapping[str, Any], locale: str, course: str) -> Document:
    """Who achieved what."""
    identity = {
        "type": "IdentityObject",
        "hashed": False,
        "identityType": "name",
        "identityHash": data["name"],
    }
    achievement = {
        "id": f"{text(data['verify_url'], locale)}#achievement",
        "type": ["Achievement"],
        "achievementType": "CertificateOfCompletion",
        "inLanguage": locale,
        "name": course or text(data.get("role"), locale) or text(data.get("issuer_name"), locale),
        "description": " – ".join(part for part in (course, text(data.get("class_title"), locale)) if part)
        or "–",
        "criteria": {"narrative": criteria(data, locale)},
        "alignment": [alignment(code, locale) for code in data.get("competences") or ()],
    }
    return {"type": ["AchievementSubject"], "identifier": [identity], "achievement": achievement}


def criteria(data: Mapping[str, Any], locale: str) -> str:
    """What was done for the achievement, as figures that need no words."""
    attended = f"{data['attended']}/{data['held']}" if "attended" in data and "held" in data else ""
    period = f"{day(data['period_from'])}/{day(data['period_to'])}" if "period_from" in data else ""
    return "; ".join(part for part in (period, attended, text(data.get("result"), locale)) if part) or "–"


def alignment(code: str, locale: str) -> Document:
    """A competence of the framework."""
    return {
        "type": ["Alignment"],
        "targetCode": code,
        "targetName": competence_name(code, locale),
        "targetFramework": FRAMEWORK,
        "targetType": "CFItem",
        "targetUrl": f"{COMPETENCE_ADDRESS}{code}",
    }


def printed(data: Mapping[str, Any], locale: str) -> Document:
    """The printed fields as plain JSON, in the language of the certificate."""
    found: Document = {"language": locale}
    for field in PRINTED_FIELDS:
        value = chosen(data.get(field), locale)
        if value is not None and value != "":
            found[field] = plain(value)
    return found


def plain(value: Any) -> Any:
    """A value as canonical JSON can hold it: no fractions, no dates."""
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, float):
        return int(value) if value.is_integer() else f"{value:g}"
    if isinstance(value, Mapping):
        return {name: plain(part) for name, part in value.items() if part is not None}
    return value


def read_credential(content: bytes) -> Document | None:
    """A credential of ours from the bytes of a JSON file; None when it is none."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if isinstance(document, dict) and isinstance(document.get("printed"), dict):
        return document
    return None


__all__ = ["Issuer", "StatusPlace", "credential", "credential_json", "read_credential"]
