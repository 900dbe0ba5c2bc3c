"""Why a file has no sound somewhere, what is thrown away, and files whose call changed under them."""

from __future__ import annotations

from ivr.storage import calls, pauses, recordings
from ivr.storage.models import Call, Leg, Pause, Recording
from recording.gaps import gaps_of, paused_spans, spans_of
from recording.ledger import GIVE_UP
from recording.refusals import discard
from tests.unit.recording.test_ledger import Room, after, room

__all__ = ["room"]  # the fixture


def recording(start: float = 0.0, seconds: float = 60.0) -> Recording:
    return Recording(uniqueid="1.1", role="caller", state="closed", started_at=after(start), rate=8000,
                     frames=int(8000 * seconds), gaps=[])  # fmt: skip


def pause(begin: float, end: float | None, *, until: float = 120, ended_by: str = "agent") -> Pause:
    ended = after(end) if end is not None else None
    return Pause(started_at=after(begin), ended_at=ended, until=after(until), ended_by=ended_by if ended else "")


def test_pauses_are_told_in_seconds_of_the_file_and_joined() -> None:
    assert paused_spans(recording(10), [pause(22, 50)]) == [(12, 40)]
    assert paused_spans(recording(10), [pause(22, 40), pause(30, 50), pause(55, 60)]) == [(12, 40), (45, 50)]


def test_a_pause_is_cut_to_the_file() -> None:
    assert paused_spans(recording(30), [pause(10, 40)]) == [(0, 10)]
    assert paused_spans(recording(0, 20), [pause(10, None)]) == [(10, 20)]
    assert paused_spans(recording(30), [pause(10, 20)]) == []
    assert paused_spans(recording(0, 20), [pause(25, 40)]) == []


def test_a_pause_that_never_came_about_is_none() -> None:
    assert paused_spans(recording(), [pause(10, 11, ended_by="failed")]) == []


def test_missing_time_without_a_pause_is_a_lack_of_media() -> None:
    call = Call(linkedid="1.1", ended_at=after(60), legs=[Leg(uniqueid="1.1", ended_at=after(60))])
    assert gaps_of(call, recording(0, 59.5), []) == []
    assert gaps_of(call, recording(0, 50), [pause(5, 9)]) == [
        {"cause": "paused", "start_s": 5, "end_s": 9},
        {"cause": "no media", "start_s": None, "end_s": None, "lost_s": 10},
    ]


async def test_the_ledger_writes_the_gaps_down_before_the_work_begins(room: Room) -> None:
    room.sound("1.1-caller.wav", 50)
    room.notice("1.1-caller.wav", "caller")
    await room.call()
    await room.take_in()
    async with room.database.write() as session:
        row = await pauses.begin(session, "1.1", at=after(10), until=after(90), reason="agent")
        await pauses.end(session, row.id, at=after(20), by="agent")
        found = await recordings.find(session, "1.1-caller.wav")
        assert found is not None
        found.started_at = after(0)
    assert await room.ledger.settle() == 1
    assert spans_of(await room.row("1.1-caller.wav")) == [(10, 20)]
    assert await room.ledger.settle() == 0


async def test_a_recorder_that_was_killed_is_named_when_nobody_will_report_it_any_more(room: Room) -> None:
    await room.call(ended=50)
    cut = room.sound("1.1-caller.wav", 5)
    with cut.open("r+b") as file:  # as Asterisk leaves it: no length in the header
        file.seek(40)
        file.write(b"\xff\xff\xff\x7f")
    async with room.database.write() as session:
        await recordings.upsert(session, "1.1-caller.wav", linkedid="1.1", uniqueid="1.1", role="caller")
    assert await room.ledger.settle() == 0
    room.clock.advance(GIVE_UP.total_seconds())
    assert await room.ledger.settle() == 1
    row = await room.row("1.1-caller.wav")
    assert (row.state, row.gap_cause) == ("broken", "asterisk killed")
    assert row.sha256
    assert await room.ledger.settle() == 0


async def refuse(room: Room) -> None:
    """As the journal does it."""
    async with room.database.write() as session:
        call = await calls.find(session, "1.1")
        assert call is not None
        call.evidence = {"refused": True}
        for row in call.recordings:
            row.state = "refused"


async def test_what_a_caller_refused_is_thrown_away_whoever_hears_of_it_first(room: Room) -> None:
    await room.call()
    early, late = room.sound("1.1-caller.wav"), room.sound("1.2-agent.wav")
    room.notice("1.1-caller.wav", "caller")
    await room.take_in()
    await refuse(room)
    room.notice("1.2-agent.wav", "agent")  # started under a refusal that its channel did not know of
    await room.take_in()
    assert await discard(room.database, room.folder, room.clock.now()) == 2
    assert not early.exists()
    assert not late.exists()
    for file in ("1.1-caller.wav", "1.2-agent.wav"):
        row = await room.row(file)
        assert (row.state, row.frames, row.sha256) == ("refused", None, "")
    assert await discard(room.database, room.folder, room.clock.now()) == 0
    room.clock.advance(3600)
    assert await room.ledger.settle() == 0
    assert await room.job() == ""


async def test_a_file_closed_after_the_refusal_is_thrown_away_again(room: Room) -> None:
    await room.call()
    async with room.database.write() as session:
        await recordings.upsert(session, "1.1-caller.wav", linkedid="1.1", uniqueid="1.1", role="caller")
    await refuse(room)
    await discard(room.database, room.folder, room.clock.now())
    sound = room.sound("1.1-caller.wav")
    room.notice("1.1-caller.wav", "caller")
    await room.take_in()
    await discard(room.database, room.folder, room.clock.now())
    assert not sound.exists()
    assert (await room.row("1.1-caller.wav")).state == "refused"


async def test_a_message_is_kept_although_its_talk_was_refused(room: Room) -> None:
    await room.call()
    await refuse(room)
    sound = room.sound("1.1-voicemail.wav")
    room.notice("1.1-voicemail.wav", "voicemail")
    await room.take_in()
    await discard(room.database, room.folder, room.clock.now())
    assert sound.exists()
    assert (await room.row("1.1-voicemail.wav")).state == "closed"


async def test_a_file_begun_under_another_linkedid_is_found_by_its_channel(room: Room) -> None:
    await room.call(_7_2="kim")
    room.sound("7.2-agent.wav")
    room.notice("7.2-agent.wav", "agent", linkedid="7.1")
    await room.take_in()
    room.sound("1.1-caller.wav")
    room.notice("1.1-caller.wav", "caller")
    await room.take_in()
    await room.ledger.settle()
    row = await room.row("7.2-agent.wav")
    assert row.agent == "kim"
    assert row.call_id == (await room.row("1.1-caller.wav")).call_id


async def test_sound_that_belongs_to_no_call_costs_no_writing(room: Room) -> None:
    room.sound("7.2-agent.wav")
    room.notice("7.2-agent.wav", "agent", linkedid="7.1")
    await room.take_in()
    async with room.database.read() as session:
        assert not await recordings.linkable(session)


async def test_a_notice_names_the_agent(room: Room) -> None:
    await room.call()
    room.sound("1.2-agent.wav")
    path = room.notice("1.2-agent.wav", "agent")
    path.write_text(path.read_text().replace('"role"', '"agent": "agent-kim", "role"'))
    await room.take_in()
    assert (await room.row("1.2-agent.wav")).agent == "agent-kim"
    path = room.notice("1.3-agent.wav", "agent")
    path.write_text(path.read_text().replace('"role"', '"agent": "../x", "role"'))
    assert await room.take_in() == 0
    assert room.left() == ["1.3-agent.wav.refused"]
