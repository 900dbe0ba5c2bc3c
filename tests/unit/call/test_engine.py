"""The engine through the real AGI server, asked by a simulated Asterisk over loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from dialplan.model import Flow, Site
from ivr.agi import AgiServer
from ivr.agi.fake import FakeAsterisk, HangUp, Press, Silence
from ivr.call import engine as module
from ivr.call.agi_channel import LEEWAY, MARGIN
from ivr.call.engine import Engine
from ivr.call.sites import KEPT_VERSIONS, SiteBook
from ivr.core.clock import FixedClock
from ivr.core.errors import StorageError
from ivr.journal.facts import CallOpened, Fact, LanguageChosen, OutcomeDecided, QueueReturned, StepFact
from prompts.sounds import duration

HANGUP = {"step": "hangup"}
NOW = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)  # a Wednesday, 10:00 in Shanghai


class ListJournal:
    """Keeps facts."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []

    def put(self, fact: Fact) -> None:
        self.facts.append(fact)

    def of(self, kind: type[Any]) -> list[Any]:
        return [fact for fact in self.facts if isinstance(fact, kind)]


class Remembering:
    """Keeps continuations in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[str, Mapping[str, Any]]] = {}
        self.broken = False

    async def save(self, token: str, linkedid: str, state: Mapping[str, Any]) -> None:
        if self.broken:
            raise StorageError("disk full")
        self.kept[token] = (linkedid, state)

    async def take(self, token: str) -> Mapping[str, Any] | None:
        return self.kept.pop(token, ("", None))[1]


class Line:
    """A running engine, and calls to it."""

    def __init__(self, site: Site) -> None:
        self.journal = ListJournal()
        self.remembering = Remembering()
        self.engine = Engine(SiteBook(site), self.journal, self.remembering, FixedClock(NOW))
        self.server = AgiServer("127.0.0.1", 0, {"call": self.engine.handle})

    async def ask(self, *args: str, linkedid: str = "1.1", uniqueid: str = "1.1", **call: Any) -> FakeAsterisk:
        """One question of the dialplan."""
        header = {"uniqueid": uniqueid, **call.pop("header", {})}
        asterisk = FakeAsterisk(f"call?linkedid={linkedid}", args, header=header, **call)
        await asterisk.dial("127.0.0.1", self.server.port)
        async with asyncio.timeout(10):
            while self.server.sessions_open or self.server.peers_waiting:
                await asyncio.sleep(0.001)
        assert asterisk.fault is None
        return asterisk


def with_flow(site: Site, steps: Mapping[str, Any]) -> Site:
    flow = Flow.model_validate({"start": next(iter(steps)), "steps": steps})
    return site.model_copy(update={"flows": {**site.flows, "test": flow}, "numbers": {**site.numbers, "3000": "test"}})


@pytest.fixture
async def line(site: Site) -> AsyncIterator[Line]:
    one = Line(site)
    await one.server.start()
    yield one
    await one.server.stop()


def answered(asterisk: FakeAsterisk) -> dict[str, str]:
    return {name: value for name, value in asterisk.variables.items() if name.startswith("IVR_")}


def in_queue(line: Line) -> str:
    (token,) = line.remembering.kept
    return token


async def test_a_new_call_walks_the_flow_and_is_handed_to_the_queue(line: Line) -> None:
    asterisk = await line.ask("1000", "", "", "", caller=[Press("1"), Press("1")])
    said = answered(asterisk)
    token = in_queue(line)
    assert said == {
        "IVR_QUEUE": "service",
        "IVR_QUEUE_WAIT": "120",
        "IVR_QUEUE_PRIO": "0",
        "IVR_TOKEN": token,
        "IVR_NEXT": "queue",
        "IVR_DONE": "1",
    }
    assert len(token) == 32
    assert asterisk.commands[-1][:3] == ["SET", "VARIABLE", "IVR_DONE"], "it is the very last act"
    (opened,) = line.journal.of(CallOpened)
    assert (opened.linkedid, opened.number, opened.flow, opened.caller) == ("1.1", "1000", "main", "+4930123456")
    assert opened.flow_version == line.engine.sites.version
    assert [fact.language for fact in line.journal.of(LanguageChosen)] == ["zh-CN"]
    assert asterisk.answered


async def test_no_command_waits_beyond_the_deadline(line: Line) -> None:
    asterisk = await line.ask("1000", caller=[Press("1"), Silence(), Press("1")])
    deadline = MARGIN  # as the dialplan asked
    moved = waited = 0
    for command in asterisk.commands:
        if command[:2] == ["SET", "AUTOHANGUP"]:
            deadline, moved = int(command[2]), moved + 1
        elif command[0] in {"STREAM", "WAIT", "ANSWER"}:
            waited += 1
            seconds = int(command[3]) / 1000 if command[0] == "WAIT" else 0.0
            if command[0] == "STREAM":
                seconds = duration("zh-CN", command[2].removeprefix("ivr/"))
            assert seconds + MARGIN - 0.5 <= deadline <= seconds + 1 + MARGIN + LEEWAY, command
    assert 1 < moved < waited, "it is left where it is when that is near enough"


async def test_a_call_is_taken_up_again_by_its_token(line: Line) -> None:
    await line.ask("1000", caller=[Press("2"), Press("1")])
    token = in_queue(line)
    asterisk = await line.ask("1000", token, "queue", "CONTINUE")
    assert answered(asterisk) == {"IVR_NEXT": "hangup", "IVR_DONE": "1"}
    assert asterisk.played == ["ivr/thanks-for-calling", "ivr/goodbye"]
    assert len(line.journal.of(CallOpened)) == 1
    (returned,) = line.journal.of(QueueReturned)
    assert (returned.queue, returned.status) == ("service", "CONTINUE")


async def test_after_a_wait_in_vain_comes_the_message_and_its_outcome(line: Line) -> None:
    await line.ask("1000", caller=[Press("1"), Press("1")])
    voicemail = await line.ask("1000", in_queue(line), "queue", "TIMEOUT")
    said = answered(voicemail)
    assert (said["IVR_NEXT"], said["IVR_SECONDS"], said["IVR_DONE"]) == ("voicemail", "120", "1")
    last = await line.ask("1000", in_queue(line), "voicemail", "TIMEOUT")
    assert answered(last)["IVR_NEXT"] == "hangup"
    assert [fact.outcome for fact in line.journal.of(OutcomeDecided)] == ["voicemail"]
    assert len(line.journal.of(QueueReturned)) == 1, "the old QUEUESTATUS is no news after a message"
    assert line.remembering.kept == {}


async def test_the_story_hears_how_the_wait_of_somebody_called_back_ended(line: Line, site: Site) -> None:
    changed = with_flow(site, {"later": {"step": "callback", "queue": "service", "failure": "bye"}, "bye": HANGUP})
    state = {"site_version": line.engine.sites.use(changed), "flow": "test", "step": "later", "language": "zh-CN"}
    await line.remembering.save("a" * 32, "1.1", state)
    asterisk = await line.ask("3000", "a" * 32, "queue", "TIMEOUT")
    assert answered(asterisk)["IVR_NEXT"] == "hangup"
    assert [(fact.queue, fact.status) for fact in line.journal.of(QueueReturned)] == [("service", "TIMEOUT")]


async def test_the_story_hears_of_whoever_is_not_let_into_a_queue(line: Line, site: Site) -> None:
    wait = {"step": "queue", "queue": "service", "timeout": "bye"}
    queues = {"service": site.queues["service"].model_copy(update={"join_empty": False})}
    line.engine.sites.use(with_flow(site, {"wait": wait, "bye": HANGUP}).model_copy(update={"queues": queues}))
    line.engine.floor.empty = lambda queue: True  # type: ignore[method-assign]
    asterisk = await line.ask("3000")
    assert answered(asterisk)["IVR_NEXT"] == "hangup"
    assert [(fact.queue, fact.status) for fact in line.journal.of(QueueReturned)] == [("service", "JOINEMPTY")]


@pytest.mark.parametrize("token", ["0" * 32, "../../etc/passwd", "a b", "' OR 1=1 --", "x" * 300, "${SHELL(id)}"])
async def test_a_token_nobody_gave_leads_to_the_emergency_route(line: Line, token: str) -> None:
    asterisk = await line.ask("1000", token, "queue", "CONTINUE")
    assert "IVR_DONE" not in asterisk.variables
    assert line.server.sessions_failed == 1
    assert line.journal.facts == []


async def test_a_token_works_once(line: Line) -> None:
    await line.ask("1000", caller=[Press("1"), Press("1")])
    token = in_queue(line)
    assert "IVR_DONE" in (await line.ask("1000", token, "queue", "CONTINUE")).variables
    assert "IVR_DONE" not in (await line.ask("1000", token, "queue", "CONTINUE")).variables


@pytest.mark.parametrize("number", ["", "9999", "1000 ", "main", "../1000", "１０００", "1000,2000"])
async def test_a_number_that_is_not_the_sites(line: Line, number: str) -> None:
    asterisk = await line.ask(number)
    assert "IVR_DONE" not in asterisk.variables
    assert not asterisk.answered
    assert line.journal.facts == []


@pytest.mark.parametrize("hostile", ["../../x", "a%20b", "1.1;id", "%0a", "x" * 200])
async def test_a_strange_linkedid_is_replaced_by_the_channels_own(line: Line, hostile: str) -> None:
    await line.ask("1000", linkedid=hostile, uniqueid="7.7", caller=[Press("1"), Press("1")])
    assert {fact.linkedid for fact in line.journal.facts} == {"7.7"}  # type: ignore[union-attr]


async def test_no_id_at_all_leads_to_the_emergency_route(line: Line) -> None:
    asterisk = await line.ask("1000", linkedid="a%20b", uniqueid="../x")
    assert "IVR_DONE" not in asterisk.variables
    assert line.journal.facts == []


async def test_hostile_caller_ids_are_data(line: Line) -> None:
    name = "'; DROP TABLE calls; -- ${SHELL(id)} \u202e"
    asterisk = await line.ask("1000", header={"callerid": name, "calleridname": name}, caller=[Press("1"), Press("1")])
    assert answered(asterisk)["IVR_NEXT"] == "queue"
    (opened,) = line.journal.of(CallOpened)
    assert opened.caller == name.strip()
    assert not any("DROP" in word for command in asterisk.commands for word in command)


async def test_a_call_keeps_the_site_it_began_with(line: Line, site: Site) -> None:
    await line.ask("1000", caller=[Press("1"), Press("1")])
    old = line.engine.sites.version
    bye = Flow.model_validate({"start": "a", "steps": {"a": {"step": "hangup", "prompts": ["goodbye"]}}}).steps["a"]
    main = site.flows["main"]
    changed = main.model_copy(update={"steps": {**main.steps, "thanks": bye}})
    new = line.engine.sites.use(site.model_copy(update={"flows": {**site.flows, "main": changed}}))
    assert new != old
    asterisk = await line.ask("1000", in_queue(line), "queue", "CONTINUE")
    assert asterisk.played == ["ivr/thanks-for-calling", "ivr/goodbye"], "as when it began"
    await line.ask("1000", linkedid="2.1", uniqueid="2.1", caller=[Press("1"), Press("1")])
    assert line.journal.of(CallOpened)[-1].flow_version == new
    asterisk = await line.ask("1000", in_queue(line), "queue", "CONTINUE", linkedid="2.1", uniqueid="2.1")
    assert asterisk.played == ["ivr/goodbye"], "a new call goes by the new site"


async def test_a_call_whose_step_is_gone_with_its_site(line: Line, site: Site) -> None:
    await line.ask("1000", caller=[Press("1"), Press("1")])
    token = in_queue(line)
    for number in range(KEPT_VERSIONS):
        other = with_flow(site, {"bye": {"step": "hangup"}}).model_copy(update={"name": f"site{number}"})
        line.engine.sites.use(other.model_copy(update={"flows": {"test": other.flows["test"]}}))
    asterisk = await line.ask("1000", token, "queue", "CONTINUE")
    assert "IVR_DONE" not in asterisk.variables


def test_the_book_of_sites_keeps_a_bounded_number(site: Site) -> None:
    book = SiteBook(site)
    first = book.version
    versions = [book.use(site.model_copy(update={"name": f"site{number}"})) for number in range(KEPT_VERSIONS)]
    assert book.at(first) is None
    assert book.version == versions[-1]
    assert book.use(book.at(versions[3]) or site) == versions[3], "an earlier site again is the same version"
    assert (book.version, book.site.name) == (versions[3], "site3")
    assert all(book.at(version) is not None for version in versions)


async def test_when_a_call_cannot_be_remembered_it_is_not_handed_over(line: Line) -> None:
    line.remembering.broken = True
    asterisk = await line.ask("1000", caller=[Press("1"), Press("1")])
    assert answered(asterisk) == {}


async def test_secret_digits_leave_no_trace(line: Line, site: Site) -> None:
    pin = "73519"
    steps = {
        "answer": {"step": "answer", "next": "pin"},
        "pin": {"step": "collect", "prompts": ["main-menu"], "variable": "pin", "min": 5, "max": 5, "secret": True,
                "next": "card"},
        "card": {"step": "collect", "prompts": ["main-menu"], "variable": "card", "min": 3, "max": 3, "next": "queue"},
        "queue": {"step": "queue", "queue": "service"},
    }  # fmt: skip
    line.engine.sites.use(with_flow(site, steps))
    asterisk = await line.ask("3000", caller=[*map(Press, "7351#"), *map(Press, pin), *map(Press, "842")])
    assert answered(asterisk)["IVR_NEXT"] == "queue"
    ((_, state),) = line.remembering.kept.values()
    assert state["variables"] == {"card": "842"}
    digits = [dict(fact.detail) for fact in line.journal.of(StepFact) if fact.event in {"digits", "invalid"}]
    assert digits == [{"count": 4}, {"count": 5}, {"digits": "842"}]
    everywhere = repr(line.journal.facts) + repr(state) + repr(asterisk.variables) + repr(asterisk.commands)
    assert pin not in everywhere
    assert "7351" not in everywhere


async def test_variables_come_back_with_the_call(line: Line, site: Site) -> None:
    steps = {
        "card": {"step": "collect", "prompts": ["main-menu"], "variable": "card", "min": 3, "max": 3, "next": "queue"},
        "queue": {"step": "queue", "queue": "service", "timeout": "again"},
        "again": {"step": "queue", "queue": "service"},
    }
    line.engine.sites.use(with_flow(site, steps))
    await line.ask("3000", caller=[*map(Press, "842")])
    await line.ask("3000", in_queue(line), "queue", "TIMEOUT")
    ((linkedid, state),) = line.remembering.kept.values()
    assert (linkedid, state["step"], state["variables"]) == ("1.1", "again", {"card": "842"})


async def test_the_language_comes_back_with_the_call(line: Line) -> None:
    await line.ask("1000", caller=[Press("3"), Press("1")])
    ((_, state),) = line.remembering.kept.values()
    assert state["language"] == "ko-KR"


@pytest.mark.parametrize("acts", [[HangUp()], [Press("1"), HangUp()], [Press("1"), Silence(), HangUp()]])
@pytest.mark.parametrize("leaves_at_once", [True, False])
async def test_a_hangup_is_no_error(line: Line, acts: list[Any], leaves_at_once: bool) -> None:
    asterisk = await line.ask("1000", caller=acts, exit_on_hangup=leaves_at_once)
    assert line.server.sessions_failed == 0
    assert "IVR_DONE" not in asterisk.variables
    assert line.remembering.kept == {}
    assert line.journal.of(StepFact)[-1].event == "hangup"


async def test_a_flow_that_runs_in_a_ring_ends_in_the_emergency_route(
    line: Line, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    line.engine.sites.use(with_flow(site, {"a": {"step": "answer", "next": "b"}, "b": {"step": "answer", "next": "a"}}))
    asterisk = await line.ask("3000", max_commands=5000)
    assert "IVR_DONE" not in asterisk.variables
    assert line.server.sessions_failed == 1


async def test_an_error_inside_a_step_ends_in_the_emergency_route_and_harms_nobody_else(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(module, "run_flow", fail)
        asterisk = await line.ask("1000")
        assert "IVR_DONE" not in asterisk.variables
    asterisk = await line.ask("1000", linkedid="2.1", caller=[Press("1"), Press("1")])
    assert answered(asterisk)["IVR_DONE"] == "1"


async def test_a_sound_that_is_missing_is_passed_over(line: Line) -> None:
    asterisk = await line.ask("1000", caller=[Press("1"), Press("1")], missing=["ivr/main-menu", "ivr/queue-join"])
    assert answered(asterisk)["IVR_NEXT"] == "queue"


async def test_missing_and_extra_arguments(line: Line) -> None:
    asterisk = await line.ask("1000", "", "", "", "more", "and more", caller=[Press("1"), Press("1")])
    assert answered(asterisk)["IVR_NEXT"] == "queue"
    asterisk = await line.ask()
    assert "IVR_DONE" not in asterisk.variables
