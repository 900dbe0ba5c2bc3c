"""Steps over variables: lookup, set and branch, and what a call remembers of them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from dialplan.model import Lookup
from dialplan.templates import TemplateError
from dialplan.variables import BUILT_IN, LONGEST, MOST
from ivr.call.outcome import End, HungUp
from ivr.call.runner import resume_flow, run_flow
from ivr.call.services import NoServices, Reply, Request
from ivr.call.steps.lookup import request_of
from ivr.call.variables import keep, variables_of
from ivr.core.clock import FixedClock
from tests.unit.call.conftest import ListTrace, MakeCall

BYE = {"step": "hangup", "prompts": []}
FOUND, GONE, WRONG = "thanks-for-calling", "invalid-choice", "queue-timeout"
URL = "http://127.0.0.1:8090/orders/{order}"


def lookup(**settings: Any) -> dict[str, Any]:
    """A flow that asks for an order and tells how that went by a prompt."""
    look = {"step": "lookup", "url": URL, "save": {"status": "order.status"}, "failure": "wrong", "next": "found"}
    return {
        "look": look | settings,
        "found": {"step": "play", "prompts": [FOUND], "next": "bye"},
        "gone": {"step": "play", "prompts": [GONE], "next": "bye"},
        "wrong": {"step": "play", "prompts": [WRONG], "next": "bye"},
        "bye": BYE,
    }


def heard(channel: Any) -> list[str]:
    return [prompt for _, prompt in channel.heard]


def told(trace: ListTrace, event: str) -> Mapping[str, Any]:
    return next(detail for _, name, detail in trace.told if name == event)


@pytest.mark.parametrize(
    ("reply", "settings", "said"),
    [
        (Reply(200, {"order": {"status": "open"}}), {}, FOUND),
        (Reply(200, {}), {}, FOUND),
        (Reply(204), {"save": {}}, FOUND),
        (Reply(200), {}, WRONG),
        (Reply(200, ["order"]), {}, WRONG),
        (Reply(200, None, problem="no JSON"), {}, WRONG),
        (Reply(404, problem="status 404"), {}, WRONG),
        (Reply(404, problem="status 404"), {"not_found": "gone"}, GONE),
        (Reply(404, {"order": {}}), {"not_found": "gone"}, GONE),
        (Reply(302, problem="status 302"), {}, WRONG),
        (Reply(500, problem="status 500"), {"not_found": "gone"}, WRONG),
        (Reply(0, problem="no answer in time"), {"not_found": "gone"}, WRONG),
    ],
)
async def test_the_answer_decides(make_call: MakeCall, reply: Reply, settings: dict[str, Any], said: str) -> None:
    call, channel, trace = make_call(steps=lookup(**settings))
    call.variables |= {"order": "12", "status": "of an earlier answer"}
    call.services = services = NoServices({"http://127.0.0.1:8090/orders/12": reply})
    assert isinstance(await run_flow(call, "look"), End)
    assert heard(channel) == ["lookup-wait", said]
    assert len(services.asked) == 1
    detail = told(trace, "lookup")
    assert (detail["host"], detail["status"]) == ("127.0.0.1:8090", reply.status)
    good = bool(reply.json) and said == FOUND
    assert detail.get("saved") == (None if said != FOUND else ["status"] if good else [])
    assert call.variables.get("status") == (
        "open" if good else "of an earlier answer" if settings.get("save") == {} else None
    )
    assert ("problem" in detail) is (said != FOUND)


def asked(make_call: MakeCall, variables: Mapping[str, str], **settings: Any) -> Request:
    """What a step asks in a call with these variables."""
    call, _, _ = make_call()
    call.caller, call.secrets = "139 & co", {"pin": "1234"}
    call.variables.update(variables)
    look = {"step": "lookup", "url": URL, "failure": "wrong"} | settings
    return request_of(Lookup.model_validate(look), call)


@pytest.mark.parametrize(
    ("settings", "order", "url"),
    [
        ({}, "12", "/orders/12"),
        ({}, "1/2?x=3&y#4 %", "/orders/1%2F2%3Fx%3D3%26y%234%20%25"),
        ({}, "王", "/orders/%E7%8E%8B"),
        ({}, "{order}", "/orders/%7Border%7D"),
        ({}, "..a", "/orders/..a"),
        ({"query": {"who": "{caller}", "a b": "{order}"}}, "12", "/orders/12?who=139+%26+co&a+b=12"),
        ({"url": URL + "?x={order}&y=1", "query": {"z": "1"}}, "1&2", "/orders/1%262?x=1%262&y=1&z=1"),
        ({"url": URL + "?x={nothing}"}, "1", "/orders/1?x="),
        ({"url": "http://127.0.0.1:8090/{env.IVR_LOOKUP_KEY}"}, "1", "/IVR_LOOKUP_KEY"),
    ],
)
def test_values_cannot_change_the_address(make_call: MakeCall, settings: dict[str, Any], order: str, url: str) -> None:
    assert asked(make_call, {"order": order}, **settings).url == "http://127.0.0.1:8090" + url


@pytest.mark.parametrize(
    ("settings", "order", "why"),
    [
        ({}, "", "empty part"),
        ({}, "..", r"\.\."),
        ({}, ".", r"\.\."),
        ({"url": URL + "?pin={secret.pin}"}, "1", "no place here"),
        ({"query": {"pin": "{secret.pin}"}}, "1", "no place here"),
        ({"headers": {"X-Pin": "{secret.other}"}}, "1", "not been entered"),
        ({"headers": {"X-Order": "{order}"}}, "1\r\nX-Admin: yes", "control"),
        ({"headers": {"X-Order": "{order}"}}, "1\0", "control"),
    ],
)
def test_what_would_be_another_question_is_not_asked(
    make_call: MakeCall, settings: dict[str, Any], order: str, why: str
) -> None:
    with pytest.raises(TemplateError, match=why):
        asked(make_call, {"order": order}, **settings)


def test_secrets_go_into_headers_and_body(make_call: MakeCall) -> None:
    settings = {
        "method": "POST",
        "headers": {"Authorization": "Bearer {env.IVR_LOOKUP_KEY}", "X-Pin": "{secret.pin}"},
        "body": {"pin": "{secret.pin}", "order": "{order}"},
        "timeout": 2,
        "retries": 2,
    }
    request = asked(make_call, {"order": '12"}'}, **settings)
    assert request.headers == {"Authorization": "Bearer IVR_LOOKUP_KEY", "X-Pin": "1234"}
    assert request.body == {"pin": "1234", "order": '12"}'}
    assert (request.method, request.timeout, request.tries) == ("POST", 2.0, 3)
    assert asked(make_call, {"order": "1"}, body={"a": "b"}).body is None


async def test_what_cannot_be_asked_is_a_failure_that_tells_no_value(make_call: MakeCall) -> None:
    call, channel, trace = make_call(steps=lookup(headers={"X-Pin": "{secret.pin}"}))
    call.variables["order"] = "4711"
    call.services = services = NoServices()
    await run_flow(call, "look")
    assert (heard(channel), services.asked) == ([WRONG], [])
    assert "not been entered" in told(trace, "lookup")["problem"]


async def test_nothing_of_question_and_answer_is_told(make_call: MakeCall) -> None:
    call, _, trace = make_call(steps=lookup(method="POST", body={"pin": "{secret.pin}"}))
    call.variables["order"], call.secrets["pin"] = "471147", "123498"
    call.services = NoServices({"http": Reply(200, {"order": {"status": "s3cret"}})})
    await run_flow(call, "look")
    for value in ("471147", "123498", "s3cret"):
        assert value not in str(trace.told)
    assert call.variables["status"] == "s3cret"


class Slow:
    """Answers when it is told to, or never."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.begun = self.cancelled = False

    async def ask(self, request: Request) -> Reply:
        self.begun = True
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        return Reply(200, {})

    def secret(self, name: str) -> str | None:
        return None


