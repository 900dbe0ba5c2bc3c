"""The packs cover the norms; rulebooks extend one another, take effect on a date and know the site's names."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from recording.errors import RulebookError
from recording.rulebooks import pack
from recording.rulebooks.load import check_rulebook, load_rulebook
from recording.rulebooks.model import AgentNames, Names, Part
from recording.rulebooks.names import fill, site_names, spoken_digits, values_of, with_company
from recording.rulebooks.norms import ASKED, norm_table, not_covered
from recording.rulebooks.shelf import Shelf
from recording.rulebooks.vocabulary import propose_splits

LANGUAGES = ["zh-CN", "en-US", "ko-KR"]
BY_PERSON = ("C3", "C5", "D5", "D9")

OWN = """\
name: zh-cn
version: "{version}"
effective_from: {since}
extends: zh-CN
drop: [festival-greeting]
language: zh-CN
title: {{en: Bank, zh: 银行}}
rules:
  - id: risk-notice
    norm: C5
    title: {{en: Risk notice, zh: 风险提示}}
    kind: must
    section: service
    phrases: [{phrase}]
    must_match: [{phrase}]
    must_not_match: [您好]
"""


def own(folder: Path, version: str, since: str, phrase: str = "理财非存款产品有风险") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"bank-{version}.yaml"
    path.write_text(OWN.format(version=version, since=since, phrase=phrase), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", LANGUAGES)
def test_every_norm_is_a_rule_a_measurement_or_a_persons_with_the_reason(name: str) -> None:
    rulebook = pack(name)
    assert not_covered(rulebook) == []
    lines = norm_table(rulebook)
    assert {line.norm for line in lines} == set(ASKED)
    assert all(line.how.en and line.how.zh for line in lines if line.kind == "manual")
    for norm in BY_PERSON:
        assert {line.kind for line in lines if line.norm == norm} == {"manual"}, f"{norm} cannot be told from words"
    assert {line.kind for line in lines if line.norm == "D7"} == {"behaviour", "manual"}
    for norm in ("B3", "D8", "E1", "E2", "E3"):
        assert {line.kind for line in lines if line.norm == norm} == {"behaviour"}


def test_a_rulebook_without_a_norm_says_so() -> None:
    rulebook = pack("en-US")
    small = rulebook.model_copy(update={"manual": [item for item in rulebook.manual if item.norm != "D9"]})
    assert not_covered(small) == ["D9"]


def test_the_version_in_force_on_the_day_of_the_call_judges(tmp_path: Path) -> None:
    folder = tmp_path / "rulebooks"
    own(folder, "5", "2026-05-01")
    own(folder, "6", "2026-06-01")
    shelf = Shelf(folder)
    assert shelf.find("zh-CN", date(2026, 4, 30)).own is False, "before its first day the pack judges"
    assert shelf.load("zh-CN", date(2026, 5, 1)).version == "5"
    assert shelf.load("zh-CN", date(2026, 5, 31)).version == "5"
    assert shelf.load("zh-CN", date(2026, 6, 1)).version == "6"
    assert shelf.load("zh-cn").version == "6"
    assert shelf.load("ko-KR", date(2026, 6, 1)).name == "ko-kr"
    with pytest.raises(RulebookError, match="no rulebook"):
        shelf.find("../../etc/passwd")


def test_a_rulebook_adds_to_the_one_it_extends(tmp_path: Path) -> None:
    base, path = pack("zh-CN"), own(tmp_path, "1", "2026-01-01")
    bank = load_rulebook(path)
    assert bank.rule("risk-notice").norm == "C5"
    assert [rule.id for rule in bank.rules if rule.id != "risk-notice"] == [
        rule.id for rule in base.rules if rule.id != "festival-greeting"
    ]
    assert (bank.behaviour, bank.manual, bank.cues) == (base.behaviour, base.manual, base.cues)
    assert bank.digest not in {"", base.digest}


def test_what_is_wrong_with_an_extension_has_its_place(tmp_path: Path) -> None:
    path = own(tmp_path, "1", "2026-01-01")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("extends: zh-CN", "extends: nothing"), encoding="utf-8")
    assert [(one.where, one.code) for one in check_rulebook(path)[1]] == [("bank-1.yaml:4:1", "RB013")]
    path.write_text(text.replace("must_match: [理财", "must_match: [别的话, 理财", 1), encoding="utf-8")
    ((where, code),) = [(one.where, one.code) for one in check_rulebook(path)[1]]
    assert (where.split(":")[:2], code) == (["bank-1.yaml", "15"], "RB020")


def test_names_are_filled_and_what_the_model_does_not_know_stays_a_gap() -> None:
    part = Part(name="agent", variants=["客服代表{agent}", "很高兴为您服务"])
    filled = fill(part, {"agent": ("小林", "八零一")})
    assert filled.part.variants == ["客服代表{agent}", "很高兴为您服务", "客服代表小林", "客服代表八零一"]
    assert filled.named == {"客服代表{agent}"}
    assert fill(part, {"agent": ("小林",)}, unknown=["小林"]).part == part
    assert fill(part, {}).part == part


def test_a_name_in_another_script_is_not_how_it_is_said() -> None:
    agents = {"lee": ("李明", "801"), "kim": ("김지은", "802")}
    names = site_names({"zh-CN": "和风银行", "ko-KR": "한국은행"}, agents, "zh-CN", country="CN")
    assert names.company == ("和风银行",)
    assert names.agents == {"lee": AgentNames(names=("李明",), number="801"), "kim": AgentNames(number="802")}
    rulebook = with_company(pack("zh-CN"), names)
    assert values_of(rulebook, "lee")["agent"] == ("李明", "八零一", "八零幺")
    assert "agent" not in values_of(rulebook, "kim")
    assert values_of(rulebook, "nobody") == {"company": ("和风银行",)}
    assert "欢迎致电和风银行" in rulebook.rule("opening").parts[1].variants
    assert spoken_digits("80a", "zh-CN") == ()
    assert with_company(pack("zh-CN"), Names()).rules == pack("zh-CN").rules


def test_splits_are_proposed_for_words_a_model_does_not_know() -> None:
    vocabulary = {"도와", "드릴", "까요", "help", "desk"}

    def unknown(words: object) -> set[str]:
        return {word for word in words if word not in vocabulary}  # type: ignore[attr-defined]

    proposals = propose_splits(["도와드릴쑝", "helpdesk", "xyz"], unknown)
    assert proposals == {"도와드릴쑝": "도와 드릴 [쑝]", "helpdesk": "help desk"}


def test_the_documents_reference_is_the_models() -> None:
    from recording.rulebooks.manual import renewed

    page = Path(__file__).parents[3] / "docs" / "rulebooks.md"
    text = page.read_text(encoding="utf-8")
    assert renewed(text) == text, "python -m recording.rulebooks.manual docs/rulebooks.md"


def test_the_documents_example_is_a_rulebook(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "rulebooks.md").read_text(encoding="utf-8")
    path = tmp_path / "bank.yaml"
    path.write_text(page.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    bank = load_rulebook(path)
    assert (bank.effective_from, bank.rule("risk-notice").window.of) == (date(2026, 10, 1), "asks-product")
