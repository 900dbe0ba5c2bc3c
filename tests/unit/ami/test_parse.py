from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.ami import events as ev
from ivr.ami.errors import AmiError
from ivr.ami.parse import event_from
from ivr.core.clock import FixedClock

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
CLOCK = FixedClock(NOON)
CALLER = {"Channel": "PJSIP/line-1", "Uniqueid": "1.2", "Linkedid": "1.1"}
IDS = {"channel": "PJSIP/line-1", "uniqueid": "1.2", "linkedid": "1.1"}


def test_the_events_own_time_has_microseconds() -> None:
    event = event_from({"Event": "FullyBooted", "Timestamp": "1795290649.000007"}, CLOCK)
    assert event is not None
    assert event.at == datetime(2026, 11, 21, 19, 50, 49, 7, tzinfo=UTC)


@pytest.mark.parametrize("stamp", ["", "soon", "1e400", "99999999999999999999", "1.x", "-"])
def test_without_a_time_the_clock_stands_in(stamp: str) -> None:
    assert event_from({"Event": "FullyBooted", "Timestamp": stamp}, CLOCK) == ev.FullyBooted(at=NOON)
    assert event_from({"Event": "FullyBooted"}, CLOCK) == ev.FullyBooted(at=NOON)


def test_unknown_numbers_and_names_are_empty() -> None:
    headers = {"Event": "Newchannel", **CALLER, "CallerIDNum": "<unknown>", "CallerIDName": "王", "Exten": "100"}
    assert event_from(headers, CLOCK) == ev.ChannelCreated(at=NOON, **IDS, caller_name="王", extension="100")


def test_a_reject_names_its_cause() -> None:
    assert event_from({"Event": "HangupRequest", **CALLER, "Cause": "17", "TechCause": "486"}, CLOCK) == (
        ev.HangupRequested(at=NOON, **IDS, cause=17, tech_cause="486")
    )
    assert event_from({"Event": "HangupRequest", **CALLER}, CLOCK) == ev.HangupRequested(at=NOON, **IDS)


@pytest.mark.parametrize(("state", "muted"), [("1", True), ("0", False)])
def test_a_mute_says_on_or_off(state: str, muted: bool) -> None:
    headers = {"Event": "MixMonitorMute", **CALLER, "State": state, "Direction": "both"}
    assert event_from(headers, CLOCK) == ev.RecordingMuted(at=NOON, **IDS, muted=muted, direction="both")


def test_ring_time_comes_in_milliseconds() -> None:
    event = event_from({"Event": "AgentRingNoAnswer", "Queue": "sales", "RingTime": "15000"}, CLOCK)
    assert event == ev.AgentRingNoAnswer(at=NOON, queue="sales", ring_s=15.0)


def test_a_talk_whose_caller_is_gone_already_belongs_to_his_call() -> None:
    """As Asterisk 22 sent it: a Local channel had ended before the event was written."""
    agent = {"DestChannel": "PJSIP/6002-00000007", "DestUniqueid": "1.9", "DestLinkedid": "1.1"}
    talk = {"Queue": "sales", "Interface": "PJSIP/6002", "MemberName": "kim", "HoldTime": "0", "TalkTime": "7"}
    event = event_from({"Event": "AgentComplete", **agent, **talk, "Reason": "agent"}, CLOCK)
    assert isinstance(event, ev.AgentCompleted)
    assert (event.linkedid, event.uniqueid, event.dest_uniqueid) == ("1.1", "", "1.9")
    assert (event.interface, event.talk_s, event.reason) == ("PJSIP/6002", 7, "agent")


def test_an_agent_who_hangs_up_before_he_is_joined() -> None:
    headers = {"Event": "AgentDump", **CALLER, "Queue": "sales", "Interface": "PJSIP/6001", "DestUniqueid": "1.2"}
    event = event_from(headers, CLOCK)
    assert isinstance(event, ev.AgentDumped)
    assert (event.queue, event.interface, event.dest_uniqueid) == ("sales", "PJSIP/6001", "1.2")


