"""Progress on the terminal: a bar where people look, plain lines elsewhere, nothing with ``--json``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from ivr.cli.common import console
from ivr.core.language import Text

_STAGES = {
    "package lists": Text("package lists", "软件包列表"),
    "download": Text("download", "下载"),
    "unpack": Text("unpack", "解包"),
    "waiting for another installation": Text("waiting for another installation", "等待另一个安装过程"),
}


class Tell(Protocol):
    """Told a stage and the share of it that is done, 0..1."""

    def __call__(self, stage: str, share: float, /) -> None: ...


@contextmanager
def progress_bar(*, quiet: bool = False) -> Iterator[Tell]:
    """A bar that follows what it is told."""
    if quiet:
        yield lambda stage, share: None
        return
    if not console.is_terminal:
        shown: set[str] = set()

        def line(stage: str, share: float) -> None:
            if stage not in shown:
                shown.add(stage)
                console.print(f"  {_STAGES.get(stage, stage)}", markup=False)

        yield line
        return
    columns = (TextColumn("  {task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=1.0)

        def follow(stage: str, share: float) -> None:
            progress.update(task, description=str(_STAGES.get(stage, stage)), completed=max(0.0, min(1.0, share)))

        yield follow
