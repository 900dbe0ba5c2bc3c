"""Wrong use of the command line in Chinese: Typer's own words are English."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.cli.misuse import in_chinese
from tests.unit.cli.conftest import Ivr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("agents pause lee --reason lunch", "缺少选项 '--as'（或环境变量 'IVR_USER'） — 参见 root agents pause --help"),
        ("agents state a b", "多余的参数：b"),
        ("agents add", "缺少参数 'agent'"),
        ("report --by week", "'--by' 的值无效：'week' 不在可选值之列：'queue', 'agent', 'hour', 'day', 'month'"),
        ("report --by", "选项 '--by' 需要一个值"),
        ("report --nonsense", "没有选项 --nonsense"),
        ("report --frm x", "没有选项 --frm，可用的有"),
        ("callbacks list --limit 0", "'--limit' 的值无效：不得小于 1"),
        ("callbacks list --limit many", "'--limit' 的值无效：应为整数"),
        ("queues staff --calls many", "'--calls' 的值无效：应为数字"),
        ("queues staff --shrinkage 2", "'--shrinkage' 的值无效：不得大于 0.9"),
        ("calls reconcile --cel .", "'--cel' 的值无效：'.' 是目录，不是文件"),
        ("callbacks list --json=3", "选项 '--json' 不带值"),
        ("reprot", "没有命令 'reprot'，是否想用 'report'"),
        ("calls nonsense", "没有命令 'nonsense'"),
    ],
)
def test_it_is_said_in_chinese(ivr: Ivr, monkeypatch: pytest.MonkeyPatch, words: str, says: str) -> None:
    english = ivr(*words.split())
    monkeypatch.setenv("IVR_LANG", "zh")
    result = ivr(*words.split())
    assert result.exit_code == english.exit_code == 2
    assert result.stdout == ""
    assert says in result.stderr
    assert "原文" not in result.stderr
    assert "Error" in english.stderr


def test_what_nobody_knows_is_passed_on() -> None:
    assert in_chinese("Something [new].") == "用法有误（原文）：Something [new]."


def test_help_stays_help(ivr: Ivr, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_LANG", "zh")
    assert "通话" in ivr("calls").output
    assert ivr("calls", "--help").exit_code == 0


@pytest.mark.parametrize(("language", "says"), [("en", "break, lunch, training"), ("zh", "lunch（用餐）")])
def test_a_pause_without_a_reason_names_the_reasons(
    ivr: Ivr, home: Path, monkeypatch: pytest.MonkeyPatch, language: str, says: str
) -> None:
    monkeypatch.setenv("IVR_LANG", language)
    result = ivr("agents", "pause", "lee", "--as", "wang")
    assert result.exit_code == 2
    assert says in result.stderr
