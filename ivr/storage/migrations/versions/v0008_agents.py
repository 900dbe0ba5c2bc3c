"""States of agents, outcomes of calls."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agent_states",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agent", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("queue", sa.String(length=64), nullable=False),
        sa.Column("linkedid", sa.String(length=128), nullable=False),
        sa.Column("uniqueid", sa.String(length=128), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("ended_by", sa.String(length=64), nullable=False),
        sa.Column("exact", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent_states")),
        sa.UniqueConstraint(
            "agent",
            "state",
            "queue",
            "uniqueid",
            "began_at",
            name=op.f("uq_agent_states_agent_state_queue_uniqueid_began_at"),
        ),
    )
    op.create_index("ix_agent_states_agent_state", "agent_states", ["agent", "state"], unique=False)
    op.create_index(op.f("ix_agent_states_linkedid"), "agent_states", ["linkedid"], unique=False)
    op.create_index(op.f("ix_agent_states_began_at"), "agent_states", ["began_at"], unique=False)
    op.create_index(op.f("ix_agent_states_ended_at"), "agent_states", ["ended_at"], unique=False)
    op.create_table(
        "call_outcomes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uniqueid", sa.String(length=128), nullable=False),
        sa.Column("linkedid", sa.String(length=128), nullable=False),
        sa.Column("agent", sa.String(length=64), nullable=False),
        sa.Column("queue", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=64), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_outcomes")),
        sa.UniqueConstraint("uniqueid", name=op.f("uq_call_outcomes_uniqueid")),
    )
    for column in ("linkedid", "agent", "outcome", "set_at"):
        op.create_index(op.f(f"ix_call_outcomes_{column}"), "call_outcomes", [column], unique=False)


def downgrade() -> None:
    op.drop_table("call_outcomes")
    op.drop_table("agent_states")
