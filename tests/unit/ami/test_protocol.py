from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.ami import protocol as module
from ivr.ami.errors import AmiActionFailed, AmiConnectionLost, AmiError
from ivr.ami.limits import backoff
from ivr.ami.protocol import MendedProtocol, PendingAction


class Ear:
    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.faults = 0
        self.lost: list[str] = []
        self.raise_on = ""

    def on_event(self, headers: Mapping[str, Any]) -> None:
        if headers["Event"] == self.raise_on:
            raise ZeroDivisionError
        self.events.append(dict(headers))

    def on_fault(self) -> None:
        self.faults += 1

    def on_lost(self, reason: str) -> None:
        self.lost.append(reason)


class Wire:
    def __init__(self) -> None:
        self.sent = b""
        self.aborted = False

    def write(self, data: bytes) -> None:
        self.sent += data

    def close(self) -> None: ...

    def abort(self) -> None:
        self.aborted = True


def connected() -> tuple[MendedProtocol, Ear, Wire]:
    ear, wire = Ear(), Wire()
    protocol = MendedProtocol(ear)
    protocol.connection_made(wire)
    return protocol, ear, wire


def text(value: str) -> bytes:
    return value.replace("\n", "\r\n").encode()


STREAM = text(
    "Asterisk Call Manager/11.0.0\n"
    "Event: Newchannel\nCallerIDName: 王小明\n\n"
    "Event: TestEvent\nState: one\nState: two\n\n\n"
    "Event: Newchannel\nCallerIDName: 박서연 🙂\n\n"
)
SEEN = [
    {"Event": "Newchannel", "CallerIDName": "王小明", "content": ""},
    {"Event": "TestEvent", "State": ["one", "two"], "content": ""},
    {"Event": "Newchannel", "CallerIDName": "박서연 🙂", "content": ""},
]


@settings(max_examples=60)
@given(st.lists(st.integers(0, len(STREAM)), max_size=30))
async def test_the_stream_may_be_cut_anywhere(cuts: list[int]) -> None:
    protocol, ear, _ = connected()
    edges = [0, *sorted(cuts), len(STREAM)]
    for start, end in pairwise(edges):
        protocol.data_received(STREAM[start:end])
    assert ear.events == SEEN
    assert ear.faults == 0


async def test_bytes_that_are_no_text_spoil_one_value_only() -> None:
    protocol, ear, _ = connected()
    protocol.data_received(b"Event: A\r\nName: M\xfcller\r\nX: 1\r\n\r\nEvent: B\r\n\r\n")
    assert ear.events[0] == {"Event": "A", "Name": "M\ufffdller", "X": "1", "content": ""}
    assert ear.events[1]["Event"] == "B"


async def test_an_event_that_cannot_be_handled_costs_that_event_only() -> None:
    protocol, ear, wire = connected()
    ear.raise_on = "B"
    protocol.data_received(text("Event: A\n\nEvent: B\n\nEvent: C\n\n"))
    assert [event["Event"] for event in ear.events] == ["A", "C"]
    assert ear.faults == 1
    assert not wire.aborted


async def test_a_message_without_end_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_MESSAGE", 1000)
    protocol, ear, wire = connected()
    protocol.data_received(b"Event: A\r\nX: " + b"x" * 900)
    assert not wire.aborted
    protocol.data_received(b"x" * 200)
    assert wire.aborted
    assert len(ear.lost) == 1


async def test_a_list_without_end_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_LIST", 3)
    protocol, _, _ = connected()
    action = PendingAction({"Action": "QueueStatus"}, as_list=True)
    protocol.submit(action)
    protocol.data_received(text(f"Response: Success\nActionID: {action.id}\nEventList: start\n\n"))
    protocol.data_received(text(f"Event: QueueMember\nActionID: {action.id}\n\n") * 3)
    with pytest.raises(AmiError, match="more than 3"):
        await action.future


async def test_the_number_of_waiting_actions_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PENDING", 2)
    protocol, _, _ = connected()
    actions = [PendingAction({"Action": "Ping"}, as_list=False) for _ in range(3)]
    protocol.submit(actions[0])
    protocol.submit(actions[1])
    with pytest.raises(AmiError, match="2 manager actions"):
        protocol.submit(actions[2])
    protocol.forget(actions[0])
    protocol.submit(actions[2])


async def test_answers_find_their_action_in_any_order() -> None:
    protocol, ear, wire = connected()
    first = PendingAction({"Action": "Getvar", "Variable": "A"}, as_list=False)
    second = PendingAction({"Action": "Getvar", "Variable": "B"}, as_list=False)
    protocol.submit(first)
    protocol.submit(second)
    assert wire.sent.count(b"\r\n\r\n") == 2
    protocol.data_received(text(f"Response: Success\nActionID: {second.id}\nValue: b\n\n"))
    protocol.data_received(text(f"Response: Error\nActionID: {first.id}\nMessage: No such channel\n\n"))
    assert (await second.future)[0]["Value"] == "b"
    with pytest.raises(AmiActionFailed) as failed:
        await first.future
    assert failed.value.reason == "No such channel"
    assert ear.events == []


async def test_a_user_event_action_is_answered_by_its_response_not_by_its_event() -> None:
    protocol, ear, _ = connected()
    action = PendingAction({"Action": "UserEvent", "UserEvent": "Hi"}, as_list=False)
    protocol.submit(action)
    protocol.data_received(text(f"Event: UserEvent\nUserEvent: Hi\nActionID: {action.id}\n\n"))
    assert not action.future.done()
    protocol.data_received(text(f"Response: Success\nActionID: {action.id}\nMessage: Event Sent\n\n"))
    assert (await action.future)[0]["Message"] == "Event Sent"
    assert [event["UserEvent"] for event in ear.events] == ["Hi"]


async def test_loss_fails_what_waits_once_and_keeps_nothing() -> None:
    protocol, ear, _ = connected()
    action = PendingAction({"Action": "Originate"}, as_list=False)
    protocol.submit(action)
    protocol.connection_lost(None)
    protocol.connection_lost(None)
    with pytest.raises(AmiConnectionLost):
        await action.future
    assert ear.lost == ["closed by Asterisk"]
    assert protocol.responses == {}
    with pytest.raises(AmiConnectionLost):
        protocol.submit(PendingAction({"Action": "Ping"}, as_list=False))


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.floats(0, 1))
def test_pauses_grow_to_the_cap_and_not_below_half(attempt: int, chance: float) -> None:
    pause = backoff(attempt, 0.5, 30.0, chance)
    full = min(30.0, 0.5 * 2 ** min(attempt, 20))
    assert full / 2 <= pause <= full
