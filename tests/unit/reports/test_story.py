from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ivr.core.errors import UsageError
from ivr.reports.events import events
from ivr.reports.indicators import Indicators
from ivr.reports.load import load_story
from ivr.reports.phases import phases
from ivr.reports.speech import joined, words
from ivr.reports.story import CallStory, VisitStory
from ivr.storage.database import Database
from ivr.storage.models import Call
from tests.unit.reports.day import fill

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def day(recorded_day: tuple[list[CallStory], Indicators]) -> list[CallStory]:
    return recorded_day[0]


def test_a_day_comes_oldest_first_in_local_time(day: list[CallStory]) -> None:
    assert [story.id for story in day] == sorted(story.id for story in day)
    assert [story.outcome for story in day] == ["answered", "answered", "abandoned", "voicemail", ""]
    assert f"{day[0].started_at:%H:%M}" == "09:30"
    assert f"{day[0].clock(25.0):%H:%M:%S}" == "09:30:25"


def test_durations_come_from_timestamps(day: list[CallStory]) -> None:
    first = day[0]
    assert first.duration == pytest.approx(62.4)
    assert first.wait_s == pytest.approx(25.0 - 16.02)
    assert first.talk_s == pytest.approx(62.3 - 25.0)
    assert [(ring.agent, ring.result) for ring in first.visits[0].rings] == [
        ("agent-kim", "no_answer"),
        ("agent-lee", "answered"),
    ]
    assert day[2].wait_s == pytest.approx(15.9)
    assert day[2].talk_s == 0.0
    assert day[2].visits[0].talk_s is None


def test_the_way_through_the_flow_has_prompts_keys_and_silences(day: list[CallStory]) -> None:
    path = {step.step: step for step in day[2].path}
    assert [step.step for step in day[2].path] == ["answer", "language", "greeting", "hours", "main-menu", "service"]
    assert path["language"].keys == (("1", True),)
    assert path["main-menu"].keys == (("9", False), ("1", True))
    assert path["main-menu"].timeouts == 1
    assert path["main-menu"].prompts == ("main-menu", "no-input", "invalid-choice")


@pytest.mark.parametrize(("after", "says"), [(0.2, "agent hangs up"), (5.4, "call ends")])
def test_what_follows_the_agents_hangup_is_not_his(after: float, says: str) -> None:
    begun = datetime(2026, 10, 1, tzinfo=UTC)
    call = Call(number="1000", route="engine", hung_up_by="agent", ended_at=begun + timedelta(seconds=20 + after))
    visit = VisitStory("service", 1.0, 20.0, 1, 2.0, "answered", "agent-kim", 3.0, 20.0, 17.0, "agent")
    told = events(call, [visit], lambda at: (at - begun).total_seconds(), lambda _prompt, _language: "")
    assert "talk ends after 17.0 s, by agent" in [event.text.en for event in told]
    assert (told[-1].at, told[-1].text.en) == (20 + after, says)


def test_events_are_in_order_and_say_who_hung_up(day: list[CallStory]) -> None:
    found = day[1].events
    assert [event.at for event in found] == sorted(event.at for event in found)
    assert found[0].kind == "call"
    assert (found[-1].kind, found[-1].text.en, found[-1].text.zh) == ("hangup", "agent hangs up", "坐席挂机")
    assert [event.key for event in found if event.kind == "key"] == ["1", "1"]
    said = next(event.said for event in found if event.kind == "prompt" and event.step == "greeting")
    assert "您好" in said or "早上好" in said or "上午好" in said


def test_files_lie_on_one_axis(day: list[CallStory]) -> None:
    caller, agent = day[0].tracks
    assert (caller.role, agent.role, agent.agent) == ("caller", "agent", "agent-lee")
    assert caller.offset == pytest.approx(0.02)
    assert agent.offset == pytest.approx(25.0)
    assert agent.duration == pytest.approx(37.3, abs=0.001)
    loud = [index for index, (low, high) in enumerate(agent.wave) if max(-low, high) > 0.1]
    first_loud = agent.offset + loud[0] / len(agent.wave) * agent.duration
    assert first_loud == pytest.approx(25.6, abs=0.2)


def test_words_become_utterances_of_both_parties_in_order_of_time(day: list[CallStory]) -> None:
    heard = [(one.speaker, round(one.start, 1), one.text) for one in day[0].utterances]
    assert heard[:3] == [
        ("agent", 25.6, "您好欢迎致电客户服务热线工号八零二很高兴为您服务"),
        ("caller", 30.2, "你好我想查一下我的账单"),
        ("agent", 34.0, "好的请问是本月的账单吗"),
    ]
    assert len(heard) == 9


