from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import soundfile

from ivr.core.errors import QualityError, SetupError
from ivr.storage import features, judged_by, quality
from ivr.storage.database import Database
from ivr.storage.models import CallFeatures, Leg, Pause, Recording, Score, Step, Transcript, Verdict
from recording.analytics import CallFeatures as Measured
from recording.compliance import THRESHOLDS
from recording.errors import PoisonFile, SoundError, TranscriptionError
from recording.findings import stored_transcript
from recording.rulebooks.load import pack
from recording.transcription.transcript import PartyTranscript, Word
from tests.unit.recording.judging_room import NOW, OPENING, JudgingRoom, after, said
from tests.unit.recording.test_analytics import placed, voice


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
    assert {item["rule"] for item in card.items if item["value"] != "manual"} == set(found)


async def test_only_the_agents_file_has_the_grammar_pass_and_progress_names_the_file(room: JudgingRoom) -> None:
    call = await room.call()
    told: list[tuple[str, float]] = []
    await room.judge.judge(call, lambda stage, share: told.append((stage, share)))
    assert sorted(room.transcriber.asked) == [("1.1-caller.wav", False), ("10.1-agent.wav", True)]
    assert sorted(told) == [(file, share) for file in ("1.1-caller.wav", "10.1-agent.wav") for share in (0.5, 1.0)]


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


async def test_a_supervisors_words_are_not_the_agents(room: JudgingRoom) -> None:
    """He joined the talk and says all the agent ought to, and something nobody should."""
    call = await room.call(agent="let me see what we have here")
    room.transcriber.script["7.9-supervisor.wav"] = said(f"{OPENING} just shut up")
    async with room.database.write() as session:
        session.add(Leg(call_id=call, uniqueid="7.9", role="supervisor", agent="boss", started_at=after(12)))
        session.add(
            Recording(
                call_id=call, linkedid="1.1", uniqueid="7.9", role="supervisor", agent="boss", frames=8000,
                file="7.9-supervisor.wav", state="closed", started_at=after(12),
            )
        )  # fmt: skip
    judged = await room.judge.judge(call)
    assert judged.transcripts == 3, "what he said is written down"
    found = await verdicts(room, call)
    assert {one.agent for one in found.values()} == {"lee"}
    assert {card.agent for card in await scores(room, call)} == {"lee"}
    assert (found["opening"].value, found["opening"].passed) == ("not_said", False)
    assert (found["rudeness"].value, found["rudeness"].passed) == ("not_said", True)


async def test_what_judged_is_kept_by_its_hash_whatever_its_version_says(room: JudgingRoom) -> None:
    """Norm F8: somebody changes a number of the thresholds and leaves the version as it is."""
    call = await room.call()
    await room.judge.judge(call)
    first = (await verdicts(room, call))["opening"]
    room.judge._thresholds = replace(THRESHOLDS, accept=THRESHOLDS.accept + 1)
    await room.judge.judge(call, again=True)
    second = (await verdicts(room, call))["opening"]
    assert first.thresholds != second.thresholds
    assert first.thresholds.partition("+")[0] == second.thresholds.partition("+")[0] == THRESHOLDS.version
    async with room.database.read() as session:
        texts = [
            await judged_by.find(session, "thresholds", "thresholds", one.thresholds.partition("+")[2])
            for one in (first, second)
        ]
        rulebook = await judged_by.find(session, "rulebook", "en-us", first.rulebook_version.partition("+")[2])
    assert [json.loads(text.content)["values"]["accept"] for text in texts if text] == [
        THRESHOLDS.accept,
        THRESHOLDS.accept + 1,
    ]
    assert rulebook is not None
    assert rulebook.version == first.rulebook_version


class SoundRoom(JudgingRoom):
    """A room with sound in the files of its calls."""

    async def call(self, linkedid: str = "1.1", **more: Any) -> int:
        call = await super().call(linkedid, **more)
        root = self.judge._folder
        greet, lost = voice("agent-1-greet"), voice("caller-1-card-lost")
        files = {
            f"{linkedid}-caller.wav": placed(60, (20.0, lost)),
            f"{linkedid.replace('.', '0.')}-agent.wav": placed(50, (1.0, greet), (30.0, voice("agent-1-name"))),
        }
        for name, sound in files.items():
            soundfile.write(str(root / name), sound.samples, sound.rate, subtype="PCM_16")
        return call


@pytest.fixture
def loud(database: Database, tmp_path: Path) -> SoundRoom:
    return SoundRoom(database, tmp_path)


async def measured(room: JudgingRoom, call_id: int) -> list[CallFeatures]:
    async with room.database.read() as session:
        return list(await features.list_features(session, call_id))


