"""Everything somebody may not do, tried: each route and each page as each role, and as nobody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from ivr.console.pages import pages
from ivr.console.security.permissions import ALLOWED, Permission, Role
from ivr.storage.database import Database
from ivr.storage.work import call_notes
from tests.web.conftest import WebSite
from tests.web.examples import address
from tests.web.minimal import minimal
from tests.web.people import AGENT

pytestmark = pytest.mark.web

P = Permission
CALLS = (P.CALLS_ALL, P.CALLS_OWN)
DISPUTES = (P.DISPUTE, P.REVIEW, P.DECIDE, P.CALLS_ALL)
SECOND = (P.REVIEW, P.DECIDE)
ANYBODY: tuple[Permission, ...] = ()

# What each route needs: one of these permissions. A route that is not here fails the test: decide, then write it down.
NEEDS: dict[str, tuple[Permission, ...]] = {
    "GET /session": ANYBODY,
    "PATCH /me": ANYBODY,
    "POST /me/password": ANYBODY,
    "GET /me/sessions": ANYBODY,
    "DELETE /me/sessions/{number}": ANYBODY,
    "GET /tokens": ANYBODY,
    "POST /tokens": ANYBODY,
    "DELETE /tokens/{number}": ANYBODY,
    "GET /users": (P.USERS,),
    "POST /users": (P.USERS,),
    "PATCH /users/{login}": (P.USERS,),
    "POST /users/{login}/disable": (P.USERS,),
    "POST /users/{login}/enable": (P.USERS,),
    "POST /users/{login}/unlock": (P.USERS,),
    "POST /users/{login}/link": (P.USERS,),
    "GET /audit": (P.AUDIT,),
    "GET /audit/chain": (P.AUDIT,),
    "GET /flows": (P.FLOWS,),
    "GET /flows/checks": (P.FLOWS,),
    "GET /flows/scenarios": (P.FLOWS,),
    "GET /flows/versions": (P.FLOWS,),
    "GET /flows/versions/{old}/diff/{new}": (P.FLOWS,),
    "GET /flows/{flow}/drawing": (P.FLOWS,),
    "GET /flows/{flow}/traffic": (P.FLOWS,),
    "GET /flows/{flow}/steps/{step}": (P.FLOWS,),
    "POST /flows/simulations": (P.FLOWS,),
    "POST /flows/reload": (P.FLOWS_CHANGE,),
    "POST /flows/rollback": (P.FLOWS_CHANGE,),
    "GET /hours": (P.HOURS,),
    "GET /hours/{name}/switches": (P.HOURS,),
    "PUT /hours/{name}": (P.HOURS_SWITCH,),
    "GET /health": (P.HEALTH,),
    "GET /health/machine": (P.HEALTH,),
    "GET /health/audit": (P.HEALTH,),
    "POST /health/jobs/{job}/retry": (P.HEALTH,),
    "GET /trends/traffic": (P.TRENDS,),
    "GET /trends/load": (P.TRENDS,),
    "GET /trends/names": (P.TRENDS,),
    "GET /trends/scores": (P.TRENDS,),
    "GET /trends/items": (P.TRENDS,),
    "GET /trends/items/{item}": (P.TRENDS, P.RULES),
    "GET /trends/surveys": (P.TRENDS,),
    "GET /trends/sheets/{agent}": (P.TRENDS,),
    "GET /rulebooks": (P.RULES,),
    "GET /rulebooks/{name}": (P.RULES,),
    "POST /rulebooks/{name}/tests": (P.RULES_TRY,),
    "GET /rules/workbench": (P.RULES,),
    "GET /rules/strictness": (P.RULES,),
    "POST /rules/try/text": (P.RULES_TRY,),
    "POST /rules/try/call": (P.RULES_TRY,),
    "GET /knowledge": (P.KNOWLEDGE,),
    "GET /knowledge/{slug}": (P.KNOWLEDGE,),
    "POST /knowledge/{slug}/openings": (P.KNOWLEDGE,),
    "PUT /knowledge/{slug}": (P.KNOWLEDGE_WRITE,),
    "GET /knowledge/{slug}/versions/{number}": (P.KNOWLEDGE_WRITE,),
    "GET /my-work/own": CALLS,
    "GET /my-work/team": (P.COACH,),
    "GET /calls": CALLS,
    "GET /calls/count": CALLS,
    "GET /calls/choices": CALLS,
    "GET /calls/beside": CALLS,
    "GET /calls/export": (P.EXPORT,),
    "GET /searches": CALLS,
    "POST /searches": CALLS,
    "DELETE /searches/{search}": CALLS,
    "GET /calls/{call}": CALLS,
    "GET /calls/{call}/transcript": CALLS,
    "GET /calls/{call}/verdicts": CALLS,
    "GET /calls/{call}/caller": CALLS,
    "GET /calls/{call}/peaks": CALLS,
    "GET /calls/{call}/sound": (P.LISTEN,),
    "HEAD /calls/{call}/sound": (P.LISTEN,),
    "GET /calls/{call}/clip": (P.LISTEN,),
    "GET /calls/{call}/subtitles": CALLS,
    "GET /reviews": (P.REVIEW,),
    "GET /reviews/cards/{call}": CALLS,
    "POST /reviews/cards/{call}": (P.REVIEW,),
    "GET /reviews/{review}": (P.REVIEW,),
    "POST /reviews/{review}/items": (P.REVIEW,),
    "POST /reviews/{review}/submit": (P.REVIEW,),
    "POST /reviews/{review}/discard": (P.REVIEW,),
    "GET /disputes": DISPUTES,
    "POST /disputes": (P.DISPUTE,),
    "GET /disputes/{dispute}": DISPUTES,
    "POST /disputes/{dispute}/take": (P.REVIEW,),
    "POST /disputes/{dispute}/release": (P.REVIEW,),
    "POST /disputes/{dispute}/withdraw": (P.DISPUTE,),
    "POST /disputes/{dispute}/decide": (P.DECIDE,),
    "GET /notes": (P.COACH, P.CALLS_OWN),
    "POST /notes": (P.COACH,),
    "GET /notes/board": (P.COACH, P.CALLS_OWN),
    "POST /notes/steps": (P.COACH,),
    "POST /notes/{note}/acknowledge": (P.CALLS_OWN,),
    "POST /notes/{note}/finish": (P.COACH,),
    "POST /notes/{note}/withdraw": (P.COACH,),
    "GET /samples": (P.REVIEW,),
    "POST /samples": (P.REVIEW,),
    "GET /samples/ranked": (P.REVIEW,),
    "GET /calibrations": SECOND,
    "POST /calibrations": (P.REVIEW,),
    "GET /calibrations/{calibration}": SECOND,
    "GET /calibrations/{calibration}/results": SECOND,
    "POST /calibrations/{calibration}/start": (P.REVIEW,),
    "POST /calibrations/{calibration}/close": (P.REVIEW,),
    **{
        f"{verb} /{noun}": (P.WORK,) for noun in ("work-orders", "complaints", "call-notes") for verb in ("GET", "POST")
    },
    "GET /work-orders/{order}": (P.WORK,),
    **{
        f"POST /work-orders/{{order}}/{act}": (P.WORK,)
        for act in ("begin", "hand-on", "postpone", "note", "finish", "cancel", "reopen")
    },
    "GET /complaints/{complaint}": (P.WORK,),
    **{
        f"POST /complaints/{{complaint}}/{act}": (P.WORK,)
        for act in ("investigate", "account", "answer", "follow-up", "close", "withdraw", "feed-back")
    },
    **{f"GET /agents/{{agent}}/{what}": (P.AGENTS_CONTROL,) for what in ("state", "choices", "today", "pops")},
    **{
        f"POST /agents/{{agent}}/{act}": (P.AGENTS_CONTROL,)
        for act in ("login", "logout", "pause", "unpause", "outcome")
    },
    "GET /agents/{agent}/sound": (P.LISTEN_LIVE,),
    "GET /live": (P.WALLBOARD,),
    "GET /live/stream": (P.WALLBOARD,),
    "POST /supervise/{agent}/{act}": (P.SUPERVISE,),
}
# For everybody, or ending the session that asks.
OPEN = {"POST /session", "POST /session/link", "POST /session/welcome"}
LEFT_OUT = OPEN | {"DELETE /session"}
# Parameters of paths and queries that must be of a kind; nothing of these is there.
GIVEN = {
    "act": "listen",
    "agent": "somebody-else",
    "login": "nobody-here",
    "old": "1",
    "new": "2",
    "call": "999999",
    "end": "5",
}


@pytest.fixture(scope="module")
def api(site: WebSite) -> dict[str, Any]:
    with site.client("admin", "en") as client:
        found: dict[str, Any] = client.get("/api/v1/openapi.json").json()
    return found


def routes(api: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each route as ``GET /calls/{call}``, and its description."""
    for path, operations in api["paths"].items():
        for method, operation in operations.items():
            yield f"{method.upper()} {path.removeprefix('/api/v1')}", operation


