"""Pauses of recording, refusals, and why a file has gaps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("recordings") as batch:
        batch.add_column(sa.Column("gaps", sa.JSON(), nullable=False, server_default="[]"))
    op.create_table(
        "pauses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("linkedid", sa.String(length=128), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("ended_by", sa.String(length=16), nullable=False),
        sa.Column("begun_on", sa.String(length=128), nullable=False),
        sa.Column("ended_on", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pauses")),
    )
    op.create_index(op.f("ix_pauses_linkedid"), "pauses", ["linkedid"], unique=False)
    op.create_index(op.f("ix_pauses_begun_on"), "pauses", ["begun_on"], unique=False)
    op.create_index(op.f("ix_pauses_ended_on"), "pauses", ["ended_on"], unique=False)


def downgrade() -> None:
    op.drop_table("pauses")
    with op.batch_alter_table("recordings") as batch:
        batch.drop_column("gaps")
