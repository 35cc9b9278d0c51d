"""The verbs of keys: make, take in, retire, and hand them to whoever signs or verifies."""

from __future__ import annotations

import hashlib
import re
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import current_app
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload

from certificates import keys as library
from certificates.errors import CertificateError
from certificates.signing import Signer
from lms.audit import service as audit
from lms.core.access import Actor, public_rows
from lms.core.errors import DomainError
from lms.core.keys import is_key, new_key
from lms.trust import vault
from lms.trust.models import IssuerKey, KeyPurpose
from lms.units.models import Branch, Organisation, Unit


@dataclass(frozen=True, eq=False)
class Seal:
    """What a branch signs with now: its token key, and a document key if there is one. Equal when the keys are."""

    branch_id: uuid.UUID
    token: library.TokenKey
    token_id: uuid.UUID
    signer: Signer | None
    signer_id: uuid.UUID | None

    def __eq__(self, other: object) -> bool:
        mine = (self.token_id, self.signer_id)
        return isinstance(other, Seal) and mine == (other.token_id, other.signer_id)

    def __hash__(self) -> int:
        return hash((self.token_id, self.signer_id))


@dataclass(frozen=True)
class KnownKey:
    """A token key as everybody may know it, retired or not."""

    key_id: str
    public: bytes
    branch_id: uuid.UUID


# --- secrets ---------------------------------------------------------------------------------------------------


def has_own_secret() -> bool:
    """Whether keys are kept with a secret of their own."""
    return bool(current_app.config["SETTINGS"].key_encryption_secret)


def _secrets() -> tuple[str, ...]:
    # Keys made before KEY_ENCRYPTION_SECRET was set stay readable.
    own, general = current_app.config["SETTINGS"].key_encryption_secret, str(current_app.secret_key)
    return (own, general) if own else (general,)


def _add(session: Session, key: IssuerKey, private: Any) -> IssuerKey:
    """Encrypt the private part and keep the row."""
    content = private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    key.private = vault.lock(content, _secrets()[0], key.place)
    session.add(key)
    session.flush()
    return key


@lru_cache(maxsize=512)
def _opened(key_id: uuid.UUID, place: bytes, locked: bytes, known: tuple[str, ...]) -> Any:
    try:
        content = vault.unlock(locked, known, place)
    except vault.LockedError:
        raise DomainError(
            "key_locked",
            _l(
                "The signing key cannot be opened: it was kept with another KEY_ENCRYPTION_SECRET. "
                "Please ask who runs this site to set the former secret again."
            ),
            status=503,
        ) from None
    return serialization.load_der_private_key(content, None)


def _private(key: IssuerKey) -> Any:
    return _opened(key.id, key.place, key.private, _secrets())


# --- keys of documents -----------------------------------------------------------------------------------------


def new_document_key(
    session: Session,
    unit: Unit,
    branch: Branch | None,
    *,
    actor: Actor,
    now: datetime,
    content: bytes | None = None,
    passphrase: str = "",
) -> IssuerKey:
    """Give a branch, or all branches of a unit without their own, a key that signs PDF files.

    ``content`` is a PKCS#12 file under a passphrase; without it a key with a certificate of its own is made. Raises
    DomainError: ``key_exists``, ``key_passphrase``, ``key_unreadable``, ``key_unsupported``, ``key_mismatch``,
    ``key_expired``, ``key_known``.
    """
    if _present(session, unit.id, branch.id if branch else None) is not None:
        raise DomainError(
            "key_exists",
            _l("There is a key already. Retire it first (lms keys retire), then make a new one."),
        )
    signer = _read(content, passphrase) if content is not None else _self_made(_name(unit, branch, now), now)
    if not signer.certificate.not_valid_before_utc <= now <= signer.certificate.not_valid_after_utc:
        raise DomainError("key_expired", _l("The certificate of this key is not valid today."))
    fingerprint = signer.certificate.fingerprint(hashes.SHA256()).hex()
    if session.scalar(select(IssuerKey.id).where(IssuerKey.fingerprint == fingerprint)) is not None:
        raise DomainError("key_known", _l("This key is there already, or was and is retired."))
    chain = (signer.certificate, *signer.chain)
    key = IssuerKey(
        id=new_key(),
        unit_id=unit.id,
        branch_id=branch.id if branch else None,
        purpose=KeyPurpose.DOCUMENT,
        fingerprint=fingerprint,
        certificate="".join(one.public_bytes(serialization.Encoding.PEM).decode() for one in chain),
        created_at=now,
    )
    _add(session, key, signer.key)
    audit.record(session, "key.made", actor=actor, now=now, unit_id=unit.id, subject=key)
    return key


