"""The workbench: labelled clips in, figures out; hostile folders are refused."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from ivr.core.errors import UsageError
from recording.audio.wav import Sound
from recording.compliance import THRESHOLDS
from recording.compliance.thresholds import PACKAGED, load_thresholds, site_thresholds, thresholds_file
from recording.rulebooks.grammar import grammar_of
from recording.transcription import Grammar, PartyTranscript, Word
from recording.workbench import (
    KeptTranscripts,
    PhraseList,
    evaluate,
    hear,
    read_clips,
    read_phrases,
    workbench_rulebook,
)
from recording.workbench.clips import source_of
from recording.workbench.figures import (
    Pair,
    cluster_bootstrap,
    count,
    f1_interval,
    poisson_interval,
    summary,
    wilson,
)
from recording.workbench.phrases import guess_language
from recording.workbench.split import side_of, split
from recording.workbench.tune import cost, tune

PHRASES = PhraseList(
    "ko-KR",
    {
        "thanks": ("감사 합니다",),
        "waited": ("기다려 주셔서 감사 합니다",),
        "dunno": ("잘 모르 겠습니다",),
        "bye": ("좋은 하루 되 세요",),
    },
)


def pairs(**cells: int) -> list[Pair]:
    """So many verdicts of each kind, each of a source of its own: ``said_true=3``..."""
    values = {"said": "said", "not": "not_said", "unsure": "cannot_tell"}
    return [
        Pair(f"{cell}-{number}", cell.endswith("true"), values[cell.split("_")[0]])
        for cell, times in cells.items()
        for number in range(times)
    ]


def test_figures_of_a_table_done_by_hand() -> None:
    one = count(pairs(said_true=8, said_false=2, not_true=1, not_false=80, unsure_true=3, unsure_false=6))
    assert (one.pairs, one.spoken, one.definite, one.wrong) == (100, 12, 91, 3)
    assert one.precision == pytest.approx(8 / 10)
    assert one.recall == pytest.approx(8 / 12), "cannot tell is not detected"
    assert one.f1 == pytest.approx(2 * 8 / (2 * 8 + 2 + 4))


def test_where_nothing_can_be_divided_there_is_no_figure() -> None:
    one = count(pairs(not_false=5))
    assert (one.precision, one.recall, one.f1) == (None, None, None)
    assert count([]).definite == 0


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [(8, 10, 0.4902, 0.9433), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (50, 100, 0.4038, 0.5962)],
)
def test_wilsons_interval_as_in_tables(hits: int, total: int, low: float, high: float) -> None:
    assert wilson(hits, total) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))
    assert wilson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("events", "low", "high"), [(0, 0.0, 3.6889), (1, 0.0253, 5.5716), (10, 4.7954, 18.3904), (100, 81.364, 121.627)]
)
def test_poisson_intervals_as_in_tables(events: int, low: float, high: float) -> None:
    assert poisson_interval(events) == (pytest.approx(low, abs=1e-3), pytest.approx(high, abs=1e-3))


def test_a_faultless_sample_still_has_an_interval() -> None:
    low, high = f1_interval(pairs(said_true=20, not_false=100))
    assert (low, high) == (pytest.approx(0.8389, abs=1e-3), 1.0)


def test_the_interval_of_f1_is_what_other_ways_to_it_give() -> None:
    """A known case: with nothing but misses F1 = 2r / (1 + r) rises with the recall r, so its bounds are r's own."""
    low, high = f1_interval(pairs(said_true=180, unsure_true=20, not_false=2000))
    drawn = np.random.default_rng(1).binomial(200, 0.9, 200_000) / 200  # what resampling 200 clips comes to
    for bound, share in ((low, 2.5), (high, 97.5)):
        recall = np.percentile(drawn, share)
        assert bound == pytest.approx(2 * recall / (1 + recall), abs=0.004)


