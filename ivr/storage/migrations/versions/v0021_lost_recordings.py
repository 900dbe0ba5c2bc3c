"""Recordings whose file is lost are found without looking at those of which that is accepted."""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_recordings_state_accepted", "recordings", ["state", "accepted"])
    op.drop_index("ix_recordings_state", "recordings")


def downgrade() -> None:
    op.create_index("ix_recordings_state", "recordings", ["state"])
    op.drop_index("ix_recordings_state_accepted", "recordings")
