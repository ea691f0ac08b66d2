"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "assessors",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("person_address", sa.String(length=254), nullable=False),
        sa.Column("organization", sa.String(length=200), nullable=False),
        sa.Column("organization_key", sa.String(length=200), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("load", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("last_offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessors")),
        sa.UniqueConstraint("address", name=op.f("uq_assessors_address")),
    )
    op.create_table(
        "attention",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("subject_id", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_why", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attention")),
    )
    op.create_index(op.f("ix_attention_subject_id"), "attention", ["subject_id"], unique=False)
    op.create_index(
        "uq_attention_open",
        "attention",
        ["subject_id", "kind"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )

    op.create_table(
        "closures",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_closures")),
    )
    op.create_table(
        "due_times",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("subject_id", sa.String(length=200), nullable=False),
        sa.Column("clock", sa.String(length=200), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("zone", sa.String(length=200), nullable=False),
        sa.Column("calendar_name", sa.String(length=200), nullable=False),
        sa.Column("calendar_version", sa.Integer(), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_due_times")),
    )
    op.create_index(op.f("ix_due_times_subject_id"), "due_times", ["subject_id"], unique=False)

    op.create_table(
        "micro_credentials",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("library", sa.String(length=200), nullable=False),
        sa.Column("slug", sa.String(length=200), nullable=False),
        sa.Column("draft", sa.JSON(), nullable=True),
        sa.Column("published_version", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_micro_credentials")),
        sa.UniqueConstraint("library", "slug", name=op.f("uq_micro_credentials_library_slug")),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("subject_id", sa.String(length=200), nullable=False),
        sa.Column("order_id", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("recipient", sa.String(length=200), nullable=False),
        sa.Column("round", sa.Integer(), nullable=True),
        sa.Column("part", sa.Integer(), nullable=True),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.String(length=200), nullable=True),
        sa.Column("state", sa.String(length=200), nullable=False),
        sa.Column("intended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_id", sa.String(length=200), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("claim", sa.String(length=200), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("superseded_by", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index(op.f("ix_notices_state"), "notices", ["state"], unique=False)
    op.create_index(op.f("ix_notices_subject_id"), "notices", ["subject_id"], unique=False)

    op.create_table(
        "ops_actions",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("subject_id", sa.String(length=200), nullable=False),
        sa.Column("reason_id", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ops_actions")),
    )
    op.create_index(op.f("ix_ops_actions_subject_id"), "ops_actions", ["subject_id"], unique=False)

    op.create_table(
        "orders",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("channel", sa.String(length=200), nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=False),
        sa.Column("fingerprint", sa.String(length=200), nullable=False),
        sa.Column("payer_name", sa.String(length=200), nullable=False),
        sa.Column("payer_address", sa.String(length=254), nullable=False),
        sa.Column("payer_organization", sa.String(length=200), nullable=False),
        sa.Column("purchase_order", sa.String(length=200), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_complete", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("channel", "external_id", name=op.f("uq_orders_channel_external_id")),
    )
    op.create_index(op.f("ix_orders_is_complete"), "orders", ["is_complete"], unique=False)

    op.create_table(
        "people",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("organization", sa.String(length=200), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("address", name=op.f("uq_people_address")),
    )
    op.create_table(
        "reasons",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by_party", sa.String(length=200), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reasons")),
    )
    op.create_table(
        "sweeps",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sweeps")),
    )
    op.create_table(
        "catalog_versions",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("micro_credential_id", sa.String(length=200), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("library", sa.String(length=200), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["micro_credential_id"],
            ["micro_credentials.id"],
            name=op.f("fk_catalog_versions_micro_credential_id_micro_credentials"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog_versions")),
        sa.UniqueConstraint(
            "micro_credential_id",
            "number",
            name=op.f("uq_catalog_versions_micro_credential_id_number"),
        ),
    )
    op.create_table(
        "leaves",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("assessor_id", sa.String(length=200), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessor_id"], ["assessors.id"], name=op.f("fk_leaves_assessor_id_assessors")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leaves")),
        sa.UniqueConstraint(
            "assessor_id",
            "first_day",
            "last_day",
            name=op.f("uq_leaves_assessor_id_first_day_last_day"),
        ),
    )
    op.create_index(op.f("ix_leaves_assessor_id"), "leaves", ["assessor_id"], unique=False)

    op.create_table(
        "qualifications",
        sa.Column("library", sa.String(length=200), nullable=False),
        sa.Column("assessor_id", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessor_id"], ["assessors.id"], name=op.f("fk_qualifications_assessor_id_assessors")
        ),
        sa.PrimaryKeyConstraint("library", "assessor_id", name=op.f("pk_qualifications")),
    )
    op.create_table(
        "order_lines",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("order_id", sa.String(length=200), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(length=200), nullable=False),
        sa.Column("version_id", sa.String(length=200), nullable=False),
        sa.Column("micro_credential_id", sa.String(length=200), nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=200), nullable=False),
        sa.Column("enrollment_id", sa.String(length=200), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refund_reason_id", sa.String(length=200), nullable=True),
        sa.Column("refunding_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refunded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["micro_credential_id"],
            ["micro_credentials.id"],
            name=op.f("fk_order_lines_micro_credential_id_micro_credentials"),
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_order_lines_order_id_orders")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_order_lines_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["catalog_versions.id"],
            name=op.f("fk_order_lines_version_id_catalog_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_lines")),
        sa.UniqueConstraint("order_id", "number", name=op.f("uq_order_lines_order_id_number")),
    )
    op.create_index(
        op.f("ix_order_lines_enrollment_id"), "order_lines", ["enrollment_id"], unique=False
    )
    op.create_index(op.f("ix_order_lines_state"), "order_lines", ["state"], unique=False)

    op.create_table(
        "enrollments",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("person_id", sa.String(length=200), nullable=False),
        sa.Column("micro_credential_id", sa.String(length=200), nullable=False),
        sa.Column("version_id", sa.String(length=200), nullable=False),
        sa.Column("line_id", sa.String(length=200), nullable=False),
        sa.Column("journey", sa.JSON(), nullable=False),
        sa.Column("library", sa.String(length=200), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stage", sa.String(length=200), nullable=False),
        sa.Column("waiting_on", sa.String(length=200), nullable=False),
        sa.Column("waiting_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_id", sa.String(length=200), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("last_sequence", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("access_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("access_met_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("access_breached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("portal_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("open_attention", sa.Integer(), nullable=False),
        sa.Column("ending", sa.String(length=200), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["line_id"], ["order_lines.id"], name=op.f("fk_enrollments_line_id_order_lines")
        ),
        sa.ForeignKeyConstraint(
            ["micro_credential_id"],
            ["micro_credentials.id"],
            name=op.f("fk_enrollments_micro_credential_id_micro_credentials"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_enrollments_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["catalog_versions.id"],
            name=op.f("fk_enrollments_version_id_catalog_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrollments")),
    )
    op.create_index(op.f("ix_enrollments_ended_at"), "enrollments", ["ended_at"], unique=False)
    op.create_index(op.f("ix_enrollments_library"), "enrollments", ["library"], unique=False)
    op.create_index(op.f("ix_enrollments_person_id"), "enrollments", ["person_id"], unique=False)
    op.create_index(
        "ix_enrollments_stage_waiting_until",
        "enrollments",
        ["stage", "waiting_until"],
        unique=False,
    )
    op.create_index(
        "uq_enrollments_open",
        "enrollments",
        ["person_id", "micro_credential_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )

    op.create_table(
        "subscription_grants",
        sa.Column("line_id", sa.String(length=200), nullable=False),
        sa.Column("person_id", sa.String(length=200), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["line_id"], ["order_lines.id"], name=op.f("fk_subscription_grants_line_id_order_lines")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_subscription_grants_person_id_people")
        ),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_subscription_grants")),
    )
    op.create_index(
        op.f("ix_subscription_grants_person_id"), "subscription_grants", ["person_id"], unique=False
    )

    op.create_table(
        "artifacts",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("enrollment_id", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("inspection", sa.JSON(), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrollment_id"],
            ["enrollments.id"],
            name=op.f("fk_artifacts_enrollment_id_enrollments"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_artifacts")),
    )
    op.create_index(
        op.f("ix_artifacts_enrollment_id"), "artifacts", ["enrollment_id"], unique=False
    )

    op.create_table(
        "assignments",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("enrollment_id", sa.String(length=200), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("assessor_id", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=200), nullable=False),
        sa.Column("is_live", sa.Boolean(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ranking", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessor_id"], ["assessors.id"], name=op.f("fk_assignments_assessor_id_assessors")
        ),
        sa.ForeignKeyConstraint(
            ["enrollment_id"],
            ["enrollments.id"],
            name=op.f("fk_assignments_enrollment_id_enrollments"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
    )
    op.create_index(
        op.f("ix_assignments_assessor_id"), "assignments", ["assessor_id"], unique=False
    )
    op.create_index(
        op.f("ix_assignments_enrollment_id"), "assignments", ["enrollment_id"], unique=False
    )
    op.create_index(
        "uq_assignments_live",
        "assignments",
        ["enrollment_id", "round"],
        unique=True,
        sqlite_where=sa.text("is_live"),
        postgresql_where=sa.text("is_live"),
    )

    op.create_table(
        "awards",
        sa.Column("enrollment_id", sa.String(length=200), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("awarded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrollment_id"], ["enrollments.id"], name=op.f("fk_awards_enrollment_id_enrollments")
        ),
        sa.PrimaryKeyConstraint("enrollment_id", name=op.f("pk_awards")),
    )
    op.create_table(
        "drafts",
        sa.Column("enrollment_id", sa.String(length=200), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrollment_id"], ["enrollments.id"], name=op.f("fk_drafts_enrollment_id_enrollments")
        ),
        sa.PrimaryKeyConstraint("enrollment_id", "round", "part", name=op.f("pk_drafts")),
    )
    op.create_table(
        "entries",
        sa.Column("enrollment_id", sa.String(length=200), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrollment_id"], ["enrollments.id"], name=op.f("fk_entries_enrollment_id_enrollments")
        ),
        sa.PrimaryKeyConstraint("enrollment_id", "sequence", name=op.f("pk_entries")),
    )
    op.create_table(
        "marks",
        sa.Column("enrollment_id", sa.String(length=200), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("assessor_id", sa.String(length=200), nullable=False),
        sa.Column("item", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("feedback", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["assessor_id"], ["assessors.id"], name=op.f("fk_marks_assessor_id_assessors")
        ),
        sa.ForeignKeyConstraint(
            ["enrollment_id"], ["enrollments.id"], name=op.f("fk_marks_enrollment_id_enrollments")
        ),
        sa.PrimaryKeyConstraint(
            "enrollment_id", "round", "assessor_id", "item", name=op.f("pk_marks")
        ),
    )
    op.create_table(
        "preflights",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("enrollment_id", sa.String(length=200), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrollment_id"],
            ["enrollments.id"],
            name=op.f("fk_preflights_enrollment_id_enrollments"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preflights")),
    )
    op.create_index(
        op.f("ix_preflights_enrollment_id"), "preflights", ["enrollment_id"], unique=False
    )

    op.create_table(
        "revisions",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("enrollment_id", sa.String(length=200), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["enrollment_id"],
            ["enrollments.id"],
            name=op.f("fk_revisions_enrollment_id_enrollments"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revisions")),
    )
    op.create_index(
        op.f("ix_revisions_enrollment_id"), "revisions", ["enrollment_id"], unique=False
    )
    op.create_index(
        "uq_revisions_accepted",
        "revisions",
        ["enrollment_id", "round", "part"],
        unique=True,
        sqlite_where=sa.text("accepted_at IS NOT NULL"),
        postgresql_where=sa.text("accepted_at IS NOT NULL"),
    )

    op.create_table(
        "rounds",
        sa.Column("enrollment_id", sa.String(length=200), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("library", sa.String(length=200), nullable=False),
        sa.Column("is_resubmission", sa.Boolean(), nullable=False),
        sa.Column("open_items", sa.JSON(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("marks_version", sa.Integer(), nullable=False),
        sa.Column("is_proficient", sa.Boolean(), nullable=True),
        sa.Column("not_met", sa.JSON(), nullable=True),
        sa.Column("judged_by", sa.String(length=200), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["enrollment_id"], ["enrollments.id"], name=op.f("fk_rounds_enrollment_id_enrollments")
        ),
        sa.PrimaryKeyConstraint("enrollment_id", "number", name=op.f("pk_rounds")),
    )
    op.create_index(
        "ix_rounds_waiting", "rounds", ["library", "is_resubmission", "waiting_since"], unique=False
    )

    op.create_table(
        "timeline",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("enrollment_id", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("party", sa.String(length=200), nullable=False),
        sa.Column("reason_id", sa.String(length=200), nullable=True),
        sa.Column("round", sa.Integer(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrollment_id"],
            ["enrollments.id"],
            name=op.f("fk_timeline_enrollment_id_enrollments"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timeline")),
        sa.UniqueConstraint("enrollment_id", "key", name=op.f("uq_timeline_enrollment_id_key")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("timeline")
    op.drop_index("ix_rounds_waiting", table_name="rounds")

    op.drop_table("rounds")
    op.drop_index(
        "uq_revisions_accepted",
        table_name="revisions",
        sqlite_where=sa.text("accepted_at IS NOT NULL"),
        postgresql_where=sa.text("accepted_at IS NOT NULL"),
    )
    op.drop_index(op.f("ix_revisions_enrollment_id"), table_name="revisions")

    op.drop_table("revisions")
    op.drop_index(op.f("ix_preflights_enrollment_id"), table_name="preflights")

    op.drop_table("preflights")
    op.drop_table("marks")
    op.drop_table("entries")
    op.drop_table("drafts")
    op.drop_table("awards")
    op.drop_index(
        "uq_assignments_live",
        table_name="assignments",
        sqlite_where=sa.text("is_live"),
        postgresql_where=sa.text("is_live"),
    )
    op.drop_index(op.f("ix_assignments_enrollment_id"), table_name="assignments")
    op.drop_index(op.f("ix_assignments_assessor_id"), table_name="assignments")

    op.drop_table("assignments")
    op.drop_index(op.f("ix_artifacts_enrollment_id"), table_name="artifacts")

    op.drop_table("artifacts")
    op.drop_index(op.f("ix_subscription_grants_person_id"), table_name="subscription_grants")

    op.drop_table("subscription_grants")
    op.drop_index(
        "uq_enrollments_open",
        table_name="enrollments",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index("ix_enrollments_stage_waiting_until", table_name="enrollments")
    op.drop_index(op.f("ix_enrollments_person_id"), table_name="enrollments")
    op.drop_index(op.f("ix_enrollments_library"), table_name="enrollments")
    op.drop_index(op.f("ix_enrollments_ended_at"), table_name="enrollments")

    op.drop_table("enrollments")
    op.drop_index(op.f("ix_order_lines_state"), table_name="order_lines")
    op.drop_index(op.f("ix_order_lines_enrollment_id"), table_name="order_lines")

    op.drop_table("order_lines")
    op.drop_table("qualifications")
    op.drop_index(op.f("ix_leaves_assessor_id"), table_name="leaves")

    op.drop_table("leaves")
    op.drop_table("catalog_versions")
    op.drop_table("sweeps")
    op.drop_table("reasons")
    op.drop_table("people")
    op.drop_index(op.f("ix_orders_is_complete"), table_name="orders")

    op.drop_table("orders")
    op.drop_index(op.f("ix_ops_actions_subject_id"), table_name="ops_actions")

    op.drop_table("ops_actions")
    op.drop_index(op.f("ix_notices_subject_id"), table_name="notices")
    op.drop_index(op.f("ix_notices_state"), table_name="notices")

    op.drop_table("notices")
    op.drop_table("micro_credentials")
    op.drop_index(op.f("ix_due_times_subject_id"), table_name="due_times")

    op.drop_table("due_times")
    op.drop_table("closures")
    op.drop_index(
        "uq_attention_open",
        table_name="attention",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index(op.f("ix_attention_subject_id"), table_name="attention")

    op.drop_table("attention")
    op.drop_table("assessors")