def test_false_alarms_widen_the_interval_of_f1() -> None:
    """The delta method on independent counts: the spread of F1 is about sqrt(FP + FN) / (2 TP)."""
    low, high = f1_interval(pairs(said_true=172, said_false=5, unsure_true=8, not_false=2000))
    assert (high - low) / (2 * 1.96) == pytest.approx(math.sqrt(13) / (2 * 172), rel=0.1)
    assert f1_interval(pairs(said_true=172, unsure_true=8, not_false=2000))[0] > low


def test_clips_of_one_source_widen_the_interval() -> None:
    apart = pairs(said_true=40, unsure_true=10)
    together = [replace(pair, source=str(number % 5)) for number, pair in enumerate(apart)]
    same = [replace(pair, source="good" if pair.value == "said" else "bad") for pair in apart]
    assert cluster_bootstrap([replace(pair, source="one") for pair in apart], lambda one: one.recall) is None
    narrow, wide = (cluster_bootstrap(group, lambda one: one.recall) for group in (together, same))
    assert narrow is not None
    assert wide is not None
    assert wide[1] - wide[0] > narrow[1] - narrow[0]


def test_false_alarms_are_counted_per_hour_of_other_talk() -> None:
    found = summary(pairs(not_false=3), clips=3, alarms=2, talk_s=1800, cpu_s=90, sound_s=1800)
    assert (found["false_alarms"], found["talk_hours"], found["false_alarms_per_hour"]) == (2, 0.5, 4.0)
    assert found["false_alarms_per_hour_ci"] == (pytest.approx(0.48, abs=0.01), pytest.approx(14.45, abs=0.01))
    assert found["cpu_s_per_s"] == 0.05
    assert summary([], clips=0, alarms=0, talk_s=0, cpu_s=0, sound_s=0)["false_alarms_per_hour"] is None


@given(st.text(max_size=20), st.integers(0, 10**6))
def test_a_source_has_one_side_for_ever(source: str, seed: int) -> None:
    assert side_of(source, seed) == side_of(source, seed) in {"tune", "test"}


# Reading ---------------------------------------------------------------------------------------------------------


def clip_folder(folder: Path, entries: list[dict[str, Any]]) -> Path:
    """A folder with an index; every file it names that stays inside is made, 8 kHz mu-law."""
    folder.mkdir(exist_ok=True)
    for entry in entries:
        name = str(entry["file"])
        if name.endswith(".ul") and "/" not in name:
            (folder / name).write_bytes(b"\xff" * 8000 * int(entry.get("seconds", 1)))
    (folder / "index.json").write_text(json.dumps(entries))
    return folder


def test_an_index_is_read(tmp_path: Path) -> None:
    soundfile.write(str(tmp_path / "b.wav"), np.zeros(800, np.int16), 8000, subtype="PCM_16")
    entries = [{"file": "a_3_20.ul", "truth": "thanks", "snr": 20}, {"file": "b.wav", "truth": None, "snr": None}]
    found = read_clips(clip_folder(tmp_path, entries), PHRASES.texts)
    assert [(clip.level, clip.truth, clip.source) for clip in found.clips] == [
        ("20", "thanks", "a_3"),
        ("clean", None, "b"),
    ]
    assert len(found.digest) == 16


