"""Dialogues recorded from a real Asterisk 22, replayed in small pieces."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from ivr.ami import events as ev
from ivr.ami.client import AmiClient
from ivr.ami.fake import FakeAmi
from ivr.ami.snapshot import MemberState, QueueState, WaitingCaller

Read = Callable[[str], bytes]
END = "Event: UserEvent\nUserEvent: EndOfRecording\n\n"


async def told(client: AmiClient, server: FakeAmi, recording: bytes, *sizes: int) -> list[ev.AmiEvent]:
    subscription = client.events()
    await server.replay(recording, sizes=sizes or [997, 1, 64])
    await server.replay(END)
    events: list[ev.AmiEvent] = []
    async for event in subscription:
        if isinstance(event, ev.UserEvent) and event.name == "EndOfRecording":
            break
        events.append(event)
    return events


def of(events: list[ev.AmiEvent], kind: type) -> list:
    return [event for event in events if isinstance(event, kind)]


QUEUE_STORY = (
    ev.ChannelCreated
    | ev.ChannelEnded
    | ev.QueueJoined
    | ev.QueueLeft
    | ev.QueueAbandoned
    | ev.AgentCalled
    | ev.AgentConnected
    | ev.AgentRingNoAnswer
    | ev.AgentCompleted
    | ev.HangupRequested
    | ev.BridgeEntered
    | ev.BridgeLeft
)


def story(events: list[ev.AmiEvent]) -> list[str]:
    return [type(event).__name__ for event in events if isinstance(event, QUEUE_STORY)]


async def test_a_call_the_agent_ends(client: AmiClient, server: FakeAmi, recorded: Read) -> None:
    events = await told(client, server, recorded("ami-menu-queue-agent-hangup"))
    assert story(events) == [
        "ChannelCreated",
        "QueueJoined",
        "ChannelCreated",
        "AgentCalled",
        "QueueLeft",
        "AgentConnected",
        "BridgeEntered",
        "BridgeEntered",
        "HangupRequested",
        "AgentCompleted",
        "BridgeLeft",
        "BridgeLeft",
        "ChannelEnded",
        "ChannelEnded",
    ]
    call = {"linkedid": "1795289975.0", "uniqueid": "1795289975.0", "channel": "PJSIP/anonymous-00000000"}
    agent = {"queue": "support", "interface": "PJSIP/6001", "member": "Alice", "dest_uniqueid": "1795289977.1"}
    (created, agent_leg) = of(events, ev.ChannelCreated)
    assert (created.caller_number, created.caller_name, created.extension) == ("+4930123456", "Caller", "100")
    assert agent_leg.linkedid == created.linkedid
    (completed,) = of(events, ev.AgentCompleted)
    assert completed == ev.AgentCompleted(at=completed.at, **call, **agent, hold_s=0, talk_s=11, reason="agent")
    (asked,) = of(events, ev.HangupRequested)
    assert (asked.uniqueid, asked.cause, asked.tech_cause) == ("1795289977.1", None, "")
    assert {ended.cause for ended in of(events, ev.ChannelEnded)} == {16}
    (end,) = of(events, ev.UserEvent)
    assert (end.name, dict(end.fields)) == ("CallEnd", {"Cause": "16", "HC": "PJSIP/6001-00000001"})
    assert [started.uniqueid for started in of(events, ev.RecordingStarted)] == ["1795289975.0"]
    assert "Digit" not in repr(events)


async def test_a_call_the_caller_ends(client: AmiClient, server: FakeAmi, recorded: Read) -> None:
    events = await told(client, server, recorded("ami-menu-queue-caller-bye"))
    (completed,) = of(events, ev.AgentCompleted)
    assert (completed.reason, completed.talk_s) == ("caller", 17)
    (asked,) = of(events, ev.HangupRequested)
    assert asked.uniqueid == completed.uniqueid


async def test_a_caller_who_gives_up(client: AmiClient, server: FakeAmi, recorded: Read) -> None:
    events = await told(client, server, recorded("ami-queue-abandon"))
    (joined,) = of(events, ev.QueueJoined)
    (gone,) = of(events, ev.QueueAbandoned)
    assert (gone.queue, gone.position, gone.original_position, gone.hold_s) == ("support", 1, 1, 3)
    assert gone.uniqueid == joined.uniqueid
    assert gone.at == datetime(2026, 11, 21, 19, 50, 49, 122157, tzinfo=UTC)
    assert 2.0 < (gone.at - joined.at).total_seconds() < 4.0
    assert of(events, ev.AgentConnected) == []


async def test_a_reject_then_an_answer(client: AmiClient, server: FakeAmi, recorded: Read) -> None:
    events = await told(client, server, recorded("ami-queue-reject-then-answer-agent-hangup"))
    (missed,) = of(events, ev.AgentRingNoAnswer)
    rejected = of(events, ev.HangupRequested)[0]
    assert rejected.uniqueid == missed.dest_uniqueid
    assert (rejected.cause, rejected.tech_cause) == (17, "486")
    first, second = of(events, ev.AgentCalled)
    assert (first.dest_uniqueid, second.dest_uniqueid) == ("1795291431.68", "1795291432.69")
    (connected,) = of(events, ev.AgentConnected)
    assert (connected.member, connected.hold_s, connected.ring_s) == ("Carol", 4, 2)
    busy = of(events, ev.QueueMemberChanged)
    assert {member.queue for member in busy} == {"dynq", "sales"}
    assert 3 in {member.status for member in busy}


@pytest.mark.parametrize("sizes", [(1,), (2, 3), (4096,)])
async def test_a_recording_gives_the_same_events_however_it_is_cut(
    client: AmiClient, server: FakeAmi, recorded: Read, sizes: tuple[int, ...]
) -> None:
    recording = recorded("ami-caller-name-zh")
    events = await told(client, server, recording, *sizes)
    assert events == await told(client, server, recording)
    (joined,) = of(events, ev.QueueJoined)
    (call,) = of(events, ev.UserEvent)
    assert call.linkedid == joined.linkedid
    assert (call.name, dict(call.fields)) == ("IvrCall", {"Number": "4000", "Language": "zh-CN"})
    assert client.counters.faults == 0


async def test_what_is_no_use_is_counted(client: AmiClient, server: FakeAmi, recorded: Read) -> None:
    before = client.counters.events
    recording = recorded("ami-queue-abandon")
    events = await told(client, server, recording)
    assert client.counters.events - before == len(events) + 1
    assert client.counters.unknown == recording.count(b"Event: ") - len(events)


async def test_a_recorded_snapshot(client: AmiClient, server: FakeAmi, recorded: Read) -> None:
    server.answer("QueueStatus", recorded("ami-queue-status").decode())
    server.answer("CoreShowChannels", recorded("ami-channels").decode())
    snapshot = await client.snapshot()
    assert [queue.queue for queue in snapshot.queues] == ["dynq", "support", "sales"]
    assert snapshot.queues[0] == QueueState(queue="dynq", strategy="rrmemory", calls=1, hold_s=2, service_level_s=20)
    lina, seoyeon, alice = snapshot.members
    assert lina == MemberState(
        queue="dynq", interface="Local/agentyes@t", member="李娜", status=2, in_call=True, login=1795297842
    )
    assert (seoyeon.member, seoyeon.paused, seoyeon.paused_reason) == ("박서연", True, "午饭")
    assert (alice.queue, alice.interface, alice.status) == ("support", "PJSIP/6001", 5)
    assert snapshot.waiting == (
        WaitingCaller(
            queue="dynq",
            position=1,
            uniqueid="1795297848.5",
            channel="Local/caller@t-00000002;2",
            caller_number="13800138000",
            wait_s=1,
        ),
    )
    assert len(snapshot.channels) == 6
    waiting = next(channel for channel in snapshot.channels if channel.uniqueid == "1795297848.5")
    assert (waiting.linkedid, waiting.state, waiting.application) == ("1795297848.4", 6, "Queue")
    assert (waiting.duration_s, waiting.bridge, waiting.caller_number) == (2, "", "13800138000")
    assert sum(channel.bridge != "" for channel in snapshot.channels) == 2
