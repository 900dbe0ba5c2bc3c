"""What sound and recognition were like: features and health."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("transcripts") as table:
        table.add_column(sa.Column("grammar_words", sa.JSON(), nullable=True))
        table.add_column(sa.Column("detail", sa.JSON(), nullable=True))
    op.create_table(
        "recording_features",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recording_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("track", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_recording_features_recording_id_recordings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_features")),
    )
    op.create_index(op.f("ix_recording_features_recording_id"), "recording_features", ["recording_id"], unique=False)
    op.create_table(
        "call_features",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("recording_id", sa.Integer(), nullable=True),
        sa.Column("agent", sa.String(length=64), nullable=False),
        sa.Column("run", sa.String(length=32), nullable=False),
        sa.Column("health", sa.Double(), nullable=True),
        sa.Column("caller_health", sa.Double(), nullable=True),
        sa.Column("health_detail", sa.JSON(), nullable=False),
        sa.Column("features", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_call_features_call_id_calls")),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_call_features_recording_id_recordings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_features")),
    )
    op.create_index(op.f("ix_call_features_call_id"), "call_features", ["call_id"], unique=False)
    op.create_index(op.f("ix_call_features_agent"), "call_features", ["agent"], unique=False)
    op.create_index(op.f("ix_call_features_run"), "call_features", ["run"], unique=False)


def downgrade() -> None:
    op.drop_table("call_features")
    op.drop_table("recording_features")
    with op.batch_alter_table("transcripts") as table:
        table.drop_column("detail")
        table.drop_column("grammar_words")
