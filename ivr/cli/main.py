"""The root of the ``ivr`` command."""

from __future__ import annotations

from typing import Annotated

import typer

from ivr.cli import (
    agents,
    asterisk,
    audit,
    backup,
    callbacks,
    calls,
    db,
    demo,
    demo_data,
    dialplan,
    doctor,
    hours,
    keys,
    knowledge,
    model,
    prompts,
    qa,
    queues,
    recordings,
    report_rollup,
    service,
    supervise,
    trunks,
    users,
)
from ivr.cli import (
    console as console_command,
)
from ivr.cli.common import Runtime, State, guarded, load_settings
from ivr.cli.misuse import Root
from ivr.core.log import configure_logging

HELP = """Call handling on Asterisk with built-in quality assurance. / 基于 Asterisk 的呼叫处理与质检引擎

Exit codes: 0 done, 1 failed or something was found, 2 wrong use, 3 something is missing on this machine,
4 the site has errors, 130 stopped."""


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(version("callwright"))
        raise typer.Exit


def build(runtime: Runtime) -> typer.Typer:
    """The command line over ``runtime``."""
    app = typer.Typer(cls=Root, help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

    @app.callback()
    def root(
        context: typer.Context,
        version: Annotated[
            bool, typer.Option("--version", help="Print the version. / 版本", is_eager=True, callback=_version)
        ] = False,
    ) -> None:
        settings = guarded(load_settings)
        configure_logging(settings.logs / "ivr.log", level=settings.log_level, lazy=True)
        context.obj = State(settings, runtime)

    service.add(app)
    console_command.add(app)
    demo.add(app)
    demo_data.add(app)
    doctor.add(app)
    app.add_typer(report_rollup.app, name="report")
    app.add_typer(asterisk.app, name="asterisk")
    app.add_typer(dialplan.app, name="dialplan")
    app.add_typer(prompts.app, name="prompts")
    app.add_typer(calls.app, name="calls")
    app.add_typer(recordings.app, name="recordings")
    app.add_typer(qa.app, name="qa")
    app.add_typer(queues.app, name="queues")
    app.add_typer(callbacks.app, name="callbacks")
    app.add_typer(agents.app, name="agents")
    app.add_typer(supervise.app, name="supervise")
    app.add_typer(hours.app, name="hours")
    app.add_typer(trunks.app, name="trunks")
    app.add_typer(users.app, name="users")
    app.add_typer(audit.app, name="audit")
    app.add_typer(knowledge.app, name="knowledge")
    app.add_typer(model.app, name="model")
    app.add_typer(db.app, name="db")
    app.add_typer(keys.app, name="keys")
    app.add_typer(backup.app, name="backup")
    app.command()(backup.restore)
    return app
