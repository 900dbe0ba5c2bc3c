"""Indicators of waiting: answer rate (B1), service level (B2), speed of answer (B4), abandonment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ivr.core.language import Text
from ivr.reports.indicators.askings import Asking
from ivr.reports.indicators.model import LEVEL_SECONDS, Indicator, Variant


@dataclass(frozen=True, slots=True)
class _Share:
    """A share with its parts; ``less`` is how many short abandons are left out of numerator and denominator."""

    numerator: int
    denominator: int
    formula: Text
    less: tuple[int, int] = (0, 0)

    def counted(self, limit: float | None, *, short: bool) -> Variant:
        """With short abandons counted, or without them."""
        if short or limit is None:
            return Variant(share(self.numerator, self.denominator), self.numerator, self.denominator, self.formula)
        above, below = self.numerator - self.less[0], self.denominator - self.less[1]
        formula = Text(
            f"{self.formula.en}; callers who gave up before {limit:g} s are left out",
            f"{self.formula.zh}；不计 {limit:g} 秒内放弃的来电",
        )
        return Variant(share(above, below), above, below, formula)


@dataclass(frozen=True, slots=True)
class Sums:
    """Askings added up; sums of parts of a period add up to those of the whole.

    Args:
        asked, answered, abandoned: how many.
        short: of the abandoned, those who gave up within the site's limit.
        in_time: answered within the service level.
        waited_s: seconds until the answer, of all answered.
        levels: within how many seconds they should have been answered.
    """

    asked: int = 0
    answered: int = 0
    abandoned: int = 0
    short: int = 0
    in_time: int = 0
    waited_s: float = 0.0
    levels: frozenset[float] = frozenset()


def add_up(askings: Sequence[Asking], *, short_abandon_s: float | None = None) -> Sums:
    """The sums of askings; see :func:`compute`."""
    answered = [asking for asking in askings if asking.answered]
    return Sums(
        asked=len(askings),
        answered=len(answered),
        abandoned=sum(asking.abandoned for asking in askings),
        short=sum(asking.short(short_abandon_s) for asking in askings),
        in_time=sum(asking.waited_s <= asking.level_s for asking in answered),
        waited_s=sum(asking.waited_s for asking in answered),
        levels=frozenset(asking.level_s for asking in askings),
    )


def compute(
    askings: Sequence[Asking], *, short_abandon_s: float | None = None, count_short: bool = True
) -> tuple[Indicator, ...]:
    """Answer rate, service level, average speed of answer, abandonment rate, in this order.

    Args:
        short_abandon_s: who gives up within fewer seconds is a short abandon; None: nobody is.
        count_short: whether short abandons count; the other figure is each indicator's variant.
    """
    sums = add_up(askings, short_abandon_s=short_abandon_s)
    return indicators_of(sums, short_abandon_s=short_abandon_s, count_short=count_short)


def indicators_of(
    sums: Sums, *, short_abandon_s: float | None = None, count_short: bool = True
) -> tuple[Indicator, ...]:
    """The indicators of :func:`compute` from sums."""
    level = _levels(sums.levels)

    def shown(id_: str, name: Text, parts: _Share, norm: str) -> Indicator:
        main = parts.counted(short_abandon_s, short=count_short)
        other = None if short_abandon_s is None else parts.counted(short_abandon_s, short=not count_short)
        return Indicator(
            id_, name, main.value, main.numerator, main.denominator, main.formula, norm=norm, variant=other
        )

    return (
        shown(
            "answer_rate",
            Text("answer rate", "接通率"),
            _Share(
                sums.answered,
                sums.asked,
                Text(
                    "calls answered by an agent / calls that asked for an agent × 100 %",
                    "人工接听的来电数 ÷ 请求人工的来电数 × 100%",
                ),
                (0, sums.short),
            ),
            "B1",
        ),
        shown(
            "service_level",
            Text(f"service level ({level.en})", f"服务水平（{level.zh}）"),
            _Share(
                sums.in_time,
                sums.asked,
                Text(
                    f"calls answered {level.en} / all calls that asked for an agent × 100 %",
                    f"{level.zh}人工接听的来电数 ÷ 请求人工的全部来电数 × 100%",
                ),
                (0, sums.short),
            ),
            "B2",
        ),
        Indicator(
            "speed_of_answer",
            Text("average speed of answer", "平均应答时间"),
            sums.waited_s / sums.answered if sums.answered else None,
            sums.waited_s,
            sums.answered,
            Text(
                "seconds from joining the queue to the agent, summed / calls answered by an agent",
                "从进入队列到人工接听的秒数之和 ÷ 人工接听的来电数",
            ),
            unit="s",
            norm="B4",
        ),
        shown(
            "abandonment_rate",
            Text("abandonment rate", "放弃率"),
            _Share(
                sums.abandoned,
                sums.asked,
                Text(
                    "calls whose caller hung up while waiting / calls that asked for an agent × 100 %",
                    "排队中挂机的来电数 ÷ 请求人工的来电数 × 100%",
                ),
                (sums.short, sums.short),
            ),
            "",
        ),
    )


def share(part: float, of: float) -> float | None:
    """Per cent; None of nothing."""
    return 100.0 * part / of if of else None


def _levels(found: Iterable[float]) -> Text:
    seconds = sorted(found) or [LEVEL_SECONDS]
    if len(seconds) == 1:
        return Text(f"within {seconds[0]:g} s", f"{seconds[0]:g} 秒内")
    return Text("within each queue's own time", "按各队列的时限")
