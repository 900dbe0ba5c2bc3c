"""A simulated call that stops where somebody must say what happens next, and goes on from there.

Nothing is kept between two questions: with one answer more the whole call is simulated anew, which takes milliseconds
and comes out the same, because the call's clock is its own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from ivr.call.fake import HANGUP, ScriptedCaller
from ivr.call.simulation.plan import Plan, Verb, known_word, words_of
from ivr.call.simulation.run import Simulator
from ivr.call.simulation.scenario import usable_keys
from ivr.call.simulation.story import Item, Story, Visit
from ivr.core.errors import UsageError
from ivr.core.language import Text

MOST_ANSWERS = 200


@dataclass(frozen=True, slots=True)
class Question:
    """What the call waits for.

    Args:
        asks: ``keys``: what the caller does; ``reply``: what becomes of him where he is handed over.
        flow, step: where he is.
        seconds: how long the line waits for keys.
        verb: how he is handed over.
        words: what may become of him.
    """

    asks: Literal["keys", "reply"]
    flow: str
    step: str
    seconds: float = 0.0
    verb: str = ""
    words: tuple[str, ...] = ()


@dataclass(slots=True)
class Played:
    """A call as far as it went.

    Args:
        visits: the steps so far, in order.
        story: of the call; of a call that waits, only language and variables mean anything.
        question: what it waits for; None when it is over.
    """

    story: Story
    question: Question | None
    visits: list[Visit] = field(default_factory=list)


class _Player(ScriptedCaller):
    """Does what was answered so far; at the first thing that was not, he asks, and nothing after that is kept."""

    def __init__(self, keys: Sequence[str], replies: Sequence[str]) -> None:
        super().__init__(keys)
        self._replies = deque(replies)
        self.question: Question | None = None
        self.visits: list[Visit] = []

    def told(self, visit: Visit, item: Item | None) -> None:
        """Keep what happens until the question."""
        if self.question is not None:
            return
        if item is None:
            self.visits.append(Visit(visit.flow, visit.step, visit.kind, visit.at))
        elif self.visits:
            self.visits[-1].items.append(item)

    def at_prompt(self, prompt: str, keys: str) -> str:
        """After the question nothing is played to anybody."""
        return HANGUP if self.question is not None else super().at_prompt(prompt, keys)

    def at_wait(self, seconds: float) -> str:
        """What he does; where nothing is left, that is the question."""
        if self.question is None and not self._typing and not self.script:
            self.question = Question("keys", *self._where(), seconds=seconds)
        return HANGUP if self.question is not None else super().at_wait(seconds)

    def choose(self, verb: Verb, _: str) -> str:
        """What becomes of him; likewise."""
        words = words_of([verb])
        if self.question is None and not self._replies:
            self.question = Question("reply", *self._where(), verb=verb, words=tuple(words))
        if self.question is not None:
            return HANGUP if HANGUP in words else words[0]
        word = self._replies.popleft()
        if not known_word(verb, word):
            raise UsageError(
                Text(f"{verb} cannot end with {word!r:.40}", f"{verb} 的结果不能是 {word!r:.40}"),
                cure=Text(f"one of: {', '.join(words)}", f"可用：{'、'.join(words)}"),
            )
        return word

    def _where(self) -> tuple[str, str]:
        return (self.visits[-1].flow, self.visits[-1].step) if self.visits else ("", "")


async def play(simulator: Simulator, plan: Plan, keys: Sequence[str], replies: Sequence[str]) -> Played:
    """Simulate a call as far as it is known what happens.

    Args:
        plan: who calls when, and how the world answers where it is the same every time.
        keys: what the caller does each time he is asked: keys, ``timeout``, ``hangup``; ``!1`` while a prompt plays.
        replies: what becomes of him each time he is handed over, where ``plan`` does not say.

    Raises:
        UsageError: if there are too many, if one of them cannot be, or the number is routed nowhere.
    """
    if len(keys) > MOST_ANSWERS or len(replies) > MOST_ANSWERS:
        raise UsageError(
            Text(f"more than {MOST_ANSWERS} answers", f"超过 {MOST_ANSWERS} 个操作"),
            cure=Text("begin the call anew", "请重新开始"),
        )
    for one in keys:
        if len(usable_keys(one)) != 1:
            raise UsageError(Text(f"{one!r:.40} is not one thing a caller can do", f"{one!r:.40} 不是来电者的一个操作"))
    player = _Player(keys, replies)
    story = await simulator.call(plan, player, player.told, player.choose)
    if isinstance(story.error, UsageError) and player.question is None:
        raise story.error
    return Played(story, player.question, player.visits)


__all__ = ["MOST_ANSWERS", "Played", "Question", "play"]
