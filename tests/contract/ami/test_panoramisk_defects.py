"""One test for each defect of panoramisk 1.4 that our client mends."""

from __future__ import annotations

import asyncio
import logging

import panoramisk
import pytest

from ivr.ami.client import AmiClient
from ivr.ami.errors import AmiActionFailed, AmiAuthError, AmiBadHeader, AmiConnectionLost, AmiNotConnected, AmiTimeout
from ivr.ami.events import AmiEvent, ChannelCreated, ConnectionLost, ConnectionRestored, FullyBooted
from ivr.ami.fake import FakeAmi, list_answer
from ivr.ami.limits import AmiTimes
from tests.contract.ami.conftest import MakeClient


def test_the_version_these_tests_are_about() -> None:
    from importlib.metadata import version

    assert panoramisk.__name__ == "panoramisk"
    assert version("panoramisk") == "1.4"


def names(received: list) -> list[str]:
    return [action["action"] for action in received]


async def test_it_is_made_before_any_loop_of_its_own_and_runs_in_ours(client: AmiClient) -> None:
    await client.ping()
    assert client.connected


async def test_an_action_before_the_first_connect_says_so(make_client: MakeClient, server: FakeAmi) -> None:
    client = make_client()
    with pytest.raises(AmiNotConnected, match="has not connected yet"):
        await client.ping()
    assert server.pings == 0


async def test_queue_add_does_not_wait_for_a_list(client: AmiClient, server: FakeAmi) -> None:
    server.answer("QueueAdd", "Response: Success\nMessage: Added interface to queue\n\n")
    await client.queue_add("sales", "PJSIP/6001", "李娜", 2)
    (action,) = server.received
    assert {key: action[key] for key in ("action", "queue", "interface", "membername", "penalty")} == {
        "action": "QueueAdd",
        "queue": "sales",
        "interface": "PJSIP/6001",
        "membername": "李娜",
        "penalty": "2",
    }


@pytest.mark.parametrize("message", ["Originate successfully queued", "Something will follow", "Added 1 to queue"])
async def test_a_response_that_reads_like_a_list_completes(client: AmiClient, server: FakeAmi, message: str) -> None:
    server.answer("Originate", f"Response: Success\nMessage: {message}\n\n")
    assert (await client.action("Originate", {"Async": "true"}))["Message"] == message


async def test_a_list_that_is_refused_completes(client: AmiClient, server: FakeAmi) -> None:
    server.answer("QueueStatus", "Response: Error\nMessage: Permission denied\n\n")
    with pytest.raises(AmiActionFailed) as failed:
        await client.queue_status()
    assert failed.value.reason == "Permission denied"


async def test_a_list_without_items_completes(client: AmiClient) -> None:
    assert await client.channels() == ()


async def test_actions_while_down_fail_at_once_and_are_never_replayed(client: AmiClient, server: FakeAmi) -> None:
    events = client.events()
    await server.refuse()
    assert isinstance(await anext(events), ConnectionLost)
    with pytest.raises(AmiNotConnected, match="not sent"):
        await client.action("Originate", {"Channel": "PJSIP/6001"})
    await server.start()
    while not isinstance(await anext(events), ConnectionRestored):
        pass
    await client.ping()
    assert "Originate" not in names(server.received)


async def test_an_action_cut_off_by_a_drop_fails_and_is_never_replayed(client: AmiClient, server: FakeAmi) -> None:
    events = client.events()
    server.answer("Originate", "")
    dialling = asyncio.create_task(client.action("Originate", {"Channel": "PJSIP/6001"}))
    await server.until(lambda: names(server.received) == ["Originate"])
    await server.drop()
    with pytest.raises(AmiConnectionLost, match="before Originate was answered"):
        await dialling
    while not isinstance(await anext(events), ConnectionRestored):
        pass
    await client.ping()
    assert names(server.received).count("Originate") == 1


async def test_a_raising_callback_drops_neither_connection_nor_buffered_events(
    client: AmiClient, server: FakeAmi
) -> None:
    def broken(event: AmiEvent) -> None:
        raise ZeroDivisionError

    client.listen(broken)
    events = client.events()
    await server.replay("".join(f"Event: Newchannel\nUniqueid: {n}\n\n" for n in range(50)))
    seen = [await anext(events) for _ in range(50)]
    assert [event.uniqueid for event in seen if isinstance(event, ChannelCreated)] == [str(n) for n in range(50)]
    await client.ping()
    assert client.counters.callback_errors == 50
    assert client.counters.disconnects == 0


async def test_a_raising_subscriber_kills_nothing(client: AmiClient, server: FakeAmi) -> None:
    async def broken() -> None:
        async for _ in client.events():
            raise ZeroDivisionError

    task = asyncio.create_task(broken())
    events = client.events()
    await asyncio.sleep(0)
    await server.replay("Event: Newchannel\n\n" * 3)
    with pytest.raises(ZeroDivisionError):
        await task
    assert [type(await anext(events)) for _ in range(3)] == [ChannelCreated] * 3
    await client.ping()


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7])
async def test_names_split_inside_a_character_are_kept(client: AmiClient, server: FakeAmi, size: int) -> None:
    events = client.events()
    await server.replay("Event: Newchannel\nCallerIDName: 王小明 박서연 🙂\n\n", sizes=[size])
    event = await anext(events)
    assert isinstance(event, ChannelCreated)
    assert event.caller_name == "王小明 박서연 🙂"


