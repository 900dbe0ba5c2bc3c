from __future__ import annotations

import asyncio
import socket

import pytest

from ivr.ami import protocol
from ivr.ami.client import AmiClient
from ivr.ami.errors import AmiConnectionLost, AmiError, AmiNotConnected, AmiTimeout
from ivr.ami.events import AgentCompleted, AgentConnected, ConnectionLost, ConnectionRestored, FullyBooted, Shutdown
from ivr.ami.fake import FakeAmi
from ivr.ami.limits import AmiTimes
from tests.contract.ami.conftest import QUICK, MakeClient


async def test_nobody_listens(server: FakeAmi, make_client: MakeClient) -> None:
    await server.refuse()
    client = make_client()
    with pytest.raises(AmiNotConnected) as refused:
        await client.connect(within=0.2)
    assert "start Asterisk" in refused.value.cure
    assert client.counters.connect_failures > 1


async def test_connect_waits_for_an_asterisk_that_starts_meanwhile(server: FakeAmi, make_client: MakeClient) -> None:
    await server.refuse()
    client = make_client()
    connecting = asyncio.create_task(client.connect(within=30))
    while not client.counters.connect_failures:
        await asyncio.sleep(0.01)
    await server.start()
    await connecting
    await client.ping()


async def test_connect_waits_until_asterisk_has_booted(server: FakeAmi, make_client: MakeClient) -> None:
    server.booted = False
    client = make_client()
    events = client.events()
    connecting = asyncio.create_task(client.connect(within=30))
    await server.until(lambda: server.logins == 1)
    with pytest.raises(AmiNotConnected):
        await client.ping()
    await server.boot()
    await connecting
    assert isinstance(await anext(events), FullyBooted)


async def test_an_asterisk_that_never_boots(server: FakeAmi, make_client: MakeClient) -> None:
    server.booted = False
    client = make_client(AmiTimes(boot=0.05, backoff_first=0.01, backoff_cap=0.01))
    with pytest.raises(AmiTimeout, match="FullyBooted"):
        await client.connect(within=0.3)


async def test_a_connection_dropped_while_asterisk_boots(server: FakeAmi, make_client: MakeClient) -> None:
    server.booted = False
    client = make_client(AmiTimes(backoff_first=10, backoff_cap=10))
    connecting = asyncio.create_task(client.connect(within=0.5))
    await server.until(lambda: server.logins == 1)
    await server.refuse()
    with pytest.raises(AmiConnectionLost):
        await connecting


async def test_a_listener_that_says_nothing(make_client: MakeClient, server: FakeAmi) -> None:
    server.silent = True
    client = make_client(AmiTimes(action=0.05, backoff_first=0.01, backoff_cap=0.01))
    with pytest.raises(AmiTimeout, match="Login"):
        await client.connect(within=0.3)


async def test_a_client_connects_once(client: AmiClient) -> None:
    with pytest.raises(AmiError, match="connected before"):
        await client.connect()
    await client.close()
    with pytest.raises(AmiError, match="connected before"):
        await client.connect()


async def test_close_while_connecting_ends_the_connecting(server: FakeAmi, make_client: MakeClient) -> None:
    server.booted = False
    client = make_client()
    connecting = asyncio.create_task(client.connect(within=60))
    await server.until(lambda: server.logins == 1)
    await client.close()
    with pytest.raises(AmiNotConnected, match="closed"):
        await connecting


async def test_a_cancelled_connect_leaves_nothing(server: FakeAmi, make_client: MakeClient) -> None:
    server.booted = False
    client = make_client()
    connecting = asyncio.create_task(client.connect(within=60))
    await server.until(lambda: server.logins == 1)
    connecting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await connecting
    assert not client.connected


