"""How long recordings are kept: ``retention.yaml`` of the site.

Without the file, or where no rule fits, nothing is ever deleted by itself and nothing is protected. The first rule
that fits a call holds: its minimum protects, its maximum deletes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from ivr.core.errors import SiteError
from ivr.core.language import Text
from ivr.core.problems import Problem
from recording.rulebooks.source import Source, read_yaml

FILE = "retention.yaml"
_CURE = Text("see docs/recordings.md: retention", "参阅 docs/recordings.md 中的 retention 一节")
_LARGEST = 1_000_000  # bytes

Days = Annotated[int, Field(ge=0, le=36500)]
Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.-]+$")]
OUTCOMES = frozenset(
    {"answered", "abandoned", "unserved", "voicemail", "callback", "self_service", "closed", "failed", "interrupted"}
)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Match(_Strict):
    """Which calls a rule is for; what is not named fits any.

    Args:
        queue, agent, language, number: one of these.
        outcome: the call's outcome is one of these.
        score_below, score_from: percent of the points of the call's worst automatic score; a call without one
            fits neither.
        failed: whether a fail-all item failed.
        without_call: recordings whose call is not known; nothing else can be asked of them.
        since, before: local dates of the beginning of the call, ``since <= day < before``.
    """

    queue: tuple[str, ...] = ()
    agent: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    number: tuple[str, ...] = ()
    outcome: tuple[str, ...] = ()
    score_below: float | None = Field(default=None, ge=0, le=100)
    score_from: float | None = Field(default=None, ge=0, le=100)
    failed: bool | None = None
    without_call: bool = False
    since: date | None = None
    before: date | None = None

    @field_validator("queue", "agent", "language", "number", "outcome", mode="before")
    @classmethod
    def _one_or_several(cls, value: object) -> object:
        values = value if isinstance(value, list | tuple) else [value]
        return [str(one) if isinstance(one, int) and not isinstance(one, bool) else one for one in values]

    @field_validator("outcome")
    @classmethod
    def _known_outcome(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := [one for one in value if one not in OUTCOMES]:
            raise ValueError(f"no such outcome: {unknown[0]:.40}; one of {', '.join(sorted(OUTCOMES))}")
        return value


class Rule(_Strict):
    """How long the recordings of some calls are kept.

    Args:
        min_days: not deleted before, not even by hand without force.
        max_days: deleted after; None: never by itself.
    """

    name: Name
    match: Match = Match()
    min_days: Days = 0
    max_days: Days | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.max_days is not None and self.max_days < max(1, self.min_days):
            raise ValueError("max_days must be at least 1 and at least min_days")
        return self


class Retention(_Strict):
    """The rules, in their order."""

    version: int = Field(default=1, ge=1, le=1)
    rules: tuple[Rule, ...] = ()

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [rule.name for rule in self.rules]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"two rules are called {twice}")
        return self


@dataclass(frozen=True, slots=True)
class Facts:
    """What rules ask of a call.

    Args:
        begun: local day of its beginning.
        score: percent of its worst automatic score; None without one.
        failed: whether a fail-all item failed; None without a score.
    """

    begun: date
    queues: frozenset[str] = frozenset()
    agents: frozenset[str] = frozenset()
    language: str = ""
    number: str = ""
    outcome: str = ""
    score: float | None = None
    failed: bool | None = None
    has_call: bool = True


def rule_for(retention: Retention, facts: Facts) -> Rule | None:
    """The first rule that fits; None if there is none."""
    return next((rule for rule in retention.rules if fits(rule.match, facts)), None)


def fits(match: Match, facts: Facts) -> bool:
    """Whether a rule is for a call."""
    if match.without_call == facts.has_call:
        return False
    named = (
        (match.queue, facts.queues),
        (match.agent, facts.agents),
        (match.language, {facts.language}),
        (match.number, {facts.number}),
        (match.outcome, {facts.outcome}),
    )
    return (
        all(not wanted or not frozenset(wanted).isdisjoint(there) for wanted, there in named)
        and (match.score_below is None or (facts.score is not None and facts.score < match.score_below))
        and (match.score_from is None or (facts.score is not None and facts.score >= match.score_from))
        and (match.failed is None or match.failed == facts.failed)
        and (match.since is None or facts.begun >= match.since)
        and (match.before is None or facts.begun < match.before)
    )


def load_retention(site: Path) -> Retention:
    """The rules of a site; none if it has no ``retention.yaml``.

    Raises:
        SiteError: with Problems that name file, line and column.
    """
    path = site / FILE
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1).decode("utf-8")
    except FileNotFoundError:
        return Retention()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror or "" if isinstance(error, OSError) else "not UTF-8"
        text = Text(f"cannot be read: {reason}", f"无法读取：{reason}")
        raise _refused([Problem(FILE, "RT001", text, Text("make it readable", "请使其可读"))]) from error
    if all(not line.strip() or line.lstrip().startswith("#") for line in content.splitlines()):
        return Retention()
    source = read_yaml(FILE, content)
    if source.problems:
        raise _refused(source.problems)
    try:
        return Retention.model_validate(source.data)
    except ValidationError as error:
        raise _refused(_problems(source, error)) from error


def _problems(source: Source, error: ValidationError) -> list[Problem]:
    found = []
    for item in error.errors(include_url=False, include_input=False):
        path = tuple(item["loc"])
        code = {"extra_forbidden": "RT011", "missing": "RT012"}.get(item["type"], "RT010")
        message = item["msg"].removeprefix("Value error, ")
        name = ".".join(str(step) for step in path) or FILE
        chinese = {"RT011": "未知的键", "RT012": "缺少必填项"}.get(code, f"值不正确（{message}）")
        found.append(Problem(source.where(path), code, Text(f"{name}: {message}", f"{name}：{chinese}"), _CURE))
    return found


def _refused(problems: list[Problem]) -> SiteError:
    text = Text(
        f"{FILE}: {len(problems)} problems; nothing is deleted", f"{FILE}：{len(problems)} 个问题；未删除任何内容"
    )
    return SiteError(text, problems, cure=Text("mend the file", "请修正该文件"))
