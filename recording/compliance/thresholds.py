"""The numbers a verdict rests on, in one file and versioned: change one, change the version.

The packaged file is made with ``ivr qa tune``; a site may bring one of its own. A verdict keeps the version.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from ivr.core.errors import UsageError
from ivr.core.language import Text

PACKAGED = Path(__file__).parent / "thresholds.json"
SITE_FILE = "thresholds.json"  # in the site's folder
MOST_BYTES = 4 << 20
_VERSION = re.compile(r"[0-9A-Za-z.-]{1,32}")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Scores are 0..100 (``recording.matching``)."""

    version: str
    accept: float  # the free decode alone is evidence
    support: float  # enough when a grammar pass heard every word of the phrase at that place
    support_noisy: float  # the same in noise
    together: float  # mean of free decode and grammar pass that is enough
    near: float  # free decode alone: too like the phrase to say it was not said
    near_together: float  # mean of both: too like it
    near_noisy: float  # either of them in noise: too like it
    edge: float  # by which a near miss must be more like what was heard to rule the phrase out
    almost: float  # likeness from which a grammar pass heard all of a phrase
    favour: float  # and from which, if higher than any near miss's, it speaks for the phrase
    agree: float  # passes that speak for it and so settle it between the phrase and its near miss
    outvoted: float  # lead of a near miss in the free decode from which they do not
    least: float  # less is no evidence at all
    most_lost: float  # share of the phrase in words not heard at all; likeness beyond is another phrase's common ending
    most_unheard: float  # share of the phrase in words that no pass heard; beyond, another word stood in their place
    accuse: float  # a forbidden phrase is taken as said with the grammar pass from here
    sure: float  # and without it from here; the same for any phrase in noise
    noisy_db: float  # SNR below which sound is noisy
    snr_floor_db: float  # below it the absence of a phrase proves nothing
    shortest_speech: float  # seconds, padding of the speech spans included; less is no speech
    fewest_words: float  # words per second of speech; fewer and the recogniser understood nothing
    slack: float  # seconds a window is widened on both sides
    overlap: float  # seconds by which a grammar hit may miss the place found in the free decode
    pause: float  # seconds; a phrase does not go on across a longer pause

    @property
    def digest(self) -> str:
        """What tells these numbers from any others, whatever their version says."""
        return hashlib.sha256(thresholds_file(self, {}).encode()).hexdigest()[:12]

    @property
    def full_version(self) -> str:
        """The version and the hash of the numbers, as verdicts keep it."""
        return f"{self.version}+{self.digest}"


def load_thresholds(path: Path) -> Thresholds:
    """The thresholds in a file as ``ivr qa tune`` writes it.

    Raises:
        UsageError: naming what is missing, unknown or no number.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _problem(path, Text("too large", "文件过大"))
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        reason = str(error.strerror)
        raise _problem(path, Text(reason, reason)) from error
    except (ValueError, RecursionError) as error:
        raise _problem(path, Text("not JSON", "不是有效的 JSON")) from error
    version = data.get("version") if isinstance(data, dict) else None
    values = data.get("values") if isinstance(data, dict) else None
    if not isinstance(version, str) or not _VERSION.fullmatch(version) or not isinstance(values, dict):
        raise _problem(path, Text("no version and values", "缺少 version 或 values"))
    names = {field.name for field in fields(Thresholds)} - {"version"}
    wrong = sorted(names.symmetric_difference(values))
    if wrong:
        shown = ", ".join(f"{name!r:.40}" for name in wrong[:5])
        raise _problem(path, Text(f"missing or unknown: {shown}", f"缺少或未知：{shown}"))
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not (math.isfinite(value) and value >= 0):
            raise _problem(path, Text(f"{name} is no number", f"{name} 不是数字"))
    return Thresholds(version=version, **{name: float(value) for name, value in values.items()})


def site_thresholds(site: Path | None) -> Thresholds:
    """The thresholds of a site: its own ``thresholds.json``, else the packaged ones; raises as ``load_thresholds``."""
    path = None if site is None else site / SITE_FILE
    return load_thresholds(path) if path is not None and path.exists() else THRESHOLDS


def thresholds_file(limits: Thresholds, about: Mapping[str, Any]) -> str:
    """The content of a file with these thresholds and where they come from."""
    values = asdict(limits)
    version = values.pop("version")
    return json.dumps({"version": version, "values": values, **about}, ensure_ascii=False, indent=2) + "\n"


def _problem(path: Path, what: Text) -> UsageError:
    return UsageError(
        Text(f"{path.name}: {what.en}", f"{path.name}：{what.zh}"),
        cure=Text("use a file that ivr qa tune wrote", "请使用 ivr qa tune 生成的文件"),
    )


THRESHOLDS = load_thresholds(PACKAGED)
