"""Full-width signs are named: on many screens they look like the plain ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialplan.checks import check_site
from dialplan.examples import TINY_SITE
from dialplan.expressions import Expression, ExpressionError
from dialplan.wide import hint
from tests.unit.dialplan.sites import write_files

_AGENT = "lee: {name: Lee, extension: 6001, number: 801, queues: [service]}\n"


@pytest.mark.parametrize(("text", "plain"), [("a，b", ","), ("１２", "1"), ("【a】", "["), ("‘*’", "'"), ("a、b", ",")])
def test_the_first_is_named_with_what_to_write(text: str, plain: str) -> None:
    assert hint(text).en.endswith(f"write {plain})")
    assert plain in hint(text).zh


@pytest.mark.parametrize("text", ["", "a,b", "客服", "a:'b'"])
def test_others_are_left_alone(text: str) -> None:
    assert hint(text).en == hint(text).zh == ""


@pytest.mark.parametrize(
    ("file", "text", "code"),
    [
        ("agents.yaml", _AGENT.replace("[service]", "[service，service]"), "DP105"),
        ("agents.yaml", _AGENT.replace("[service]", "【service】"), "DP110"),
        ("agents.yaml", _AGENT.replace("6001", "６００１"), "DP111"),
        ("queues.yaml", "service: {ring: １５}\n", "DP107"),
    ],
)
def test_the_check_says_so(tmp_path: Path, file: str, text: str, code: str) -> None:
    (found,) = [one for one in check_site(write_files(tmp_path, {**TINY_SITE, file: text})) if one.code == code]
    assert "full-width" in found.text.en
    assert "全角" in found.text.zh


def test_in_a_condition_the_sign_itself_is_shown() -> None:
    with pytest.raises(ExpressionError) as raised:
        Expression.parse("human == ‘yes’")
    assert raised.value.why.en == "'‘' has no meaning here (‘ is full-width: write ')"


def test_a_word_without_quotes_may_be_a_text(tmp_path: Path) -> None:
    flow = TINY_SITE["flows/main.yaml"].replace(
        "next: greet}",
        "next: ask}\n  ask: {step: branch, cases: [{when: language == english, go: bye}], next: greet}",
        1,
    )
    found = check_site(write_files(tmp_path, {**TINY_SITE, "flows/main.yaml": flow}))
    (wrong,) = [one for one in found if one.code == "DP403"]
    assert "quotes: 'english'" in wrong.cure.en
    assert "引号：'english'" in wrong.cure.zh