def _present(session: Session, unit_id: uuid.UUID, branch_id: uuid.UUID | None) -> IssuerKey | None:
    query = select(IssuerKey).where(
        IssuerKey.unit_id == unit_id,
        IssuerKey.branch_id == branch_id if branch_id else IssuerKey.branch_id.is_(None),
        IssuerKey.purpose == KeyPurpose.DOCUMENT,
        IssuerKey.retired_at.is_(None),
    )
    return session.scalar(query)


def _name(unit: Unit, branch: Branch | None, now: datetime) -> str:
    return str(branch.name["vi"]) if branch else unit.at(now.date()).name_vi


def _self_made(name: str, now: datetime) -> Signer:
    passphrase = secrets.token_urlsafe()
    return library.load_document_key(library.new_document_key(name, passphrase, now=now), passphrase)


def _read(content: bytes, passphrase: str) -> Signer:
    try:
        return library.load_document_key(content, passphrase)
    except CertificateError as error:
        reason = error.reasons[0]
        raise DomainError(reason.code, gettext(reason.message, **reason.params)) from error


# --- keys of tokens and credentials ------------------------------------------------------------------------------


def _new_token_key(session: Session, branch: Branch, *, actor: Actor, now: datetime) -> IssuerKey:
    taken = True
    while taken:  # the short name of a key is 4 bytes: among thousands two may be the same
        private = Ed25519PrivateKey.generate()
        public = private.public_key().public_bytes_raw()
        key_id = library.key_id(public).hex()
        taken = (
            session.scalar(public_rows(select(IssuerKey.id).where(IssuerKey.token_key_id == key_id)))
            is not None
        )
    key = IssuerKey(
        id=new_key(),
        unit_id=branch.unit_id,
        branch_id=branch.id,
        purpose=KeyPurpose.TOKEN,
        fingerprint=hashlib.sha256(public).hexdigest(),
        token_key_id=key_id,
        public=public,
        created_at=now,
    )
    _add(session, key, private)
    audit.record(session, "key.made", actor=actor, now=now, unit_id=branch.unit_id, subject=key)
    return key


def seal_for_issuing(session: Session, branch: Branch, *, actor: Actor, now: datetime) -> Seal:
    """What a branch signs with; its token key is made when it has none yet. The caller holds the branch's series."""
    found = seals(session, [branch.id]).get(branch.id)
    if found is None:
        _new_token_key(session, branch, actor=actor, now=now)
        found = seals(session, [branch.id])[branch.id]
    return found


def seals(session: Session, branch_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Seal]:
    """What branches sign with, those without a token key left out. One query."""
    ids = set(branch_ids)
    if not ids:
        return {}
    units = select(Branch.__table__.c.unit_id).where(Branch.__table__.c.id.in_(ids))
    of_branch = IssuerKey.branch_id.in_(ids)
    of_unit = IssuerKey.branch_id.is_(None) & IssuerKey.unit_id.in_(units)
    query = select(IssuerKey).where(IssuerKey.retired_at.is_(None), or_(of_branch, of_unit))
    found = session.scalars(public_rows(query)).all()
    documents = [key for key in found if key.purpose is KeyPurpose.DOCUMENT]
    made = {}
    for key in found:
        if key.purpose is KeyPurpose.TOKEN and key.branch_id is not None:
            own = [each for each in documents if each.branch_id == key.branch_id]
            shared = [each for each in documents if each.branch_id is None and each.unit_id == key.unit_id]
            document = next(iter(own or shared), None)
            made[key.branch_id] = Seal(
                key.branch_id,
                library.TokenKey(_private(key)),
                key.id,
                _signer(document) if document else None,
                document.id if document else None,
            )
    return made


def _signer(key: IssuerKey) -> Signer:
    return _made_signer(key.id, key.certificate or "", _private(key))


@lru_cache(maxsize=256)
def _made_signer(key_id: uuid.UUID, pem: str, private: Any) -> Signer:
    certificate, *chain = x509.load_pem_x509_certificates(pem.encode())
    return Signer(private, certificate, tuple(chain))


# --- known to everybody ------------------------------------------------------------------------------------------