class Broken(Slow):
    """Fails as no service should."""

    async def ask(self, request: Request) -> Reply:
        raise RuntimeError("http://127.0.0.1/s3cret")


async def test_who_hangs_up_is_no_longer_asked_for(make_call: MakeCall) -> None:
    call, channel, trace = make_call("hangup", steps=lookup())
    call.variables["order"] = "1"
    call.services = slow = Slow()
    assert isinstance(await run_flow(call, "look"), HungUp)
    assert (slow.begun, slow.cancelled) == (True, True)
    assert heard(channel) == ["lookup-wait"]
    assert trace.events("look") == []


@pytest.mark.parametrize("prompts", [["lookup-wait"], []])
async def test_nobody_waits_longer_than_the_site_allows(make_call: MakeCall, prompts: list[str]) -> None:
    call, channel, _ = make_call(steps=lookup(prompts=prompts, timeout=10, retries=2))
    call.variables["order"] = "1"
    call.services = slow = Slow()
    await run_flow(call, "look")
    assert slow.cancelled
    assert heard(channel) == [*prompts, WRONG]
    assert call.site.patience - 1 <= channel.silences.longest <= call.site.patience


async def test_the_service_is_asked_while_the_caller_is_told_to_wait(make_call: MakeCall) -> None:
    call, channel, _ = make_call(steps=lookup())
    call.variables["order"] = "1"
    call.services = slow = Slow()
    running = asyncio.create_task(run_flow(call, "look"))
    while not heard(channel):
        await asyncio.sleep(0)
    assert slow.begun
    slow.go.set()
    await running
    assert heard(channel) == ["lookup-wait", FOUND]


