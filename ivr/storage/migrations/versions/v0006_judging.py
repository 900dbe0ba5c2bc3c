"""Versions of rulebooks and thresholds that judged."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("verdicts") as table:
        table.add_column(sa.Column("kind", sa.String(length=16), nullable=False, server_default="phrase"))
    op.create_table(
        "judged_by",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judged_by")),
        sa.UniqueConstraint("kind", "name", "digest", name=op.f("uq_judged_by_kind_name_digest")),
    )


def downgrade() -> None:
    op.drop_table("judged_by")
    with op.batch_alter_table("verdicts") as table:
        table.drop_column("kind")
