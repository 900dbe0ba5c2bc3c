"""The smallest sound site, and for every code a change to one of its files that brings the problem about.

They stand in the manual, and the tests run them.
"""

from __future__ import annotations

from dialplan.examples.base import TINY_SITE, Example
from dialplan.examples.data import DATA
from dialplan.examples.files import FILES
from dialplan.examples.links import LINKS
from dialplan.examples.norms import NORMS
from dialplan.examples.parts import PARTS
from dialplan.examples.schema import SCHEMA

EXAMPLES: dict[str, Example] = FILES | SCHEMA | LINKS | PARTS | NORMS | DATA

__all__ = ["EXAMPLES", "TINY_SITE", "Example"]
