"""Ask a service, e.g. for the state of an order, while the caller is told to wait."""

from __future__ import annotations

import asyncio
from urllib.parse import quote, urlencode, urlsplit

from dialplan.model import Lookup
from dialplan.templates import TemplateError, fill
from ivr.call.answers import value_at
from ivr.call.context import CallContext
from ivr.call.outcome import GoTo, HungUp, Outcome
from ivr.call.services import Reply, Request
from ivr.call.variables import keep, variables_of
from ivr.core.language import Text
from ivr.core.log import get_logger

log = get_logger("call")

# Seconds of one turn of waiting: an answer is noticed that much later at most.
TURN = 0.4
# What a turn counts that a key cut short.
KEY_TURN = 0.1
NOT_FOUND = 404

DOTS = Text("an address with . or .. in its path", "地址路径中含有 . 或 ..")
NOTHING = Text("an address with an empty part", "地址中有空的部分")
CONTROLS = Text("a header with control characters", "请求头中含有控制字符")


async def run(step: Lookup, call: CallContext) -> Outcome:
    """Ask and wait; who hangs up is no longer asked for. Silence lasts no longer than the site's patience.

    Told is whom was asked, how it went and which variables were kept; never what was asked or answered.
    """
    for name in step.save:  # nothing of an earlier answer may be taken for this one's
        keep(call, name, "")
    host = urlsplit(step.url).netloc
    try:
        request = request_of(step, call)
    except TemplateError as error:
        call.tell("lookup", host=host, status=0, tries=0, problem=error.why.en)
        return GoTo(step.failure)
    begun = call.clock.monotonic()
    asking = asyncio.create_task(_ask(call, request))
    try:
        answered = await _wait(step, call, asking)
    finally:
        asking.cancel()
        await asyncio.wait({asking})
    if answered is None:
        return HungUp()
    reply, at = answered
    problem = _problem(step, reply)
    detail = {"host": host, "status": reply.status, "ms": round((at - begun) * 1000), "tries": reply.tries}
    if not problem:
        call.tell("lookup", **detail, saved=_saved(step, call, reply))
        return GoTo(step.next)
    call.tell("lookup", **detail, problem=problem)
    return GoTo(step.not_found or step.failure if reply.status == NOT_FOUND else step.failure)


def request_of(step: Lookup, call: CallContext) -> Request:
    """The question with what its templates stand for.

    Raises:
        TemplateError: if one cannot be filled, or what is filled in would make it another question.
    """
    variables, secret = variables_of(call), call.services.secret
    path, _, rest = step.url.partition("?")
    url = fill(path, variables, quote=_in_path, env=secret)
    if any(part in {".", ".."} for part in url.split("/")):
        raise TemplateError(DOTS)
    query = rest and fill(rest, variables, quote=_quoted, env=secret)
    pairs = urlencode({name: fill(text, variables, env=secret) for name, text in step.query.items()})
    headers = {name: fill(text, variables, env=secret, secrets=call.secrets) for name, text in step.headers.items()}
    if not all(value.isprintable() for value in headers.values()):
        raise TemplateError(CONTROLS)
    body = {name: fill(text, variables, env=secret, secrets=call.secrets) for name, text in step.body.items()}
    return Request(
        step.method,
        url + ("?" if query or pairs else "") + "&".join(part for part in (query, pairs) if part),
        headers,
        body if step.method == "POST" else None,
        step.timeout,
        step.retries + 1,
    )


def _quoted(value: str) -> str:
    return quote(value, safe="")


def _in_path(value: str) -> str:
    """An empty part would make ``/orders/{order}`` ask for all orders."""
    if not value:
        raise TemplateError(NOTHING)
    return _quoted(value)


async def _ask(call: CallContext, request: Request) -> tuple[Reply, float]:
    """The reply, and when it came."""
    try:
        return await call.services.ask(request), call.clock.monotonic()
    except Exception as error:  # whatever went wrong, the flow has a way for it
        log.error("lookup failed", linkedid=call.linkedid, step=call.step, problem=type(error).__name__)
        return Reply(0, problem=f"failed: {type(error).__name__}"), call.clock.monotonic()


async def _wait(
    step: Lookup, call: CallContext, asking: asyncio.Task[tuple[Reply, float]]
) -> tuple[Reply, float] | None:
    """The reply and when it came; None when the caller has hung up."""
    heard = await call.say(step.prompts)
    silence = 0.0
    while not heard.hung_up:
        done, _ = await asyncio.wait({asking}, timeout=0)
        if done:
            return asking.result()
        if silence >= call.site.patience - TURN:
            return Reply(0, problem="no answer in time", tries=step.retries + 1), call.clock.monotonic()
        heard = await call.channel.wait_key(TURN)
        call.human_if_wanted(heard.key)
        silence += KEY_TURN if heard.key else TURN
    return None


def _problem(step: Lookup, reply: Reply) -> str:
    """Why the reply cannot be used; empty when it can."""
    if reply.problem:
        return reply.problem
    if not 200 <= reply.status < 300:
        return f"status {reply.status}"
    return "no JSON object" if step.save and not isinstance(reply.json, dict) else ""


def _saved(step: Lookup, call: CallContext, reply: Reply) -> list[str]:
    """The variables that have got a value."""
    for name, path in step.save.items():
        keep(call, name, value_at(reply.json, path))
    return [name for name in step.save if name in call.variables]


__all__ = ["request_of", "run"]
