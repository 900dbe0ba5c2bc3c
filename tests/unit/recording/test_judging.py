from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from ivr.core.errors import QualityError, SetupError
from ivr.storage import quality
from ivr.storage.database import Database
from ivr.storage.models import Recording, Score, Step, Transcript, Verdict
from recording.errors import PoisonFile, SoundError, TranscriptionError
from tests.unit.recording.judging_room import NOW, OPENING, JudgingRoom, after, said


@pytest.fixture
def room(database: Database, tmp_path: Path) -> JudgingRoom:
    return JudgingRoom(database, tmp_path)


async def verdicts(room: JudgingRoom, call_id: int, run: str | None = None) -> dict[str, Verdict]:
    async with room.database.read() as session:
        return {one.rule: one for one in await quality.list_verdicts(session, call_id, run)}


async def scores(room: JudgingRoom, call_id: int) -> Sequence[Score]:
    async with room.database.read() as session:
        return await quality.list_scores(session, call_id)


async def transcripts(room: JudgingRoom, call_id: int) -> dict[str, Transcript]:
    async with room.database.read() as session:
        rows: Sequence[tuple[Recording, Transcript]] = await quality.transcripts(session, call_id)
        return {recording.role: transcript for recording, transcript in rows}


async def test_an_agents_words_become_transcript_verdicts_and_score(room: JudgingRoom) -> None:
    call = await room.call()
    judged = await room.judge.judge(call)
    assert (judged.linkedid, judged.transcripts) == ("1.1", 2)
    found = await verdicts(room, call)
    assert judged.verdicts == len(found) > 3
    opening = found["opening"]
    assert (opening.value, opening.passed, opening.forbidden, opening.norm) == ("said", True, False, "C1")
    assert (opening.agent, opening.model, opening.rulebook) == ("lee", "fake-model", "en-us")
    assert opening.start_s is not None
    assert 1.0 <= opening.start_s < 6.0
    assert opening.created_at == room.clock.now()
    assert {one.run for one in found.values()} == {opening.run}
    heard = await transcripts(room, call)
    assert heard["agent"].text == OPENING
    assert heard["caller"].words[0] == {"word": "i", "start": 1.0, "end": 1.28, "conf": 1.0}
    (card,) = await scores(room, call)
    assert card.run == opening.run
    assert 0 < card.points < card.possible, "the opening was said, the farewell was not"
    assert {item["rule"] for item in card.items} == set(found)


async def test_only_the_agents_file_has_the_grammar_pass_and_progress_names_the_file(room: JudgingRoom) -> None:
    call = await room.call()
    told: list[tuple[str, float]] = []
    await room.judge.judge(call, lambda stage, share: told.append((stage, share)))
    assert sorted(room.transcriber.asked) == [("1.1-caller.wav", False), ("10.1-agent.wav", True)]
    assert sorted(told) == [("1.1-caller.wav", 0.5), ("10.1-agent.wav", 0.5)]


async def test_a_call_nobody_answered_is_transcribed_but_not_judged(room: JudgingRoom) -> None:
    call = await room.call(agent=None)
    judged = await room.judge.judge(call)
    assert (judged.transcripts, judged.verdicts) == (1, 0)
    assert await verdicts(room, call) == {}
    assert await scores(room, call) == []
    assert (await transcripts(room, call)).keys() == {"caller"}


async def test_judging_again_keeps_the_old_judging(room: JudgingRoom) -> None:
    call = await room.call()
    await room.judge.judge(call)
    before = await verdicts(room, call)
    room.clock.advance(60)
    room.transcriber.script["10.1-agent.wav"] = said("yes what")
    await room.judge.judge(call)
    now = await verdicts(room, call)
    assert before["opening"].value == "said"
    assert now["opening"].value != "said"
    assert now["opening"].run != before["opening"].run
    old = await verdicts(room, call, before["opening"].run)
    assert {rule: one.id for rule, one in old.items()} == {rule: one.id for rule, one in before.items()}
    assert (await transcripts(room, call))["agent"].text == "yes what"


@pytest.mark.parametrize("error", [SoundError("stereo"), PoisonFile("x.wav", "abort")])
async def test_a_file_that_cannot_be_heard_leaves_every_rule_about_him_to_a_person(
    room: JudgingRoom, error: Exception
) -> None:
    call = await room.call()
    room.transcriber.script["10.1-agent.wav"] = error
    judged = await room.judge.judge(call)
    found = await verdicts(room, call)
    assert judged.transcripts == 1
    assert found["opening"].value == "cannot_tell"
    assert found["opening"].passed is None
    assert judged.for_person == sum(one.value == "cannot_tell" for one in found.values())
    assert judged.for_person >= 2
    assert not any(one.value in {"said", "not_said"} for one in found.values())


async def test_files_that_are_not_closed_are_not_transcribed(room: JudgingRoom) -> None:
    call = await room.call(state="open")
    judged = await room.judge.judge(call)
    assert room.transcriber.asked == []
    assert (judged.transcripts, judged.for_person > 0) == (0, True)


async def test_trouble_that_may_pass_keeps_nothing(room: JudgingRoom) -> None:
    call = await room.call()
    room.transcriber.script["10.1-agent.wav"] = TranscriptionError("worker failed")
    with pytest.raises(TranscriptionError):
        await room.judge.judge(call)
    assert await verdicts(room, call) == {}
    assert await transcripts(room, call) == {}


async def test_without_a_model_for_the_language(room: JudgingRoom) -> None:
    room.models = {"ko-KR"}
    call = await room.call()
    with pytest.raises(SetupError, match="en-US"):
        await room.judge.judge(call)
    assert await verdicts(room, call) == {}


async def test_a_call_that_chose_no_language_is_judged_in_the_sites_first(room: JudgingRoom) -> None:
    call = await room.call(language="")
    await room.judge.judge(call)
    assert set(room.asked_for) == {"en-US"}
    assert (await verdicts(room, call))["opening"].value == "said"


async def test_a_call_that_is_not_known(room: JudgingRoom) -> None:
    with pytest.raises(QualityError, match="call 99 is not known"):
        await room.judge.judge(99)


async def test_what_was_said_before_the_talk_does_not_count(room: JudgingRoom) -> None:
    call = await room.call()
    async with room.database.write() as session:
        from ivr.storage import calls

        story = await calls.get(session, call)
        assert story is not None
        story.visits[0].connected_at = after(40)  # the agent's file began at 10 s: his opening was at 11 to 16 s
    await room.judge.judge(call)
    assert (await verdicts(room, call))["opening"].value == "not_said"


async def test_holds_come_from_the_journal(room: JudgingRoom) -> None:
    quiet = await room.call("1.1")
    held = await room.call("2.1")
    async with room.database.write() as session:
        session.add_all(
            Step(call_id=held, seq=number, at=after(at), step="hold", kind="talk", event=event)
            for number, (at, event) in enumerate([(20, "hold"), (21, "hold"), (35, "unhold"), (36, "unhold")], 1)
        )
    for call in (quiet, held):
        await room.judge.judge(call)
    without, with_hold = await verdicts(room, quiet), await verdicts(room, held)
    assert (without["hold-ask"].value, without["hold-ask"].passed) == ("not_applicable", None)
    assert (with_hold["hold-ask"].value, with_hold["hold-ask"].passed) == ("not_said", False)
    assert room.clock.now() > NOW
