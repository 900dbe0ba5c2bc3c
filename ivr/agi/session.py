"""The verbs of a call: what the engine can ask Asterisk to do on the caller's channel."""

from __future__ import annotations

import math

from ivr.agi.connection import AgiConnection, End
from ivr.agi.errors import AgiCommandError
from ivr.agi.results import ChannelState, Done, Executed, Played, Pressed, Recorded
from ivr.agi.wire import Reply

DTMF = "0123456789*#ABCD"

_DEAD = 511
_CUT_BYTES = 1020  # GET VARIABLE cuts a value at 1023 bytes without a word; GET FULL VARIABLE does not


class AgiSession:
    """One call as seen by a flow. One command at a time; every command has a time limit.

    A command's limit is its own duration and ``margin``. Once the caller has gone, verbs that need him return at
    once with ``hung_up`` set and send nothing; variables can still be read and set until Asterisk closes. Every
    verb may raise AgiTimeout (the connection is closed then), AgiProtocolError, or AgiCommandError for an
    argument that cannot be sent or a command that Asterisk refuses as unknown or misspelt.

    Args:
        connection: the connection, its header already read.
        margin: seconds that Asterisk may be late with any reply.
        play_limit: seconds a sound, a spoken number or an application may take when its duration is not given.
    """

    def __init__(self, connection: AgiConnection, *, margin: float = 5.0, play_limit: float = 120.0) -> None:
        self._connection = connection
        self._margin = margin
        self._play_limit = play_limit

    @property
    def hung_up(self) -> bool:
        """Whether the caller has gone, as far as is known now."""
        return self._connection.hung_up

    @property
    def end(self) -> End | None:
        """Why the connection can carry no more commands; None while it can."""
        return self._connection.end

    async def command(self, *words: str, duration: float = 0.0) -> Reply | None:
        """Send any AGI command, word by word, that takes ``duration`` seconds at most; None when the call is over.

        Raises:
            AgiCommandError: also when Asterisk refuses it (510, 520).
        """
        reply = await self._connection.command(words, duration + self._margin)
        if reply is None:
            return None
        if reply.code == _DEAD:
            self._connection.mark_hung_up()
        elif reply.code != 200:
            raise AgiCommandError(f"Asterisk refused AGI command {' '.join(words)!r:.60}: {reply.text!r:.120}")
        return reply

    async def answer(self) -> Done:
        """Answer the call; harmless when it is answered already."""
        return await self._done("ANSWER")

    async def hangup(self) -> Done:
        """Hang up the caller's channel; harmless when he has gone. Variables can still be read and set."""
        if not self.hung_up:
            await self.command("HANGUP")
            self._connection.mark_hung_up()
        return Done(hung_up=True)

    async def stream_file(
        self, name: str, escape_digits: str = "", *, duration: float | None = None, offset: int = 0
    ) -> Played:
        """Play a sound until its end or until one of ``escape_digits`` is pressed.

        Args:
            name: the sound's name without its extension.
            escape_digits: keys that stop it, of ``0-9*#A-D``.
            duration: how long it is, in seconds; ``play_limit`` when not known.
            offset: where to begin, in samples.
        """
        words = ["STREAM", "FILE", name, _keys(escape_digits)]
        if offset:
            words.append(str(int(offset)))
        reply = await self._alive(*words, duration=self._play_limit if duration is None else duration)
        if reply is None:
            return Played(hung_up=True)
        digit, endpos = _digit(reply), max(0, reply.endpos or 0)
        if digit is None:
            gone = await self._gone()
            return Played(endpos=endpos, hung_up=gone, failed=not gone)
        return Played(digit, endpos)

    async def wait_for_digit(self, seconds: float) -> Pressed:
        """Wait at most ``seconds`` for one key."""
        if not (math.isfinite(seconds) and seconds >= 0):
            raise AgiCommandError(f"cannot wait {seconds} s for a key")
        milliseconds = max(1, round(seconds * 1000))  # 0 and -1 have other meanings
        reply = await self._alive("WAIT", "FOR", "DIGIT", str(milliseconds), duration=seconds)
        digit = _digit(reply) if reply is not None else None
        if digit is None:
            self._connection.mark_hung_up()
            return Pressed(hung_up=True)
        return Pressed(digit)

    async def get_variable(self, name: str) -> str | None:
        """A channel variable, or a function such as ``CHANNEL(language)``; None when unset or the call is over."""
        reply = await self.command("GET", "VARIABLE", name)
        if reply is None or reply.result != "1":
            return None
        if reply.data is not None and len(reply.data.encode()) >= _CUT_BYTES:
            return await self.get_full(f"${{{name}}}")
        return reply.data

    async def get_full(self, expression: str) -> str | None:
        """``expression`` with every ``${...}`` in it evaluated; unset ones are empty. None when the call is over.

        Asterisk evaluates whatever stands there: never put caller-supplied text into it.
        """
        reply = await self.command("GET", "FULL", "VARIABLE", expression)
        return reply.data if reply is not None and reply.result == "1" else None

    async def set_variable(self, name: str, value: str) -> Done:
        """Set a channel variable or a writable function; works on a dead channel. ``failed`` when the call is over."""
        reply = await self.command("SET", "VARIABLE", name, value)
        return Done(hung_up=self.hung_up, failed=reply is None or reply.result != "1")

    async def execute(self, application: str, *args: str, duration: float | None = None) -> Executed:
        """Run a dialplan application. Nothing long (Queue, Dial): those belong in the dialplan itself.

        Args:
            application: its name.
            args: its arguments; a comma inside one would begin the next, so it is refused.
            duration: how long it may take, in seconds; ``play_limit`` when not known.
        """
        for arg in args:
            if "," in arg:
                raise AgiCommandError(
                    f"argument of {application} holds a comma: {arg!r:.80}", cure="give each argument by itself"
                )
        words = ["EXEC", application, *([",".join(args)] if args else [])]
        reply = await self._alive(*words, duration=self._play_limit if duration is None else duration)
        if reply is None:
            return Executed(-1, hung_up=True)
        code = reply.number if reply.number is not None else 0
        return Executed(code, hung_up=self.hung_up, failed=code == -2)

    async def say_digits(self, digits: str, escape_digits: str = "", *, duration: float | None = None) -> Played:
        """Say each of ``digits`` in the channel's language.

        Args:
            digits: ``0`` to ``9``.
            escape_digits: keys that stop it.
            duration: how long it may take, in seconds; ``play_limit`` when not known.
        """
        if not (digits.isascii() and digits.isdigit()):
            raise AgiCommandError(f"not digits that can be said: {digits!r:.40}", cure="give 0-9, one at least")
        seconds = self._play_limit if duration is None else duration
        reply = await self._alive("SAY", "DIGITS", digits, _keys(escape_digits), duration=seconds)
        if reply is None:
            return Played(hung_up=True)
        digit = _digit(reply)
        if digit is None:
            gone = await self._gone()
            return Played(hung_up=gone, failed=not gone)
        return Played(digit)

    async def record_file(
        self,
        path: str,
        *,
        format: str = "wav",
        escape_digits: str = "#",
        seconds: float = 60.0,
        silence: int | None = None,
        beep: bool = False,
    ) -> Recorded:
        """Record the caller into ``path`` + ``.format``, overwriting it.

        Args:
            path: the file without its extension; made of our own ids only.
            format: ``wav``, ``wav16``, ...
            escape_digits: keys that end it.
            seconds: how long at most.
            silence: end after so many whole seconds of silence.
            beep: play Asterisk's ``beep`` first.
        """
        words = ["RECORD", "FILE", path, format, _keys(escape_digits), str(max(1, round(seconds * 1000)))]
        if beep:
            words.append("BEEP")
        if silence is not None:
            words.append(f"s={int(silence)}")
        reply = await self._alive(*words, duration=seconds)
        if reply is None:
            return Recorded(hung_up=True)
        endpos = max(0, reply.endpos or 0)
        digit = _digit(reply)
        if digit:
            return Recorded(digit, endpos)
        if reply.timeout:
            return Recorded(endpos=endpos, timed_out=True)
        if reply.data == "hangup":
            self._connection.mark_hung_up()
        gone = await self._gone()
        return Recorded(endpos=endpos, hung_up=gone, failed=not gone)

    async def channel_status(self) -> ChannelState | None:
        """The channel's state; None when the caller has gone."""
        reply = await self._alive("CHANNEL", "STATUS")
        number = reply.number if reply is not None else None
        return ChannelState(number) if number is not None and 0 <= number <= 7 else None

    async def set_autohangup(self, seconds: int) -> Done:
        """Hang up by itself after ``seconds``, whatever happens to the engine; 0 takes it back."""
        return await self._done("SET", "AUTOHANGUP", str(max(0, int(seconds))))

    async def verbose(self, message: str, level: int = 1) -> Done:
        """Write ``message`` to Asterisk's console from verbosity ``level`` (1-4) on."""
        reply = await self.command("VERBOSE", message, str(int(level)))
        return Done(hung_up=self.hung_up, failed=reply is None)

    async def noop(self, message: str = "") -> Done:
        """Do nothing; a round trip that brings a waiting hangup to light."""
        reply = await self.command("NOOP", *([message] if message else []))
        return Done(hung_up=self.hung_up, failed=reply is None)

    async def _done(self, *words: str) -> Done:
        reply = await self._alive(*words)
        if reply is None:
            return Done(hung_up=True)
        if reply.number == -1:
            gone = await self._gone()
            return Done(hung_up=gone, failed=not gone)
        return Done(hung_up=self.hung_up)

    async def _alive(self, *words: str, duration: float = 0.0) -> Reply | None:
        """The reply to a command that needs the caller; None when he has gone before it could be carried out."""
        if self.hung_up:
            return None
        reply = await self.command(*words, duration=duration)
        return None if reply is None or reply.code == _DEAD else reply

    async def _gone(self) -> bool:
        """Whether a -1 means a hangup: the HANGUP line may still be on its way, but a dead channel answers 511."""
        if not self.hung_up:
            await self.command("CHANNEL", "STATUS")
        return self.hung_up


def _keys(digits: str) -> str:
    if not set(digits) <= set(DTMF):
        raise AgiCommandError(f"not keys of a telephone: {digits!r:.40}", cure=f"use {DTMF}")
    return digits


def _digit(reply: Reply) -> str | None:
    """The key that a numeric result stands for; ``""`` for 0, None for a failure or hangup."""
    number = reply.number
    if number is None or number < 0:
        return None
    return chr(number) if 0 < number < 128 else ""


__all__ = ["DTMF", "AgiSession"]