def minimal_fields(schema: dict[str, Any] | None, api: dict[str, Any]) -> dict[str, Any]:
    """Fields a request's body must have, and ``call`` if it may have one."""
    if schema is None:
        return {}
    found: dict[str, Any] = minimal(schema, api)
    named = api["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], {})
    return found | ({"call": None} if "call" in named.get("properties", {}) else {})


def asked(
    client: httpx.Client, route: str, operation: dict[str, Any], api: dict[str, Any], *, call: int | None = None
) -> httpx.Response:
    """The answer to a request that fits the description; of a stream no more than its beginning.

    Args:
        call: the one it is about; one that is not there when not given.
    """
    method, path = route.split(" ", 1)
    query: dict[str, Any] = {}
    for one in operation.get("parameters", ()):
        value = GIVEN.get(one["name"]) or minimal(one["schema"], api, one["name"])
        if one["in"] == "path":
            value = 999_999 if one["schema"].get("type") == "integer" else value
            value = call if call is not None and one["name"] == "call" else value
            path = path.replace(f"{{{one['name']}}}", str(value))
        elif one.get("required"):
            query[one["name"]] = value
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    body = None if content is None else minimal(content["schema"], api)
    if call is not None and content is not None and "call" in minimal_fields(content["schema"], api):
        body |= {"call": call}
    with client.stream(method, f"/api/v1{path}", params=query, json=body) as answer:
        if not answer.headers["content-type"].startswith("text/event-stream"):
            answer.read()
    return answer


def test_every_route_has_what_it_needs_written_down(api: dict[str, Any]) -> None:
    assert {route for route, _ in routes(api)} - LEFT_OUT == set(NEEDS)


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_a_role_is_refused_what_it_may_not_and_nothing_else(role: str, site: WebSite, api: dict[str, Any]) -> None:
    wrong = []
    with site.client(role, "en") as client:
        for route, operation in routes(api):
            if route in LEFT_OUT:
                continue
            may = not NEEDS[route] or not ALLOWED[Role(role)].isdisjoint(NEEDS[route])
            answer = asked(client, route, operation, api)
            if may == (answer.status_code in {401, 403}) or answer.status_code == 500:
                wrong.append(f"{'may' if may else 'may not'} {route}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def test_nobody_gets_anything_from_any_route(site: WebSite, api: dict[str, Any]) -> None:
    with httpx.Client(base_url=site.url) as client:
        answers = {
            route: asked(client, route, operation, api).status_code
            for route, operation in routes(api)
            if route not in OPEN
        }
        answers["openapi"] = client.get("/api/v1/openapi.json").status_code
    assert set(answers.values()) == {401}, answers


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_a_role_sees_its_pages_and_no_others(role: str, site: WebSite) -> None:
    wrong = []
    with site.client(role, "en") as client:
        for page in pages():
            may = not page.permissions or not ALLOWED[Role(role)].isdisjoint(page.permissions)
            answer = client.get(address(site, page.path), headers={"accept": "text/html"})
            if (answer.status_code == 403) == may or answer.status_code == 500:
                wrong.append(f"{'may' if may else 'may not'} {page.path}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


@pytest.fixture(scope="module")
def of_another(site: WebSite) -> int:
    """A call that the agent of these tests has not talked in."""
    with site.client("supervisor", "en") as client:
        ids = [one["id"] for one in client.get("/api/v1/calls", params={"outcome": "answered"}).json()["calls"]]
    agents = talkers(site, ids)
    return next(number for number in ids if agents[number] and AGENT not in agents[number])


def talkers(site: WebSite, ids: list[int]) -> dict[int, frozenset[str]]:
    async def look(database: Database) -> dict[int, frozenset[str]]:
        async with database.read() as session:
            return {number: await call_notes.agents_of(session, number) or frozenset() for number in ids}

    return site.run(look)


def test_an_agent_does_not_even_learn_that_a_call_of_another_exists(
    site: WebSite, api: dict[str, Any], of_another: int
) -> None:
    wrong = []
    with site.client("agent", "en") as client:
        for route, operation in routes(api):
            if route in LEFT_OUT or ALLOWED[Role.AGENT].isdisjoint(NEEDS[route]):
                continue
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            fields = minimal_fields(body, api)
            if "{call}" not in route and "call" not in fields:
                continue
            there = asked(client, route, operation, api, call=of_another)
            absent = asked(client, route, operation, api, call=999_999)
            if (there.status_code, there.status_code) != (404, absent.status_code) or (
                there.text.replace(str(of_another), "999999") != absent.text
            ):
                wrong.append(f"{route}: {there.status_code} {there.text[:200]}; {absent.status_code}")
        for path in ("notes", "disputes", "work-orders", "complaints", "call-notes", "reviews"):
            there, absent = (client.get(f"/api/v1/{path}", params={"call": one}) for one in (of_another, 999_999))
            if there.text.replace(str(of_another), "999999") != absent.text:
                wrong.append(f"GET /{path}?call=: {there.status_code} {there.text[:200]}; {absent.status_code}")
        page = client.get(f"/calls/{of_another}", headers={"accept": "text/html"})
        if page.status_code != 404:
            wrong.append(f"the page: {page.status_code}")
    assert not wrong, "\n".join(wrong)


def test_an_agents_lists_hold_what_is_his(site: WebSite) -> None:
    with site.client("agent", "en") as client:
        ids = [one["id"] for one in client.get("/api/v1/calls").json()["calls"]]
        assert ids, "the agent of these tests has talked to nobody"
        assert all(AGENT in agents for agents in talkers(site, ids).values())
        for path in ("/agents/somebody-else/state", "/trends/sheets/somebody-else"):
            assert client.get(f"/api/v1{path}").status_code == 403, path


@pytest.mark.parametrize(("role", "plain"), [("agent", False), ("qa", False), ("supervisor", True), ("admin", True)])
def test_numbers_are_masked_for_who_may_not_see_them(role: str, plain: bool, site: WebSite) -> None:
    with site.client(role, "en") as client:
        listed = client.get("/api/v1/calls").json()["calls"]
        one = client.get(f"/api/v1/calls/{next(call['id'] for call in listed if call['caller'])}")
    callers = [call["caller"] for call in listed if call["caller"]]
    assert callers
    assert all(("*" in caller) != plain for caller in callers)
    assert ("caller" in one.json()) and (("*" in str(one.json()["caller"])) != plain)
