from __future__ import annotations

import pytest

from ivr.core.errors import SetupError, SiteError
from ivr.core.language import Text, console_language
from ivr.core.problems import Problem, Severity

NAMES = ("IVR_LANG", "LC_ALL", "LC_MESSAGES", "LANG")


@pytest.mark.parametrize(
    ("values", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "ZH_TW"}, "zh"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "ko_KR.UTF-8"}, "en"),
        ({"LANG": "zh_CN", "LC_MESSAGES": "en_US"}, "en"),
        ({"LC_MESSAGES": "en_US", "LC_ALL": "zh_CN"}, "zh"),
        ({"LC_ALL": "zh_CN", "IVR_LANG": "en"}, "en"),
        ({"LANG": "en_US", "IVR_LANG": "zh-CN"}, "zh"),
        ({"IVR_LANG": "", "LANG": "zh_CN"}, "zh"),
    ],
)
def test_the_consoles_language(monkeypatch: pytest.MonkeyPatch, values: dict[str, str], language: str) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    assert console_language() == language
    assert str(Text("yes", "是")) == {"en": "yes", "zh": "是"}[language]


def test_a_problem_says_where_what_and_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = Problem("a.yaml:3:5", "DP104", Text("wrong", "错误"), Text("mend", "修正"), Severity.WARNING)
    monkeypatch.setenv("IVR_LANG", "en")
    assert str(problem) == "a.yaml:3:5 DP104 wrong — mend"
    monkeypatch.setenv("IVR_LANG", "zh")
    assert str(problem) == "a.yaml:3:5 DP104 错误 — 修正"
    assert problem.as_dict() == {
        "where": "a.yaml:3:5", "code": "DP104", "severity": "warning",
        "text": "wrong", "text_zh": "错误", "cure": "mend", "cure_zh": "修正",
    }  # fmt: skip


def test_errors_carry_cure_and_exit_code() -> None:
    assert str(SetupError("no model", cure="install one")) == "no model — install one"
    assert str(SetupError("no model")) == "no model"
    assert (SetupError("x").exit_code, SiteError("x").exit_code) == (3, 4)
    assert SiteError("x", [Problem("a", "b", Text("c", "d"), Text("e", "f"))]).problems[0].where == "a"
