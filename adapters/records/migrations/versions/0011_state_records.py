"""What states are told of awards, and transcripts."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "state_reports",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=2), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=200), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_state_reports")),
        sa.UniqueConstraint(
            "state", "month", "ordinal", name=op.f("uq_state_reports_state_month_ordinal")
        ),
    )
    op.create_index(op.f("ix_state_reports_made_at"), "state_reports", ["made_at"], unique=False)
    op.create_table(
        "transcripts",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("person_id", sa.String(length=200), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_id", sa.String(length=200), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_transcripts_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transcripts")),
        sa.UniqueConstraint(
            "person_id", "fingerprint", name=op.f("uq_transcripts_person_id_fingerprint")
        ),
    )
    op.create_table(
        "state_choices",
        sa.Column("enrollment_id", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=2), nullable=True),
        sa.Column("credit", sa.String(length=20), nullable=False),
        sa.Column("educator_number", sa.String(length=40), nullable=False),
        sa.Column("chosen_by", sa.String(length=20), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrollment_id"],
            ["awards.enrollment_id"],
            name=op.f("fk_state_choices_enrollment_id_awards"),
        ),
        sa.PrimaryKeyConstraint("enrollment_id", name=op.f("pk_state_choices")),
    )
    op.create_index(op.f("ix_state_choices_state"), "state_choices", ["state"], unique=False)
    op.create_table(
        "state_lines",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("report_id", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("enrollment_id", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=2), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("corrects_id", sa.String(length=200), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("educator_number", sa.String(length=40), nullable=False),
        sa.Column("library", sa.String(length=200), nullable=False),
        sa.Column("slug", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column("credit", sa.String(length=20), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["state_lines.id"], name=op.f("fk_state_lines_corrects_id_state_lines")
        ),
        sa.ForeignKeyConstraint(
            ["enrollment_id"],
            ["awards.enrollment_id"],
            name=op.f("fk_state_lines_enrollment_id_awards"),
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["state_reports.id"], name=op.f("fk_state_lines_report_id_state_reports")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_state_lines")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_state_lines_corrects_id")),
        sa.UniqueConstraint(
            "enrollment_id",
            "state",
            "number",
            name=op.f("uq_state_lines_enrollment_id_state_number"),
        ),
        sa.UniqueConstraint(
            "report_id", "position", name=op.f("uq_state_lines_report_id_position")
        ),
    )
    op.create_index(op.f("ix_awards_awarded_at"), "awards", ["awarded_at"], unique=False)
