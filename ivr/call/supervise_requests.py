"""What the control socket is asked by supervisors: listen to an agent, whisper to him, join his talk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ivr.call.agent_requests import word
from ivr.call.control import Answer, Route
from ivr.call.supervise import ACTS, SuperviseDesk
from ivr.core.errors import UsageError
from ivr.core.language import Text


def supervise_routes(desk: SuperviseDesk) -> dict[str, Route]:
    """``POST /agents/<id>/listen``, ``…/whisper`` and ``…/barge``.

    The body names the supervisor (``by``), perhaps a phone (``phone``) and the person who asks (``user``).
    """

    def of(act: str) -> Route:
        async def asked(agent: str, body: Mapping[str, Any]) -> Answer:
            supervisor = word(body, "by")
            if not supervisor:
                raise UsageError(
                    Text("by: which supervisor", "by：班长"), cure=Text("name an agent's id", "请填写坐席 id")
                )
            order = await desk.order(supervisor, act, agent, phone=word(body, "phone"), by=word(body, "user"))
            return asdict(order) | {"state": "ringing"}

        return asked

    return {f"POST agents {act}": of(act) for act in ACTS.values()}


__all__ = ["supervise_routes"]
