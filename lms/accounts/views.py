"""Pages of accounts: one's own, invitations, and the staff of a unit."""

from __future__ import annotations

import smtplib
import uuid
from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.accounts import attempts, forms, mail, service
from lms.accounts.links import invitation_link, qr_image
from lms.accounts.models import Grant, Invitation, User
from lms.core.access import Actor, Permission, Role, public, requires, signed_in
from lms.core.auth import actor
from lms.core.clock import now, today
from lms.core.db import db
from lms.core.errors import DomainError
from lms.core.flashes import offer_undo
from lms.core.i18n import current_language
from lms.core.paging import asked_page, paginate
from lms.core.rows import get_or_404
from lms.units import service as units
from lms.units.models import Unit

bp = Blueprint("accounts", __name__, template_folder="templates", cli_group="staff")

SHORT_LIST = 200
"""The most units that a choice offers; beyond, the unit is opened first and somebody invited from there."""

LINK_SHOWN = timedelta(minutes=10)
MAIL_LASTS = timedelta(hours=1)

ROLE_HINTS = {
    Role.ADMIN: _l("May do everything in the unit and below it."),
    Role.OFFICER: _l("Sees classes, figures and certificates; changes nothing."),
    Role.MANAGER: _l("Schedules classes, keeps the lists, issues certificates, invites others."),
    Role.TRAINER: _l("Teaches own classes and takes attendance there."),
    Role.HELPER: _l("Takes attendance in own classes, nothing else."),
    Role.VIEWER: _l("Sees counts only, no names."),
}


@bp.context_processor
def words() -> dict[str, Any]:
    """What the templates of accounts need."""

    def unit_title(unit: Unit) -> str:
        return units.heading(unit, current_language(), today())

    return {"role_names": service.ROLE_NAMES, "unit_title": unit_title}


# --- one's own account ------------------------------------------------------------------------------------------------


@bp.get("/account")
@signed_in
def me() -> str:
    """One's own account: roles, password, one-time codes, passkeys."""
    user = db.session.get_one(User, actor.id)
    return render_template("accounts/me.html", user=user, grants=service.grants_of(db.session(), user))


@bp.route("/account/forgot", methods=["GET", "POST"])
@public
def forgot() -> Any:
    """Ask for a link to set a new password. The answer does not tell whether there is such an account."""
    form = forms.ForgotForm()
    by_mail = bool(current_app.config["SETTINGS"].mail_server)
    if not by_mail:
        return render_template("accounts/forgot.html", form=None)
    if not form.validate_on_submit():
        return render_template("accounts/forgot.html", form=form), 422 if form.is_submitted() else 200
    try:
        _mail_reset_link(form.identity.data)
    except DomainError as error:
        form.refuse(error)
        return render_template("accounts/forgot.html", form=form), error.status
    flash(
        _(
            "If there is an account with an e-mail address, a link was sent to it. Please look there, also under spam."
        )
    )
    return redirect(url_for("security.login"))


def _mail_reset_link(identity: str) -> None:
    database, asked = db.session(), f"forgot {identity}"
    attempts.refuse_if_too_many(database, asked, request.remote_addr or "", now=now())
    attempts.record_failure(database, asked, request.remote_addr or "", now=now())
    user = service.find_account(database, identity)
    link, address = None, user.email if user and user.active else None
    if user is not None and address and service.grants_of(database, user):
        _invitation, token = service.reset_link(
            database, user, actor=Actor(user.id, user.name), now=now(), lasts=MAIL_LASTS
        )
        link = invitation_link(token)
    database.commit()
    if link and address:
        try:
            mail.send_reset_link(current_app.config["SETTINGS"], address, link)
        except (OSError, smtplib.SMTPException):
            current_app.logger.exception("the mail with a reset link could not be sent")


@bp.route("/invitation/<token>", methods=["GET", "POST"])
@public
def accept(token: str) -> Any:
    """Take up an invitation, or set a new password."""
    invitation = service.open_invitation(db.session(), token, now=now())
    existing = invitation.user_id is None and service.invited_account(db.session(), invitation) is not None
    form = forms.OwnPasswordForm() if existing else forms.PasswordForm()
    page = {"form": form, "invitation": invitation, "existing": existing}
    if not form.validate_on_submit():
        return render_template("accounts/accept.html", **page), 422 if form.is_submitted() else 200
    source, tried = request.remote_addr or "", f"invitation {invitation.id}"
    try:
        attempts.refuse_if_too_many(db.session(), tried, source, now=now())
        service.accept_invitation(db.session(), token, form.password.data, now=now())
    except DomainError as error:
        form.refuse(error)
        if error.code == "wrong_password":
            attempts.record_failure(db.session(), tried, source, now=now())
            db.session.commit()
        return render_template("accounts/accept.html", **page), error.status
    db.session.commit()
    flash(_("That is done. Please sign in now with your phone number or e-mail and the password."))
    return redirect(url_for("security.login"))


