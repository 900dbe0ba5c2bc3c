"""Numbers as people read them."""

from __future__ import annotations

from ivr.reports.indicators import Indicator


def moment(at: float) -> str:
    """A moment of a call: ``1:05.3``, hours only where there are any."""
    tenths = round(max(0.0, at) * 10)
    minutes, rest = divmod(tenths, 600)
    text = f"{rest // 10:02d}.{rest % 10}"
    if minutes < 60:
        return f"{minutes}:{text}"
    return f"{minutes // 60}:{minutes % 60:02d}:{text}"


def seconds(length: float) -> str:
    """A length of time: ``7.4 s``, from a minute on ``1:05``."""
    if length < 59.95:
        return f"{length:.1f} s"
    whole = round(length)
    minutes, rest = divmod(whole, 60)
    return f"{minutes}:{rest:02d}" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"


def amount(number: float) -> str:
    """Points: no decimals where there are none."""
    return f"{number:.1f}".removesuffix(".0")


def fraction(one: Indicator) -> str:
    """What was divided: ``3 / 4``, or ``12.3 s / 3``."""
    if one.unit == "s":
        return f"{one.numerator:.1f} s / {one.denominator}"
    return f"{one.numerator:.0f} / {one.denominator}"
