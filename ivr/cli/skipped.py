"""What was left out or out of order in Asterisk's own files, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.core.language import Text

if TYPE_CHECKING:
    from ivr.journal.sources import Skipped

MOST_NAMES = 5


def not_understood(source: Skipped) -> Text | None:
    """Lines of a file of which nothing was taken; None if there are none."""
    from ivr.reports.clean import clean

    told = [
        Text(en.format(count), zh.format(count))
        for count, en, zh in (
            (source.malformed, "{} lines are no rows", "{} 行格式不符"),
            (source.truncated, "{} last lines without an end", "{} 个末行不完整"),
            (source.secret, "{} rows about keys left out", "{} 行按键记录已略去"),
            (source.unread_bytes, "{} bytes at the beginning not read", "开头 {} 字节未读"),
        )
        if count
    ]
    if source.unknown:
        most = sorted(source.unknown.items(), key=lambda one: (-one[1], one[0]))
        names = ", ".join(f"{clean(name, 40)} {count}" for name, count in most[:MOST_NAMES])
        names += ", …" if len(most) > MOST_NAMES else ""
        rows = sum(source.unknown.values())
        told.append(Text(f"{rows} rows of events not known ({names})", f"{rows} 行为未知事件（{names}）"))
    if not told:
        return None
    return Text("; ".join(one.en for one in told), "；".join(one.zh for one in told))


def out_of_order(source: Skipped) -> Text | None:
    """Rows that were taken although they stand below later ones; None if there are none."""
    if not source.unsorted:
        return None
    return Text(
        f"{source.unsorted} rows stood below later ones, and were taken all the same",
        f"{source.unsorted} 行未按时间排列，仍已计入",
    )


__all__ = ["not_understood", "out_of_order"]
