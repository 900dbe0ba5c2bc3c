"""``ivr calls pause`` and ``ivr calls resume``: the recording of a call under way."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

import typer

from ivr.cli.common import JsonFlag, done, emit, guarded, note, state
from ivr.core.errors import IvrError, SetupError, UsageError
from ivr.core.language import Text
from ivr.core.settings import Settings

LIMIT = 15.0  # seconds

CallArgument = Annotated[str, typer.Argument(help="Id of the call, or Asterisk's linkedid. / 通话编号或 linkedid")]


def add(app: typer.Typer) -> None:
    """Add both commands."""
    app.command()(pause)
    app.command()(resume)


def pause(
    context: typer.Context,
    call: CallArgument,
    seconds: Annotated[
        int | None, typer.Option(min=1, help="Until it ends by itself; the site's limit at most. / 自动恢复的秒数")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Pause the recording of a call: silence in the files of all parties. / 暂停一通电话的录音"""
    import getpass

    settings = state(context).settings
    body = {"seconds": seconds, "by": getpass.getuser()}
    answer = guarded(lambda: ask(settings, f"/calls/{quote(call, safe='')}/pause", body), as_json=as_json)
    if as_json:
        emit(answer)
        return
    until = str(answer["until"])[11:19]
    done(f"recording paused, until {until} UTC at the latest", f"录音已暂停，最迟于 {until} UTC 自动恢复")


def resume(context: typer.Context, call: CallArgument, as_json: JsonFlag = False) -> None:
    """Let the recording of a call go on. / 恢复一通电话的录音"""
    settings = state(context).settings
    answer = guarded(lambda: ask(settings, f"/calls/{quote(call, safe='')}/resume", {}), as_json=as_json)
    if as_json:
        emit(answer)
    elif answer["ended"]:
        done("recording goes on", "录音已恢复")
    else:
        note("it was not paused", "录音未处于暂停状态")


def ask(settings: Settings, path: str, body: dict[str, Any], *, method: str = "POST") -> dict[str, Any]:
    """Ask the engine over its control socket.

    Raises:
        SetupError: if no engine answers there.
        UsageError: if it calls the request wrong.
        IvrError: if it cannot do it.
    """
    import httpx

    from ivr.asterisk.layout import control_socket

    socket = control_socket(settings)
    silent = SetupError(
        Text(f"no engine answers at {socket}", f"没有引擎在 {socket} 应答"),
        cure=Text("start it: ivr up, or ivr serve", "请启动：ivr up 或 ivr serve"),
    )
    if not socket.exists():
        raise silent
    try:
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(socket)), timeout=LIMIT) as client:
            answer = client.request(method, f"http://engine{path}", json=body)
            found: dict[str, Any] = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise silent from error
    if answer.is_success:
        return found
    kind = UsageError if answer.status_code in {400, 404} else IvrError
    raise kind(str(found.get("error", "")), cure=str(found.get("cure", "")))
