"""Secret digits, card numbers, refusals: what is told of them, and what is not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime

import pytest

from dialplan.model import Site
from ivr.agi.fake import FakeAsterisk, Press
from ivr.call.card import CardDesk, language_of
from ivr.call.digits import luhn
from ivr.call.outcome import End
from ivr.call.recorder import NoRecorder, PauseError
from ivr.call.runner import run_flow
from ivr.call.sites import SiteBook
from ivr.core.clock import FixedClock
from ivr.journal.facts import Fact, StepFact
from tests.unit.call.conftest import MakeCall

GREETING = {
    "hello": {"step": "greeting", "refuse_key": "9", "next": "bye"},
    "bye": {"step": "hangup", "prompts": ["goodbye"]},
}
COLLECT = {
    "pin": {"step": "collect", "prompts": ["enter-number"], "variable": "pin", "min": 4, "max": 4, "secret": True,
            "next": "bye"},
    "bye": {"step": "hangup", "prompts": ["goodbye"]},
}  # fmt: skip


class Deaf:
    """A recording that cannot be paused."""

    def paused(self, linkedid: str, reason: str, *, by: str = "") -> AbstractAsyncContextManager[None]:
        @asynccontextmanager
        async def block() -> AsyncIterator[None]:
            raise PauseError("Asterisk is down")
            yield

        return block()


async def test_a_caller_who_presses_the_key_is_not_recorded(make_call: MakeCall) -> None:
    call, channel, trace = make_call("9", steps=GREETING)
    assert isinstance(await run_flow(call, "hello"), End)
    assert not channel.recorded
    assert trace.refusals == 1
    assert [prompt for _, prompt in channel.heard][1:] == [
        "recording-notice", "recording-refusal-9", "recording-refused", "goodbye"]  # fmt: skip


@pytest.mark.parametrize("key", ["timeout", "5"])
async def test_any_other_key_is_consent(make_call: MakeCall, key: str) -> None:
    call, channel, trace = make_call(key, steps=GREETING)
    await run_flow(call, "hello")
    assert channel.recorded
    assert trace.refusals == 0


async def test_where_the_site_does_not_offer_it_nobody_is_asked(make_call: MakeCall) -> None:
    steps = {**GREETING, "hello": {"step": "greeting", "next": "bye"}}
    call, channel, _ = make_call("9", steps=steps)
    await run_flow(call, "hello")
    assert channel.recorded
    assert "recording-refusal-9" not in [prompt for _, prompt in channel.heard]


async def test_nothing_is_recorded_while_a_secret_is_entered(make_call: MakeCall) -> None:
    call, _, trace = make_call("1", "2", "3", "4", steps=COLLECT)
    recorder = call.recorder = NoRecorder()
    await run_flow(call, "pin")
    assert recorder.pauses == [("input", "pin")]
    assert call.secrets == {"pin": "1234"}
    assert "1234" not in str(trace.told)


async def test_a_secret_is_not_asked_for_when_it_would_be_recorded(make_call: MakeCall) -> None:
    call, channel, _ = make_call("1", "2", "3", "4", steps=COLLECT)
    call.recorder = Deaf()  # type: ignore[assignment]
    with pytest.raises(PauseError):
        await run_flow(call, "pin")
    assert channel.heard == []


@pytest.mark.parametrize(
    ("number", "fits"),
    [("4111111111111111", True), ("4111111111111112", False), ("79927398713", True), ("0", True), ("", False)],
)
def test_the_check_digit(number: str, fits: bool) -> None:
    assert luhn(number) is fits


class Sink:
    def __init__(self) -> None:
        self.taken: list[str] = []

    async def take(self, linkedid: str, digits: str) -> None:
        self.taken.append(digits)


class Journal:
    def __init__(self) -> None:
        self.facts: list[Fact] = []

    def put(self, fact: Fact) -> None:
        self.facts.append(fact)

    def told(self) -> list[tuple[str, dict[str, object]]]:
        return [
            (one.event, dict(one.detail)) for one in self.facts if isinstance(one, StepFact) and one.event != "prompt"
        ]


async def ask(site: Site, keys: str, recorder: object = None) -> tuple[Journal, Sink, FakeAsterisk]:
    journal, sink = Journal(), Sink()
    clock = FixedClock(datetime(2026, 3, 4, tzinfo=UTC))
    desk = CardDesk(SiteBook(site), journal, recorder or NoRecorder(), clock, sink)  # type: ignore[arg-type]
    asterisk = FakeAsterisk("card?linkedid=1.0", caller=[Press(key) for key in keys])
    await asterisk.run(desk.handle)
    assert asterisk.fault is None
    return journal, sink, asterisk


async def test_a_card_number_goes_to_the_sink_alone(site: Site) -> None:
    journal, sink, _ = await ask(site, "4111111111111111#")
    assert sink.taken == ["4111111111111111"]
    assert journal.told() == [("enter", {}), ("digits", {"count": 16, "luhn": True})]
    assert "41111" not in str(journal.facts)


async def test_a_mistyped_number_is_asked_for_again(site: Site) -> None:
    journal, sink, _ = await ask(site, "4111111111111112#" + "4111111111111111#")
    assert sink.taken == ["4111111111111111"]
    assert [event for event, _ in journal.told()] == ["enter", "invalid", "digits"]


async def test_no_number_is_asked_for_when_it_would_be_recorded(site: Site) -> None:
    journal, sink, _ = await ask(site, "4111111111111111#", Deaf())
    assert sink.taken == []
    assert [event for event, _ in journal.told()] == ["enter", "not_paused"]


def test_the_language_is_the_channels(site: Site) -> None:
    assert language_of("ko", site.languages) == "ko-KR"
    assert language_of("xx", site.languages) == site.languages[0]
