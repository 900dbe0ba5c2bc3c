"""Business hours that somebody has opened or closed by hand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hours_switches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hours", sa.String(length=64), nullable=False),
        sa.Column("position", sa.String(length=8), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("ended_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hours_switches")),
    )
    for column in ("hours", "ended_at"):
        op.create_index(op.f(f"ix_hours_switches_{column}"), "hours_switches", [column], unique=False)


def downgrade() -> None:
    op.drop_table("hours_switches")
