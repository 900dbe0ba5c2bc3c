"""Rulebooks, their tests, and what the machine's verdicts are worth."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from ivr.console.api.base import Here, Who
from ivr.console.services.rules import books, testing, trying, workbench
from ivr.console.services.rules.tried import By, CallTold, Said, TextTold, Tried
from recording.rulebooks.base import Language

router = APIRouter(prefix="/rulebooks", tags=["rules"])
trials = APIRouter(prefix="/rules", tags=["rules"])

Name = Annotated[str, Path(max_length=64)]
Version = Annotated[str, Query(max_length=24, description="of the rulebook; the one in force today when empty")]


class TextAsked(BaseModel):
    """A phrase, and a text it is looked for in."""

    model_config = ConfigDict(extra="forbid")

    tried: Tried
    text: Said
    language: Language


class CallAsked(BaseModel):
    """A phrase, and a call it is looked for in."""

    model_config = ConfigDict(extra="forbid")

    tried: Tried
    call: int = Field(ge=1, le=2**31 - 1)
    by: By = "agent"


@router.get("", summary="Every version of every rulebook, and which is in force")
async def editions(here: Here, who: Who) -> list[books.EditionTold]:
    """The site's first."""
    return await books.editions(here, who)


@router.get("/{name}", summary="A rulebook's items, with what they came to in the last 30 days")
async def book(here: Here, who: Who, name: Name, version: Version = "") -> books.BookTold:
    """Rules, what is measured, what a person judges."""
    return await books.book(here, who, name, version)


@router.post("/{name}/tests", summary="Run the lines that rules must and must not find")
async def tests(
    here: Here,
    who: Who,
    name: Name,
    version: Version = "",
    rule: Annotated[str, Query(max_length=40, description="only this rule's")] = "",
) -> testing.TestsTold:
    """Those that failed first."""
    return await testing.run_tests(here, who, name, version, rule)


@trials.get("/workbench", summary="Thresholds in force, and their figures on labelled clips")
async def get_workbench(here: Here, who: Who) -> workbench.WorkbenchTold:
    """Precision and recall with intervals, by noise."""
    return await workbench.workbench(here, who)


@trials.get("/strictness", summary="Precision and recall by strictness, on reviewed calls")
async def get_strictness(
    here: Here, who: Who, item: Annotated[str, Query(max_length=64, description="of one item")] = ""
) -> workbench.CurveTold:
    """Of the site's own calls of the last half year, drawn by lot."""
    return await workbench.strictness(here, who, item)


@trials.post("/try/text", summary="Try a phrase against a text")
async def try_text(here: Here, who: Who, asked: TextAsked) -> TextTold:
    """As a rule's own tests find it."""
    return await trying.try_text(here, who, asked.tried, asked.text, asked.language)


@trials.post("/try/call", summary="Try a phrase against a call")
async def try_call(here: Here, who: Who, asked: CallAsked) -> CallTold:
    """Said, not said or cannot tell, with the evidence and its place. Audited."""
    return await trying.try_call(here, who, asked.tried, asked.call, asked.by)


__all__ = ["router", "trials"]
