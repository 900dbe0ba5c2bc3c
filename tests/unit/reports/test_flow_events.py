"""Every event a step tells has words of its own in a call's story."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import ivr.call.steps as steps
from ivr.reports import events
from ivr.reports.flow_events import words_of

_TOLD = re.compile(r'call\.tell\(\s*"(\w+)"')


def test_every_event_of_the_steps_has_words() -> None:
    folder = Path(steps.__file__).parent
    told = {
        name for path in [*folder.glob("*.py"), folder.parent / "asking.py"] for name in _TOLD.findall(path.read_text())
    }
    assert len(told) > 25
    bare = {name for name in told - set(events._WORDS) if words_of(name, {}).zh == name}
    assert bare == set()


@pytest.mark.parametrize(
    ("event", "detail", "zh"),
    [
        (
            "lookup",
            {"host": "crm:80", "status": 200, "ms": 12, "saved": ["state"]},
            "查询 crm:80：200，12 ms；保存 state",
        ),
        (
            "lookup",
            {"host": "crm", "status": 0, "ms": 9, "problem": "no answer in time"},
            "查询 crm：无应答，9 ms；超时无应答",
        ),
        ("branch", {"when": "state == 'ready'"}, "条件成立：state == 'ready'"),
        ("branch", {"language": "zh-CN"}, "无条件成立"),
        ("said", {"kind": "money"}, "读出金额"),
        ("set", {"variables": ["a"], "failed": {"b": "is no number"}}, "设置 a；无法计算 b"),
    ],
)
def test_words(event: str, detail: dict[str, object], zh: str) -> None:
    assert words_of(event, detail).zh == zh
