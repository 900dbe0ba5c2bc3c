"""Rotated, packed, growing and large files, and where in them a time begins."""

from __future__ import annotations

import gzip
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ivr.core.errors import SetupError
from ivr.journal.sources.files import Extent, read_lines, rotated
from ivr.journal.sources.queue_log import parse_row
from ivr.journal.sources.skipped import Skipped

BEGIN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def time_of(line: str) -> datetime | None:
    row = parse_row(line)
    return row.at if row else None


def row(number: int, second: float = 0) -> str:
    at = int((BEGIN + timedelta(seconds=second)).timestamp())
    return f"{at}|{number}.1|service|NONE|ENTERQUEUE||1390000{number:07d}|1\n"


def written(folder: Path, rows: int) -> Path:
    """A queue_log with a row a second. What its own time says is of no account: the clock may have been set."""
    path = folder / "queue_log"
    path.write_text("".join(row(number, number) for number in range(rows)))
    os.utime(path, (1e9, 1e9))
    return path


def read(path: Path, extent: Extent | None = None) -> tuple[list[str], Skipped]:
    skipped = Skipped()
    return list(read_lines(path, time_of, skipped, extent)), skipped


def test_rotated_files_come_first_the_oldest_before_the_others(tmp_path: Path) -> None:
    path = tmp_path / "queue_log"
    parts = {"queue_log.2.gz": 0, "queue_log.10": 1, "queue_log.0": 2, "queue_log": 3}
    for name, number in parts.items():
        content = row(number).encode()
        (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        os.utime(tmp_path / name, (1e9 + number * 100, 1e9 + number * 100))
    for other in ("queue_log.old", "queue_log2", "queue_log.d"):
        (tmp_path / other).write_text(row(99))
    assert [one.name for one in rotated(path)] == list(parts)
    lines, skipped = read(path)
    assert lines == [row(number) for number in range(4)]
    assert (skipped.truncated, skipped.unread_bytes) == (0, 0)


def test_a_file_that_is_not_there_yet_holds_nothing(tmp_path: Path) -> None:
    assert read(tmp_path / "log" / "queue_log")[0] == []
    assert read(tmp_path / "queue_log")[0] == []


def test_a_line_without_its_end_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "queue_log"
    path.write_text(row(1) + row(2)[:20])
    lines, skipped = read(path)
    assert (lines, skipped.truncated) == ([row(1)], 1)


def test_a_line_without_measure_costs_itself_only(tmp_path: Path) -> None:
    path = tmp_path / "queue_log"
    path.write_text(row(1) + "x" * 300_000 + "\n" + row(2))
    lines, skipped = read(path)
    assert (lines, skipped.malformed) == ([row(1), row(2)], 1)


def test_reading_begins_where_the_time_begins(tmp_path: Path) -> None:
    path = written(tmp_path, 40_000)
    since = BEGIN + timedelta(seconds=30_000)
    lines, skipped = read(path, Extent(since))
    assert lines[-1] == row(39_999, 39_999)
    first = time_of(lines[0])
    assert first is not None
    assert since - timedelta(hours=2) < first < since  # some before, and none missing
    assert skipped.unread_bytes == 0


@pytest.mark.parametrize("seconds", [-100_000, 0, 1, 20_000, 39_999])
def test_no_row_from_the_time_on_is_missing_in_a_large_file(tmp_path: Path, seconds: int) -> None:
    path = written(tmp_path, 40_000)
    wanted = [row(number, number) for number in range(max(0, seconds), 40_000)]
    assert read(path, Extent(BEGIN + timedelta(seconds=seconds)))[0][-len(wanted) :] == wanted


def test_too_much_is_read_from_its_end_and_said(tmp_path: Path) -> None:
    path = tmp_path / "queue_log"
    whole = "".join(row(number, number) for number in range(20_000))
    path.write_text(whole)
    lines, skipped = read(path, Extent(None, 400_000))
    assert 380_000 < sum(map(len, lines)) <= 400_000
    assert lines[-1] == row(19_999, 19_999)
    assert all(time_of(line) for line in lines)
    assert skipped.unread_bytes == len(whole) - 400_000


def test_what_lies_before_the_time_asked_for_is_not_counted_as_unread(tmp_path: Path) -> None:
    path = written(tmp_path, 40_000)
    lines, skipped = read(path, Extent(BEGIN + timedelta(seconds=39_000), 1_000_000))
    assert lines[-1000:] == [row(number, number) for number in range(39_000, 40_000)]
    assert skipped.unread_bytes == 0
    _, skipped = read(path, Extent(BEGIN + timedelta(seconds=1_000), 1_000_000))
    assert skipped.unread_bytes == path.stat().st_size - 1_000_000


def test_files_that_ended_before_are_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "queue_log"
    path.write_text(row(1))
    old = tmp_path / "queue_log.0"
    old.write_text(row(0))
    os.utime(old, (1e9, 1e9))
    assert read(path, Extent(datetime.fromtimestamp(2e9 - 1e9 + 1e8, UTC)))[0] == [row(1)]


def test_a_file_that_is_not_what_its_name_says(tmp_path: Path) -> None:
    (tmp_path / "queue_log.1.gz").write_text("not packed")
    with pytest.raises(SetupError, match="queue_log"):
        read(tmp_path / "queue_log")


def test_a_packed_file_that_is_damaged(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress("".join(row(number) for number in range(1000)).encode()))
    packed[len(packed) // 2 : len(packed) // 2 + 20] = b"\xff" * 20
    (tmp_path / "queue_log.1.gz").write_bytes(packed)
    with pytest.raises(SetupError, match=r"queue_log\.1\.gz"):
        read(tmp_path / "queue_log")


def test_a_file_that_is_rotated_while_it_is_read_is_read_whole_and_once(tmp_path: Path) -> None:
    path = written(tmp_path, 5)
    lines = read_lines(path, time_of, Skipped())
    first = next(lines)
    path.rename(tmp_path / "queue_log.0")
    path.write_text(row(99))
    assert [first, *lines] == [row(number, number) for number in range(5)]


def test_a_file_that_is_rotated_while_it_is_opened_is_read_whole_and_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, 5)
    (tmp_path / "queue_log.0").write_text(row(77))
    os.utime(tmp_path / "queue_log.0", (9e8, 9e8))
    real, rotations = Path.open, iter((1,))

    def open_(self: Path, *args: object, **more: object) -> object:
        if self == path and next(rotations, None):
            path.rename(tmp_path / "queue_log.1")
            path.write_text(row(99))
        return real(self, *args, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", open_)
    lines, _ = read(path)
    assert lines == [row(77), *(row(number, number) for number in range(5)), row(99)]


def test_a_file_that_never_stands_still_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, 5)
    real = Path.open

    def open_(self: Path, *args: object, **more: object) -> object:
        opened = real(self, *args, **more)  # type: ignore[call-overload]
        if self == path:
            path.rename(tmp_path / f"queue_log.{len(list(tmp_path.iterdir()))}")
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
        return opened

    monkeypatch.setattr(Path, "open", open_)
    with pytest.raises(SetupError, match="again and again"):
        read(path)
