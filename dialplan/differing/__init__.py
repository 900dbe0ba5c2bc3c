"""What a change of a site means: which numbers, calls, hours, people and words it changes, told in words."""

from __future__ import annotations

from dialplan.differing.change import Change, Section
from dialplan.differing.compare import Side, compare

__all__ = ["Change", "Section", "Side", "compare"]