async def test_a_call_that_is_ended_takes_its_question_with_it(make_call: MakeCall) -> None:
    call, _, _ = make_call(steps=lookup())
    call.variables["order"] = "1"
    call.services = slow = Slow()
    running = asyncio.create_task(run_flow(call, "look"))
    while not slow.begun:
        await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert slow.cancelled


async def test_a_fault_of_our_own_is_a_failure_like_any_other(make_call: MakeCall) -> None:
    call, channel, trace = make_call(steps=lookup())
    call.variables["order"] = "1"
    call.services = Broken()
    await run_flow(call, "look")
    assert heard(channel) == ["lookup-wait", WRONG]
    assert "s3cret" not in str(trace.told)


def setting(**settings: Any) -> dict[str, Any]:
    return {"set": {"step": "set", "next": "bye"} | settings, "bye": BYE}


async def test_variables_are_set_in_order(make_call: MakeCall) -> None:
    steps = setting(
        values={"order": "A{order}", "label": "{order}-{language}", "gone": ""},
        compute={"tries": "int(tries) + 1", "more": "int(tries) > 0", "share": "1 / 3"},
    )
    call, _, trace = make_call(steps=steps)
    call.variables |= {"order": "7", "gone": "x"}
    await run_flow(call, "set")
    assert call.variables == {
        "order": "A7", "label": "A7-zh-CN", "tries": "1", "more": "true", "share": "0.333333"}  # fmt: skip
    assert told(trace, "set") == {"variables": ["order", "label", "gone", "tries", "more", "share"]}


async def test_what_cannot_be_had_is_empty_and_told(make_call: MakeCall) -> None:
    call, _, trace = make_call(steps=setting(values={"a": "{env.IVR_LOOKUP_KEY}"}, compute={"b": "c + 1"}))
    call.variables |= {"a": "1", "b": "2", "c": "s3cret"}
    await run_flow(call, "set")
    assert call.variables == {"c": "s3cret"}
    assert set(told(trace, "set")["failed"]) == {"a", "b"}
    assert "s3cret" not in str(trace.told)


