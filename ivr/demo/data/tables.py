"""The tables a made-up call is written into, the columns that are filled, and rows that wait to be written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from ivr.storage import models as m
from ivr.storage.bulk import Bulk

Row = tuple[Any, ...]

COLUMNS: Mapping[type[m.Base], tuple[str, ...]] = {
    m.Call: (
        "id", "linkedid", "number", "caller", "language", "flow", "flow_version", "route", "started_at", "answered_at",
        "ended_at", "outcome", "hung_up_by", "evidence",
    ),
    m.Leg: (
        "id", "call_id", "uniqueid", "channel", "role",
        "agent", "started_at", "answered_at", "ended_at", "hangup_cause",
    ),
    m.Step: ("id", "call_id", "seq", "at", "step", "kind", "event", "detail"),
    m.QueueVisit: (
        "id", "call_id", "queue", "joined_at", "left_at",
        "position", "outcome", "agent", "connected_at", "completed_at",
        "ended_by",
    ),
    m.Ring: ("id", "visit_id", "agent", "uniqueid", "started_at", "ended_at", "result"),
    m.AgentTalk: (
        "id", "call_id", "agent", "uniqueid", "origin",
        "queue", "handed_by", "connected_at", "completed_at", "ended_by",
        "rang_s",
    ),
    m.SurveyAnswer: (
        "id", "call_id", "question", "answer", "asked_at", "answered_at", "agent", "queue", "flow", "flow_version",
    ),
    m.Recording: (
        "id", "call_id", "linkedid", "uniqueid", "role", "agent", "file", "started_at", "closed_at", "rate", "frames",
        "bytes", "sha256", "state", "gap_cause", "gaps", "note", "accepted", "deleted_at",
    ),
    m.Transcript: (
        "id", "recording_id", "model", "pipeline", "text", "words", "speech", "snr_db", "detail", "created_at",
    ),
    m.Verdict: (
        "id", "call_id", "recording_id", "agent", "run", "rule",
        "norm", "kind", "forbidden", "value", "passed", "score",
        "start_s", "end_s", "evidence", "rulebook", "rulebook_version", "model", "thresholds", "created_at",
    ),
    m.Score: (
        "id", "call_id", "agent", "run", "points", "possible", "failed_all", "items", "rulebook", "rulebook_version",
        "created_at",
    ),
    m.CallFeatures: (
        "id", "call_id", "recording_id", "agent", "run", "health", "caller_health", "health_detail", "features",
        "created_at",
    ),
    m.Job: ("id", "kind", "call_id", "state", "attempts", "worker", "error", "created_at", "finished_at"),
    m.CallFacts: ("call_id", "queue", "agent", "wait_s", "talk_s", "run", "score", "failed", "unsure"),
    m.AgentState: (
        "id", "agent", "state", "reason", "queue", "linkedid", "uniqueid", "began_at", "ended_at", "by", "ended_by",
        "exact",
    ),
    m.CallOutcome: ("id", "uniqueid", "linkedid", "agent", "queue", "outcome", "set_at", "by"),
    m.Callback: (
        "id", "queue", "number", "language", "priority", "place_at", "state", "tries", "not_before", "reserved",
        "attempt", "first_linkedid", "service_number", "flow", "step", "site_version", "variables", "created_at",
        "ended_at", "why",
    ),
    m.AlertRow: (
        "id", "rule", "kind", "subject", "began_at", "ended_at", "threshold", "value", "end_value", "told",
    ),
}  # fmt: skip


class Rows:
    """Rows that wait to be written, and the ids they get.

    Args:
        first: the first free id of each table that has one.
    """

    def __init__(self, first: Mapping[type[m.Base], int]) -> None:
        self._next = dict(first)
        self._rows: dict[type[m.Base], list[Row]] = defaultdict(list)

    def id(self, table: type[m.Base]) -> int:
        """A free id."""
        number = self._next[table]
        self._next[table] = number + 1
        return number

    def add(self, table: type[m.Base], *values: Any) -> None:
        """A row with its values in the order of ``COLUMNS``."""
        self._rows[table].append(values)

    async def write(self, bulk: Bulk) -> None:
        """Write them and forget them."""
        for table in COLUMNS:  # parents stand before what points at them
            await bulk.insert(table, COLUMNS[table], self._rows.pop(table, []))


__all__ = ["COLUMNS", "Rows"]
