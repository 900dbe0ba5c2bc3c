"""The example of docs/flows-lookups.md is a flow without a fault, and the page leaves nothing out."""

from __future__ import annotations

import re
from pathlib import Path

from dialplan.checks import check_site
from dialplan.reckoning import FUNCTIONS
from dialplan.variables import BUILT_IN
from tests.unit.dialplan.sites import write_site

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "flows-lookups.md").read_text("utf-8")


def test_the_example_has_no_errors(tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    main = (
        "start: hello\nsteps:\n  hello: {step: answer, next: greet}\n  greet: {step: greeting, next: ask}\n"
        "  ask: {step: subflow, flow: order, next: wait}\n"
        "  wait: {step: queue, queue: service, timeout: bye}\n  bye: {step: hangup}\n"
    )
    found = check_site(write_site(tmp_path, flows__main=main, flows__order=example))
    assert [problem for problem in found if "flows/order" in problem.where] == []


def test_every_function_and_every_built_in_variable_is_named() -> None:
    english, chinese = PAGE.split("\n# 中文")
    for name in BUILT_IN:
        assert f"`{name}`" in english
        assert f"`{name}`" in chinese
    for name, function in FUNCTIONS.items():
        assert f"`{name}({', '.join('xy'[: function.arguments])})`" in english