async def test_a_peer_that_answers_no_ping_is_dropped_and_found_again(make_client: MakeClient, server: FakeAmi) -> None:
    client = make_client(
        AmiTimes(ping_interval=0.02, ping=0.1, action=0.3, boot=0.3, backoff_first=0.01, backoff_cap=0.05)
    )
    await client.connect()
    events = client.events()
    await server.until(lambda: server.pings >= 2)
    server.silent = True
    lost = await anext(events)
    assert isinstance(lost, ConnectionLost)
    assert "ping" in lost.reason
    server.silent = False
    while not isinstance(await anext(events), ConnectionRestored):
        pass
    await client.ping()


async def test_a_wrong_secret_is_told_at_once_with_a_cure(make_client: MakeClient, server: FakeAmi) -> None:
    client = make_client(secret="wrong")
    with pytest.raises(AmiAuthError) as refused:
        await client.connect(within=60)
    assert "manager.conf" in refused.value.cure
    assert "wrong" not in str(refused.value)
    assert not refused.value.retryable
    assert server.logins == 0
    with pytest.raises(AmiNotConnected):
        await client.ping()


async def test_a_secret_that_is_wrong_after_a_reconnect_is_not_silent(client: AmiClient, server: FakeAmi) -> None:
    events = client.events()
    server.secret = "changed"
    await server.drop()
    assert isinstance(await anext(events), ConnectionLost)
    while not isinstance(client.problem, AmiAuthError):
        await asyncio.sleep(0.01)
    with pytest.raises(AmiNotConnected, match="refused the manager login"):
        await client.ping()
    server.secret = "fake"
    while not isinstance(await anext(events), ConnectionRestored):
        pass
    assert client.problem is None


@pytest.mark.parametrize("bad", ["\r", "\n", "\x00"])
async def test_a_value_cannot_smuggle_in_a_header(client: AmiClient, server: FakeAmi, bad: str) -> None:
    with pytest.raises(AmiBadHeader):
        await client.action("Setvar", {"Variable": "NAME", "Value": f"x{bad}Action: Originate"})
    with pytest.raises(AmiBadHeader):
        await client.redirect("PJSIP/6001-1", f"main{bad}X: y", "s")
    await client.ping()
    assert server.received == []


async def test_every_action_has_a_time_limit(client: AmiClient, server: FakeAmi) -> None:
    server.answer("Getvar", "")
    with pytest.raises(AmiTimeout, match="Getvar"):
        await client.action("Getvar", {"Variable": "X"}, timeout=0.05)
    server.answer("QueueStatus", "Response: Success\nEventList: start\n\nEvent: QueueParams\nQueue: a\n\n")
    with pytest.raises(AmiTimeout):
        await client.list_action("QueueStatus", timeout=0.05)
    assert client.counters.timeouts == 2
    server.answer("Getvar", "Response: Success\nValue: late no more\n\n")
    assert await client.getvar("X") == "late no more"


async def test_an_answer_after_its_time_limit_is_no_event_and_no_answer_to_another(
    client: AmiClient, server: FakeAmi
) -> None:
    server.answer("Getvar", "")
    with pytest.raises(AmiTimeout):
        await client.action("Getvar", {"Variable": "A"}, timeout=0.05)
    late = server.received[0]["actionid"]
    events = client.events()
    server.answer("Getvar", "Response: Success\nVariable: B\nValue: b\n\n")
    await server.replay(f"Response: Success\nActionID: {late}\nValue: a\n\n")
    assert await client.getvar("B") == "b"
    assert len(events) == 0


async def test_events_missed_in_a_gap_are_made_up_for_by_a_snapshot(client: AmiClient, server: FakeAmi) -> None:
    events = client.events()
    server.answer(
        "QueueStatus",
        list_answer(
            "QueueStatusComplete",
            "Event: QueueParams\nQueue: sales\nCalls: 1",
            "Event: QueueEntry\nQueue: sales\nPosition: 1\nUniqueid: 9.9\nWait: 4",
        ),
    )
    await server.drop()
    seen = [await anext(events) for _ in range(3)]
    assert [type(event) for event in seen] == [ConnectionLost, FullyBooted, ConnectionRestored]
    assert isinstance(seen[2], ConnectionRestored)
    assert [caller.uniqueid for caller in seen[2].snapshot.waiting] == ["9.9"]
    assert client.counters.reconnects == 1


async def test_neither_secret_nor_digits_reach_a_log(
    make_client: MakeClient, server: FakeAmi, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    server.secret = "hush-hush"
    client = make_client(secret="hush-hush")
    await client.connect()
    events = client.events()
    await server.replay("Event: DTMFEnd\nDigit: 4711\n\nEvent: Newchannel\nUniqueid: 1\n\n")
    assert isinstance(await anext(events), ChannelCreated)
    out = capsys.readouterr()
    said = caplog.text + out.out + out.err
    assert "hush-hush" not in said
    assert "4711" not in said
    assert client.counters.unknown == 1