async def test_what_the_sound_was_like_is_kept_with_the_judging(loud: SoundRoom) -> None:
    call = await loud.call()
    async with loud.database.write() as session:
        session.add(
            Pause(
                linkedid="1.1",
                started_at=after(28),
                until=after(60),
                ended_at=after(33),
                reason="card",
                by="",
                ended_by="",
            )
        )
    await loud.judge.judge(call)
    (row,) = await measured(loud, call)
    assert row.run == (await verdicts(loud, call))["opening"].run
    assert (row.agent, row.recording_id) == ("lee", (await verdicts(loud, call))["opening"].recording_id)
    found = Measured.from_dict(row.features)
    assert found.talk == (10.0, 60.0)
    assert found.paused == ((28.0, 33.0),)
    assert found.agent is not None
    assert found.agent.speech_s == pytest.approx(
        (len(voice("agent-1-greet")) + len(voice("agent-1-name"))) / 8000, abs=0.8
    )
    assert found.dead_air[-1] == (pytest.approx(33.0, abs=0.2), pytest.approx(40.0, abs=0.2)), (
        "card data is no dead air"
    )
    assert not any(start < 33.0 < end or start < 30 < end for start, end in found.dead_air)
    assert row.health is not None
    assert row.health_detail["agent"]["score"] == row.health
    async with loud.database.read() as session:
        kept = await features.tracks(session, call)
        assert [recording.role for recording, _ in kept] == ["caller", "agent"]
        found = await features.features_between(session, NOW, after(1), agent="lee")
        assert found == [(row.call_id, "lee", row.features)]
        assert not await features.features_between(session, NOW, after(1), agent="nobody")


async def test_recognition_too_poor_is_never_judged_by_words(loud: SoundRoom) -> None:
    call = await loud.call()
    poor = PartyTranscript((Word("so", 2.0, 2.1, 0.3),), ((1.0, 5.0), (30.0, 32.0)), 8.0, 50.0, "fake-model", ())
    loud.transcriber.script["10.1-agent.wav"] = poor
    await loud.judge.judge(call)
    (row,) = await measured(loud, call)
    assert row.health is not None
    assert row.health < 40
    found = await verdicts(loud, call)
    opening = found["opening"]
    assert (opening.value, opening.passed) == ("cannot_tell", None)
    assert opening.evidence["reason"] == "recognition too poor to judge words"
    phrases = [one for one in found.values() if one.evidence["kind"] == "phrase" and one.evidence["speaker"] == "agent"]
    assert not any(one.value in {"said", "not_said"} for one in phrases)


async def test_judging_again_takes_stored_transcripts_and_measurements(loud: SoundRoom) -> None:
    call = await loud.call()
    await loud.judge.judge(call)
    before, heard = await verdicts(loud, call), await transcripts(loud, call)
    for file in loud.judge._folder.glob("*.wav"):
        file.unlink()  # nor is the sound needed
    loud.transcriber.asked.clear()
    loud.clock.advance(60)
    judged = await loud.judge.judge(call, again=True)
    assert loud.transcriber.asked == []
    assert judged.transcripts == 2
    now = await verdicts(loud, call)
    assert {rule: one.value for rule, one in now.items()} == {rule: one.value for rule, one in before.items()}
    assert now["opening"].run != before["opening"].run
    assert (await verdicts(loud, call, before["opening"].run))["opening"].id == before["opening"].id
    assert {role: one.id for role, one in (await transcripts(loud, call)).items()} == {
        role: one.id for role, one in heard.items()
    }, "a transcript that was used again is not kept twice"
    old, new = (await measured(loud, call))[0], before["opening"].run
    assert old.run != new


async def test_judging_again_transcribes_what_another_model_or_grammar_made(room: JudgingRoom) -> None:
    call = await room.call()
    await room.judge.judge(call)
    room.transcriber.asked.clear()
    room.transcriber.model = "newer-model"
    await room.judge.judge(call, again=True)
    assert len(room.transcriber.asked) == 2
    room.transcriber.asked.clear()
    room.transcriber.model = "fake-model"
    room.judge._rulebook = lambda _call, language: pack(language).model_copy(update={"decoys": ("something", "new")})
    await room.judge.judge(call, again=True)
    assert room.transcriber.asked == [("10.1-agent.wav", True)], "only the agent's file has a grammar pass"
    room.transcriber.asked.clear()
    room.models = set()
    room.judge._rulebook = lambda _call, language: pack(language)
    with pytest.raises(SetupError):
        await room.judge.judge(call, again=True)
    assert (await room.judge.judge(call, again=True, decode=False)).transcripts == 2


async def test_judging_from_what_is_stored_needs_something_stored(room: JudgingRoom) -> None:
    call = await room.call()
    with pytest.raises(QualityError, match="no transcript is stored"):
        await room.judge.judge(call, again=True, decode=False)
    assert await verdicts(room, call) == {}


async def test_a_stored_transcript_is_what_it_was(room: JudgingRoom) -> None:
    call = await room.call()
    made = PartyTranscript(
        words=(Word("yes", 1.0, 1.3, 0.7),),
        speech=((0.8, 1.5),),
        snr_db=17.0,
        duration=50.0,
        model="fake-model",
        grammar_words=(Word("yes", 1.0, 1.3, 0.9),),
        grammar_phrases=("yes",),
        unusable=("xyz",),
    )
    room.transcriber.script["10.1-agent.wav"] = made
    await room.judge.judge(call)
    async with room.database.read() as session:
        row = next(one for recording, one in await quality.transcripts(session, call) if recording.role == "agent")
    assert stored_transcript(row) == made
    row.detail = None
    assert stored_transcript(row) is None, "what was erased, or kept before there was a detail, is not silence"
