"""Numbers as people read them."""

from __future__ import annotations

from ivr.core.language import Text
from ivr.reports.indicators import Indicator, Variant


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
    """What was divided: ``3 / 4``, ``12.3 s / 3``, or ``5:10 / 20:00`` where time was divided by time."""
    if one.unit == "s":
        return f"{one.numerator:.1f} s / {one.denominator:.0f}"
    if one.counted == "seconds":
        return f"{seconds(one.numerator)} / {seconds(one.denominator)}"
    return f"{one.numerator:.0f} / {one.denominator:.0f}"


def value(one: Indicator | Variant) -> str:
    """The figure without its unit; a dash where there is none."""
    return "—" if one.value is None else f"{one.value:.1f}"


def explained(one: Indicator) -> Text:
    """The formula, why there is no figure, and the figure with short abandons counted the other way."""
    en, zh = [one.formula.en], [one.formula.zh]
    if one.reason is not None:
        en.append(one.reason.en)
        zh.append(one.reason.zh)
    if one.target is not None:
        missed = one.value is not None and one.value < one.target
        en.append(f"target {one.target:g} {one.unit}" + (", missed" if missed else ""))
        zh.append(f"目标 {one.target:g} {one.unit}" + ("，未达到" if missed else ""))
    other = one.variant
    if other is not None and (other.numerator, other.denominator) != (one.numerator, one.denominator):
        parts = f"{value(other)} {one.unit} ({other.numerator:.0f} / {other.denominator:.0f})"
        left_out = one.denominator < other.denominator
        en.append(f"{'with' if left_out else 'without'} short abandons: {parts}")
        zh.append(f"{'计入' if left_out else '不计'}短时放弃：{parts}")
    return Text("; ".join(en), "；".join(zh))
