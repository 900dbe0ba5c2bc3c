"""Files of other recorders: which of them are one call, and what is found in it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ivr.core.errors import UsageError
from recording.audio.decode import decode
from recording.audio.wav import Sound
from recording.compliance import Value
from recording.foreign import ForeignCall, ForeignJudge, Refused, calls, clip_folder, gather, write_clips
from recording.rulebooks.load import pack
from recording.transcription.grammar import Grammar
from recording.transcription.transcript import PartyTranscript
from tests.unit.recording.judging_room import OPENING, said
from tests.unit.recording.test_analytics import placed, voice

LOW, HIGH = (0.3 * np.sin(2 * np.pi * f * np.arange(8000) / 8000) for f in (300, 500))


def mono(path: Path, samples: np.ndarray = LOW) -> str:
    soundfile.write(str(path), samples, 8000)
    return str(path)


def stereo(path: Path, left: np.ndarray = LOW, right: np.ndarray = HIGH) -> str:
    soundfile.write(str(path), np.stack([left, right], axis=1), 8000)
    return str(path)


def pitch(sound: Sound | None) -> int:
    assert sound is not None
    return int(np.argmax(np.abs(np.fft.rfft(sound.samples[:8000]))))


def found(names: list[str], **more: str) -> list[ForeignCall | Refused]:
    return list(calls(gather(names), decode, more.get("agent", "left")))  # type: ignore[arg-type]


def test_a_stereo_file_is_a_call_and_the_agents_channel_is_said(tmp_path: Path) -> None:
    name = stereo(tmp_path / "a.wav")
    (left,), (right,) = found([name]), found([name], agent="right")
    assert isinstance(left, ForeignCall)
    assert isinstance(right, ForeignCall)
    assert (pitch(left.agent), pitch(left.caller)) == (300, 500)
    assert (pitch(right.agent), pitch(right.caller)) == (500, 300)
    assert left.files == ("a.wav",)


def test_mono_files_go_in_pairs_agent_first(tmp_path: Path) -> None:
    names = [mono(tmp_path / "x.wav"), mono(tmp_path / "y.wav", HIGH), stereo(tmp_path / "z.wav")]
    names += [mono(tmp_path / "alone.wav")]
    pair, call, alone = found(names)
    assert isinstance(pair, ForeignCall)
    assert (pair.files, pitch(pair.agent), pitch(pair.caller)) == (("x.wav", "y.wav"), 300, 500)
    assert isinstance(call, ForeignCall)
    assert isinstance(alone, Refused)
    assert "one channel" in alone.error.message


def test_roles_can_be_named(tmp_path: Path) -> None:
    a, c, s = mono(tmp_path / "a.wav"), mono(tmp_path / "c.wav", HIGH), stereo(tmp_path / "s.wav")
    names = [f"caller={c}", f"agent={a}", f"agent={c}", f"caller={a}", f"agent={a}", f"agent={s}"]
    one, other, only, wrong = found(names)
    assert isinstance(one, ForeignCall)
    assert (pitch(one.agent), pitch(one.caller)) == (300, 500)
    assert isinstance(other, ForeignCall)
    assert (pitch(other.agent), pitch(other.caller)) == (500, 300)
    assert isinstance(only, ForeignCall)
    assert only.caller is None
    assert isinstance(wrong, Refused)
    assert "2 channels" in wrong.error.message


def test_a_folder_pairs_by_name(tmp_path: Path) -> None:
    mono(tmp_path / "c1-agent.wav"), mono(tmp_path / "c1-caller.flac", HIGH), stereo(tmp_path / "c2.wav")
    mono(tmp_path / "c3-客户.wav", HIGH), mono(tmp_path / "c3-坐席.wav")
    (tmp_path / "notes.txt").write_text("no sound")
    (tmp_path / "bad.wav").write_text("no sound")
    (tmp_path / "inner").mkdir()
    stereo(tmp_path / "inner" / "deep.wav")
    by_name = {one.files[0]: one for one in found([str(tmp_path)])}
    assert by_name.keys() == {"bad.wav", "c1-agent.wav", "c2.wav", "c3-坐席.wav"}
    pair = by_name["c1-agent.wav"]
    assert isinstance(pair, ForeignCall)
    assert (pair.files, pitch(pair.caller)) == (("c1-agent.wav", "c1-caller.flac"), 500)
    assert isinstance(by_name["bad.wav"], Refused)
    chinese = by_name["c3-坐席.wav"]
    assert isinstance(chinese, ForeignCall)
    assert (pitch(chinese.agent), pitch(chinese.caller)) == (300, 500)


def test_nothing_to_judge_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no sound files"):
        gather([str(tmp_path)])


def test_the_same_mix_on_both_channels_tells_nobody_who_spoke(tmp_path: Path) -> None:
    (mixed,) = found([stereo(tmp_path / "a.wav", LOW, 0.5 * LOW)])
    assert isinstance(mixed, Refused)
    assert "same sound" in mixed.error.message
    (half,) = found([stereo(tmp_path / "b.wav", LOW, np.zeros(8000))])
    assert isinstance(half, ForeignCall), "a silent channel is a party that did not speak"


def listener(texts: dict[str, PartyTranscript]) -> ForeignJudge:
    """A judge whose recogniser hears what the test wrote down, by the pitch of the sound."""
    asked: list[bool] = []

    def transcribe(sound: Sound, name: str, grammar: Grammar | None, told: object) -> PartyTranscript:
        asked.append(grammar is not None)
        return texts["agent" if grammar is not None else "caller"]

    return ForeignJudge(pack("en-US"), transcribe)


def greeting() -> ForeignCall:
    agent = placed(12, (0.5, voice("agent-1-greet")), (4.5, voice("agent-1-help")), (8.0, voice("agent-1-name")))
    caller = placed(12, (10.5, voice("caller-1-thanks")))
    return ForeignCall("a.wav", ("a.wav",), agent, caller)


def test_what_comes_before_the_first_word_is_nobodys_fault() -> None:
    """A recorder that runs through the menu: 30 s without a word, then a call like any other."""
    late = 30.0
    call = greeting()
    assert call.agent is not None
    assert call.caller is not None
    quiet = np.zeros(round(late * call.agent.rate), np.int16)
    shifted = ForeignCall(
        "a.wav",
        ("a.wav",),
        Sound(np.concatenate([quiet, call.agent.samples]), call.agent.rate),
        Sound(np.concatenate([quiet, call.caller.samples]), call.caller.rate),
    )
    found = []
    for one, at in ((call, 0.0), (shifted, late)):
        heard = {"agent": said(OPENING, 1.0 + at), "caller": said("thank you", 10.6 + at)}
        judged = listener(heard).judge(one)
        found.append({verdict.rule: verdict.value for verdict in judged.verdicts})
        assert judged.features.longest_dead_air < 5
    assert found[0] == found[1]
    assert found[1]["silent-caller"] is Value.NOT_APPLICABLE


def test_verdicts_score_features_and_health_come_with_a_call() -> None:
    shares: list[float] = []
    judged = listener({"agent": said(OPENING), "caller": said("thank you", 10.6)}).judge(greeting(), shares.append)
    data = json.loads(json.dumps(judged.to_dict()))
    opening = next(one for one in data["verdicts"] if one["rule"] == "opening")
    assert (opening["value"], opening["passed"]) == ("said", True)
    assert 0.5 < opening["start"] < 2
    assert data["broken"] == sum(one["passed"] is False for one in data["verdicts"]) == judged.broken
    assert data["score"]["possible"] > 0
    assert data["features"]["caller"]["speech_s"] == pytest.approx(len(voice("caller-1-thanks")) / 8000, abs=0.3)
    assert data["health"]["agent"]["score"] > 40
    assert data["transcripts"]["agent"]["text"] == OPENING


def test_clips_are_named_by_us_and_hold_the_place(tmp_path: Path) -> None:
    judged = listener({"agent": said(OPENING), "caller": said("", 10.6)}).judge(greeting())
    folder = clip_folder(tmp_path / "new" / "clips")
    written = write_clips(3, judged, folder)
    assert {one["file"] for one in written} == {path.name for path in folder.iterdir()}
    first = next(one for one in written if one["rule"] == "opening")
    assert first["file"].startswith("0003-opening-")
    info = soundfile.info(str(folder / first["file"]))
    assert info.duration == pytest.approx(first["end"] - first["start"], abs=0.01)
    assert first["start"] <= judged.verdicts[0].hits[0].span[0]
    with pytest.raises(UsageError, match="not empty"):
        clip_folder(folder)


def test_noise_in_the_agents_channel_is_for_a_person() -> None:
    call = greeting()
    assert call.agent is not None
    noise = np.random.default_rng(3).normal(0, 3000, len(call.agent.samples)).astype(np.int16)
    heard = PartyTranscript(said("a").words, ((0.0, 12.0),), 2.0, 12.0, "m", grammar_words=())
    judged = listener({"agent": heard, "caller": said("thank you", 10.6)}).judge(
        ForeignCall("n.wav", ("n.wav",), Sound(noise, 8000), call.caller)
    )
    assert judged.health["agent"].poor
    phrases = [one for one in judged.verdicts if one.kind == "phrase" and one.by == "agent"]
    assert phrases
    assert not any(one.value in {"said", "not_said"} for one in phrases)
    assert any("recognition too poor" in one.reason.en for one in phrases)