async def test_close_ends_subscriptions_and_waiting_actions(client: AmiClient, server: FakeAmi) -> None:
    server.answer("Getvar", "")
    waiting = asyncio.create_task(client.getvar("X"))
    events = client.events()
    await server.until(lambda: len(server.received) == 1)
    await client.close()
    await client.close()
    with pytest.raises(AmiConnectionLost):
        await waiting
    assert [event async for event in events] == []
    assert [event async for event in client.events()] == []
    with pytest.raises(AmiNotConnected, match="closed"):
        await client.ping()


async def test_close_while_reconnecting(client: AmiClient, server: FakeAmi) -> None:
    events = client.events()
    await server.refuse()
    assert isinstance(await anext(events), ConnectionLost)
    await client.close()
    assert [event async for event in events] == []


async def test_shutdown_is_told_before_the_loss(client: AmiClient, server: FakeAmi) -> None:
    events = client.events()
    await server.replay("Event: Shutdown\nShutdown: Cleanly\nRestart: False\n\n")
    assert isinstance(await anext(events), Shutdown)
    await client.ping()
    await server.refuse()
    lost = await anext(events)
    assert isinstance(lost, ConnectionLost)
    assert "Shutdown" not in lost.reason


async def test_the_end_of_a_talk_names_who_is_gone_already(client: AmiClient, server: FakeAmi) -> None:
    events = client.events()
    caller = "Channel: PJSIP/line-1\nUniqueid: 1.1\nLinkedid: 1.1\n"
    of = "Queue: sales\nInterface: PJSIP/6001\nMemberName: lee\n"
    begins = f"Event: AgentConnect\n{caller}DestUniqueid: 1.2\nDestLinkedid: 1.1\n{of}\n"
    ends = f"Event: AgentComplete\n{caller}{of}Reason: transfer\n\n"
    await server.replay(begins + ends)
    assert isinstance(await anext(events), AgentConnected)
    ended = await anext(events)
    assert isinstance(ended, AgentCompleted)
    assert (ended.uniqueid, ended.dest_uniqueid, ended.reason) == ("1.1", "1.2", "transfer")
    await server.replay(begins)
    await server.drop()
    while not isinstance(await anext(events), ConnectionRestored):
        pass
    await server.replay(ends)
    ended = await anext(events)
    assert isinstance(ended, AgentCompleted)
    assert ended.dest_uniqueid == "", "another may have begun meanwhile"


async def test_reconnects_are_paced(server: FakeAmi, make_client: MakeClient) -> None:
    client = make_client(AmiTimes(backoff_first=60, backoff_cap=60))
    await client.connect()
    events = client.events()
    await server.drop()
    assert isinstance(await anext(events), ConnectionLost)
    await asyncio.sleep(0.1)
    assert not client.connected
    assert server.logins == 1


async def test_actions_that_timed_out_take_no_room(
    client: AmiClient, server: FakeAmi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "MAX_PENDING", 2)
    server.answer("Getvar", "")
    for _ in range(4):
        with pytest.raises(AmiTimeout):
            await client.action("Getvar", {"Variable": "X"}, timeout=0.01)
    await client.ping()


async def test_an_action_in_the_moment_of_the_loss_is_not_sent(client: AmiClient) -> None:
    assert client._link is not None
    client._link.drop("pulled the plug")
    assert not client.connected
    with pytest.raises(AmiNotConnected, match="not sent"):
        await client.ping()


async def test_a_resync_that_fails_is_tried_again_and_told_once(client: AmiClient, server: FakeAmi) -> None:
    events = client.events()
    good = server.answers["coreshowchannels"]
    server.answer("CoreShowChannels", "Response: Error\nMessage: not yet\n\n")
    await server.drop()
    await server.until(lambda: server.logins >= 3)
    server.answer("CoreShowChannels", good)
    kinds = []
    while ConnectionRestored not in kinds:
        kinds.append(type(await anext(events)))
    assert kinds.count(ConnectionLost) == 1
    assert client.counters.reconnects == 1