@pytest.mark.parametrize(
    ("name", "removed"),
    [
        ("QueueMemberAdded", False),
        ("QueueMemberRemoved", True),
        ("QueueMemberPause", False),
        ("QueueMemberStatus", False),
    ],
)
def test_an_agents_standing(name: str, removed: bool) -> None:
    headers = {
        "Event": name,
        "Queue": "sales",
        "Interface": "PJSIP/6001",
        "MemberName": "李娜",
        "Status": "2",
        "Paused": "1",
        "PausedReason": "午饭",
        "InCall": "1",
    }
    assert event_from(headers, CLOCK) == ev.QueueMemberChanged(
        at=NOON,
        queue="sales",
        interface="PJSIP/6001",
        member="李娜",
        status=2,
        paused=True,
        paused_reason="午饭",
        in_call=True,
        removed=removed,
    )


def test_a_phone_registers() -> None:
    headers = {"Event": "ContactStatus", "EndpointName": "6001", "AOR": "6001", "ContactStatus": "NonQualified"}
    assert event_from(headers, CLOCK) == ev.ContactChanged(at=NOON, endpoint="6001", aor="6001", status="NonQualified")


def test_a_dialplan_event_keeps_its_fields_apart_from_the_channels_headers() -> None:
    headers: dict[str, str | list[str]] = {
        "Event": "UserEvent",
        **CALLER,
        "Linkedid": ["1.1", "forged"],
        "UserEvent": "IvrCall",
        "Number": "4000",
        "Empty": "",
        "content": "",
    }
    event = event_from(headers, CLOCK)
    assert isinstance(event, ev.UserEvent)
    assert (event.name, event.linkedid, event.uniqueid) == ("IvrCall", "1.1", "1.2")
    assert dict(event.fields) == {"Linkedid": "forged", "Number": "4000", "Empty": ""}
    with pytest.raises(TypeError):
        event.fields["Number"] = "1"  # type: ignore[index]


def test_shutdown_says_whether_it_restarts() -> None:
    assert event_from({"Event": "Shutdown", "Restart": "True"}, CLOCK) == ev.Shutdown(at=NOON, restart=True)
    assert event_from({"Event": "Shutdown", "Restart": "False"}, CLOCK) == ev.Shutdown(at=NOON)


@pytest.mark.parametrize(
    "name", ["DTMFBegin", "DTMFEnd", "VarSet", "Newexten", "AGIExecEnd", "Cdr", "", "SoftHangupRequest"]
)
def test_no_digit_and_nothing_we_have_no_use_for_becomes_an_event(name: str) -> None:
    assert event_from({"Event": name, **CALLER, "Digit": "4"}, CLOCK) is None


CHANNEL_EVENTS = ["Newchannel", "Newstate", "Hangup", "HangupRequest", "BridgeEnter", "UserEvent"]
QUEUE_EVENTS = ["QueueCallerJoin", "QueueCallerAbandon", "AgentCalled", "AgentConnect", "AgentDump"]
MORE_EVENTS = ["AgentComplete", "QueueMemberStatus", "MixMonitorMute", "ContactStatus", "Shutdown"]
KNOWN = st.sampled_from([*CHANNEL_EVENTS, *QUEUE_EVENTS, *MORE_EVENTS])
NAMES = st.sampled_from(["Cause", "ChannelState", "Position", "HoldTime", "RingTime", "Timestamp", "Queue", "Paused"])
VALUES = st.one_of(st.text(max_size=20), st.lists(st.text(max_size=5), min_size=2, max_size=3))


@settings(max_examples=60)
@given(KNOWN, st.dictionaries(NAMES, VALUES))
def test_no_header_value_can_break_the_reader(name: str, headers: dict[str, str | list[str]]) -> None:
    event = event_from({"Event": name, **headers}, CLOCK)
    assert event is not None
    assert event.at.tzinfo is UTC


def test_an_event_about_two_channels_is_refused() -> None:
    """A caller ID with CR LF in it arrives as headers of its own."""
    headers = {"Event": "Newchannel", **CALLER, "Linkedid": ["9.9", "1.1"]}
    with pytest.raises(AmiError):
        event_from(headers, CLOCK)
