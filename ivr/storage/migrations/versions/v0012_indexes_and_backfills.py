"""Indexes by what is asked of the tables; talks of calls from before 0011 are to be concluded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# No query looks anything up by these.
_UNUSED = (
    ("agent_states", ("agent", "state")),  # the unique constraint begins with both
    ("agent_states", ("linkedid",)),
    ("call_outcomes", ("agent",)),
    ("call_outcomes", ("outcome",)),
    ("call_outcomes", ("set_at",)),
    ("callbacks", ("first_linkedid",)),
    ("reconciliations", ("began_at",)),
)


def upgrade() -> None:
    for table, columns in _UNUSED:
        op.drop_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table_name=table)
    op.create_index(op.f("ix_queue_visits_completed_at"), "queue_visits", ["completed_at"], unique=False)
    op.create_table(
        "backfills",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("reached", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_backfills")),
    )
    op.execute("INSERT INTO backfills (name, reached) SELECT 'talks', 0 WHERE EXISTS (SELECT 1 FROM calls)")


def downgrade() -> None:
    op.drop_table("backfills")
    op.drop_index(op.f("ix_queue_visits_completed_at"), table_name="queue_visits")
    for table, columns in _UNUSED:
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns), unique=False)
