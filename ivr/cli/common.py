"""What all commands share: settings, two ways of printing, errors that end in an exit code."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol, TypeVar

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape

from ivr.core.errors import IvrError, SetupError, SiteError, UsageError
from ivr.core.language import Text
from ivr.core.problems import Problem, Severity
from ivr.core.settings import Settings

if TYPE_CHECKING:
    from dialplan.model import Site

T = TypeVar("T")

JsonFlag = Annotated[bool, typer.Option("--json", help="Print plain data as JSON. / 以 JSON 输出")]

console = Console(highlight=False, emoji=False)  # file.yaml:100:5 is a place
errors = Console(stderr=True, highlight=False, emoji=False)


class Runtime(Protocol):
    """What the composition root offers to the command line."""

    async def serve(self, settings: Settings) -> None:
        """Answer calls until told to stop."""
        ...

    async def up(self, settings: Settings) -> None:
        """Start Asterisk, the engine, the quality worker and the console, and supervise them until told to stop."""
        ...

    async def console(self, settings: Settings) -> None:
        """Answer browsers and programs until told to stop."""
        ...


@dataclass(frozen=True, slots=True)
class State:
    """What the group callback hands to every command."""

    settings: Settings
    runtime: Runtime


def state(context: typer.Context) -> State:
    """The state of this invocation."""
    found = context.find_object(State)
    if found is None:  # pragma: no cover - the callback always sets it
        raise UsageError("no state")
    return found


def load_settings() -> Settings:
    """Settings from the environment and file.

    Raises:
        UsageError: naming the variable that cannot be used.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "IVR_" + "_".join(str(part) for part in first["loc"]).upper()
        raise UsageError(
            f"{name}: {first['msg']}",
            cure=Text(f"set {name} to a usable value or unset it", f"请将 {name} 设为有效值，或取消设置"),
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        known = error.strerror if isinstance(error, OSError) else None
        reason = Text(known, known) if known else Text("not UTF-8", "不是 UTF-8 文本")
        raise UsageError(
            Text(f".ivr.env: {reason.en}", f".ivr.env：{reason.zh}"),
            cure=Text("mend or remove that file in this folder", "请修正或删除当前目录下的该文件"),
        ) from error


def site_folder(settings: Settings) -> Path:
    """The folder the admin writes in: the one set, else the demo's."""
    from dialplan.sites import demo_site

    return settings.site or demo_site()


def running_site(settings: Settings) -> Site:
    """The site that runs: the version in force, else what its folder holds.

    Raises:
        SiteError: if nothing has been put in force and the folder has errors.
        SetupError: if what is in force cannot be read.
    """
    from dialplan.loading import load_site
    from ivr.call.versions.start import running

    edition = running(settings)
    return load_site(site_folder(settings)) if edition is None else edition.site


def emit(data: Any) -> None:
    """Print ``data`` as JSON."""
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2, default=str))


def done(en: str, zh: str) -> None:
    """One clear closing line."""
    console.print(f"[green]{escape(str(Text(en, zh)))}[/green]", soft_wrap=True)


def note(en: str, zh: str) -> None:
    """One line on the way."""
    console.print(escape(str(Text(en, zh))), soft_wrap=True)


def show_problems(problems: Sequence[Problem], to: Console = console) -> None:
    """Print problems, one a line, errors in red."""
    for problem in problems:
        colour = "red" if problem.severity is Severity.ERROR else "yellow"
        to.print(
            f"[bold]{escape(problem.where)}[/bold] [{colour}]{problem.code}[/{colour}] "
            f"{escape(str(problem.text))} — {escape(str(problem.cure))}",
            soft_wrap=True,
        )


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run ``work`` to its end."""
    return asyncio.run(work)


@contextlib.contextmanager
def _terminable() -> Iterator[None]:
    """SIGTERM and SIGHUP do as Ctrl-C does, so that what was started is stopped."""

    def stop(_number: int, _frame: object) -> None:
        if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # started in the background
            raise KeyboardInterrupt
        signal.raise_signal(signal.SIGINT)

    before = {}
    if threading.current_thread() is threading.main_thread():
        before = {
            number: signal.signal(number, stop)
            for number in (signal.SIGTERM, signal.SIGHUP)
            if signal.getsignal(number) == signal.SIG_DFL
        }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def guarded(command: Callable[[], T], *, as_json: bool = False) -> T:
    """Run ``command``; what the project reports ends in its message and exit code, not in a traceback.

    Args:
        as_json: standard output is to be JSON, so the message stands there too.
    """
    try:
        with _terminable():
            return command()
    except IvrError as error:
        problems = error.problems if isinstance(error, SiteError) else ()
        if as_json:
            _emit_error(error.message, error.cure, problems)
        show_problems(problems, errors)
        failed(str(error))
        raise typer.Exit(error.exit_code) from error
    except OSError as error:
        if error.filename is None:  # not a matter of this machine's files
            raise
        cure = Text("give it to this user, make room, or set IVR_HOME and IVR_CACHE to folders of yours",
                    "请检查权限与磁盘空间，或将 IVR_HOME、IVR_CACHE 设为可写目录")  # fmt: skip
        what = f"{error.filename}: {error.strerror}"
        if as_json:
            _emit_error(what, str(cure))
        failed(f"{what} — {cure}")
        raise typer.Exit(SetupError.exit_code) from error
    except KeyboardInterrupt as error:
        errors.print(str(Text("stopped", "已停止")))
        raise typer.Exit(130) from error


def _emit_error(message: str, cure: str, problems: Sequence[Problem] = ()) -> None:
    emit({"error": message, "cure": cure, "problems": [problem.as_dict() for problem in problems]})


def failed(text: str) -> None:
    """One line on standard error, in red where there are colours."""
    errors.print(f"[red]{escape(text)}[/red]", soft_wrap=True)
