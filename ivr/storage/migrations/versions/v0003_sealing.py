"""Encryption at rest of recordings and transcripts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("recordings") as table:
        table.add_column(sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True))
    for name in ("transcripts", "verdicts"):
        with op.batch_alter_table(name) as table:
            table.add_column(sa.Column("sealed", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    for name in ("verdicts", "transcripts"):
        with op.batch_alter_table(name) as table:
            table.drop_column("sealed")
    with op.batch_alter_table("recordings") as table:
        table.drop_column("sealed_at")
