"""What all routes share: who asks, the console, how errors are answered."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from ivr.console.context import Console
from ivr.console.errors import Conflict, Forbidden, NotFound, NotLoggedIn, TooMany
from ivr.console.security.person import Person
from ivr.core.errors import IvrError, SetupError, StorageError, UsageError
from ivr.core.language import Text
from ivr.core.log import get_logger
from recording.errors import StateError

log = get_logger("console")

PREFIX = "/api/v1"
PERSON = "ivr.person"
"""Key in an ASGI scope: who asks, or None."""


class Refusal(BaseModel):
    """Why a request was not fulfilled, and how to mend it."""

    error: str
    cure: str = ""


REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {"model": Refusal, "description": "nobody is logged in"},
    403: {"model": Refusal, "description": "who asks may not"},
    404: {"model": Refusal, "description": "there is none, or none that who asks may know of"},
    409: {"model": Refusal, "description": "its state does not allow it"},
    422: {"model": Refusal, "description": "the request cannot be fulfilled as it is"},
    429: {"model": Refusal, "description": "too many requests"},
    503: {"model": Refusal, "description": "the engine or the database does not answer"},
}

_STATUS: tuple[tuple[type[IvrError], int], ...] = (
    (NotLoggedIn, 401),
    (Forbidden, 403),
    (NotFound, 404),
    (Conflict, 409),
    (TooMany, 429),
    (StateError, 409),
    (UsageError, 422),
    (SetupError, 503),
    (StorageError, 503),
    (IvrError, 409),
)


def console_of(request: Request) -> Console:
    """The console that answers."""
    found: Console = request.app.state.console
    return found


def person_of(request: Request) -> Person:
    """Who asks; the guard has refused everybody who is nobody."""
    found: Person | None = request.scope.get(PERSON)
    if found is None:  # pragma: no cover - the guard stands before every route
        raise Forbidden(Text("log in first", "请先登录"))
    return found


Here = Annotated[Console, Depends(console_of)]
Who = Annotated[Person, Depends(person_of)]


def status_of(error: IvrError) -> int:
    """The HTTP status an error is answered with."""
    return next(status for kind, status in _STATUS if isinstance(error, kind))


def answer_errors(app: FastAPI) -> None:
    """Have ``app`` answer the project's errors as :class:`Refusal`."""

    async def ours(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, IvrError)
        if isinstance(error, StorageError):
            log.error("the database refused", problem=str(error))
        refusal = Refusal(error=error.message, cure=error.cure)
        headers = {"Retry-After": str(error.seconds)} if isinstance(error, TooMany) else None
        return JSONResponse(refusal.model_dump(), status_code=status_of(error), headers=headers)

    async def wrong(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        what = Text(f"{where}: {first['msg']}", f"{where}：{first['msg']}")
        cure = Text("see the API's description at /api/v1/openapi.json", "请参阅接口说明 /api/v1/openapi.json")
        return JSONResponse(Refusal(error=str(what), cure=str(cure)).model_dump(), status_code=422)

    app.add_exception_handler(IvrError, ours)
    app.add_exception_handler(RequestValidationError, wrong)


__all__ = [
    "PERSON",
    "PREFIX",
    "REFUSALS",
    "Here",
    "Refusal",
    "Who",
    "answer_errors",
    "console_of",
    "person_of",
    "status_of",
]
