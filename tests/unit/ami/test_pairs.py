"""The end of a talk names both sides, whatever Asterisk could still tell of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ivr.ami import events as ev
from ivr.ami.pairs import Pairs

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
CALLER = {"uniqueid": "1.1", "channel": "PJSIP/line-1"}
AGENT = {"queue": "sales", "interface": "PJSIP/6001", "member": "lee"}


def begins(**ids: str) -> ev.AgentConnected:
    return ev.AgentConnected(at=NOON, **{"linkedid": "1.1", **CALLER, **AGENT, "dest_uniqueid": "1.2", **ids})


def ends(**ids: str) -> ev.AgentCompleted:
    return ev.AgentCompleted(at=NOON, talk_s=7, reason="agent", **{**AGENT, **ids})


WHOLE = ends(linkedid="1.1", dest_uniqueid="1.2", **CALLER)


@pytest.mark.parametrize(
    "event",
    [
        WHOLE,
        pytest.param(ends(linkedid="1.1", dest_uniqueid="1.2"), id="the caller's channel is gone"),
        pytest.param(ends(linkedid="1.1", **CALLER), id="the agent's channel is gone"),
        pytest.param(ends(), id="both are gone"),
    ],
)
def test_what_is_left_out_was_told_at_the_beginning(event: ev.AgentCompleted) -> None:
    pairs = Pairs()
    pairs.whole(begins(queue="support", dest_uniqueid="1.9"))
    assert pairs.whole(begins()) == begins()
    assert pairs.whole(event) == WHOLE
    assert pairs.whole(ends()) == ends(), "that talk is over"


def test_what_asterisk_tells_now_counts() -> None:
    """A Local channel has given way to the caller's own meanwhile."""
    pairs = Pairs()
    pairs.whole(begins(uniqueid="1.7", channel="Local/6100-1;2"))
    now = ends(linkedid="1.1", dest_uniqueid="1.2", **CALLER)
    assert pairs.whole(now) == now
    pairs.whole(begins(uniqueid="1.7", channel="Local/6100-1;2"))
    assert pairs.whole(ends(linkedid="1.1", **CALLER)) == now


def test_two_talks_of_one_agent_are_not_mixed_up() -> None:
    pairs = Pairs()
    second = {"linkedid": "2.1", "uniqueid": "2.1", "channel": "PJSIP/line-2", "dest_uniqueid": "2.2"}
    pairs.whole(begins())
    pairs.whole(begins(**second))
    assert pairs.whole(ends()) == ends()
    assert pairs.whole(ends(dest_uniqueid="3.2")) == ends(dest_uniqueid="3.2")
    assert pairs.whole(ends(uniqueid="2.1", linkedid="2.1")) == ends(**second)
    assert pairs.whole(ends()) == WHOLE


def test_after_a_lost_connection_nothing_is_guessed() -> None:
    pairs = Pairs()
    pairs.whole(begins())
    pairs.forget()
    assert pairs.whole(ends()) == ends()
