"""What the codes of the audit log mean, as sentences for people."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

KINDS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "classes": (_l("Classes"), ("class", "session", "venue")),
    "people": (_l("People"), ("person", "consent", "roster")),
    "sensitive": (_l("Sensitive details"), ("sensitive",)),
    "attendance": (_l("Attendance"), ("attendance", "completion", "task")),
    "certificates": (_l("Certificates"), ("certificate", "certificates", "issuer", "key")),
    "jobs": (_l("Long work"), ("job",)),
    "staff": (_l("Staff"), ("account", "invitation", "role")),
    "units": (_l("Units"), ("unit", "branch")),
}
"""The filters: label, and what the codes of the kind begin with."""

SENTENCES: dict[str, Any] = {
    "account.closed": _l("closed an account"),
    "account.opened": _l("opened a closed account again"),
    "account.reset_link_made": _l("made a link to set a new password"),
    "account.password_reset": _l("set a new password with a link"),
    "account.password_changed": _l("changed the own password"),
    "account.codes_on": _l("turned one-time codes on"),
    "account.codes_off": _l("turned one-time codes off"),
    "account.passkey_added": _l("added a passkey"),
    "account.passkey_removed": _l("removed a passkey"),
    "invitation.made": _l("invited a member of staff"),
    "invitation.accepted": _l("took up an invitation"),
    "invitation.withdrawn": _l("withdrew an invitation"),
    "role.granted": _l("gave a role"),
    "role.revoked": _l("took a role away"),
    "unit.group_added": _l("added a residential group or village"),
    "unit.group_renamed": _l("renamed a residential group or village"),
    "branch.added": _l("added a branch"),
    "branch.changed": _l("changed a branch"),
    "person.registered": _l("registered a person"),
    "person.changed": _l("changed a person's details"),
    "person.merged": _l("merged two entries of one person"),
    "person.merge_undone": _l("undid a merge"),
    "person.not_duplicate": _l("noted that two people are not the same"),
    "consent.given": _l("recorded a consent"),
    "consent.withdrawn": _l("recorded that a consent was withdrawn"),
    "sensitive.viewed": _l("looked at sensitive details"),
    "sensitive.changed": _l("changed sensitive details"),
    "roster.imported": _l("imported a list of people"),
    "roster.exported": _l("downloaded a list of people"),
    "class.created": _l("created a class"),
    "class.changed": _l("changed a class"),
    "class.open": _l("opened a class for enrolment"),
    "class.running": _l("started a class"),
    "class.finished": _l("finished a class"),
    "class.archived": _l("archived a class"),
    "class.draft": _l("took a class back to draft"),
    "class.enrolled": _l("enrolled a person"),
    "class.enrolled_many": _l("enrolled several people"),
    "class.withdrawn": _l("withdrew a person from a class"),
    "class.withdrawal_undone": _l("undid a withdrawal"),
    "class.moved_up": _l("moved a person up from the waiting list"),
    "class.staff_added": _l("put somebody on the staff of a class"),
    "class.staff_removed": _l("took somebody off the staff of a class"),
    "session.planned": _l("planned a session"),
    "session.moved": _l("moved a session"),
    "session.cancelled": _l("cancelled a session"),
    "session.deleted": _l("deleted a session"),
    "venue.added": _l("added a venue"),
    "venue.changed": _l("changed a venue"),
    "attendance.marked": _l("took attendance"),
    "attendance.walk_in": _l("added a person at the roll call"),
    "completion.decided": _l("decided who completed a class"),
    "completion.overridden": _l("decided against the rule who completed a class"),
    "completion.override_withdrawn": _l("went back to the rule for who completed a class"),
    "job.ordered": _l("ordered a long piece of work"),
    "job.cancelled": _l("stopped a long piece of work"),
    "job.went_on": _l("let a long piece of work go on"),
    "job.downloaded": _l("downloaded what a long piece of work made"),
    "issuer.design_uploaded": _l("uploaded a design for certificates"),
    "issuer.set": _l("set how certificates are issued"),
    "key.made": _l("made a signing key"),
    "key.retired": _l("retired a signing key"),
    "certificates.issued": _l("issued certificates"),
    "certificate.revoked": _l("revoked a certificate"),
    "certificate.reissued": _l("issued a certificate anew"),
}


def sentence(action: str) -> Any:
    """What an action means; a code that is not known is shown as it is."""
    return SENTENCES.get(action, action)
