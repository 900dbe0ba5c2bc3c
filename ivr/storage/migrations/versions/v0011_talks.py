"""Talks of agents with callers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "talks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("agent", sa.String(length=64), nullable=False),
        sa.Column("uniqueid", sa.String(length=128), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("queue", sa.String(length=64), nullable=False),
        sa.Column("handed_by", sa.String(length=64), nullable=False),
        sa.Column("connected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.String(length=16), nullable=False),
        sa.Column("rang_s", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_talks_call_id_calls")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talks")),
    )
    for column in ("call_id", "agent", "queue", "connected_at"):
        op.create_index(op.f(f"ix_talks_{column}"), "talks", [column], unique=False)


def downgrade() -> None:
    op.drop_table("talks")