async def test_many_reconnects_leave_one_connection(client: AmiClient, server: FakeAmi) -> None:
    events = client.events()
    for _ in range(5):
        await server.drop()
        while not isinstance(await anext(events), ConnectionRestored):
            pass
    assert client.counters.reconnects == client.counters.disconnects == 5
    assert server.logins == 6
    await client.ping()


async def test_a_full_subscription_does_not_hold_up_answers(client: AmiClient, server: FakeAmi) -> None:
    events = client.events(limit=10)
    await server.replay("Event: Newchannel\n\n" * 500)
    await client.ping()
    assert len(events) == 10
    assert events.lost == client.counters.overflowed == 490


async def test_a_port_scan_and_garbage_instead_of_a_manager() -> None:
    from datetime import UTC, datetime

    from ivr.core.clock import FixedClock

    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n" + bytes(range(256)) * 50)
        await writer.drain()
        await reader.read()
        writer.close()

    listener = await asyncio.start_server(babble, "127.0.0.1", 0, family=socket.AF_INET)
    port = listener.sockets[0].getsockname()[1]
    times = AmiTimes(action=0.1, backoff_first=0.01, backoff_cap=0.01)
    client = AmiClient("127.0.0.1", port, "ivr", "x", clock=FixedClock(datetime(2026, 1, 1, tzinfo=UTC)), times=times)
    with pytest.raises(AmiTimeout):
        await client.connect(within=0.4)
    await client.close()
    listener.close()
    await listener.wait_closed()


@pytest.mark.parametrize(
    ("call", "sent"),
    [
        (
            lambda c: c.queue_remove("sales", "PJSIP/6001"),
            {"action": "QueueRemove", "queue": "sales", "interface": "PJSIP/6001"},
        ),
        (
            lambda c: c.queue_pause("PJSIP/6001", True, queue="sales", reason="午饭"),
            {"action": "QueuePause", "interface": "PJSIP/6001", "paused": "true", "queue": "sales", "reason": "午饭"},
        ),
        (
            lambda c: c.queue_pause("PJSIP/6001", False),
            {"action": "QueuePause", "interface": "PJSIP/6001", "paused": "false"},
        ),
        (
            lambda c: c.redirect("PJSIP/a-1", "main", "s", 3),
            {"action": "Redirect", "channel": "PJSIP/a-1", "context": "main", "exten": "s", "priority": "3"},
        ),
        (lambda c: c.hangup("PJSIP/a-1", 17), {"action": "Hangup", "channel": "PJSIP/a-1", "cause": "17"}),
        (
            lambda c: c.mixmonitor_mute("PJSIP/a-1", True),
            {"action": "MixMonitorMute", "channel": "PJSIP/a-1", "direction": "both", "state": "1"},
        ),
        (
            lambda c: c.mixmonitor_mute("PJSIP/a-1", False, direction="read"),
            {"action": "MixMonitorMute", "channel": "PJSIP/a-1", "direction": "read", "state": "0"},
        ),
        (lambda c: c.getvar("X", "PJSIP/a-1"), {"action": "Getvar", "variable": "X", "channel": "PJSIP/a-1"}),
        (lambda c: c.core_reload("res_pjsip.so"), {"action": "Reload", "module": "res_pjsip.so"}),
        (lambda c: c.core_reload(), {"action": "Reload"}),
        (
            lambda c: c.queue_reload(),
            {"action": "QueueReload", "members": "yes", "rules": "yes", "parameters": "yes"},
        ),
    ],
)
async def test_what_the_typed_actions_send(client: AmiClient, server: FakeAmi, call, sent) -> None:
    server.answer(sent["action"], "Response: Success\n\n")
    await call(client)
    (action,) = server.received
    assert {name: value for name, value in action.items() if name != "actionid"} == sent


def test_the_quick_times_are_still_bounded() -> None:
    assert QUICK.backoff_cap >= QUICK.backoff_first > 0