@pytest.mark.parametrize(
    ("file", "source"),
    [("wait_3_cl.ul", "wait_3"), ("wait_3_10.ul", "wait_3"), ("x/wait-7-5db.wav", "wait-7"), ("wait_3.ul", "wait_3")],
)
def test_sources_are_told_by_file_names(file: str, source: str) -> None:
    if file == "wait_3.ul":  # a number at the end may be a level: better one source too few than one in both parts
        source = "wait"
    assert source_of(file) == source


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"file": "../../etc/passwd.ul", "truth": None}, "outside"),
        ({"file": "/etc/passwd", "truth": None}, "outside"),
        ({"file": "a\0.ul", "truth": None}, "outside"),
        ({"file": "gone.wav", "truth": None}, "missing"),
        ({"file": "index.json", "truth": None}, "neither"),
        ({"file": "a.ul", "truth": "nobody"}, "none of the phrases"),
        ({"file": "a.ul", "truth": ["thanks"]}, "none of the phrases"),
        ({"file": "a.ul", "truth": "thanks", "snr": "loud"}, "no number"),
        ({"file": "a.ul", "truth": "thanks", "snr": True}, "no number"),
        ({"file": "a.ul", "truth": "thanks", "snr": float("nan")}, "no number"),
        ({"truth": "thanks", "file": 7}, "no file"),
    ],
)
def test_an_entry_that_cannot_be_used_is_named(tmp_path: Path, entry: dict[str, Any], message: str) -> None:
    clip_folder(tmp_path, [{"file": "a.ul"}])
    (tmp_path / "index.json").write_text(json.dumps([{"file": "a.ul"}, entry][1:]))
    with pytest.raises(UsageError, match=message) as caught:
        read_clips(tmp_path, PHRASES.texts)
    assert "index.json[0]" in caught.value.message
    assert caught.value.cure
    assert "\0" not in str(caught.value)


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.ul").write_bytes(b"\xff" * 8000)
    inside = clip_folder(tmp_path / "clips", [{"file": "a.ul"}])
    (inside / "a.ul").unlink()
    (inside / "a.ul").symlink_to(tmp_path / "secret.ul")
    with pytest.raises(UsageError, match="outside"):
        read_clips(inside, PHRASES.texts)


@pytest.mark.parametrize("content", [None, b"", b"{", b"{}", b"[]", b"\xff\xfe", b"[" * 100_000, b"[7]"])
def test_an_index_that_is_none_is_refused(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "index.json").write_bytes(content)
    with pytest.raises(UsageError, match="index"):
        read_clips(tmp_path, PHRASES.texts)


def test_a_clip_named_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="twice"):
        read_clips(clip_folder(tmp_path, [{"file": "a.ul"}, {"file": "a.ul"}]), PHRASES.texts)


@pytest.mark.parametrize("content", ['{"a": "감사 합니다", "b": ["네", "예"]}', "a: 감사 합니다\nb: [네, 예]\n"])
def test_phrases_are_json_or_yaml(tmp_path: Path, content: str) -> None:
    path = tmp_path / "phrases"
    path.write_text(content)
    found = read_phrases(path)
    assert (found.language, dict(found.texts)) == ("ko-KR", {"a": ("감사 합니다",), "b": ("네", "예")})


@pytest.mark.parametrize(
    "content",
    [
        None, b"", b"[1]", b"{}", b'{"a": {}}', b'{"a": []}', b'{"a": "..."}', b'{"a": ["x", []]}', b"{a: [", b"\xff",
        b"a: &x [b]\nc: *x\n", b"a: !!python/object/apply:os.system [id]\n", b"[" * 5000,
        b'{"' + b"x" * 90 + b'": "a"}', b'{"a": "' + b"x" * 200 + b'"}',
    ],
)  # fmt: skip
def test_phrases_that_are_none_are_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "phrases.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=r"phrases\.json"):
        read_phrases(path)


@pytest.mark.parametrize(
    ("texts", "language"),
    [(["请您稍等"], "zh-CN"), (["잘 모르겠습니다", "OK"], "ko-KR"), (["please hold"], "en-US"), (["7"], "en-US")],
)
def test_the_script_tells_the_language(texts: list[str], language: str) -> None:
    assert guess_language(texts) == language


def test_a_rulebook_of_another_language_is_refused() -> None:
    from recording.rulebooks import pack

    with pytest.raises(UsageError, match="zh-CN"):
        workbench_rulebook(PHRASES, pack("zh-CN"))


# Judging ---------------------------------------------------------------------------------------------------------


