"""One stream of the engine, followed for ever: when it breaks off it is asked for again, ever more rarely."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

from ivr.console.engine import Engine
from ivr.core.errors import IvrError, SetupError
from ivr.core.language import Text
from ivr.core.log import get_logger

log = get_logger("console")

SILENT = 20.0  # seconds without a line after which the engine is taken for gone; it sends one every 5 s
PAUSES = (0.3, 5.0)  # seconds before the first further try, and at most

Line = Mapping[str, Any]


async def follow(
    engine: Engine,
    path: str,
    told: Callable[[Line], None],
    lost: Callable[[IvrError], None],
    *,
    pauses: tuple[float, float] = PAUSES,
) -> None:
    """Follow until cancelled.

    Args:
        told: takes each line that says something; must neither wait nor raise.
        lost: takes why nothing is heard, each time it is tried in vain.
        pauses: seconds before the first further try, and at most.
    """
    pause = pauses[0]
    while True:
        try:
            async with engine.connected(limit=SILENT) as client, client.stream("GET", path) as answer:
                answer.raise_for_status()
                async for text in answer.aiter_lines():
                    line = json.loads(text)
                    _must_not_refuse(line)
                    if line:
                        told(line)
                        pause = pauses[0]
            lost(
                SetupError(
                    Text("the engine has stopped", "引擎已停止"), cure=Text("start it: ivr up", "请启动：ivr up")
                )
            )
        except IvrError as error:
            lost(error)
        except Exception as error:  # whatever it is, the next try may do better
            log.exception("what the engine told could not be taken", path=path)
            lost(IvrError(str(error), cure=Text("see the console's log", "请查看控制台日志")))
        await asyncio.sleep(pause)
        pause = min(2 * pause, pauses[1])


def _must_not_refuse(line: Line) -> None:
    if line.get("type") == "refused":
        why = Text(**line["why"]) if "why" in line else Text("too many follow the engine already", "同时查看引擎者过多")
        cure = Text(**line["cure"]) if "cure" in line else Text("end one of them", "请先结束其一")
        raise SetupError(why, cure=cure)


__all__ = ["PAUSES", "SILENT", "Line", "follow"]
