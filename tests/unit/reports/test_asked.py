"""An agent who was asked before the caller was handed on to him, or was not: what the story says."""

from __future__ import annotations

from datetime import UTC

from ivr.reports.model import CallStory
from ivr.reports.story import build_story
from tests.unit.journal.reconcile.test_asked import seen


def texts(story: CallStory) -> list[str]:
    told = [event for event in story.events if event.kind in {"join", "connect", "leave", "transfer"}]
    return [event.text.en for event in told]


def test_who_was_asked_and_who_talked_to_the_caller() -> None:
    handed, in_vain, gone, at_once = (build_story(one.call, zone=UTC) for one in seen())
    assert texts(handed) == [
        "waits in queue service, position 1",
        "talks to agent-lee (waited 0.0 s)",
        "the agent asks queue service, position 1",
        "agent-kim is asked",
        "talk ends after 11.9 s, by transfer",
        "agent-lee hands the caller on (after asking)",
        "talks to agent-kim (handed on by agent-lee)",
        "talk ends after 3.2 s, by agent",
    ]
    for story in (in_vain, gone):
        assert [one.agent for one in story.talks] == ["agent-lee"]
        assert texts(story).count("agent-kim is asked") == 1
        assert not [text for text in texts(story) if text.startswith("talks to agent-kim")]
    # Handed on while the phone still rang: his stay and his talk are one.
    assert texts(at_once)[-2:] == ["talks to agent-kim (waited 2.6 s)", "talk ends after 3.3 s, by agent"]
