"""Skills and their levels become penalties; languages are skills."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialplan.loading import load_site
from dialplan.model import Agent, Queue
from dialplan.staffing import Staffing, lacking, outcome_of, penalty, reason_of, spoken_to
from tests.unit.dialplan.sites import write_site


def agent(**skills: dict[str, int]) -> Agent:
    return Agent.model_validate({"name": "Lee", "extension": "6001", "number": "801", **skills})


def queue(**needs: dict[str, int]) -> Queue:
    return Queue.model_validate(needs)


@pytest.mark.parametrize(
    ("has", "needs", "expected"),
    [
        ({}, {}, 0),
        ({"skills": {"billing": 5}}, {}, 0),
        ({"skills": {"billing": 5}}, {"skills": {"billing": 1}}, 0),
        ({"skills": {"billing": 2}}, {"skills": {"billing": 1}}, 3),
        ({"languages": {"ko-KR": 4}}, {"languages": {"ko-KR": 3}}, 1),
        # The weakest of the skills needed counts; those not needed do not.
        (
            {"skills": {"billing": 5, "cards": 1}, "languages": {"ko-KR": 3}},
            {"skills": {"billing": 2}, "languages": {"ko-KR": 3}},
            2,
        ),
    ],
)
def test_the_weakest_needed_skill_is_the_penalty(
    has: dict[str, dict[str, int]], needs: dict[str, dict[str, int]], expected: int
) -> None:
    assert penalty(agent(**has), queue(**needs)) == expected
    assert list(lacking(agent(**has), queue(**needs))) == []


def test_what_is_lacking() -> None:
    found = lacking(agent(skills={"billing": 2}), queue(skills={"billing": 3}, languages={"ko-KR": 1}))
    assert sorted(found) == [("billing", 3), ("ko-KR", 1)]


def test_a_site_may_have_codes_of_its_own(tmp_path: Path) -> None:
    text = "pause_reasons: {prayer: {code: 12, title: 礼拜}}\noutcomes: {sold: {code: 7}}\nmisses_before_pause: 0\n"
    staffing = load_site(write_site(tmp_path, staffing=text)).staffing
    assert (reason_of(staffing, "12"), reason_of(staffing, "1")) == ("prayer", None)
    assert (outcome_of(staffing, "7"), outcome_of(staffing, "12"), outcome_of(staffing, "")) == ("sold", None, None)
    assert staffing.misses_before_pause == 0


def test_without_a_file_there_are_the_usual_ones() -> None:
    staffing = Staffing()
    assert reason_of(staffing, "1") == "break"
    assert outcome_of(staffing, "3") == "complaint"


def test_the_line_speaks_the_agents_best_language() -> None:
    lee = agent(languages={"zh-CN": 3, "ko-KR": 5})
    assert spoken_to(lee, ["zh-CN", "en-US", "ko-KR"]) == "ko-KR"
    assert spoken_to(lee, ["zh-CN", "en-US"]) == "zh-CN"
    assert spoken_to(agent(), ["en-US", "zh-CN"]) == "en-US"
