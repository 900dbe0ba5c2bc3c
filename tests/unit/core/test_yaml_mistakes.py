"""The likely cause of a YAML error, told where it is and not where the parser stopped."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from dialplan.checks import check_site
from dialplan.examples import TINY_SITE
from ivr.core.yaml_mistakes import likely_cause, translated
from tests.unit.dialplan.sites import write_files


@pytest.mark.parametrize(
    ("text", "line", "place"),
    [
        ("a: 1\nb：2\nc: 3\n", 3, (2, 2)),
        ("choices:\n  1:go\n  2: stay\n", 3, (2, 4)),
        ("choices:\n  '*':go\n  2: stay\n", 3, (2, 6)),
    ],
)
def test_the_line_above_is_looked_at_too(text: str, line: int, place: tuple[int, int]) -> None:
    found = likely_cause(text, line)
    assert found is not None
    assert found[1:] == place


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\nb: [1\nc: 2\n",
        "a:\n- 08:30\n b: 2\n",
        "a: 1\n  您好：欢迎\n b: [2\n",
        "url: http://x\n b: 2\n",
        "a: '：'\n b: 2\n",
        "",
    ],
)
def test_no_cause_is_made_up(text: str) -> None:
    assert likely_cause(text, 3) is None


def test_what_the_parser_says_is_said_in_chinese() -> None:
    for text in ("a: b: c", "a: [1, 2", "a: {x: 1 y: 2}", "- a\nb: 1\n", "a: 'x\n", "a: @x\n"):
        with pytest.raises(yaml.MarkedYAMLError) as raised:
            list(yaml.parse(text, Loader=yaml.CSafeLoader))
        assert translated(raised.value.problem or "") is not None, raised.value.problem


def test_a_full_width_colon_is_named_by_the_check(tmp_path: Path) -> None:
    site = write_files(tmp_path, {**TINY_SITE, "queues.yaml": "service:\n  ring：15\n  max_wait: 60\n"})
    (found,) = check_site(site)
    assert (found.where, found.code) == ("queues.yaml:2:7", "DP004")
    assert "全角" in found.text.zh


def test_a_lost_file_lacks_nothing(tmp_path: Path) -> None:
    broken = TINY_SITE["site.yaml"].encode() + "company: {zh-CN: 北辰}\n".encode("gbk")
    site = write_files(tmp_path, {**TINY_SITE, "site.yaml": broken})
    assert [one.code for one in check_site(site)] == ["DP005"]
