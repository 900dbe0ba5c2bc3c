"""A simulated channel: Asterisk 22's recorded answer to each AGI command, and what a caller does meanwhile."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ivr.agi.quote import split_command
from ivr.core.clock import FixedClock

SAMPLES_A_SECOND = 8000

_DEAD = "511 Command Not Permitted on a dead channel or intercept routine"
_UNKNOWN = "510 Invalid or unknown command"
_USAGE = "520-Invalid command syntax.  Proper usage follows:\nSee the documentation.\n520 End of proper usage."
_APPLICATIONS = ("Answer", "MixMonitor", "NoOp", "Playback", "Playtones", "StopMixMonitor", "StopPlaytones", "Verbose")


@dataclass(frozen=True, slots=True)
class Press:
    """The caller presses a key at the next chance.

    Args:
        digit: one of ``0-9*#A-D``.
        barge_in: whether he may press it while a sound plays. A sound that does not accept any key is heard to its
            end first; one that accepts others swallows the key, as Asterisk does.
    """

    digit: str
    barge_in: bool = True


@dataclass(frozen=True, slots=True)
class Silence:
    """The caller lets one wait for a key (or one recording) run into its time limit."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """The caller hangs up within the next command that takes time: sound, wait, recording."""


Act = Press | Silence | HangUp
Application = Callable[["SimulatedChannel", Sequence[str]], int]
"""What EXEC runs: gets the channel and the arguments, gives the result code."""


class SimulatedChannel:
    """What Asterisk knows of one call, and its reply to each AGI command. No input or output, no time passes.

    When the acts are used up the caller stays on the line and is silent.

    Args:
        caller: what the caller does; a plain string is a run of keys.
        variables: channel variables and functions by the text between ``${`` and ``}``, e.g. ``CHANNEL(language)``.
        sounds: seconds of each sound; one not named takes ``sound_seconds``.
        missing: names of sounds that do not exist.
        applications: what EXEC can run besides the harmless ones; any other name gives -2.
        clock: moved forward by what the call would have taken.
        max_commands: more commands than this end the call: a flow that never ends shows.
        exit_on_hangup: whether the dialplan set AGIEXITONHANGUP: Asterisk then closes with the hangup.
    """

    def __init__(
        self,
        *,
        caller: Iterable[Act] | str = (),
        variables: Mapping[str, str] | None = None,
        sounds: Mapping[str, float] | None = None,
        sound_seconds: float = 1.0,
        missing: Collection[str] = (),
        applications: Mapping[str, Application | int] | None = None,
        clock: FixedClock | None = None,
        max_commands: int = 1000,
        exit_on_hangup: bool = False,
    ) -> None:
        self.variables: dict[str, str] = dict(variables or {})
        """The channel's variables as they are now."""
        self.commands: list[list[str]] = []
        """Every command received, as words."""
        self.played: list[str] = []
        """Every sound the caller heard, at least its beginning."""
        self.said: list[str] = []
        """Every digit string he was told."""
        self.executed: list[tuple[str, str]] = []
        """Every application run, with its arguments as one text."""
        self.recorded: list[str] = []
        """Every file recorded, with its extension."""
        self.answered = False
        self.hung_up = False
        self.elapsed = 0.0
        """Seconds the call would have taken."""
        self.fault: str | None = None
        """What the engine did that no engine should; a test that runs the fake asserts that it is None."""
        self._acts: deque[Act] = deque([Press(key) for key in caller] if isinstance(caller, str) else caller)
        self._sounds = dict(sounds or {})
        self._sound_seconds = sound_seconds
        self._missing = frozenset(missing)
        self._applications: dict[str, Application | int] = dict.fromkeys(_APPLICATIONS, 0)
        self._applications |= {"Hangup": _hangup_application, "Set": _set_application, **(applications or {})}
        self._clock = clock
        self._max_commands = max_commands
        self._exit_on_hangup = exit_on_hangup
        self._hangup_due = False

    @property
    def acts_left(self) -> list[Act]:
        """What the caller has not done yet."""
        return list(self._acts)

    @property
    def over(self) -> bool:
        """Whether Asterisk closes the connection now."""
        return len(self.commands) > self._max_commands or (self.hung_up and self._exit_on_hangup)

    def press(self, escape_digits: str) -> str:
        """Take the next act as a sound with ``escape_digits`` meets it: the key that stops it, or ``""``."""
        act = self._acts[0] if self._acts else None
        if isinstance(act, HangUp):
            self._acts.popleft()
            self.go()
        elif isinstance(act, Press) and act.barge_in and escape_digits:
            self._acts.popleft()
            return act.digit if act.digit in escape_digits else ""
        return ""

    def go(self) -> None:
        """The channel goes: the HANGUP line follows the reply to the present command."""
        if not self.hung_up:
            self.hung_up = self._hangup_due = True

    def spend(self, seconds: float) -> None:
        """Let ``seconds`` of the call pass."""
        self.elapsed += seconds
        if self._clock is not None:
            self._clock.advance(seconds)

    def answer(self, line: str) -> str:
        """What Asterisk sends back for one command line, the HANGUP line included; nothing when the limit is passed."""
        words = split_command(line)
        self.commands.append(words)
        if len(self.commands) > self._max_commands:
            self.fault = f"more than {self._max_commands} commands in one call"
            return ""
        reply = self._reply(words)
        if not reply.startswith("200") and reply != _DEAD:
            self.fault = self.fault or f"{line!r}: {reply.splitlines()[0]}"
        hangup, self._hangup_due = self._hangup_due, False
        return reply + ("\nHANGUP\n" if hangup else "\n")

    def _reply(self, words: list[str]) -> str:
        for length in (3, 2, 1):
            verb = _VERBS.get(" ".join(words[:length]).upper())
            if verb is None:
                continue
            run, low, high, dead = verb
            if self.hung_up and not dead:
                return _DEAD
            args = words[length:]
            return run(self, args) if low <= len(args) <= high else _USAGE
        return _UNKNOWN

    # One method a command. Each gives the reply that Asterisk 22 gives.

    def _answer(self, _: list[str]) -> str:
        self.answered = True
        return "200 result=0"

    def _hangup(self, _: list[str]) -> str:
        self.go()
        return "200 result=1"

    def _stream_file(self, args: list[str]) -> str:
        name, escape = args[0], args[1]
        if name in self._missing or not name:
            return "200 result=-1 endpos=0"
        self.played.append(name)
        seconds = self._sounds.get(name, self._sound_seconds)
        digit = self.press(escape)
        heard = seconds / 2 if digit or self.hung_up else seconds
        self.spend(heard)
        self.variables["PLAYBACKSTATUS"] = "FAILED" if self.hung_up else "SUCCESS"
        result = -1 if self.hung_up else ord(digit) if digit else 0
        return f"200 result={result} endpos={round(heard * SAMPLES_A_SECOND)}"

    def _say_digits(self, args: list[str]) -> str:
        if not re.match(r"-?[0-9]", args[0]):
            return _USAGE
        self.said.append(args[0])
        digit = self.press(args[1])
        self.spend(0.5 * len(args[0]))
        return f"200 result={-1 if self.hung_up else ord(digit) if digit else 0}"

    def _wait_for_digit(self, args: list[str]) -> str:
        act = self._acts.popleft() if self._acts else Silence()
        if isinstance(act, HangUp):
            self.go()
            return "200 result=-1"
        if isinstance(act, Press):
            self.spend(min(0.5, int(args[0]) / 1000))
            return f"200 result={ord(act.digit)}"
        self.spend(int(args[0]) / 1000)
        return "200 result=0"

    def _record_file(self, args: list[str]) -> str:
        path, form, escape, limit = args[0], args[1], args[2], int(args[3]) / 1000
        if path in self._missing:
            return "200 result=-1 (writefile)"
        self.recorded.append(f"{path}.{form}")
        act = self._acts.popleft() if self._acts else Silence()
        seconds = (
            limit if isinstance(act, Silence) or (isinstance(act, Press) and act.digit not in escape) else limit / 2
        )
        self.spend(seconds)
        endpos = round(seconds * SAMPLES_A_SECOND)
        if isinstance(act, HangUp):
            self.go()
            return f"200 result=-1 (hangup) endpos={endpos}"
        if isinstance(act, Press) and act.digit in escape:
            return f"200 result={ord(act.digit)} (dtmf) endpos={endpos}"
        return f"200 result=0 (timeout) endpos={endpos}"

    def _get_variable(self, args: list[str]) -> str:
        value = self.variables.get(args[0])
        if value is None:
            return "200 result=0"
        return f"200 result=1 ({value.encode()[:1023].decode(errors='ignore')})"

    def _get_full_variable(self, args: list[str]) -> str:
        return f"200 result=1 ({self.evaluate(args[0])})"

    def evaluate(self, expression: str) -> str:
        """``expression`` with its ``${...}`` replaced, innermost first; ``$[...]`` is left as it stands."""
        pattern = re.compile(r"\$\{([^${}]*)\}")
        for _ in range(16):
            expression, changed = pattern.subn(lambda found: self.variables.get(found[1], ""), expression)
            if not changed:
                break
        return expression

    def _set_variable(self, args: list[str]) -> str:
        self.variables[args[0]] = args[1]
        return "200 result=1"

    def _exec(self, args: list[str]) -> str:
        name, text = args[0], args[1] if len(args) > 1 else ""
        application = next((found for key, found in self._applications.items() if key.lower() == name.lower()), None)
        if application is None:
            return "200 result=-2"
        self.executed.append((name, text))
        code = application if isinstance(application, int) else application(self, text.split(",") if text else [])
        return f"200 result={code}"

    def _channel_status(self, args: list[str]) -> str:
        if args:
            return "200 result=-1"
        return f"200 result={6 if self.answered else 4}"

    def _zero(self, _: list[str]) -> str:
        return "200 result=0"

    def _one(self, _: list[str]) -> str:
        return "200 result=1"