class FakeTranscriber:
    """Hears what it is told is in each file, once freely and once by grammar."""

    def __init__(self, texts: dict[str, str]) -> None:
        self.texts = texts
        self.grammars: list[Grammar | None] = []

    def transcribe_sound(self, sound: Sound, name: str, grammar: Grammar | None = None) -> PartyTranscript:
        self.grammars.append(grammar)
        words = tuple(
            Word(word, 0.3 * number + 0.1, 0.3 * number + 0.35) for number, word in enumerate(self.texts[name].split())
        )
        span = ((0.1, max(0.6, 0.3 * len(words) + 0.1)),)
        return PartyTranscript(words, span, 30.0, sound.duration, "fake", grammar_words=words, cpu_s=0.25)


def judged(folder: Path, said: dict[str, tuple[str | None, str]]) -> dict[str, Any]:
    entries = [{"file": file, "truth": truth, "snr": 20, "seconds": 4} for file, (truth, _) in said.items()]
    clips = read_clips(clip_folder(folder, entries), PHRASES.texts)
    book, rules = workbench_rulebook(PHRASES)
    fake = FakeTranscriber({file: text for file, (_, text) in said.items()})
    seen: list[tuple[int, int]] = []
    heard = hear(clips, book, fake, workers=2, progress=lambda done, total: seen.append((done, total)))
    assert sorted(seen) == [(number + 1, len(said)) for number in range(len(said))]
    assert fake.grammars == [grammar_of(book)] * len(said)
    return evaluate(clips.clips, heard, PHRASES, book, rules, THRESHOLDS).figures()


def test_clips_are_judged_as_calls_are(tmp_path: Path) -> None:
    found = judged(
        tmp_path,
        {
            "a.ul": ("thanks", "감사 합니다"),
            "b.ul": ("dunno", "잘 모르 겠습니다"),
            "c.ul": (None, "잘 알 겠습니다"),
            "d.ul": ("bye", "네 네 네 그런데 지금"),
            "e.ul": ("waited", "기다려 주셔서 감사 합니다"),
        },
    )
    verdicts = {clip["file"]: clip["verdicts"] for clip in found["clips"]}
    assert verdicts["a.ul"]["thanks"] == "said"
    assert verdicts["b.ul"] == {"thanks": "not_said", "waited": "not_said", "dunno": "said", "bye": "not_said"}
    assert verdicts["c.ul"]["dunno"] == "not_said", "its opposite"
    assert verdicts["d.ul"]["bye"] == "not_said", "what was not heard is not said, whatever the label says"
    assert verdicts["e.ul"]["waited"] == "said"
    level = found["by_snr"]["20"]
    assert level["counts"]["said_true"] == 3
    assert level["counts"]["not_true"] == 1
    assert level["verdicts"] == 5 * 4 - 1, "thanking is part of thanking for the wait: neither right nor wrong"
    assert level["cpu_s_per_s"] == pytest.approx(0.25 / 4, abs=1e-3)
    assert found["clips"][0].keys() == {"file", "truth", "snr", "verdicts", "seconds"}


def test_the_same_clips_without_the_models_spaces(tmp_path: Path) -> None:
    glued = PhraseList(
        "ko-KR", {key: tuple(way.replace(" ", "") for way in ways) for key, ways in PHRASES.texts.items()}
    )
    clips = read_clips(clip_folder(tmp_path, [{"file": "a.ul", "truth": "dunno"}]), glued.texts)
    book, rules = workbench_rulebook(glued)
    heard = hear(clips, book, FakeTranscriber({"a.ul": "잘 모르 겠습니다"}))
    found = evaluate(clips.clips, heard, glued, book, rules, THRESHOLDS)
    assert found.results[0].verdicts["dunno"] == "said"


