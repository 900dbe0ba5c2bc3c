from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.core.log import bound_contextvars, configure_logging, get_logger
from ivr.core.logfile import KEPT, LogFile


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def test_an_event_is_one_line_of_json_with_the_call_bound_to_it(tmp_path: Path) -> None:
    path = tmp_path / "log" / "serve.log"
    configure_logging(path)
    with bound_contextvars(linkedid="1.1"):
        get_logger("agi").info("answered", caller="张三")
    get_logger("agi").debug("too fine")
    (line,) = path.read_text("utf-8").splitlines()
    found = json.loads(line)
    assert found.pop("timestamp").endswith("Z")
    assert found == {"event": "answered", "room": "agi", "level": "info", "linkedid": "1.1", "caller": "张三"}
    assert "张三" in line, "people read logs"


def test_the_binding_ends_with_its_block(tmp_path: Path) -> None:
    configure_logging(tmp_path / "x.log")
    with bound_contextvars(linkedid="1.1"):
        pass
    get_logger("agi").info("after")
    assert "linkedid" not in json.loads((tmp_path / "x.log").read_text())


HOSTILE = ["\n{}", "\r\n", "\x85", "\u2028", "\x9b31m", "\x1b[2J", "\u202e", "\ud800", "\x7f"]


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text() | st.sampled_from(["\n{}", "\r\n", "\x85", "\u2028", "\x9b31m", "\x1b[2J", "\u202e", "\ud800", "\x7f"])
)
def test_hostile_text_forges_no_line_and_moves_no_terminal(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.log"
    path.unlink(missing_ok=True)
    configure_logging(path)
    get_logger("agi").error("refused", script=text, list=[text], **{"a key": {text: text}})
    content = path.read_bytes().decode("utf-8")
    (line,) = content.splitlines()
    assert content == line + "\n"
    found = json.loads(line)
    assert (found["script"], found["list"]) == (text, [text])
    assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in line)
    assert not set(line) & set("\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\ufeff")


def test_a_traceback_is_one_line_too(tmp_path: Path) -> None:
    configure_logging(tmp_path / "x.log")
    try:
        raise ValueError("first\nsecond\x1b[31m")
    except ValueError:
        get_logger("agi").exception("failed")
    (line,) = (tmp_path / "x.log").read_text().splitlines()
    assert "ValueError: first\nsecond" in json.loads(line)["exception"]


def test_what_json_does_not_know_is_written_all_the_same(tmp_path: Path) -> None:
    configure_logging(tmp_path / "x.log")
    get_logger("agi").error("odd", path=tmp_path, raw=b"\xff", error=ValueError("x\ny"))
    assert len((tmp_path / "x.log").read_text().splitlines()) == 1


def test_lazily_a_file_is_made_by_the_first_line(tmp_path: Path) -> None:
    path = tmp_path / "log" / "ivr.log"
    configure_logging(path, lazy=True)
    assert not path.parent.exists()
    get_logger("x").info("hello")
    assert path.is_file()


def test_a_log_that_cannot_be_written_is_an_error_at_the_start_or_silent(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        configure_logging(tmp_path / "file" / "x.log")
    configure_logging(tmp_path / "file" / "x.log", lazy=True)
    get_logger("x").error("nobody hears this")


def test_without_a_path_lines_go_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(level="WARNING")
    get_logger("x").warning("hello")
    said = capsys.readouterr()
    assert said.out == ""
    assert json.loads(said.err)["event"] == "hello"


def test_a_full_file_is_turned_over_and_the_oldest_goes(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    file = LogFile(path, largest=1000)
    for number in range(400):
        file.write(f"{number:04} {'x' * 94}\n")
    file.close()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["x.log", "x.log.1", "x.log.2", "x.log.3"]
    assert all(one.stat().st_size <= 1100 for one in tmp_path.iterdir())
    numbers = [int(line[:4]) for name in ("x.log.3", "x.log.2", "x.log.1", "x.log")
               for line in (tmp_path / name).read_text().splitlines()]  # fmt: skip
    assert numbers == list(range(400 - len(numbers), 400)), "the newest, in order, none lost between the files"
    assert len(numbers) > 10 * KEPT


def test_two_writers_of_one_file(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    first, second = LogFile(path, largest=1000), LogFile(path, largest=1000)
    for number in range(30):
        first.write(f"a{number:02} {'x' * 60}\n")
        second.write(f"b{number:02} {'x' * 60}\n")
    names = [f"x.log.{number}" for number in (3, 2, 1) if (tmp_path / f"x.log.{number}").exists()]
    lines = [line for name in [*names, "x.log"] for line in (tmp_path / name).read_text().splitlines()]
    assert all(len(line) == 64 for line in lines)
    assert {line[0] for line in lines} == {"a", "b"}
    assert lines[-1].startswith("b29")


def test_a_file_that_somebody_removed_is_made_again(tmp_path: Path) -> None:
    path = tmp_path / "log" / "x.log"
    file = LogFile(path)
    file.write("one\n")
    path.unlink()
    file.write("two\n")
    assert path.read_text() == "two\n"
    path.unlink()
    path.parent.rmdir()
    file.write("three\n")
    assert path.read_text() == "three\n"


def test_what_libraries_log_goes_to_the_same_file_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(tmp_path / "other.log")
    configure_logging(tmp_path / "x.log")
    try:
        raise ValueError("inside")
    except ValueError:
        logging.getLogger("sqlalchemy.pool").exception("trouble %s", "here")
    logging.getLogger("sqlalchemy.pool").info("chatter")
    (line,) = (tmp_path / "x.log").read_text().splitlines()
    found = json.loads(line)
    assert (found["event"], found["room"], found["level"]) == ("trouble here", "sqlalchemy.pool", "error")
    assert "ValueError: inside" in found["exception"]
    assert (tmp_path / "other.log").read_text() == ""
    assert capsys.readouterr() == ("", "")
