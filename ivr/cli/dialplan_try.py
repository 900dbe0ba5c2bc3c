"""The caller of ``ivr dialplan simulate`` who is asked in the terminal."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rich.markup import escape

from ivr.call.channel import ALL_KEYS
from ivr.call.fake import HANGUP, TIMEOUT, ScriptedCaller
from ivr.call.simulation.plan import Verb, known_word, words_of
from ivr.cli.common import console
from ivr.core.language import Text


@contextmanager
def _interruptible() -> Iterator[None]:
    """Ctrl-C ends the command at once; asyncio would wait until something has been typed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class TypedCaller(ScriptedCaller):
    """His script is what is typed: keys, Enter for silence, ``h`` to hang up."""

    def at_wait(self, seconds: float) -> str:
        """The next key; asks for it when none is left."""
        if not self._typing:
            self.script.append(_action(seconds))
        return super().at_wait(seconds)

    def choose(self, verb: Verb, step: str) -> str:
        """What becomes of him where he is handed over; Enter for the first that may be."""
        words = words_of([verb])
        listed = " | ".join(words)
        asked = Text(f"{step}: what becomes of him? {listed} (Enter: {words[0]})",
                     f"{step}：结果？{listed}（回车：{words[0]}）")  # fmt: skip
        while True:
            typed = _typed(asked)
            if not typed:
                return words[0] if typed is not None else HANGUP
            if known_word(verb, typed):
                return typed
            if typed.lower() == "h" and HANGUP in words:
                return HANGUP


def _action(seconds: float) -> str:
    """What is typed, as a script has it."""
    asked = Text(
        f"your keys within {seconds:g} s (Enter: silence, h: hang up)",
        f"请在 {seconds:g} 秒内按键（回车：静默，h：挂机）",
    )
    while True:
        typed = _typed(asked)
        if typed is None or typed.lower() in {"h", HANGUP}:
            return HANGUP
        if not typed:
            return TIMEOUT
        if set(typed) <= set(ALL_KEYS):
            return typed


def _typed(asked: Text) -> str | None:
    """A line; None when there are no more."""
    try:
        with _interruptible():
            return console.input(f"       [bold yellow]{escape(str(asked))}[/bold yellow] ").strip()
    except EOFError:
        return None


__all__ = ["TypedCaller"]
