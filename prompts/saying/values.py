"""Numbers taken apart for saying."""

from __future__ import annotations

from decimal import Decimal


def whole_and_places(value: Decimal) -> tuple[int, str]:
    """The whole part, and the digits after the point, of a number that is not negative."""
    whole, _, places = f"{value:f}".partition(".")
    return int(whole), places


def hundredths(amount: Decimal) -> tuple[int, int]:
    """Whole units and hundredths of an amount that is not negative."""
    return divmod(int(amount * 100), 100)


__all__ = ["hundredths", "whole_and_places"]