def test_thresholds_are_chosen_on_one_part_and_never_on_the_other(tmp_path: Path) -> None:
    texts = {f"{number}.ul": "잘 모르 겠어" for number in range(12)}
    entries = [{"file": file, "truth": "dunno", "src": f"s{number}", "snr": None} for number, file in enumerate(texts)]
    clips = read_clips(clip_folder(tmp_path, entries), PHRASES.texts)
    book, rules = workbench_rulebook(PHRASES)
    heard = hear(clips, book, FakeTranscriber(texts))
    chosen, kept = split(clips.clips, 1)
    assert chosen
    assert kept
    first = tune(clips, heard, PHRASES, book, rules, THRESHOLDS, seed=1)
    before = cost(
        evaluate([clips.clips[at] for at in chosen], [heard[at] for at in chosen], PHRASES, book, rules, THRESHOLDS)
    )
    assert first.made["cost"] <= round(before, 5)
    assert (first.chosen_on["overall"]["n"], first.reported_on["overall"]["n"]) == (len(chosen), len(kept))
    assert first.made["set"] == clips.digest
    spoilt = list(heard)
    for at in kept:  # whatever the other part holds, the choice is the same
        spoilt[at] = replace(heard[at], words=(), grammar_words=())
    assert tune(clips, spoilt, PHRASES, book, rules, THRESHOLDS, seed=1).thresholds == first.thresholds


def test_kept_transcripts_are_not_made_again(tmp_path: Path) -> None:
    clips = read_clips(clip_folder(tmp_path, [{"file": "a.ul", "truth": "dunno", "seconds": 2}]), PHRASES.texts)
    book, _ = workbench_rulebook(PHRASES)
    folder = tmp_path / "kept"
    folder.mkdir()
    fake = FakeTranscriber({"a.ul": "잘 모르 겠습니다"})
    first = hear(clips, book, KeptTranscripts(folder, fake, "fake"))
    assert hear(clips, book, KeptTranscripts(folder, fake, "fake")) == first
    assert len(fake.grammars) == 1
    hear(clips, book, KeptTranscripts(folder, fake, "another model"))
    assert len(fake.grammars) == 2
    for path in folder.iterdir():
        path.write_text("{")
    assert hear(clips, book, KeptTranscripts(folder, fake, "fake")) == first, "what cannot be read is made again"
    assert len(fake.grammars) == 3
    assert {path.suffix for path in folder.iterdir()} == {".json"}


# Thresholds ------------------------------------------------------------------------------------------------------


def test_a_thresholds_file_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    mine = replace(THRESHOLDS, version="9-abc", accept=77.5)
    path.write_text(thresholds_file(mine, {"made": {"seed": 1}}))
    assert load_thresholds(path) == mine
    assert load_thresholds(PACKAGED) == THRESHOLDS
    assert site_thresholds(None) == site_thresholds(tmp_path) == THRESHOLDS
    path.rename(tmp_path / "thresholds.json")
    assert site_thresholds(tmp_path) == mine, "a site's own come first"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": "x y"}, "no version"),
        ({"values": {}}, "missing or unknown"),
        ({"accept": None}, "missing or unknown"),
        ({"more": 1}, "missing or unknown"),
        ({"accept": "80"}, "no number"),
        ({"accept": True}, "no number"),
        ({"accept": float("nan")}, "no number"),
        ({"accept": -1}, "no number"),
    ],
)
def test_a_wrong_thresholds_file_is_refused(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    data = json.loads(PACKAGED.read_text())
    for name, value in change.items():
        if name in {"version", "values"}:
            data[name] = value
        elif value is None:
            del data["values"][name]
        else:
            data["values"][name] = value
    path = tmp_path / "t.json"
    path.write_text(json.dumps(data))
    with pytest.raises(UsageError, match=message):
        load_thresholds(path)


@pytest.mark.parametrize("content", [None, b"", b"[]", b"\xff", b"7"])
def test_no_thresholds_file_at_all(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "t.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=r"t\.json"):
        load_thresholds(path)
