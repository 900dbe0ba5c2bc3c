"""One difference between the journal and what Asterisk wrote down."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from ivr.core.language import Text


class Kind(StrEnum):
    """What is wrong."""

    NO_CALL = "no-call"  #: the journal does not know the call
    MISSING = "missing"  #: the journal has no value
    GUESS = "guess"  #: it has one that was put in when the end could not be seen
    CONTRADICTION = "contradiction"  #: it has another value
    EXTRA = "extra"  #: it has a row that no source knows
    SOURCES = "sources"  #: CEL and queue_log contradict each other


@dataclasses.dataclass(frozen=True, slots=True)
class Drift:
    """Where, what, and whether it can be mended.

    Args:
        linkedid: of the call.
        place: ``call``, ``leg UNIQUEID``, ``visit QUEUE NUMBER``, ``ring UNIQUEID``, ``transfer``.
        field: one of those in ``ivr.journal.reconcile.fields``; empty for a whole row.
        journal, source: the values, as people see them; empty for none.
        by: which source says so: cel, queue_log, both.
        mend: puts the value in; None where nobody knows who is right.
    """

    linkedid: str
    place: str
    field: str
    kind: Kind
    journal: str
    source: str
    by: str
    mend: Callable[[], None] | None = dataclasses.field(default=None, compare=False, repr=False)

    def as_dict(self) -> dict[str, object]:
        """As plain data, with the cure in both languages."""
        cure = self.cure
        return {
            "linkedid": self.linkedid,
            "place": self.place,
            "field": self.field,
            "kind": self.kind.value,
            "journal": self.journal,
            "source": self.source,
            "by": self.by,
            "cure": {"en": cure.en, "zh": cure.zh},
        }

    @property
    def cure(self) -> Text:
        """How to mend it."""
        if self.mend is not None:
            return Text("run it without --check: it is put in", "去掉 --check 运行即可补入")
        match self.kind:
            case Kind.SOURCES:
                return Text(
                    "see both files at this time; was the clock set?", "请核对两个文件该时刻的内容；时钟是否被调整？"
                )
            case Kind.EXTRA:
                return Text(
                    "was a file cut or taken away? name the older ones with --cel, --queue-log",
                    "文件是否被截断或移走？请用 --cel、--queue-log 指定较早的文件",
                )
            case Kind.NO_CALL:
                return Text("it is no call to this line: nothing is put in", "不是打到本系统的通话：不补入")
        return Text(
            "nothing is overwritten: see the call (ivr calls show) and the rows of the source, decide by hand",
            "不会覆盖：请用 ivr calls show 与来源记录核对后人工处理",
        )


def putting(row: Any, field: str, value: Any, kind: Kind) -> Callable[[], None] | None:
    """What mends a field that differs; nothing where the journal has a word of its own."""
    return None if kind is Kind.CONTRADICTION else lambda: setattr(row, field, value)


__all__ = ["Drift", "Kind", "putting"]
