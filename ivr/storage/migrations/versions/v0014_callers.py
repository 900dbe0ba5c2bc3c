"""Earlier calls of a caller are looked up while he waits."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_calls_caller_started_at"), "calls", ["caller", "started_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_calls_caller_started_at"), table_name="calls")
