"""What a simulated call came to, by the journal's own order of precedence."""

from __future__ import annotations

from ivr.call.simulation.story import Item, Story
from ivr.journal.facts import OutcomeDecided, QueueReturned


def outcome_of(story: Story) -> str:
    """The call's outcome: answered, voicemail, abandoned, what the flow decided, unserved, self_service, failed."""
    handed = [item for visit in story.visits for item in visit.items if item.what == "handover"]
    if any(item.detail["reply"] in {"answered", "talk-hangup"} for item in handed):
        return "answered"
    if any(item.detail["verb"] == "voicemail" and item.detail["reply"] != "failed" for item in handed):
        return "voicemail"
    if any(_abandoned(item) for item in handed):
        return "abandoned"
    decided = [fact.outcome for fact in story.facts if isinstance(fact, OutcomeDecided)]
    if decided:
        return str(decided[-1])
    if any(isinstance(fact, QueueReturned) and fact.status not in {"CONTINUE", "KEY"} for fact in story.facts):
        return "unserved"
    return "self_service" if story.visits and story.ended != "emergency" else "failed"


def _abandoned(item: Item) -> bool:
    return item.detail["verb"] in {"queue", "transfer"} and item.detail["reply"] == "hangup"


__all__ = ["outcome_of"]