# --- staff ------------------------------------------------------------------------------------------------------------


@bp.get("/staff")
@requires(Permission.STAFF_VIEW)
def staff() -> str:
    """The staff of the actor's units, and who was invited."""
    text = request.args.get("q", "").strip()
    query = service.staff_query(units.reach(actor, Permission.STAFF_VIEW), text)
    page = paginate(db.session(), query, number=asked_page())
    pending = select(Invitation).where(
        Invitation.used_at.is_(None), Invitation.expires_at > now(), Invitation.user_id.is_(None)
    )
    return render_template(
        "accounts/staff.html",
        page=page,
        text=text,
        grants=_grants_by_user([user.id for user in page.items]),
        invitations=db.session.scalars(
            pending.options(joinedload(Invitation.unit)).order_by(Invitation.created_at.desc()).limit(50)
        ).all(),
    )


def _grants_by_user(user_ids: list[uuid.UUID]) -> dict[uuid.UUID, list[Grant]]:
    unit = joinedload(Grant.unit)
    found = db.session.scalars(
        select(Grant).where(Grant.user_id.in_(user_ids)).options(unit, unit.joinedload(Unit.parent))
    )
    grouped: dict[uuid.UUID, list[Grant]] = {}
    for grant in found:
        grouped.setdefault(grant.user_id, []).append(grant)
    return grouped


@bp.route("/staff/invite", methods=["GET", "POST"])
@requires(Permission.STAFF_EDIT)
def invite() -> Any:
    """Invite somebody: the link to hand over is shown afterwards."""
    form = forms.InviteForm()
    _offer(form)
    if form.validate_on_submit():
        unit = db.session.get_one(Unit, form.unit_id.data)
        try:
            invitation, token = service.invite(
                db.session(),
                unit=unit,
                role=form.role.data,
                name=form.name.data,
                phone=form.phone.data,
                email=form.email.data,
                actor=actor,
                now=now(),
            )
            db.session.commit()
            return _hand_over(invitation, token)
        except DomainError as error:
            form.refuse(error)
    page = render_template("accounts/invite.html", form=form, role_hints=_hints())
    return page, 422 if form.is_submitted() else 200


def _offer(form: forms.GrantForm, *, sensitive: bool = False) -> None:
    reach = units.reach(actor, Permission.STAFF_EDIT)
    asked = units.find_unit(db.session(), request.args.get("unit", ""))
    if asked is not None and units.covers(db.session(), reach, asked.id):
        offered = [asked]
    else:
        offered = units.offered(db.session(), reach, most=SHORT_LIST)
    places = [(str(unit.id), units.heading(unit, current_language(), today())) for unit in offered]
    roles = {role for unit_id in reach for role in service.grantable_at(db.session(), actor, unit_id)}
    names = [(role.value, service.ROLE_NAMES[role]) for role in Role if role in roles]
    form.offer(places, names, sensitive=sensitive and Role.ADMIN in actor.roles)


def _hints() -> dict[str, Any]:
    return {role.value: hint for role, hint in ROLE_HINTS.items()}


def _hand_over(invitation: Invitation, token: str) -> Any:
    until = (now() + LINK_SHOWN).timestamp()
    session["hand_over"] = {"id": str(invitation.id), "token": token, "until": until}
    return redirect(url_for("accounts.hand_over", invitation_id=invitation.id))


@bp.get("/staff/invitations/<uuid:invitation_id>")
@requires(Permission.STAFF_EDIT)
def hand_over(invitation_id: uuid.UUID) -> str:
    """The link of an invitation just made and its QR code, for ten minutes and for whoever made it."""
    invitation = get_or_404(Invitation, invitation_id)
    kept = session.get("hand_over", {})
    link = None
    if kept.get("id") == str(invitation_id) and kept.get("until", 0) > now().timestamp():
        link = invitation_link(kept["token"])
    return render_template(
        "accounts/hand_over.html", invitation=invitation, link=link, qr=qr_image(link) if link else None
    )


@bp.post("/staff/invitations/<uuid:invitation_id>/withdraw")
@requires(Permission.STAFF_EDIT)
def withdraw(invitation_id: uuid.UUID) -> Any:
    """End an invitation that was not taken up."""
    invitation = get_or_404(Invitation, invitation_id)
    service.withdraw_invitation(db.session(), invitation, actor=actor, now=now())
    db.session.commit()
    flash(_("The invitation is withdrawn; its link no longer works."))
    return redirect(url_for("accounts.staff"))


@bp.get("/staff/<uuid:user_id>")
@requires(Permission.STAFF_VIEW)
def show(user_id: uuid.UUID) -> str:
    """A member of staff: roles, and what may be done with the account."""
    form = forms.GrantForm()
    _offer(form, sensitive=True)
    return _staff_page(_staff_member(user_id), form)


