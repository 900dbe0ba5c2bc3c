"""The recogniser. The only module that imports vosk; it runs in worker processes only.

A Kaldi assertion ends the whole process, so nothing that must live may import this.
"""

from __future__ import annotations

import ctypes
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import vosk

from recording.audio.wav import Samples
from recording.transcription.transcript import Word

RATE = 16000
CHUNK_S = 0.5
TAIL_S = 0.1
# Kaldi adds a noise of one step (dither) to every frame, from the C library's rand(). In speech at 8 kHz that alone
# changes words, so each stretch gets the same noise: what was heard once is heard again, in any order and process.
_C = ctypes.CDLL(None)
_SEED = 1


class Recogniser:
    """One Vosk recogniser, used by one thread at a time and for many stretches of sound.

    Keeping it keeps its lazily built decoding graph, which is most of the cost of a short clip.
    """

    def __init__(self, model: Any, lines: list[str] | None) -> None:
        arguments = [model, RATE]
        if lines is not None:
            arguments.append(json.dumps(lines, ensure_ascii=False))
        self._vosk = vosk.KaldiRecognizer(*arguments)
        self._vosk.SetWords(True)
        self._fed = 0  # samples since it was made: its word times never go back to zero

    def decode(self, samples: Samples, offset: float) -> list[Word]:
        """Words in one stretch of sound; the same ones each time, where one thread decodes at a time.

        Args:
            samples: int16, shape (n,), 16000 Hz.
            offset: seconds at which the stretch begins in its file.
        """
        base = self._fed / RATE
        words: list[Word] = []
        _C.srand(_SEED)
        size = round(CHUNK_S * RATE)
        ended = False
        for at in range(0, len(samples), size):
            ended = self._feed(samples[at : at + size].tobytes())
            if ended:
                words += self._words(self._vosk.Result(), base, offset)
        if ended:
            # FinalResult starts afresh only while the recogniser runs; otherwise it would carry
            # what it learnt of this voice into the next file.
            self._feed(bytes(2 * round(TAIL_S * RATE)))
        words += self._words(self._vosk.FinalResult(), base, offset)
        limit = offset + len(samples) / RATE
        return [word for word in words if word.start < limit]

    def _feed(self, data: bytes) -> bool:
        self._fed += len(data) // 2
        return bool(self._vosk.AcceptWaveform(data))

    @staticmethod
    def _words(result: str, base: float, offset: float) -> list[Word]:
        shift = offset - base
        return [
            Word(
                word=str(item["word"]),
                start=round(float(item["start"]) + shift, 3),
                end=round(float(item["end"]) + shift, 3),
                conf=round(float(item.get("conf", 1.0)), 3),
            )
            for item in json.loads(result).get("result", ())
        ]


class Engine:
    """One model in memory, and its recognisers."""

    def __init__(self, folder: Path) -> None:
        vosk.SetLogLevel(-1)
        self._model = vosk.Model(str(folder))
        self._lock = threading.Lock()
        self._free: dict[str, list[Recogniser]] = {}

    def knows(self, word: str) -> bool:
        """Whether ``word`` is in the model's vocabulary."""
        return bool(self._model.vosk_model_find_word(word) >= 0)

    @contextmanager
    def recogniser(self, lines: list[str] | None) -> Iterator[Recogniser]:
        """Borrow a recogniser: free when ``lines`` is None, else restricted to them."""
        key = "" if lines is None else json.dumps(lines)
        with self._lock:
            for other in [held for held in self._free if held not in {"", key}]:
                del self._free[other]  # one grammar at a time is kept
            waiting = self._free.setdefault(key, [])
            borrowed = waiting.pop() if waiting else None
        if borrowed is None:
            borrowed = Recogniser(self._model, lines)
        yield borrowed
        with self._lock:
            self._free.setdefault(key, []).append(borrowed)
