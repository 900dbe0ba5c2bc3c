"""Full-text search over what was said, facts of calls for lists, searches that somebody keeps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0019"
branch_labels = None
depends_on = None

# Who deletes from it tells word for word what: versions of SQLite before 3.43 keep no content otherwise.
_SQLITE = "CREATE VIRTUAL TABLE call_words USING fts5(agent, caller, other, content='', columnsize=0, tokenize='ascii')"
_POSTGRESQL = (
    "CREATE TABLE call_words (call_id INTEGER NOT NULL CONSTRAINT pk_call_words PRIMARY KEY"
    " CONSTRAINT fk_call_words_call_id_calls REFERENCES calls (id), words tsvector NOT NULL)",
    "CREATE INDEX ix_call_words_words ON call_words USING gin (words)",
)
_SORTED = ("score", "wait_s", "talk_s")


def upgrade() -> None:
    op.create_table(
        "recording_tokens",
        sa.Column("recording_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("row", sa.Text(), nullable=False),
        sa.Column("singles", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_recording_tokens_call_id_calls")),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_recording_tokens_recording_id_recordings")
        ),
        sa.PrimaryKeyConstraint("recording_id", name=op.f("pk_recording_tokens")),
    )
    op.create_index(op.f("ix_recording_tokens_call_id"), "recording_tokens", ["call_id"], unique=False)
    op.create_table(
        "call_facts",
        sa.Column("call_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("queue", sa.String(length=64), nullable=False),
        sa.Column("agent", sa.String(length=64), nullable=False),
        sa.Column("wait_s", sa.Double(), nullable=False),
        sa.Column("talk_s", sa.Double(), nullable=False),
        sa.Column("run", sa.String(length=32), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("unsure", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_call_facts_call_id_calls")),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_call_facts")),
    )
    for column in _SORTED:
        op.create_index(f"ix_call_facts_{column}", "call_facts", [column, "call_id"], unique=False)
    op.create_table(
        "saved_searches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=48), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("filters", sa.JSON(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_searches")),
        sa.UniqueConstraint("owner", "title", name=op.f("uq_saved_searches_owner_title")),
    )
    op.create_index(op.f("ix_saved_searches_shared"), "saved_searches", ["shared"], unique=False)
    # The newest judging of a rule is asked for by rule and value.
    op.create_index("ix_verdicts_rule_value_call_id", "verdicts", ["rule", "value", "call_id"], unique=False)
    for statement in (_SQLITE,) if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)
    for name in ("facts", "words"):
        op.execute(f"INSERT INTO backfills (name, reached) SELECT '{name}', 0 WHERE EXISTS (SELECT 1 FROM calls)")  # noqa: S608


def downgrade() -> None:
    op.execute("DELETE FROM backfills WHERE name IN ('facts', 'words')")
    op.execute("DROP TABLE call_words")
    op.drop_index("ix_verdicts_rule_value_call_id", table_name="verdicts")
    for table in ("saved_searches", "call_facts", "recording_tokens"):
        op.drop_table(table)
