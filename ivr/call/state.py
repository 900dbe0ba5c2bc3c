"""What a call must remember while the dialplan works for it, so that any engine can go on with it."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from dialplan.model import Language


class Remembered(BaseModel):
    """The state behind a token. Secret input is never part of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    site_version: str
    flow: str
    step: str
    language: Language
    stack: list[tuple[str, str]] = []
    chosen: bool = False
    accessible: bool = False
    noticed: bool = False
    recorded: list[str] = []
    variables: dict[str, str] = {}
    waited: dict[str, str] = {}

    def to_row(self) -> dict[str, Any]:
        """As the continuation row keeps it."""
        return self.model_dump(mode="json")
