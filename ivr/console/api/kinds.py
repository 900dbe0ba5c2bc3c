"""Kinds of parameters that several routes take: bounded, so that every one of them fits a column."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query
from pydantic import StringConstraints

from recording.review.people import MOST_TEXT

MOST_ID = 2**31 - 1

Number = Annotated[int, Path(ge=1, le=MOST_ID, description="its number")]
OfCall = Annotated[int | None, Query(ge=1, le=MOST_ID, description="only of this call")]
CallId = Annotated[int, Query(ge=1, le=MOST_ID)]
Limit = Annotated[int, Query(ge=1, le=200, description="rows at most")]
After = Annotated[str, Query(max_length=64, description="`next` of the page before")]

Words = Annotated[str, StringConstraints(max_length=MOST_TEXT)]
NeededWords = Annotated[str, StringConstraints(min_length=1, max_length=MOST_TEXT)]
PersonName = Annotated[str, StringConstraints(max_length=64, pattern=r"^[^\x00-\x1f]*$")]
Title = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Line = Annotated[str, StringConstraints(max_length=200)]
ItemName = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f]*$")]
Due = Annotated[str, StringConstraints(min_length=10, max_length=40)]
"""A day, or a day and a time, in the site's zone unless it names another."""

__all__ = [
    "MOST_ID",
    "After",
    "CallId",
    "Due",
    "ItemName",
    "Limit",
    "Line",
    "NeededWords",
    "Number",
    "OfCall",
    "PersonName",
    "Title",
    "Words",
]