def test_a_message_is_told_once(day: list[CallStory]) -> None:
    assert [(one.speaker, one.text) for one in day[3].utterances] == [("voicemail", "请回电话给我谢谢")]


def test_evidence_is_at_the_time_of_the_call_by_whose_file_it_is(day: list[CallStory]) -> None:
    found = {one.rule: one for one in day[0].findings}
    assert found["opening"].start == pytest.approx(25.6)
    assert found["ask-content"].speaker == "caller"
    assert found["ask-content"].start == pytest.approx(30.02)
    assert found["brush-off"].start is None
    assert [one.mark for one in day[0].findings] == ["pass", "pass", "unsure", "pass", "pass"]
    assert [one.mark for one in day[1].findings] == ["pass", "fail", "fail", "not_applicable"]


def test_a_scorecard_says_what_a_person_must_decide(day: list[CallStory]) -> None:
    assert (day[0].cards[0].percent, day[0].cards[0].for_person) == (100.0, 1)
    assert day[1].cards[0].failed_all


def test_phases_cover_the_call_without_gap_or_overlap(day: list[CallStory]) -> None:
    for story in day:
        assert story.phases[0].start == 0.0
        assert story.phases[-1].end == pytest.approx(story.duration)
        for one, other in pairwise(story.phases):
            assert one.end == other.start
    kinds = [phase.kind for phase in day[0].phases if phase.end - phase.start > 0.3]
    assert kinds == ["menu", "waiting", "ringing", "waiting", "ringing", "talk", "hold", "talk"]
    assert [phase.kind for phase in day[3].phases] == ["menu", "voicemail"]


def test_a_call_under_way_lasts_until_the_last_thing_known(day: list[CallStory]) -> None:
    assert day[4].under_way
    assert day[4].duration == pytest.approx(3.0)
    assert day[4].events[-1].kind != "hangup"


def test_a_call_without_length_has_no_phases_to_draw() -> None:
    assert phases(0.0, []) == ()


def test_rings_at_the_same_time_are_one_phase_at_a_time() -> None:
    visit = VisitStory("q", 1.0, 9.0, 1, 8.0, "abandoned", "", None, None, None, "")
    found = phases(10.0, [visit])
    assert [(phase.kind, phase.start, phase.end) for phase in found] == [
        ("menu", 0.0, 1.0),
        ("waiting", 1.0, 9.0),
        ("menu", 9.0, 10.0),
    ]


async def test_a_story_is_found_by_id_and_by_linkedid_and_masked_where_asked(
    database: Database, tmp_path: Path
) -> None:
    ids = await fill(database, None)
    async with database.read() as session:
        by_id = await load_story(session, ids[0])
        by_linkedid = await load_story(session, by_id.linkedid, tmp_path, mask=True)
    assert by_id.caller == "13800138000"
    assert by_linkedid.id == ids[0]
    assert by_linkedid.caller == "*********00"
    assert by_id.zone is UTC
    assert all(track.wave == () for track in by_linkedid.tracks)  # the files are not there


async def test_a_call_that_is_not_there_is_said_so(database: Database) -> None:
    async with database.read() as session:
        with pytest.raises(UsageError, match="no call 'nobody'"):
            await load_story(session, "nobody")
        with pytest.raises(UsageError, match="no call '17'"):
            await load_story(session, 17)


async def test_a_file_outside_the_recordings_folder_is_not_read(database: Database, tmp_path: Path) -> None:
    inside = tmp_path / "recordings"
    inside.mkdir()
    ids = await fill(database, inside)
    async with database.write() as session:
        story = await load_story(session, ids[3])
        from ivr.storage import recordings

        row = await recordings.find(session, story.tracks[0].file)
        assert row is not None
        (inside / row.file).rename(tmp_path / "elsewhere.wav")
        row.file = "../elsewhere.wav"
    async with database.read() as session:
        again = await load_story(session, ids[3], inside)
    waves = {track.file: bool(track.wave) for track in again.tracks}
    assert waves["../elsewhere.wav"] is False
    assert sum(waves.values()) == 1


def test_han_is_joined_and_other_scripts_are_spaced() -> None:
    assert joined(["您好", "工号", "802", "谢谢"]) == "您好工号 802 谢谢"
    assert joined(["good", "morning"]) == "good morning"
    assert joined(["감사", "합니다"]) == "감사 합니다"


def test_broken_words_of_a_transcript_do_no_harm() -> None:
    rows = [
        "x",
        {"word": ""},
        {"word": "b", "start": "soon", "end": None},
        {"word": "a", "start": float("nan"), "end": 2},
    ]
    found = words(rows, 5.0)
    assert [(word.text, word.start, word.end, word.conf) for word in found] == [
        ("b", 5.0, 5.0, 1.0),
        ("a", 5.0, 7.0, 1.0),
    ]
