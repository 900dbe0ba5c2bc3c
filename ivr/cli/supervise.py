"""``ivr supervise``: the engine rings a supervisor's phone and lets him into an agent's talk."""

from __future__ import annotations

import getpass
from typing import Annotated
from urllib.parse import quote

import typer

from ivr.cli.common import JsonFlag, done, emit, guarded, state
from ivr.cli.engine import ask
from ivr.core.language import Text

app = typer.Typer(
    help="Listen to an agent's talk, whisper to him, join the talk. / 监听坐席通话、对其耳语、加入通话",
    no_args_is_help=True,
)

AgentId = Annotated[str, typer.Argument(help="Id of the agent who talks. / 通话中的坐席 id")]
Supervisor = Annotated[
    str,
    typer.Option("--as", envvar="IVR_SUPERVISOR", help="Id of the supervisor, an agent of the site. / 班长的坐席 id"),
]
Phone = Annotated[
    str, typer.Option("--phone", help="Extension that rings; his own when not given. / 振铃的分机号，默认本人分机")
]

_DOES = {
    "listen": Text("listen to", "监听"),
    "whisper": Text("whisper to", "耳语"),
    "barge": Text("join", "加入通话"),
}


@app.command()
def listen(
    context: typer.Context, agent: AgentId, supervisor: Supervisor, phone: Phone = "", as_json: JsonFlag = False
) -> None:
    """Hear both parties, heard by none. / 监听：听到双方，不被听到"""
    _ask(context, "listen", agent, supervisor, phone, as_json)


@app.command()
def whisper(
    context: typer.Context, agent: AgentId, supervisor: Supervisor, phone: Phone = "", as_json: JsonFlag = False
) -> None:
    """Hear both parties, heard by the agent alone. / 耳语：听到双方，仅坐席能听到"""
    _ask(context, "whisper", agent, supervisor, phone, as_json)


@app.command()
def barge(
    context: typer.Context, agent: AgentId, supervisor: Supervisor, phone: Phone = "", as_json: JsonFlag = False
) -> None:
    """Join the talk, recorded in a file of one's own. / 强插：加入通话，另有录音文件"""
    _ask(context, "barge", agent, supervisor, phone, as_json)


def _ask(context: typer.Context, act: str, agent: str, supervisor: str, phone: str, as_json: bool) -> None:
    settings = state(context).settings
    body = {"by": supervisor, "phone": phone, "user": getpass.getuser()}
    answer = guarded(lambda: ask(settings, f"/agents/{quote(agent, safe='')}/{act}", body), as_json=as_json)
    if as_json:
        emit(answer)
        return
    number, does = answer["phone"], _DOES[act]
    done(
        f"phone {number} rings: answer it to {does.en} {agent}",
        f"话机 {number} 正在振铃，接听后即可{does.zh}（{agent}）",
    )
