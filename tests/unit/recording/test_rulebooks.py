"""Rulebooks: the packs, their own tests, and problems that name their place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from recording.errors import RulebookError
from recording.rulebooks import Kind, grammar_of, load_rulebook, pack, pack_names, text_matches, try_rules
from recording.rulebooks.load import PACKS, check_rulebook

GOOD = """\
name: small
version: "1"
language: en-US
title: {en: Small, zh: 小}
rules:
  - id: hello
    norm: C1
    title: {en: Hello, zh: 问候}
    kind: must
    phrases: [good morning]
    must_match: [good morning everybody]
    must_not_match: [see you later]
"""


def problems(tmp_path: Path, text: str) -> list[tuple[str, str]]:
    path = tmp_path / "r.yaml"
    path.write_text(text, encoding="utf-8")
    return [(problem.where, problem.code) for problem in check_rulebook(path)[1]]


@pytest.mark.parametrize("name", ["en-US", "ko-KR", "zh-CN"])
def test_every_pack_passes_its_own_tests(name: str) -> None:
    rulebook = pack(name)
    assert rulebook.language == name
    assert try_rules(rulebook) == []
    for rule in rulebook.rules:
        assert min(len(rule.must_match), len(rule.must_not_match)) >= 2, rule.id


def test_there_are_three_packs() -> None:
    assert pack_names() == ["en-US", "ko-KR", "zh-CN"]
    with pytest.raises(RulebookError, match="no rulebook"):
        pack("../../etc/passwd")


@pytest.mark.parametrize("name", ["en-US", "ko-KR", "zh-CN"])
def test_no_line_of_one_rule_is_found_by_a_forbidding_rule(name: str) -> None:
    rulebook = pack(name)
    for rule in rulebook.rules:
        for other in rulebook.rules:
            if rule.kind is Kind.MUST and other.kind is Kind.MUST_NOT:
                for line in rule.must_match:
                    assert not text_matches(rulebook, other, line), (other.id, line)


def test_the_version_holds_the_files_hash(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(GOOD)
    before = load_rulebook(path).full_version
    path.write_text(GOOD + "# a comment\n")
    assert before.startswith("1+")
    assert load_rulebook(path).full_version != before


def test_what_is_wrong_is_named_with_its_place(tmp_path: Path) -> None:
    assert problems(tmp_path, GOOD) == []
    assert problems(tmp_path, GOOD.replace("kind: must", "kind: maybe")) == [("r.yaml:9:5", "RB010")]
    assert problems(tmp_path, GOOD.replace("    norm: C1\n", "    norm: C1\n    colour: red\n")) == [
        ("r.yaml:8:5", "RB011")
    ]
    assert problems(tmp_path, GOOD.replace("    kind: must\n", "")) == [("r.yaml:6:5", "RB012")]
    assert problems(tmp_path, GOOD.replace("norm: C1", "norm: C1\n    id: twice")) == [("r.yaml:8:5", "RB005")]
    assert problems(tmp_path, "name: x\nrules: ]\n") == [("r.yaml:2:8", "RB001")]
    assert problems(tmp_path, "") == [("r.yaml:1:1", "RB001")]
    assert problems(tmp_path, "- just\n- a list\n") == [("r.yaml:1:1", "RB010")]
    assert problems(
        tmp_path,
        GOOD.replace("title: {en: Small", "title: &t {en: Small").replace("title: {en: Hello, zh: 问候}", "title: *t"),
    ) == [("r.yaml:8:5", "RB003")]
    assert problems(tmp_path, GOOD.replace("[see you later]", "[yes]")) == [("r.yaml:12:22", "RB010")]


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match="cannot be read"):
        load_rulebook(tmp_path / "none.yaml")


def test_test_lines_that_fail_are_problems_at_their_place(tmp_path: Path) -> None:
    text = GOOD.replace("[good morning everybody]", "[good evening]").replace("[see you later]", "[good morning]")
    assert problems(tmp_path, text) == [("r.yaml:11:18", "RB020"), ("r.yaml:12:22", "RB021")]
    path = tmp_path / "r.yaml"
    path.write_text(text)
    with pytest.raises(RulebookError) as caught:
        load_rulebook(path)
    assert [problem.code for problem in caught.value.problems] == ["RB020", "RB021"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"parts": [{"name": "a", "variants": ["x"]}]}, "either phrases or parts"),
        ({"at_least": 2}, "at_least is 2"),
        ({"when": "sometimes"}, "write always, held"),
        ({"when": {"heard": ["nobody"]}}, "which is no cue"),
        ({"window": {"moment": "after"}}, "needs `of`"),
        ({"window": {"moment": "opening", "of": "hello"}}, "no other moment"),
        ({"window": {"moment": "after", "of": "nothing"}}, "neither cue nor rule"),
        ({"window": {"moment": "after", "of": "hello"}}, "waits for itself"),
        ({"ordered": True}, "ordered needs parts"),
        ({"kind": "must_not", "phrases": [], "parts": [{"name": "a", "variants": ["x"]}]}, "each of them forbidden"),
    ],
)
def test_rules_that_make_no_sense_are_refused(tmp_path: Path, change: dict[str, object], message: str) -> None:
    data = yaml.safe_load(GOOD)
    data["rules"][0].update(change)
    path = tmp_path / "r.yaml"
    path.write_text(yaml.safe_dump(data))
    with pytest.raises(RulebookError, match=message):
        load_rulebook(path)


def test_what_is_forbidden_or_stands_beside_a_name_is_decoded_freely_too() -> None:
    book = pack("ko-KR")
    checked = set(grammar_of(book).checked)
    forbidden = [rule for rule in book.rules if rule.kind is Kind.MUST_NOT]
    plain = {text for rule in forbidden for part in rule.all_parts for text in part.variants if "{" not in text}
    assert plain
    assert plain <= checked
    assert "감사 합니다" not in checked
    owed = {text for rule in book.rules for part in rule.all_parts for text in part.variants}
    named = next(text for text in sorted(owed) if "{" in text)
    pieces = [piece.strip() for piece in re.split(r"\{[a-z]+\}", named)]
    assert max(pieces, key=len) in checked


def test_the_grammar_holds_phrases_and_decoys_without_punctuation() -> None:
    grammar = grammar_of(pack("ko-KR"))
    assert "잠시 만 기다려 주세요" in grammar.phrases
    assert "잘 알 겠습니다" in grammar.decoys
    assert not set(grammar.phrases) & set(grammar.decoys)
    assert "欢迎致电" in grammar_of(pack("zh-CN")).phrases
    assert not any(
        "{" in phrase or "，" in phrase for name in pack_names() for phrase in grammar_of(pack(name)).phrases
    )


def test_rules_can_be_tried_without_a_file() -> None:
    rulebook = pack("en-US")
    broken = rulebook.model_copy(
        update={"rules": [rulebook.rules[0].model_copy(update={"must_match": ["no such words"]})]}
    )
    (problem,) = try_rules(broken)
    assert (problem.where, problem.code) == ("en-us/opening", "RB020")
    assert (PACKS / "en-US.yaml").is_file()
