"""One short sound file for each place a verdict rests on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ivr.core.errors import UsageError
from ivr.core.language import Text
from recording.audio.clip import write_clip
from recording.audio.decode import shown
from recording.foreign.judge import ForeignJudged

MARGIN_S = 0.5  # heard before and after
MOST_PER_RULE = 20


def clip_folder(folder: Path) -> Path:
    """A folder for clips, made if it is not there.

    Raises:
        UsageError: if it cannot be used, or holds anything: nothing is overwritten.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        used = any(folder.iterdir())
    except OSError as error:
        raise UsageError(
            Text(f"{shown(folder)}: {error.strerror}", f"{shown(folder)}：{error.strerror}"),
            cure=Text("name another folder", "请指定其他目录"),
        ) from error
    if used:
        raise UsageError(
            Text(f"{shown(folder)} is not empty", f"目录 {shown(folder)} 不为空"),
            cure=Text("name a new folder for the clips", "请为片段指定新目录"),
        )
    return folder


def write_clips(number: int, judged: ForeignJudged, folder: Path) -> list[dict[str, Any]]:
    """Write the clips of all hits of a call; names come from our own numbers and the rulebook's ids only.

    Args:
        number: of the call, 1 and up.

    Returns:
        One entry a clip: file, rule, phrase, start and end (seconds of the speaker's sound).

    Raises:
        OSError: if a clip cannot be written.
    """
    written: list[dict[str, Any]] = []
    sounds = {"agent": judged.call.agent, "caller": judged.call.caller}
    for verdict in judged.verdicts:
        sound = sounds.get(verdict.by)
        for place, hit in enumerate(verdict.hits[:MOST_PER_RULE], start=1):
            if sound is None:
                continue
            start, end = max(0.0, hit.span[0] - MARGIN_S), min(sound.duration, hit.span[1] + MARGIN_S)
            name = f"{number:04d}-{verdict.rule}-{place:02d}.wav"
            write_clip(sound, start, end, folder / name)
            written.append(
                {
                    "file": name,
                    "rule": verdict.rule,
                    "phrase": hit.phrase,
                    "strong": hit.strong,
                    "start": round(start, 3),
                    "end": round(end, 3),
                }
            )
    return written