def known_key(session: Session, key_id: bytes) -> KnownKey | None:
    """The token key with a short name, retired or not. What was found once is remembered: it never changes."""
    remembered = _KNOWN.setdefault(session.get_bind(IssuerKey), {})
    if key_id not in remembered:
        row = session.execute(
            public_rows(_public_part().where(IssuerKey.token_key_id == key_id.hex()))
        ).first()
        if row is None:
            return None
        remembered[key_id] = KnownKey(row[0], row[1], row[2])
    return remembered[key_id]


_KNOWN: WeakKeyDictionary[Any, dict[bytes, KnownKey]] = WeakKeyDictionary()
"""By database, the keys that were asked for."""


def known_keys(session: Session) -> list[KnownKey]:
    """Every token key there ever was, oldest first."""
    query = _public_part().where(IssuerKey.purpose == KeyPurpose.TOKEN).order_by(IssuerKey.id)
    return [KnownKey(row[0], row[1], row[2]) for row in session.execute(public_rows(query))]


def _public_part() -> Any:
    return select(IssuerKey.token_key_id, IssuerKey.public, IssuerKey.branch_id)


def known_certificates(session: Session) -> list[x509.Certificate]:
    """The certificate of every document key there ever was, with the chains that came along."""
    query = select(IssuerKey.certificate).where(IssuerKey.purpose == KeyPurpose.DOCUMENT)
    found: list[x509.Certificate] = []
    for pem in session.scalars(public_rows(query)):
        found += x509.load_pem_x509_certificates((pem or "").encode())
    return found


# --- the list ----------------------------------------------------------------------------------------------------


def all_keys() -> Select[Any]:
    """The keys that this session may see: those in use first, newest first."""
    return (
        select(IssuerKey)
        .options(joinedload(IssuerKey.branch), joinedload(IssuerKey.unit))
        .order_by(IssuerKey.retired_at.is_not(None), IssuerKey.created_at.desc())
    )


def find_key(session: Session, reference: str) -> IssuerKey:
    """The key whose fingerprint begins with ``reference`` (8 digits at least). Raises DomainError ``key_not_found``."""
    start = re.sub(r"[^0-9a-f]", "", reference.lower())
    found = session.scalars(all_keys().where(IssuerKey.fingerprint.startswith(start)).limit(2)).all()
    if len(start) < 8 or len(found) != 1:
        raise DomainError(
            "key_not_found",
            _l("There is no such key. Name it by the first digits of its fingerprint: lms keys list."),
        )
    return found[0]


def retire(session: Session, key: IssuerKey, *, actor: Actor, now: datetime) -> IssuerKey | None:
    """From now on a key signs nothing more; what it signed still verifies.

    A token key is followed by a new one at once, which is returned. Raises DomainError ``key_retired``.
    """
    if key.retired_at is not None:
        raise DomainError("key_retired", _l("This key is retired already."))
    key.retired_at = now
    session.flush()
    audit.record(session, "key.retired", actor=actor, now=now, unit_id=key.unit_id, subject=key)
    if key.purpose is KeyPurpose.TOKEN and key.branch is not None:
        return _new_token_key(session, key.branch, actor=actor, now=now)
    return None


def find_branch(session: Session, reference: str) -> Branch:
    """A branch by its id, or by the code of its unit and its organisation: "00082/youth_union".

    The organisation can be left out where the unit has one branch. Raises DomainError ``branch_not_found``.
    """
    query = select(Branch).options(joinedload(Branch.unit))
    if is_key(reference):
        query = query.where(Branch.id == uuid.UUID(reference))
    else:
        code, _slash, organisation = reference.partition("/")
        query = query.join(Unit, Unit.id == Branch.unit_id).where(Unit.code == code)
        if organisation in set(Organisation):
            query = query.where(Branch.organisation == Organisation(organisation))
        elif organisation:
            query = query.where(Branch.id.is_(None))
    found = session.scalars(query.limit(2)).all()
    if len(found) != 1:
        raise DomainError(
            "branch_not_found",
            _l("Name one branch by its unit's code and its organisation, for example 00082/youth_union."),
        )
    return found[0]


def find_unit(session: Session, code: str) -> Unit:
    """The unit with an official code. Raises DomainError ``unit_not_found``."""
    unit = session.scalar(select(Unit).where(Unit.code == code))
    if unit is None:
        raise DomainError("unit_not_found", _l("There is no unit with this code."))
    return unit
