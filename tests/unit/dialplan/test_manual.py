"""The manual and the schema say what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from dialplan.alerts import AlertRule
from dialplan.checks import check_site
from dialplan.codes import CODES
from dialplan.manual import ManualLanguage, example, manual, refreshed
from dialplan.manual_zh import ZH
from dialplan.model import Accessible, Agent, Case, Flow, Hours, Opening, Question, Queue, Site, Spoken
from dialplan.numbering import Numbering, Rewrite
from dialplan.schema import schema
from dialplan.staffing import CallOutcome, PauseReason, Staffing
from dialplan.steps import STEPS
from dialplan.trunks import Outside, Sip, Trunk
from dialplan.variables import BUILT_IN
from dialplan.waiting import CallbackSettings, CallerList
from tests.unit.dialplan.sites import write_site

MODELS: list[type[BaseModel]] = [
    Accessible,
    Case,
    Question,
    Spoken,
    Site,
    Queue,
    Agent,
    Hours,
    Opening,
    Flow,
    Sip,
    Trunk,
    Numbering,
    Rewrite,
    Outside,
    Staffing,
    PauseReason,
    CallOutcome,
    CallbackSettings,
    CallerList,
    AlertRule,
    *STEPS.values(),
]
CODES_PAGE = Path(__file__).parents[3] / "docs" / "flows-checking.md"
GUIDE = Path(__file__).parents[3] / "docs" / "admin-guide.md"


def test_the_schema_describes_every_setting() -> None:
    found = schema()
    assert found["properties"]["zone"]["description"].startswith("time zone")
    assert set(found["$defs"]) >= {model.__name__ for model in MODELS if model is not Site}
    for name, part in found["$defs"].items():
        for field, spec in part["properties"].items():
            assert "description" in spec or field == "step", f"{name}.{field}"


def test_every_setting_has_a_chinese_description_and_no_other_has() -> None:
    fields = {(model.__name__, name) for model in MODELS for name in model.model_fields}
    told = {(model, name) for model, name in fields if f"{model}.{name}" in ZH or f".{name}" in ZH}
    assert fields - told == {(model.__name__, "step") for model in STEPS.values()}
    names = {model.__name__ for model in MODELS}
    assert {key for key in ZH if "." in key and not key.startswith(".")} <= {f"{m}.{n}" for m, n in fields}
    assert {key for key in ZH if "." not in key} == names


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_manual_names_every_step_setting_and_code(language: ManualLanguage) -> None:
    text = manual(language)
    for step, model in STEPS.items():
        assert f"### step: {step}\n" in text
        assert all(f"| `{name}` |" in text for name in model.model_fields if name != "step")
    assert all(f"| {code} |" in text for code in CODES)
    assert "<" not in text.split("| DP101 |")[1].replace("&lt;", "")
    tables = [line for line in text.splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in tables} == {3, 5}
    assert all(f"| `{name}` | " in text for name in BUILT_IN)


def test_the_guide_holds_the_manual_of_today() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    assert text == refreshed(text), "run python -m dialplan.manual docs/admin-guide.md"
    assert "### step: menu" in text


def test_the_page_of_codes_is_that_of_today() -> None:
    text = CODES_PAGE.read_text(encoding="utf-8")
    assert text == refreshed(text), "run python -m dialplan.manual docs/flows-checking.md"
    parts = re.split(r"^### (DP[0-9]{3}) ", text, flags=re.MULTILINE)
    told = dict(zip(parts[1::2], parts[2::2], strict=True))
    assert list(told) == list(CODES)
    assert [code for code, part in told.items() if "```yaml" not in part] == ["DP001", "DP002", "DP199"]
    assert all("处理办法" in part for part in told.values())


def test_a_text_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="manual:en"):
        refreshed("# Guide")


def test_the_flow_in_the_guide_is_sound(tmp_path: Path) -> None:
    flow = GUIDE.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    assert check_site(write_site(tmp_path, flows__main=flow)) == []


def test_an_example_is_shown_with_its_file() -> None:
    assert example("DP106") == "`queues.yaml`\n\n```yaml\nservice: {ring: 90}\n```\n"
    assert example("DP001") == "`queues.yaml` is not there."
    assert all(example(code).strip() for code in CODES)