def _hangup_application(asterisk: SimulatedChannel, _: Sequence[str]) -> int:
    asterisk.go()
    return -1


def _set_application(asterisk: SimulatedChannel, args: Sequence[str]) -> int:
    name, _, value = ",".join(args).partition("=")
    asterisk.variables[name] = value
    return 0


_Verb = tuple[Callable[[SimulatedChannel, list[str]], str], int, int, bool]

# What runs it, its least and most arguments, and whether it works on a dead channel ("agi show commands").
_VERBS: dict[str, _Verb] = {
    "ANSWER": (SimulatedChannel._answer, 0, 0, False),
    "CHANNEL STATUS": (SimulatedChannel._channel_status, 0, 1, False),
    "EXEC": (SimulatedChannel._exec, 1, 126, True),
    "GET FULL VARIABLE": (SimulatedChannel._get_full_variable, 1, 2, True),
    "GET VARIABLE": (SimulatedChannel._get_variable, 1, 1, True),
    "HANGUP": (SimulatedChannel._hangup, 0, 1, False),
    "NOOP": (SimulatedChannel._zero, 0, 126, True),
    "RECORD FILE": (SimulatedChannel._record_file, 4, 7, False),
    "SAY DIGITS": (SimulatedChannel._say_digits, 2, 2, False),
    "SET AUTOHANGUP": (SimulatedChannel._zero, 1, 1, False),
    "SET VARIABLE": (SimulatedChannel._set_variable, 2, 126, True),
    "STREAM FILE": (SimulatedChannel._stream_file, 2, 3, False),
    "VERBOSE": (SimulatedChannel._one, 1, 2, True),
    "WAIT FOR DIGIT": (SimulatedChannel._wait_for_digit, 1, 1, False),
}

__all__ = ["SAMPLES_A_SECOND", "Act", "Application", "HangUp", "Press", "Silence", "SimulatedChannel"]