@pytest.mark.parametrize("accessible", [True, False])
async def test_the_accessible_profile_is_switched(make_call: MakeCall, accessible: bool) -> None:
    call, _, _ = make_call(steps=setting(accessible=accessible))
    call.accessible = not accessible
    await run_flow(call, "set")
    assert call.accessible is accessible


CASES = {
    "which": {
        "step": "branch",
        "cases": [
            {"when": "amount > 100", "go": "high"},
            {"when": "status in ('open', 'new') and weekday == 'wed'", "go": "open"},
        ],
        "languages": {"zh-CN": "chinese"},
        "next": "others",
    },
    **{
        name: {"step": "play", "prompts": [prompt], "next": "bye"}
        for name, prompt in (("high", FOUND), ("open", GONE), ("chinese", WRONG), ("others", "goodbye"))
    },
    "bye": BYE,
}


@pytest.mark.parametrize(
    ("variables", "language", "said", "undecided"),
    [
        ({"amount": "100.01", "status": "open"}, "en-US", FOUND, False),
        ({"amount": "100", "status": "open"}, "en-US", GONE, False),
        ({"amount": "100", "status": "shut"}, "zh-CN", WRONG, False),
        ({"amount": "100", "status": "shut"}, "en-US", "goodbye", False),
        ({"amount": "much", "status": "new"}, "en-US", GONE, True),
        ({}, "en-US", "goodbye", True),
    ],
)
async def test_the_first_case_that_holds_leads_on(
    make_call: MakeCall, variables: dict[str, str], language: Any, said: str, undecided: bool
) -> None:
    call, channel, trace = make_call(steps=CASES)
    call.variables.update(variables)
    call.language = language
    await run_flow(call, "which")
    assert heard(channel) == [said]
    assert ("undecided" in trace.events("which")) is undecided


def test_every_call_has_the_same_names(make_call: MakeCall) -> None:
    call, _, _ = make_call()
    call.clock = FixedClock(datetime(2026, 3, 4, 16, 30, tzinfo=UTC))  # past midnight in Shanghai
    call.caller, call.number = "13900000001", "1000"
    call.variables |= {"caller": "forged", "order": "1"}
    found = variables_of(call)
    assert set(BUILT_IN) | {"order"} == set(found)
    assert found == {
        "caller": "13900000001", "number": "1000", "language": "zh-CN", "date": "2026-03-05", "time": "00:30",
        "weekday": "thu", "accessible": "false", "queue_status": "", "call_id": "1.0", "order": "1",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("status", "known"),
    [
        ("TIMEOUT", "timeout"),
        ("JOINEMPTY", "empty"),
        ("LEAVEUNAVAIL", "empty"),
        ("FULL", "full"),
        ("CONTINUE", "continue"),
    ],
)
async def test_the_last_queue_is_known(make_call: MakeCall, status: str, known: str) -> None:
    call, _, _ = make_call()
    step = next(name for name, step in call.site.flows["main"].steps.items() if step.step == "queue")
    await resume_flow(call, step, status)
    assert variables_of(call)["queue_status"] == known


def test_variables_are_bounded(make_call: MakeCall) -> None:
    call, _, trace = make_call()
    for number in range(MOST + 1):
        keep(call, f"v{number}", "x" * (LONGEST + 1))
    assert len(call.variables) == MOST
    assert {len(value) for value in call.variables.values()} == {LONGEST}
    assert [event for _, event, _ in trace.told] == ["not_kept"]
    keep(call, "v0", "")
    keep(call, f"v{MOST}", "1")
    assert call.variables[f"v{MOST}"] == "1"


@pytest.mark.parametrize(
    "url",
    [
        "http://{order}/x",
        "http://127.0.0.1:{order}/",
        "http://a@b/",
        "ftp://a/",
        "http://a/b#c",
        "http://a/b c",
        "http:///x",
    ],
)
def test_addresses_whose_host_is_not_fixed_are_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="url"):
        Lookup.model_validate({"step": "lookup", "url": url, "failure": "wrong"})
