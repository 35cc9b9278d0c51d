"""The first version of every table."""

import sqlalchemy as sa
from alembic import op
from lms.core import db
from lms.core.append_only import trigger_statements

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = ["attendance_mark", "audit_entry", "certificate_event", "consent", "task_observation"]


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", db.Key(), nullable=False),
        sa.Column("at", db.Instant(), nullable=False),
        sa.Column("actor_id", db.Key(), nullable=True),
        sa.Column("actor_name", sa.String(length=120), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("unit_id", db.Key(), nullable=True),
        sa.Column("subject_type", sa.String(length=40), nullable=True),
        sa.Column("subject_id", db.Key(), nullable=True),
        sa.Column("details", db.Document, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entry_action"), ["action"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entry_subject_id"), ["subject_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entry_unit_id_at"), ["unit_id", "at"], unique=False)

    op.create_table(
        "lookup_attempt",
        sa.Column("id", db.Key(), nullable=False),
        sa.Column("source_hash", sa.String(length=64), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("at", db.Instant(), nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lookup_attempt")),
    )
    with op.batch_alter_table("lookup_attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lookup_attempt_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_lookup_attempt_code_hash_at"), ["code_hash", "at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_lookup_attempt_source_hash_at"), ["source_hash", "at"], unique=False
        )

    op.create_table(
        "picture",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", db.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_picture")),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", db.Key(), nullable=False),
        sa.Column("identity_hash", sa.String(length=64), nullable=False),
        sa.Column("source_hash", sa.String(length=64), nullable=False),
        sa.Column("at", db.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sign_in_attempt_identity_hash_at"), ["identity_hash", "at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_sign_in_attempt_source_hash_at"), ["source_hash", "at"], unique=False
        )

    op.create_table(
        "unit",
        sa.Column("id", db.Key(), nullable=False),
        sa.Column("code", sa.String(length=10), nullable=True),
        sa.Column(
            "level",
            sa.Enum(
                "province",
                "commune",
                "group",
                name="level",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("parent_id", db.Key(), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_unit_parent_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_unit_code")),
    )
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "user",
        sa.Column("id", db.Key(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_folded", sa.String(length=240), nullable=False),
        sa.Column(
            "name_sort",
            sa.String(length=800).with_variant(sa.String(length=800, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("email", sa.String(length=255), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=True),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("fs_webauthn_user_handle", sa.String(length=64), nullable=True),
        sa.Column("confirmed_at", db.Instant(), nullable=True),
        sa.Column("created_at", db.Instant(), nullable=True),
        sa.Column("last_login_at", db.Instant(), nullable=True),
        sa.Column("current_login_at", db.Instant(), nullable=True),
        sa.Column("last_login_ip", sa.String(length=64), nullable=True),
        sa.Column("current_login_ip", sa.String(length=64), nullable=True),
        sa.Column("login_count", sa.Integer(), nullable=True),
        sa.Column("tf_primary_method", sa.String(length=64), nullable=True),
        sa.Column("tf_totp_secret", sa.String(length=255), nullable=True),
        sa.Column("mf_recovery_codes", sa.Text(), nullable=True),
        sa.CheckConstraint("email IS NOT NULL OR phone IS NOT NULL", name=op.f("ck_user_reachable")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("email", name=op.f("uq_user_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_user_fs_uniquifier")),
        sa.UniqueConstraint("fs_webauthn_user_handle", name=op.f("uq_user_fs_webauthn_user_handle")),
        sa.UniqueConstraint("phone", name=op.f("uq_user_phone")),
    )
    op.create_table(
        "branch",
        sa.Column("id", db.Key(), nullable=False),
        sa.Column("unit_id", db.Key(), nullable=False),
        sa.Column(
            "organisation",
            sa.Enum(
                "peoples_committee",
                "youth_union",
                "womens_union",
                "elderly_association",
                "veterans_association",
                "post",
                "telecom",
                "police",
                "school",
                "other",
                name="organisation",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("name", db.Document, nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_branch_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_branch")),
    )
    with op.batch_alter_table("branch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_branch_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "job",
        sa.Column("id", db.Key(), nullable=False),
        sa.Column("unit_id", db.Key(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("permission", sa.String(length=40), nullable=False),
        sa.Column("about", db.Document, nullable=False),
        sa.Column("params", db.Document, nullable=False),
        sa.Column("running_key", sa.String(length=120), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "running",
                "done",
                "failed",
                "cancelled",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("checkpoint", db.Document, nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("pace", db.Document, nullable=False),
        sa.Column("problem_count", sa.Integer(), nullable=False),
        sa.Column("error_code", sa.String(length=60), nullable=True),
        sa.Column("error", db.Document, nullable=True),
        sa.Column("result_name", sa.String(length=200), nullable=True),
        sa.Column("result_size", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(length=200), nullable=True),
        sa.Column("created_by", db.Key(), nullable=True),
        sa.Column("actor_name", sa.String(length=120), nullable=False),
        sa.Column("created_at", db.Instant(), nullable=False),
        sa.Column("started_at", db.Instant(), nullable=True),
        sa.Column("heartbeat_at", db.Instant(), nullable=True),
        sa.Column("cancel_asked_at", db.Instant(), nullable=True),
        sa.Column("finished_at", db.Instant(), nullable=True),
        sa.Column("expires_at", db.Instant(), nullable=True),
        sa.CheckConstraint("done >= 0 AND total >= 0", name=op.f("ck_job_counts_positive")),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name=op.f("fk_job_created_by_user")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_job_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_job_state_created_at"), ["state", "created_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_job_unit_id_created_at"), ["unit_id", "created_at"], unique=False
        )
        batch_op.create_index(
            "uq_job_running_key",
            ["running_key"],
            unique=True,
            sqlite_where=sa.text("state IN ('queued', 'running')"),
            postgresql_where=sa.text("state IN ('queued', 'running')"),
        )

    op.create_table(
        "person",
        sa.Column("id", db.Key(), nullable=False),
        sa.Column("unit_id", db.Key(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_folded", sa.String(length=240), nullable=False),
        sa.Column(
            "name_sort",
            sa.String(length=800).with_variant(sa.String(length=800, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("birth_year", sa.Integer(), nullable=True),
        sa.Column("birth_month", sa.Integer(), nullable=True),
        sa.Column("birth_day", sa.Integer(), nullable=True),
        sa.Column(
            "sex",
            sa.Enum("female", "male", name="sex", native_enum=False, create_constraint=True, length=30),
            nullable=True,
        ),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("phone_owner", sa.String(length=120), nullable=True),
        sa.Column("residential_group_id", db.Key(), nullable=True),
        sa.Column("place", sa.String(length=200), nullable=True),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("guardian_name", sa.String(length=120), nullable=True),
        sa.Column("guardian_phone", sa.String(length=20), nullable=True),
        sa.Column("guardian_relation", sa.String(length=60), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("merged_into_id", db.Key(), nullable=True),
        sa.Column("created_at", db.Instant(), nullable=False),
        sa.CheckConstraint(
            "birth_day IS NULL OR birth_month IS NOT NULL", name=op.f("ck_person_day_has_month")
        ),
        sa.CheckConstraint(
            "birth_month IS NULL OR birth_year IS NOT NULL", name=op.f("ck_person_month_has_year")
        ),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["person.id"], name=op.f("fk_person_merged_into_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["residential_group_id"], ["unit.id"], name=op.f("fk_person_residential_group_id_unit")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_person_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_merged_into_id"), ["merged_into_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_phone"), ["phone"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_person_residential_group_id"), ["residential_group_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_person_unit_id_name_folded_birth_year"),
            ["unit_id", "name_folded", "birth_year"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_person_unit_id_name_sort"), ["unit_id", "name_sort"], unique=False
        )

    op.create_table(
        "unit_closure",
        sa.Column("ancestor_id", db.Key(), nullable=False),
        sa.Column("descendant_id", db.Key(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["ancestor_id"], ["unit.id"], name=op.f("fk_unit_closure_ancestor_id_unit")),
        sa.ForeignKeyConstraint(
            ["descendant_id"], ["unit.id"], name=op.f("fk_unit_closure_descendant_id_unit")
        ),
        sa.PrimaryKeyConstraint("ancestor_id", "descendant_id", name=op.f("pk_unit_closure")),
    )
    with op.batch_alter_table("unit_closure", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_unit_closure_descendant_id_ancestor_id"),
            ["descendant_id", "ancestor_id"],
            unique=False,
        )

    op.create_table(
        "unit_design",
        sa.Column("id", db.Key(), nullable=False),
        sa.Column("unit_id", db.Key(), nullable=False),
        sa.Column("title", db.Document, nullable=False),
        sa.Column("uploaded_at", db.Instant(), nullable=False),
        sa.Column("uploaded_by", db.Key(), nullable=True),
        sa.Column("offered_at", db.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_design_unit_id_unit")),
        sa.ForeignKeyConstraint(["uploaded_by"], ["user.id"], name=op.f("fk_unit_design_uploaded_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_design")),
    )
    with op.batch_alter_table("unit_design", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_design_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "unit_period",
        sa.Column("unit_id", db.Key(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "city",
                "province",
                "ward",
                "commune",
                "special_zone",
                "residential_group",
                "village",
                name="type",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("name_vi", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("name_ar", sa.String(length=120), nullable=True),
        sa.Column("folded", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_period_unit_id_unit")),
        sa.PrimaryKeyConstraint("unit_id", "valid_from", name=op.f("pk_unit_period")),
    )
    with op.batch_alter_table("unit_period", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_period_folded"), ["folded"], unique=False)

    op.create_table(
        "venue",
        sa.Column("id", db.Key(), nullable=False),
        sa.Column("unit_id", db.Key(), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("name_folded", sa.String(length=320), nullable=False),
        sa.Column("address", sa.String(length=240), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=True),
        sa.Column("step_free", sa.Boolean(), nullable=True),
        sa.Column("internet", sa.Boolean(), nullable=True),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_venue_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venue")),
    )
    with op.batch_alter_table("venue", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_venue_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "web_authn",
        sa.Column("id", db.Key(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(length=1024), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("transports", sa.Text(), nullable=True),
        sa.Column("backup_state", sa.Boolean(), nullable=False),
        sa.Column("device_type", sa.String(length=64), nullable=False),
        sa.Column("extensions", sa.String(length=255), nullable=True),
        sa.Column("create_datetime", db.Instant(), nullable=False),
        sa.Column("lastuse_datetime", db.Instant(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("usage", sa.String(length=64), nullable=False),
        sa.Column("user_id", db.Key(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_web_authn_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_authn")),
    )
    with op.batch_alter_table("web_authn", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_web_authn_credential_id"), ["credential_id"], unique=True)

    op.create_table(
        "certificate",
        sa.Column("id", db.Key(), nullable=False),
        sa.Column("branch_id", db.Key(), nullable=False),
        sa.Column("unit_id", db.Key(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("class_id", db.Key(), nullable=False),
        sa.Column("person_id", db.Key(), nullable=False),
        sa.Column("birth_year", sa.Integer(), nullable=True),
        sa.Column("name_folded", sa.String(length=240), nullable=False),
        sa.Column(
            "name_sort",
            sa.String(length=800).with_variant(sa.String(length=800, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "group_sort",
            sa.String(length=400).with_variant(sa.String(length=400, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("design", sa.String(length=60), nullable=False),
        sa.Column("printed", db.Document, nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_at", db.Instant(), nullable=False),
        sa.Column("issued_by", db.Key(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "valid",
                "revoked",
                "replaced",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("replaced_by_id", db.Key(), nullable=True),
        sa.CheckConstraint("number > 0", name=op.f("ck_certificate_number_positive")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_certificate_branch_id_branch")),
        sa.ForeignKeyConstraint(["issued_by"], ["user.id"], name=op.f("fk_certificate_issued_by_user")),
        sa.ForeignKeyConstraint(
            ["replaced_by_id"], ["certificate.id"], name=op.f("fk_certificate_replaced_by_id_certificate")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_certificate_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("branch_id", "year", "number", name=op.f("uq_certificate_branch_id_year_number")),
        sa.UniqueConstraint("code", name=op.f("uq_certificate_code")),
    )
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_certificate_class_id"), ["class_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_certificate_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_certificate_unit_id_issued_at"), ["unit_id", "issued_at"], unique=False
        )
        batch_op.create_index(
            "uq_certificate_valid",
            ["class_id", "person_id"],
            unique=True,
            sqlite_where=sa.text("state = 'valid'"),
            postgresql_where=sa.text("state = 'valid'"),
        )

    op.create_table(
        "certificate_series",
        sa.Column("branch_id", db.Key(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_certificate_series_branch_id_branch")
        ),
        sa.PrimaryKeyConstraint("branch_id", "year", name=op.f("pk_certificate_series")),
    )
    op.create_table(
        "consent",
        sa.Column("id", db.Key(), nullable=False),
        sa.Column("person_id", db.Key(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "attend",
                "certificate",
                "photo",
                "follow_up",
                name="purpose",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("text_version", sa.String(length=20), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "paper",
                "oral_witnessed",
                "ticked",
                name="method",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("by_guardian", sa.Boolean(), nullable=False),
        sa.Column("witness", sa.String(length=120), nullable=True),
        sa.Column("at", db.Instant(), nullable=False),
        sa.Column("taken_by", db.Key(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_consent_person_id_person")),
        sa.ForeignKeyConstraint(["taken_by"], ["user.id"], name=op.f("fk_consent_taken_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_person_id"), ["person_id"], unique=False)

    op.create_table(
        "course_class",
        sa.Column("id", db.Key(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("unit_id", db.Key(), nullable=False),
        sa.Column("branch_id", db.Key(), nullable=False),
        sa.Column("course_slug", sa.String(length=80), nullable=False),
        sa.Column("course_version", sa.String(length=20), nullable=False),
        sa.Column("title", db.Document, nullable=False),
        sa.Column("title_folded", sa.String(length=1000), nullable=False),
        sa.Column("age_groups", db.Document, nullable=False),
        sa.Column(
            "mode",
            sa.Enum(
                "in_person",
                "online",
                "blended",
                "hands_on",
                "travelling",
                name="mode",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("venue_id", db.Key(), nullable=True),
        sa.Column("online_address", sa.String(length=300), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "open",
                "running",
                "finished",
                "archived",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("attendance_percent", sa.Integer(), nullable=False),
        sa.Column("tasks_required", sa.Boolean(), nullable=False),
        sa.Column("created_at", db.Instant(), nullable=False),
        sa.Column("created_by", db.Key(), nullable=True),
        sa.CheckConstraint(
            "attendance_percent BETWEEN 0 AND 100", name=op.f("ck_course_class_attendance_percent_range")
        ),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_course_class_capacity_positive")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_course_class_branch_id_branch")),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name=op.f("fk_course_class_created_by_user")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_course_class_unit_id_unit")),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_course_class_venue_id_venue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_class")),
        sa.UniqueConstraint("code", name=op.f("uq_course_class_code")),
    )
    with op.batch_alter_table("course_class", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_course_class_branch_id"), ["branch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_course_class_unit_id_state"), ["unit_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_course_class_venue_id"), ["venue_id"], unique=False)

    op.create_table(
        "grant",
        sa.Column("id", db.Key(), nullable=False),
        sa.Column("user_id", db.Key(), nullable=False),
        sa.Column("unit_id", db.Key(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "admin",
                "officer",
                "manager",
                "trainer",
                "helper",
                "viewer",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("branch_id", db.Key(), nullable=True),
        sa.Column("sensitive", sa.Boolean(), nullable=False),
        sa.Column("granted_at", db.Instant(), nullable=False),
        sa.Column("granted_by", db.Key(), nullable=True),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_grant_branch_id_branch")),
        sa.ForeignKeyConstraint(["granted_by"], ["user.id"], name=op.f("fk_grant_granted_by_user")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_grant_unit_id_unit")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_grant_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grant")),
        sa.UniqueConstraint("user_id", "unit_id", "role", name=op.f("uq_grant_user_id_unit_id_role")),
    )
    with op.batch_alter_table("grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_grant_unit_id"), ["unit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_grant_user_id"), ["user_id"], unique=False)

    op.create_table(
        "invitation",
        sa.Column("id", db.Key(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("unit_id", db.Key(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "admin",
                "officer",
                "manager",
                "trainer",
                "helper",
                "viewer",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("email", sa.String(length=255), nullable=True),
        sa.Column("branch_id", db.Key(), nullable=True),
        sa.Column("user_id", db.Key(), nullable=True),
        sa.Column("invited_by", db.Key(), nullable=True),
        sa.Column("created_at", db.Instant(), nullable=False),
        sa.Column("expires_at", db.Instant(), nullable=False),
        sa.Column("used_at", db.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_invitation_branch_id_branch")),
        sa.ForeignKeyConstraint(["invited_by"], ["user.id"], name=op.f("fk_invitation_invited_by_user")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_invitation_unit_id_unit")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_invitation_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitation_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "issuer",
        sa.Column("branch_id", db.Key(), nullable=False),
        sa.Column("unit_id", db.Key(), nullable=False),
        sa.Column("design", sa.String(length=60), nullable=False),
        sa.Column("number_symbol", sa.String(length=30), nullable=False),
        sa.Column("heading", db.Document, nullable=False),
        sa.Column("certifier", db.Document, nullable=False),
        sa.Column("place", db.Document, nullable=False),
        sa.Column("signatory_position", db.Document, nullable=False),
        sa.Column("signatory_name", sa.String(length=120), nullable=False),
        sa.Column("logo_digest", sa.String(length=64), nullable=True),
        sa.Column("seal_digest", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_issuer_branch_id_branch")),
        sa.ForeignKeyConstraint(
            ["logo_digest"], ["picture.digest"], name=op.f("fk_issuer_logo_digest_picture")
        ),
        sa.ForeignKeyConstraint(
            ["seal_digest"], ["picture.digest"], name=op.f("fk_issuer_seal_digest_picture")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_issuer_unit_id_unit")),
        sa.PrimaryKeyConstraint("branch_id", name=op.f("pk_issuer")),
    )
    with op.batch_alter_table("issuer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_issuer_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "issuer_key",
        sa.Column("id", db.Key(), nullable=False),
        sa.Column("unit_id", db.Key(), nullable=False),
        sa.Column("branch_id", db.Key(), nullable=True),
        sa.Column(
            "purpose",
            sa.Enum(
                "document", "token", name="purpose", native_enum=False, create_constraint=True, length=30
            ),
            nullable=False,
        ),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("token_key_id", sa.String(length=8), nullable=True),
        sa.Column("public", sa.LargeBinary(length=32), nullable=True),
        sa.Column("certificate", sa.Text(), nullable=True),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", db.Instant(), nullable=False),
        sa.Column("retired_at", db.Instant(), nullable=True),
        sa.CheckConstraint(
            "(purpose = 'document') = (certificate IS NOT NULL)",
            name=op.f("ck_issuer_key_document_has_certificate"),
        ),
        sa.CheckConstraint(
            "(purpose = 'token') = (public IS NOT NULL)", name=op.f("ck_issuer_key_token_has_public")
        ),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_issuer_key_branch_id_branch")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_issuer_key_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issuer_key")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_issuer_key_fingerprint")),
        sa.UniqueConstraint("token_key_id", name=op.f("uq_issuer_key_token_key_id")),
    )
    with op.batch_alter_table("issuer_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_issuer_key_branch_id"), ["branch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_issuer_key_unit_id"), ["unit_id"], unique=False)
        batch_op.create_index(
            "uq_issuer_key_of_branch",
            ["branch_id", "purpose"],
            unique=True,
            sqlite_where=sa.text("retired_at IS NULL AND branch_id IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NULL AND branch_id IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_issuer_key_of_unit",
            ["unit_id", "purpose"],
            unique=True,
            sqlite_where=sa.text("retired_at IS NULL AND branch_id IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL AND branch_id IS NULL"),
        )

    op.create_table(
        "job_problem",
        sa.Column("id", db.Key(), nullable=False),
        sa.Column("job_id", db.Key(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("message", sa.String(length=500), nullable=False),
        sa.Column("values", db.Document, nullable=False),
        sa.Column("subject", sa.String(length=240), nullable=False),
        sa.Column("subject_id", db.Key(), nullable=True),
        sa.ForeignKeyConstraint(
            ["job_id"], ["job.id"], name=op.f("fk_job_problem_job_id_job"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_problem")),
    )
    with op.batch_alter_table("job_problem", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_problem_job_id"), ["job_id"], unique=False)

    op.create_table(
        "not_duplicate",
        sa.Column("person_id", db.Key(), nullable=False),
        sa.Column("other_id", db.Key(), nullable=False),
        sa.Column("decided_at", db.Instant(), nullable=False),
        sa.Column("decided_by", db.Key(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["decided_by"], ["user.id"], name=op.f("fk_not_duplicate_decided_by_user")),
        sa.ForeignKeyConstraint(["other_id"], ["person.id"], name=op.f("fk_not_duplicate_other_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_not_duplicate_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "other_id", name=op.f("pk_not_duplicate")),
    )
    op.create_table(
        "person_merge",
        sa.Column("id", db.Key(), nullable=False),
        sa.Column("person_id", db.Key(), nullable=False),
        sa.Column("kept_id", db.Key(), nullable=False),
        sa.Column("moved", db.Document, nullable=False),
        sa.Column("merged_at", db.Instant(), nullable=False),
        sa.Column("merged_by", db.Key(), nullable=True),
        sa.Column("undone_at", db.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["kept_id"], ["person.id"], name=op.f("fk_person_merge_kept_id_person")),
        sa.ForeignKeyConstraint(["merged_by"], ["user.id"], name=op.f("fk_person_merge_merged_by_user")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_merge_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_merge")),
    )
    with op.batch_alter_table("person_merge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_merge_kept_id"), ["kept_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_merge_person_id"), ["person_id"], unique=False)

    op.create_table(
        "sensitive_record",
        sa.Column("person_id", db.Key(), nullable=False),
        sa.Column("disability", sa.Boolean(), nullable=True),
        sa.Column("help_needed", sa.String(length=300), nullable=True),
        sa.Column("poor_household", sa.Boolean(), nullable=True),
        sa.Column("ethnicity", sa.String(length=2), nullable=True),
        sa.Column("updated_at", db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_sensitive_record_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_sensitive_record")),
    )
    op.create_table(
        "certificate_event",
        sa.Column("id", db.Key(), nullable=False),
        sa.Column("certificate_id", db.Key(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "issued",
                "revoked",
                "replaced",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("at", db.Instant(), nullable=False),
        sa.Column("by", db.Key(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["user.id"], name=op.f("fk_certificate_event_by_user")),
        sa.ForeignKeyConstraint(
            ["certificate_id"],
            ["certificate.id"],
            name=op.f("fk_certificate_event_certificate_id_certificate"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_event")),
    )
    with op.batch_alter_table("certificate_event", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_certificate_event_certificate_id"), ["certificate_id"], unique=False
        )

    op.create_table(
        "class_session",
        sa.Column("id", db.Key(), nullable=False),
        sa.Column("class_id", db.Key(), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("start_time", sa.Time(), nullable=False),
        sa.Column("end_time", sa.Time(), nullable=False),
        sa.Column("starts_at", db.Instant(), nullable=False),
        sa.Column("ends_at", db.Instant(), nullable=False),
        sa.Column("venue_id", db.Key(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "held",
                "cancelled",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("cancel_reason", sa.String(length=200), nullable=True),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_class_session_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["class_id"], ["course_class.id"], name=op.f("fk_class_session_class_id_course_class")
        ),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_class_session_venue_id_venue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_class_session")),
    )
    with op.batch_alter_table("class_session", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_class_session_class_id_starts_at"), ["class_id", "starts_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_class_session_local_date"), ["local_date"], unique=False)

    op.create_table(
        "class_staff",
        sa.Column("id", db.Key(), nullable=False),
        sa.Column("class_id", db.Key(), nullable=False),
        sa.Column("user_id", db.Key(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "admin",
                "officer",
                "manager",
                "trainer",
                "helper",
                "viewer",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("added_at", db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["class_id"], ["course_class.id"], name=op.f("fk_class_staff_class_id_course_class")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_class_staff_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_class_staff")),
        sa.UniqueConstraint("class_id", "user_id", name=op.f("uq_class_staff_class_id_user_id")),
    )
    with op.batch_alter_table("class_staff", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_class_staff_user_id"), ["user_id"], unique=False)

    op.create_table(
        "completion",
        sa.Column("class_id", db.Key(), nullable=False),
        sa.Column("person_id", db.Key(), nullable=False),
        sa.Column("completed", sa.Boolean(), nullable=False),
        sa.Column("figures", db.Document, nullable=False),
        sa.Column("overridden", sa.Boolean(), nullable=False),
        sa.Column("override_reason", sa.String(length=500), nullable=True),
        sa.Column("decided_at", db.Instant(), nullable=False),
        sa.Column("decided_by", db.Key(), nullable=True),
        sa.ForeignKeyConstraint(
            ["class_id"], ["course_class.id"], name=op.f("fk_completion_class_id_course_class")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["user.id"], name=op.f("fk_completion_decided_by_user")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_completion_person_id_person")),
        sa.PrimaryKeyConstraint("class_id", "person_id", name=op.f("pk_completion")),
    )
    with op.batch_alter_table("completion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_completion_person_id"), ["person_id"], unique=False)

    op.create_table(
        "enrolment",
        sa.Column("id", db.Key(), nullable=False),
        sa.Column("class_id", db.Key(), nullable=False),
        sa.Column("person_id", db.Key(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "enrolled",
                "waiting",
                "withdrawn",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "source",
            sa.Enum(
                "form",
                "roster",
                "walk_in",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("enrolled_at", db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["class_id"], ["course_class.id"], name=op.f("fk_enrolment_class_id_course_class")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_enrolment_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
        sa.UniqueConstraint("class_id", "person_id", name=op.f("uq_enrolment_class_id_person_id")),
    )
    with op.batch_alter_table("enrolment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_enrolment_class_id_state"), ["class_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_enrolment_person_id"), ["person_id"], unique=False)

    op.create_table(
        "task_observation",
        sa.Column("id", db.Key(), nullable=False),
        sa.Column("class_id", db.Key(), nullable=False),
        sa.Column("person_id", db.Key(), nullable=False),
        sa.Column("task", sa.String(length=60), nullable=False),
        sa.Column(
            "result",
            sa.Enum(
                "alone",
                "with_help",
                "not_yet",
                name="result",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("observed_at", db.Instant(), nullable=False),
        sa.Column("observed_by", db.Key(), nullable=True),
        sa.ForeignKeyConstraint(
            ["class_id"], ["course_class.id"], name=op.f("fk_task_observation_class_id_course_class")
        ),
        sa.ForeignKeyConstraint(
            ["observed_by"], ["user.id"], name=op.f("fk_task_observation_observed_by_user")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_task_observation_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_observation")),
    )
    with op.batch_alter_table("task_observation", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_task_observation_class_id_person_id"), ["class_id", "person_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_task_observation_person_id"), ["person_id"], unique=False)

    op.create_table(
        "attendance_mark",
        sa.Column("id", db.Key(), nullable=False),
        sa.Column("class_id", db.Key(), nullable=False),
        sa.Column("session_id", db.Key(), nullable=False),
        sa.Column("person_id", db.Key(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "present",
                "late",
                "excused",
                "absent",
                "cleared",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("device_id", db.Key(), nullable=True),
        sa.Column("device_sequence", sa.Integer(), nullable=False),
        sa.Column("marked_at", db.Instant(), nullable=False),
        sa.Column("effective_at", db.Instant(), nullable=False),
        sa.Column("received_at", db.Instant(), nullable=False),
        sa.Column("marked_by", db.Key(), nullable=True),
        sa.Column("supersedes", db.Key(), nullable=True),
        sa.Column("review", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["class_id"], ["course_class.id"], name=op.f("fk_attendance_mark_class_id_course_class")
        ),
        sa.ForeignKeyConstraint(["marked_by"], ["user.id"], name=op.f("fk_attendance_mark_marked_by_user")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_attendance_mark_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["class_session.id"], name=op.f("fk_attendance_mark_session_id_class_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_mark")),
    )
    with op.batch_alter_table("attendance_mark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attendance_mark_class_id"), ["class_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attendance_mark_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_attendance_mark_session_id_person_id"), ["session_id", "person_id"], unique=False
        )

    op.create_table(
        "attendance",
        sa.Column("session_id", db.Key(), nullable=False),
        sa.Column("person_id", db.Key(), nullable=False),
        sa.Column("class_id", db.Key(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "present",
                "late",
                "excused",
                "absent",
                "cleared",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("mark_id", db.Key(), nullable=False),
        sa.ForeignKeyConstraint(
            ["class_id"], ["course_class.id"], name=op.f("fk_attendance_class_id_course_class")
        ),
        sa.ForeignKeyConstraint(
            ["mark_id"], ["attendance_mark.id"], name=op.f("fk_attendance_mark_id_attendance_mark")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_attendance_person_id_person")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["class_session.id"], name=op.f("fk_attendance_session_id_class_session")
        ),
        sa.PrimaryKeyConstraint("session_id", "person_id", name=op.f("pk_attendance")),
    )
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_attendance_class_id_person_id"), ["class_id", "person_id"], unique=False
        )

    dialect = op.get_bind().dialect.name
    for table in APPEND_ONLY:
        for statement in trigger_statements(table, dialect):
            op.execute(statement)


def downgrade() -> None:
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attendance_class_id_person_id"))

    op.drop_table("attendance")
    with op.batch_alter_table("attendance_mark", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attendance_mark_session_id_person_id"))
        batch_op.drop_index(batch_op.f("ix_attendance_mark_person_id"))
        batch_op.drop_index(batch_op.f("ix_attendance_mark_class_id"))

    op.drop_table("attendance_mark")
    with op.batch_alter_table("task_observation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_task_observation_person_id"))
        batch_op.drop_index(batch_op.f("ix_task_observation_class_id_person_id"))

    op.drop_table("task_observation")
    with op.batch_alter_table("enrolment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_enrolment_person_id"))
        batch_op.drop_index(batch_op.f("ix_enrolment_class_id_state"))

    op.drop_table("enrolment")
    with op.batch_alter_table("completion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_completion_person_id"))

    op.drop_table("completion")
    with op.batch_alter_table("class_staff", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_class_staff_user_id"))

    op.drop_table("class_staff")
    with op.batch_alter_table("class_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_class_session_local_date"))
        batch_op.drop_index(batch_op.f("ix_class_session_class_id_starts_at"))

    op.drop_table("class_session")
    with op.batch_alter_table("certificate_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_certificate_event_certificate_id"))

    op.drop_table("certificate_event")
    op.drop_table("sensitive_record")
    with op.batch_alter_table("person_merge", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_merge_person_id"))
        batch_op.drop_index(batch_op.f("ix_person_merge_kept_id"))

    op.drop_table("person_merge")
    op.drop_table("not_duplicate")
    with op.batch_alter_table("job_problem", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_job_problem_job_id"))

    op.drop_table("job_problem")
    with op.batch_alter_table("issuer_key", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_issuer_key_of_unit",
            sqlite_where=sa.text("retired_at IS NULL AND branch_id IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL AND branch_id IS NULL"),
        )
        batch_op.drop_index(
            "uq_issuer_key_of_branch",
            sqlite_where=sa.text("retired_at IS NULL AND branch_id IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NULL AND branch_id IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_issuer_key_unit_id"))
        batch_op.drop_index(batch_op.f("ix_issuer_key_branch_id"))

    op.drop_table("issuer_key")
    with op.batch_alter_table("issuer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_issuer_unit_id"))

    op.drop_table("issuer")
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitation_unit_id"))

    op.drop_table("invitation")
    with op.batch_alter_table("grant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_grant_user_id"))
        batch_op.drop_index(batch_op.f("ix_grant_unit_id"))

    op.drop_table("grant")
    with op.batch_alter_table("course_class", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_course_class_venue_id"))
        batch_op.drop_index(batch_op.f("ix_course_class_unit_id_state"))
        batch_op.drop_index(batch_op.f("ix_course_class_branch_id"))

    op.drop_table("course_class")
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_person_id"))

    op.drop_table("consent")
    op.drop_table("certificate_series")
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_certificate_valid",
            sqlite_where=sa.text("state = 'valid'"),
            postgresql_where=sa.text("state = 'valid'"),
        )
        batch_op.drop_index(batch_op.f("ix_certificate_unit_id_issued_at"))
        batch_op.drop_index(batch_op.f("ix_certificate_person_id"))
        batch_op.drop_index(batch_op.f("ix_certificate_class_id"))

    op.drop_table("certificate")
    with op.batch_alter_table("web_authn", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_web_authn_credential_id"))

    op.drop_table("web_authn")
    with op.batch_alter_table("venue", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_venue_unit_id"))

    op.drop_table("venue")
    with op.batch_alter_table("unit_period", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_period_folded"))

    op.drop_table("unit_period")
    with op.batch_alter_table("unit_design", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_design_unit_id"))

    op.drop_table("unit_design")
    with op.batch_alter_table("unit_closure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_closure_descendant_id_ancestor_id"))

    op.drop_table("unit_closure")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_unit_id_name_sort"))
        batch_op.drop_index(batch_op.f("ix_person_unit_id_name_folded_birth_year"))
        batch_op.drop_index(batch_op.f("ix_person_residential_group_id"))
        batch_op.drop_index(batch_op.f("ix_person_phone"))
        batch_op.drop_index(batch_op.f("ix_person_merged_into_id"))

    op.drop_table("person")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_job_running_key",
            sqlite_where=sa.text("state IN ('queued', 'running')"),
            postgresql_where=sa.text("state IN ('queued', 'running')"),
        )
        batch_op.drop_index(batch_op.f("ix_job_unit_id_created_at"))
        batch_op.drop_index(batch_op.f("ix_job_state_created_at"))
        batch_op.drop_index(batch_op.f("ix_job_expires_at"))

    op.drop_table("job")
    with op.batch_alter_table("branch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_branch_unit_id"))

    op.drop_table("branch")
    op.drop_table("user")
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_parent_id"))

    op.drop_table("unit")
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_attempt_source_hash_at"))
        batch_op.drop_index(batch_op.f("ix_sign_in_attempt_identity_hash_at"))

    op.drop_table("sign_in_attempt")
    op.drop_table("picture")
    with op.batch_alter_table("lookup_attempt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lookup_attempt_source_hash_at"))
        batch_op.drop_index(batch_op.f("ix_lookup_attempt_code_hash_at"))
        batch_op.drop_index(batch_op.f("ix_lookup_attempt_at"))

    op.drop_table("lookup_attempt")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_entry_unit_id_at"))
        batch_op.drop_index(batch_op.f("ix_audit_entry_subject_id"))
        batch_op.drop_index(batch_op.f("ix_audit_entry_action"))

    op.drop_table("audit_entry")
