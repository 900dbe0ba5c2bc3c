"""``ivr calls pause`` and ``ivr calls resume``: the recording of a call under way."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

import typer

from ivr.cli.common import JsonFlag, done, emit, guarded, note, state
from ivr.cli.engine import ask

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
