"""Flows drawn: every step and way is there, nothing overlaps, nothing hostile gets through."""

from __future__ import annotations

import itertools
import random
import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from dialplan.drawing import chart_of, mermaid, svg
from dialplan.drawing.layout import Key, Size, TooLargeError, lay_out
from dialplan.loading import load_site
from dialplan.model import Site
from dialplan.sites import demo_site
from tests.unit.dialplan.test_differing import STEPS, changed, site

NAMESPACE = "{http://www.w3.org/2000/svg}"


def words_in(text: str) -> list[str]:
    return [one.text or "" for one in ET.fromstring(text).iter(f"{NAMESPACE}text")]


def made_up(seed: int, count: int) -> tuple[dict[Key, Size], list[tuple[Key, Key, Size | None]]]:
    chance = random.Random(seed)
    boxes: dict[Key, Size] = {n: (chance.uniform(60, 160), chance.uniform(30, 70)) for n in range(count)}
    arrows: list[tuple[Key, Key, Size | None]] = []
    for source in range(count):
        for target in {chance.randrange(count) for _ in range(chance.randint(0, 3))} - {source}:
            arrows.append((source, target, (40.0, 16.0) if chance.random() < 0.5 else None))
    return boxes, arrows


@pytest.mark.parametrize("seed", range(6))
def test_boxes_and_words_do_not_overlap_and_lines_end_at_their_boxes(seed: int) -> None:
    boxes, arrows = made_up(seed, 40)
    laid = lay_out(boxes, arrows)
    placed = [(laid.centres[key], boxes[key]) for key in boxes]
    placed += [(line.label, size) for line, (_, _, size) in zip(laid.lines, arrows, strict=True) if line.label and size]
    for ((x, y), (width, height)), ((u, v), (wide, high)) in itertools.combinations(placed, 2):
        assert abs(x - u) >= (width + wide) / 2 - 0.01 or abs(y - v) >= (height + high) / 2 - 0.01
    for line, (source, target, size) in zip(laid.lines, arrows, strict=True):
        (x, y), (u, v) = line.points[0], line.points[-1]
        assert abs(x - laid.centres[source][0]) <= boxes[source][0] / 2
        assert abs(u - laid.centres[target][0]) <= boxes[target][0] / 2
        assert abs(abs(y - laid.centres[source][1]) - boxes[source][1] / 2) < 0.01
        assert abs(abs(v - laid.centres[target][1]) - boxes[target][1] / 2) < 0.01
        assert line.back == (y > v)
        assert (line.label is None) == (size is None)
    for (x, y), (width, height) in placed:
        assert width / 2 - 0.01 <= x <= laid.width - width / 2 + 0.01
        assert height / 2 - 0.01 <= y <= laid.height - height / 2 + 0.01


def test_what_nobody_could_read_is_not_drawn() -> None:
    boxes: dict[Key, Size] = dict.fromkeys(range(800), (50.0, 30.0))
    chain: list[tuple[Key, Key, Size | None]] = [(number, number + 1, None) for number in range(799)]
    assert len(lay_out(boxes, chain).lines) == 799
    with pytest.raises(TooLargeError):
        lay_out(boxes, [*chain, *((number, 799, None) for number in range(0, 700, 10))])


def test_nothing_to_draw() -> None:
    assert lay_out({}, []).lines == []
    assert lay_out({"a": (10, 10)}, []).centres == {"a": (5.0, 5.0)}


def test_every_step_way_and_number_of_the_demo_is_drawn() -> None:
    demo = load_site(demo_site())
    charts = [chart_of(demo, name) for name in demo.flows]
    drawn, text = svg(charts), mermaid(charts)
    shown = words_in(drawn)
    for chart in charts:
        assert chart.title in shown
        for box in chart.boxes.values():
            assert (box.name or box.words) in shown
            assert (box.name or box.words) in text
    for word in ("1, 0", "closed", "after", "menu 菜单", "1000"):
        assert word in shown
    assert text.count("-->") == sum(len(chart.arrows) for chart in charts)
    paths = [one for one in ET.fromstring(drawn).iter(f"{NAMESPACE}path") if one.get("marker-end")]
    assert len(paths) == sum(len(chart.arrows) for chart in charts)
    assert "http" not in drawn.replace("http://www.w3.org/2000/svg", ""), "it loads nothing"


def test_problems_ways_in_and_what_nobody_reaches_are_marked() -> None:
    steps = changed(lost={"step": "play", "prompts": ["closed"], "next": "bye"})
    base = site(steps)
    flow = base.flows["main"].model_copy(update={"human": "sales"})
    chart = chart_of(base.model_copy(update={"flows": {"main": flow}}), "main", {"menu": ["DP201", "DP201", "DP305"]})
    assert chart.boxes["menu"].problems == ("DP201", "DP305")
    assert chart.boxes["lost"].unreachable
    assert not chart.boxes["sales"].unreachable
    drawn = svg([chart])
    assert "⚠ DP201 DP305" in words_in(drawn)
    assert "0 → human 人工" in words_in(drawn)
    assert len(re.findall(r'<rect [^>]*stroke-dasharray="6 4"', drawn)) == 1
    assert " wrong" in mermaid([chart])


def test_a_step_that_leads_to_itself() -> None:
    steps = changed(menu=STEPS["menu"] | {"choices": {"1": "sales", "*": "menu"}})
    assert "*" in words_in(svg([chart_of(site(steps), "main")]))


HOSTILE = 'a"]; click x <script>alert(1)</script> & | `b` \\ {c} \u202e\x07'


def test_hostile_words_stay_words() -> None:
    branch: dict[str, Any] = {
        "step": "branch",
        "cases": [{"when": "x == '</text><script>'", "go": "bye"}],
        "next": "menu",
    }
    base = site(changed(answer=branch))
    hostile = Site.model_construct(**(dict(base) | {"numbers": {HOSTILE: "main"}}))
    chart = chart_of(hostile, "main")
    drawn = svg([chart])
    assert not any(one.tag.endswith("script") for one in ET.fromstring(drawn).iter())
    assert "<script" not in drawn
    assert any("<script>alert(1)</script>" in word for word in words_in(drawn))
    text = mermaid([chart])
    assert "<script" not in text
    assert "click" not in [line.strip().split(" ")[0] for line in text.splitlines()]
    for line in text.splitlines():
        assert line.count('"') in (0, 2)
        assert line.isprintable()