@bp.post("/staff/<uuid:user_id>/roles")
@requires(Permission.STAFF_EDIT)
def give_role(user_id: uuid.UUID) -> Any:
    """Give a member of staff a further role."""
    user, form = _staff_member(user_id), forms.GrantForm()
    _offer(form, sensitive=True)
    if form.validate():
        try:
            _grant(user, form.unit_id.data, form.role.data, "sensitive" in form and form.sensitive.data)
            db.session.commit()
            flash(_("The role is given."))
            return redirect(url_for("accounts.show", user_id=user.id))
        except DomainError as error:
            form.refuse(error)
    return _staff_page(user, form), 422


def _staff_page(user: User, form: forms.GrantForm) -> str:
    editing = actor.can(Permission.STAFF_EDIT)
    return render_template(
        "accounts/show.html",
        user=user,
        grants=_grants_by_user([user.id]).get(user.id, []),
        form=form if editing and form.role.choices else None,
        role_hints=_hints(),
        may_manage=editing and service.may_manage(db.session(), user, actor),
    )


def _staff_member(user_id: uuid.UUID) -> User:
    query = service.staff_query(units.reach(actor, Permission.STAFF_VIEW)).where(User.id == user_id)
    user = db.session.scalar(query)
    if user is None:
        abort(404)
    return user


def _grant(user: User, unit_id: uuid.UUID, role: str, sensitive: bool) -> None:
    unit = db.session.get_one(Unit, unit_id)
    service.grant_role(db.session(), user, unit, role, sensitive=sensitive, actor=actor, now=now())


@bp.post("/staff/grants/<uuid:grant_id>/revoke")
@requires(Permission.STAFF_EDIT)
def revoke(grant_id: uuid.UUID) -> Any:
    """Take a role away; it can be undone at once."""
    grant = get_or_404(Grant, grant_id)
    session["taken_away"] = {
        "id": str(grant_id),
        "user": str(grant.user_id),
        "unit": str(grant.unit_id),
        "role": grant.role.value,
        "sensitive": grant.sensitive,
    }
    service.revoke_grant(db.session(), grant, actor=actor, now=now())
    db.session.commit()
    undo = url_for("accounts.restore", grant_id=grant_id)
    offer_undo(_("The role is taken away."), undo)
    return redirect(url_for("accounts.staff"))


@bp.post("/staff/grants/<uuid:grant_id>/restore")
@requires(Permission.STAFF_EDIT)
def restore(grant_id: uuid.UUID) -> Any:
    """Give back the role that was just taken away, to the same person only."""
    taken = session.get("taken_away", {})
    if taken.get("id") != str(grant_id):
        abort(404)
    user = db.session.get_one(User, uuid.UUID(taken["user"]))
    _grant(user, uuid.UUID(taken["unit"]), taken["role"], taken["sensitive"])
    db.session.commit()
    session.pop("taken_away")
    return redirect(url_for("accounts.show", user_id=user.id))


@bp.post("/staff/<uuid:user_id>/reset-link")
@requires(Permission.STAFF_EDIT)
def reset_link(user_id: uuid.UUID) -> Any:
    """A link for somebody who forgot the password, to hand over in person."""
    user = _staff_member(user_id)
    invitation, token = service.reset_link(db.session(), user, actor=actor, now=now())
    db.session.commit()
    return _hand_over(invitation, token)


@bp.post("/staff/<uuid:user_id>/codes-off")
@requires(Permission.STAFF_EDIT)
def codes_off(user_id: uuid.UUID) -> Any:
    """Turn one-time codes off for somebody who lost the phone."""
    user = _staff_member(user_id)
    service.turn_codes_off(db.session(), user, actor=actor, now=now())
    db.session.commit()
    flash(_("One-time codes are off; the password alone is enough now."))
    return redirect(url_for("accounts.show", user_id=user.id))


@bp.post("/staff/<uuid:user_id>/close")
@requires(Permission.STAFF_EDIT)
def close(user_id: uuid.UUID) -> Any:
    """Close an account; it can be undone."""
    user = _staff_member(user_id)
    service.deactivate(db.session(), user, actor=actor, now=now())
    db.session.commit()
    offer_undo(_("The account is closed."), url_for("accounts.reopen", user_id=user.id))
    return redirect(url_for("accounts.show", user_id=user.id))


@bp.post("/staff/<uuid:user_id>/open")
@requires(Permission.STAFF_EDIT)
def reopen(user_id: uuid.UUID) -> Any:
    """Open a closed account again."""
    user = _staff_member(user_id)
    service.reactivate(db.session(), user, actor=actor, now=now())
    db.session.commit()
    flash(_("The account is open again."))
    return redirect(url_for("accounts.show", user_id=user.id))
