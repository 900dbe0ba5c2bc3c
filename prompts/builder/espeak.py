"""espeak-ng: text in, sound out; plain, but it is in every distribution and speaks all three languages."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import wave

import numpy as np

from ivr.core.errors import SetupError
from prompts.builder.english import PROGRAM_VARIABLE, TIME_LIMIT
from prompts.catalogue import Prompt
from prompts.measure import Floats

VOICES = {"zh-CN": "cmn", "en-US": "en-us", "ko-KR": "ko"}
WORDS_PER_MINUTE = {"zh-CN": 160, "en-US": 150, "ko-KR": 150}


def program() -> str | None:
    """Where espeak-ng is: ``$ESPEAK_NG``, else on the path."""
    return os.environ.get(PROGRAM_VARIABLE) or shutil.which("espeak-ng")


class Espeak:
    """Says a prompt's words."""

    def __init__(self, path: str | None = None) -> None:
        found = path or program()
        if not found:
            raise SetupError("espeak-ng is not installed", cure=f"apt-get install espeak-ng, or set {PROGRAM_VARIABLE}")
        self._program = found

    def voice(self, prompt: Prompt) -> str:
        """Who says it."""
        return f"espeak-{VOICES[prompt.says_in]}"

    def say(self, prompt: Prompt) -> tuple[Floats, int]:
        """The words, float32 in -1..1, and their rate in Hz.

        Raises:
            SetupError: if espeak-ng fails.
        """
        speed = str(WORDS_PER_MINUTE[prompt.says_in])
        command = [self._program, "-v", VOICES[prompt.says_in], "-s", speed, "--stdin", "--stdout"]
        try:
            done = subprocess.run(
                command, input=prompt.words.encode(), capture_output=True, timeout=TIME_LIMIT, check=True
            )
            with wave.open(io.BytesIO(done.stdout)) as file:  # its header promises more frames than there are
                rate, data = file.getframerate(), file.readframes(len(done.stdout))
        except (OSError, subprocess.SubprocessError, wave.Error, EOFError) as error:
            raise SetupError(f"espeak-ng failed: {error}", cure=f"try it by hand, or set {PROGRAM_VARIABLE}") from error
        return np.frombuffer(data[: len(data) // 2 * 2], "<i2").astype(np.float32) / np.float32(32768), rate


__all__ = ["VOICES", "Espeak", "program"]
