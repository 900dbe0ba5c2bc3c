"""Asterisk's own logs: turned over, old ones deleted; beside a running Asterisk in tests/integration/asterisk."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ivr.asterisk.layout import Dirs, make_dirs
from ivr.asterisk.logs import Deleted, is_full, logs_below, rotate
from ivr.core.errors import AsteriskError
from ivr.core.settings import Settings

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


class Stopped:
    """An Asterisk that does not run, or one that runs and does as it is told."""

    def __init__(self, settings: Settings, *, running: bool = False) -> None:
        self.settings = settings
        self.running = running
        self.asked: list[str] = []

    @property
    def dirs(self) -> Dirs:
        return make_dirs(self.settings, Path("/modules"))

    def status(self) -> Any:
        return self

    def run_cli(self, command: str) -> str:
        self.asked.append(command)
        return ""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", keep_logs=30, log_limit=10)


def file(path: Path, days: float, size: int = 100) -> Path:
    """A file of ``size`` bytes that was last written so many days ago."""
    with path.open("wb") as made:
        made.truncate(size)
    at = (NOW - timedelta(days=days)).timestamp()
    os.utime(path, (at, at))
    return path


def there(dirs: Dirs) -> set[str]:
    return {path.name for path in [*dirs.log.iterdir(), *dirs.cel.parent.iterdir()] if path.is_file()}


def test_a_stopped_asterisk_s_logs_get_the_next_free_number(settings: Settings) -> None:
    instance = Stopped(settings)
    dirs = instance.dirs
    for path in (dirs.messages, dirs.queue_log, dirs.cel, dirs.log / "queue_log.0", dirs.log / "console.log"):
        file(path, 1)
    file(dirs.log / "security.log", 1, size=0)  # not worth a file
    done = rotate(instance, NOW, NOW)  # type: ignore[arg-type]
    assert set(done.files) == {"messages.log", "queue_log", "cel.json"}
    assert there(dirs) == {"messages.log.0", "security.log", "queue_log.0", "queue_log.1", "cel.json.0", "console.log"}
    assert instance.asked == []


def test_a_running_one_turns_its_logs_over_itself_but_not_the_channel_events(settings: Settings) -> None:
    instance = Stopped(settings, running=True)
    file(instance.dirs.queue_log, 1)
    file(instance.dirs.cel, 1)
    done = rotate(instance, NOW, NOW)  # type: ignore[arg-type]
    assert instance.asked == ["logger rotate"]
    assert set(done.files) == {"queue_log", "cel.json"}
    assert there(instance.dirs) == {"queue_log", "cel.json.0"}


def test_what_is_old_is_deleted_but_not_what_the_journal_was_not_compared_with(settings: Settings) -> None:
    instance = Stopped(settings)
    log, cel = instance.dirs.log, instance.dirs.cel.parent
    for number, days in enumerate((40, 31, 29)):
        file(log / f"security.log.{number}", days)
        file(log / f"queue_log.{number}", days)
    file(cel / "cel.json.3.gz", 40)
    file(log / "security.log.old", 400)  # somebody's own
    done = rotate(instance, NOW, NOW - timedelta(days=35))  # type: ignore[arg-type]
    assert done.deleted == [
        Deleted("security.log.0", 100, "age"),
        Deleted("security.log.1", 100, "age"),
        Deleted("queue_log.0", 100, "age"),
        Deleted("cel.json.3.gz", 100, "age"),
    ]
    assert there(instance.dirs) == {"security.log.2", "security.log.old", "queue_log.1", "queue_log.2"}
    assert rotate(instance, NOW, None).deleted == []  # type: ignore[arg-type]


def test_no_log_takes_more_than_allowed_the_oldest_go_first(settings: Settings) -> None:
    instance = Stopped(settings)
    log = instance.dirs.log
    for number, days in enumerate((3, 2, 1)):
        file(log / f"queue_log.{number}", days, size=4_000_000)
    assert not is_full(settings, instance.dirs)
    file(log / "queue_log", 0, size=4_000_000)
    assert is_full(settings, instance.dirs)
    done = rotate(instance, NOW, NOW - timedelta(days=2, hours=12))  # type: ignore[arg-type]
    assert done.deleted == [
        Deleted("queue_log.0", 4_000_000, "size"),
        Deleted("queue_log.1", 4_000_000, "size", unread=True),
    ]
    assert not is_full(settings, instance.dirs)
    assert [one.size for one in logs_below(instance.dirs.log) if one.path.name == "queue_log"] == [8_000_000]


def test_what_is_old_goes_even_if_asterisk_does_not_answer(settings: Settings) -> None:
    instance = Stopped(settings, running=True)
    file(instance.dirs.messages, 1)
    file(instance.dirs.log / "messages.log.0", 40)

    def silent(_: str) -> str:
        raise AsteriskError("no answer", cure="")

    instance.run_cli = silent  # type: ignore[method-assign]
    with pytest.raises(AsteriskError):
        rotate(instance, NOW, None)  # type: ignore[arg-type]
    assert there(instance.dirs) == {"messages.log"}
