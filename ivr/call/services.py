"""What a step may ask of the world outside the call: services over HTTP, and hours switched by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a service, its templates filled. It may hold secrets: never told, never logged.

    Args:
        url: the whole address, query included.
        headers, body: of the request; no body for a GET.
        timeout: seconds for one try.
        tries: how often it is asked at most.
    """

    method: Literal["GET", "POST"]
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Mapping[str, str] | None = field(default=None, repr=False)
    timeout: float = 3.0
    tries: int = 1


@dataclass(frozen=True, slots=True)
class Reply:
    """What a service answered.

    Args:
        status: of HTTP; 0 when there was no answer in time.
        json: the answer, None when it is none that can be read.
        problem: why there is no answer, without addresses and secrets.
        tries: how often it was asked.
    """

    status: int
    json: Any = field(default=None, repr=False)
    problem: str = ""
    tries: int = 1


class Services(Protocol):
    """Asks services."""

    async def ask(self, request: Request) -> Reply:
        """Ask; failure is an answer, not an error."""
        ...

    def secret(self, name: str) -> str | None:
        """What an environment variable ``IVR_LOOKUP_...`` holds, for templates; None when it is not set."""
        ...


class Switches(Protocol):
    """Business hours that somebody has opened or closed by hand."""

    def position(self, hours: str) -> Literal["open", "closed"] | None:
        """How they stand; None when the schedule decides."""
        ...


class NoServices:
    """Where no service can be reached; ``replies`` stand in for them, by the beginning of the address."""

    def __init__(self, replies: Mapping[str, Reply] | None = None) -> None:
        self.replies = dict(replies or {})
        self.asked: list[Request] = []

    async def ask(self, request: Request) -> Reply:
        """The reply that stands in."""
        self.asked.append(request)
        found = (reply for beginning, reply in self.replies.items() if request.url.startswith(beginning))
        return next(found, Reply(0, problem="no service"))

    def secret(self, name: str) -> str | None:
        """Its name stands in for it."""
        return name


class NoSwitches:
    """The schedule decides, except where ``positions`` say else."""

    def __init__(self, positions: Mapping[str, Literal["open", "closed"]] | None = None) -> None:
        self.positions = dict(positions or {})

    def position(self, hours: str) -> Literal["open", "closed"] | None:
        """As given."""
        return self.positions.get(hours)


__all__ = ["NoServices", "NoSwitches", "Reply", "Request", "Services", "Switches"]
