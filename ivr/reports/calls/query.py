"""What is asked of the list of calls: filters and order, as they stand in the address of its page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator

from ivr.core.errors import UsageError
from ivr.core.ids import mask_number
from ivr.core.language import Text
from ivr.storage.search.words import LONGEST, Term, parse

OUTCOMES = (
    "answered", "abandoned", "unserved", "voicemail", "callback", "self_service", "closed", "failed", "interrupted",
)  # fmt: skip
RECORDINGS = ("kept", "none", "deleted", "faulty")
"""There is sound; there never was; some was deleted; some is missing or broken."""

Name = Annotated[str, StringConstraints(max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")]
Moment = Annotated[str, StringConstraints(max_length=16)]
Share = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Digits = Annotated[str, StringConstraints(max_length=32, pattern=r"^[0-9+*#]*$")]

_MOMENT = re.compile(r"\A\d{4}-\d\d-\d\d(T\d\d:\d\d)?\Z")
_FALSY = ("", None)


class CallQuery(BaseModel):
    """Which calls, in which order.

    Args:
        since: ``2026-03-01`` or ``2026-03-01T09:30``, in the site's zone.
        until: the same; a day is meant to its end, a time is not in it any more.
        caller: the caller's number, or its end.
        number: the service number called.
        agent: who talked to him.
        queue: in which he waited.
        language: of the call.
        outcome: one of OUTCOMES, or ``open``: under way.
        score_min, score_max: 0..100, the lowest of its scorecards.
        rule: a rule's name.
        verdict: what the newest judging says of it; without ``rule`` of any rule: ``missed``, ``unsure``.
        words: what was said, as in :mod:`ivr.storage.search.words`.
        has: what people left behind.
        recording: one of RECORDINGS.
        sort: calls that have no such figure are not in the list then.
        order: of the sorting.
    """

    model_config = ConfigDict(frozen=True)

    since: Moment = ""
    until: Moment = ""
    caller: Digits = ""
    number: Name = ""
    agent: Name = ""
    queue: Name = ""
    language: Name = ""
    outcome: Literal[
        "", "open", "answered", "abandoned", "unserved", "voicemail", "callback", "self_service", "closed", "failed",
        "interrupted",
    ] = ""  # fmt: skip
    score_min: Share | None = None
    score_max: Share | None = None
    rule: Name = ""
    verdict: Literal["", "hit", "missed", "unsure"] = ""
    words: Annotated[str, StringConstraints(max_length=LONGEST, pattern=r"^[^\x00]*$")] = ""
    has: Literal["", "complaint", "work_order", "dispute", "review"] = ""
    recording: Literal["", "kept", "none", "deleted", "faulty"] = ""
    sort: Literal["time", "wait", "talk", "score"] = "time"
    order: Literal["desc", "asc"] = "desc"

    @field_validator("since", "until")
    @classmethod
    def _moment(cls, value: str) -> str:
        if value:
            found = datetime.fromisoformat(value) if _MOMENT.match(value) else None
            if found is None or not 2000 <= found.year < 2200:
                raise ValueError("not a time")
        return value

    @model_validator(mode="after")
    def _whole(self) -> CallQuery:
        if self.verdict == "hit" and not self.rule:
            raise ValueError("of which rule?")
        return self

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> CallQuery:
        """The query in an address; what is no part of it is passed over.

        Raises:
            UsageError: naming the parameter that cannot be used.
        """
        given = {name: parameters[name] for name in cls.model_fields if parameters.get(name) not in _FALSY}
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            name = str(next(iter(error.errors()[0]["loc"]), "rule"))
            shown = str(given.get(name, ""))
            raise UsageError(
                Text(f"{name}: cannot be used: {shown!r:.60}", f"{name}：无法使用：{shown!r:.60}"),
                cure=Text("change or remove this filter", "请修改或去掉该筛选条件"),
            ) from error

    def parameters(self) -> dict[str, str]:
        """As they stand in an address; :meth:`of` gives the query again."""
        found: dict[str, str] = {}
        for name, value in self.model_dump(exclude_defaults=True).items():
            found[name] = str(int(value)) if isinstance(value, float) and value == int(value) else str(value)
        return found

    def filters(self) -> dict[str, str]:
        """Those of the parameters that leave calls out."""
        return {name: value for name, value in self.parameters().items() if name not in {"sort", "order"}}

    def masked(self) -> dict[str, str]:
        """As the audit keeps it: the caller's number hidden but for its end."""
        found = self.parameters()
        return found | {"caller": mask_number(self.caller)} if self.caller else found

    def without(self, *names: str) -> CallQuery:
        """The query without these filters."""
        left = {name: value for name, value in self.model_dump().items() if name not in names}
        return CallQuery.of(left)

    def bounds(self, zone: tzinfo) -> tuple[datetime | None, datetime | None]:
        """From when, and until before when, in UTC."""
        since = _at(self.since, zone)
        until = _at(self.until, zone)
        if until is not None and len(self.until) == 10:
            until = _at((datetime.fromisoformat(self.until) + timedelta(days=1)).date().isoformat(), zone)
        return since, until

    def terms(self) -> tuple[Term, ...]:
        """The words, read.

        Raises:
            UsageError: if they are too many, or only exclude.
        """
        return parse(self.words)


def _at(text: str, zone: tzinfo) -> datetime | None:
    if not text:
        return None
    found = datetime.fromisoformat(text)
    moment = datetime.combine(found.date(), found.time() if len(text) > 10 else time(), zone)
    return moment.astimezone(UTC)


__all__ = ["OUTCOMES", "RECORDINGS", "CallQuery"]
