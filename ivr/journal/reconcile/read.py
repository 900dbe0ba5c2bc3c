"""Both sources of one Asterisk, read from a point in time on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

from ivr.core.settings import Settings
from ivr.journal.reconcile.gather import gather
from ivr.journal.reconcile.rebuild import Seen, rebuild
from ivr.journal.sources.cel import CelReader
from ivr.journal.sources.files import MOST_BYTES, Extent, read_lines
from ivr.journal.sources.queue_log import parse_row, read_queue_log
from ivr.journal.sources.skipped import Skipped

_BEFORE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Sources:
    """The files being written; those they were rotated to lie beside them.

    Args:
        zone: of times written as dates without one.
        own: they are our Asterisk's own, not files somebody named.
    """

    cel: Path
    queue_log: Path
    zone: tzinfo = UTC
    own: bool = True

    @classmethod
    def of(cls, settings: Settings) -> Sources:
        """Those of our own Asterisk; an older build writes its CEL as CSV."""
        log = settings.asterisk_dir.absolute() / "log"
        cel = log / "cel-custom" / "cel.json"
        older = cel.with_suffix(".csv")
        return cls(older if older.exists() and not cel.exists() else cel, log / "queue_log")


@dataclass(slots=True)
class Found:
    """What the sources tell, and how much of them could be used.

    Args:
        calls: all calls, those of strangers too.
        cel_from: from when on CEL is complete (UTC); None if there is none.
    """

    calls: list[Seen]
    boots: list[datetime]
    cel_from: datetime | None
    cel: Skipped = field(default_factory=Skipped)
    queue_log: Skipped = field(default_factory=Skipped)
    missing: tuple[str, ...] = ()


def read_sources(
    sources: Sources, agents: Mapping[str, str], *, since: datetime, most_bytes: int = MOST_BYTES
) -> Found:
    """Read both and rebuild the calls; blocking, for a thread.

    Args:
        agents: ids of agents by extension.
        since: rows from here on; calls that began before are seen in part.
        most_bytes: of each source, the newest.

    Raises:
        SetupError: if a file cannot be read.
    """
    extent = Extent(since, most_bytes)
    reader, peek = CelReader(zone=sources.zone), CelReader(zone=sources.zone)
    queue_skipped = Skipped()

    def cel_time(line: str) -> datetime | None:
        return next((row.at for row in peek.read([line])), None)

    def queue_time(line: str) -> datetime | None:
        row = parse_row(line, sources.zone)
        return row.at if row else None

    cel = list(reader.read(read_lines(sources.cel, cel_time, reader.skipped, extent), since=since - _BEFORE))
    queue = list(
        read_queue_log(
            read_lines(sources.queue_log, queue_time, queue_skipped, extent),
            queue_skipped,
            zone=sources.zone,
            since=since - _BEFORE,
        )
    )
    gathered = gather(cel, queue)
    missing = tuple(
        name
        for name, path, rows in (("cel", sources.cel, cel), ("queue_log", sources.queue_log, queue))
        if not rows and not path.exists()
    )
    if "queue_log" not in missing and not queue_skipped.unread_bytes:
        gathered.queue_from = since
    cel_from = gathered.cel_from
    if "cel" not in missing and not reader.skipped.unread_bytes:
        cel_from = since
    return Found(rebuild(gathered, agents), gathered.boots, cel_from, reader.skipped, queue_skipped, missing)


__all__ = ["Found", "Sources", "read_sources"]
