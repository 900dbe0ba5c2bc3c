"""A site that changed, taken over by an Asterisk that runs: rendered, and read again; calls under way go on.

All or nothing: when Asterisk does not take the new files, the old ones are put back.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dialplan.model import Agent, Site
from ivr.asterisk.install import find_asterisk
from ivr.asterisk.instance import Instance
from ivr.asterisk.secrets import write_private
from ivr.asterisk.setup import prepare
from ivr.core.errors import AsteriskError, IvrError
from ivr.core.language import Text
from ivr.core.settings import Settings
from prompts.book import PromptBook

# What Asterisk reads again. Another address or port of a transport takes a restart.
_RELOADS = (
    "module reload res_pjsip.so",
    "module reload res_pjsip_endpoint_identifier_ip.so",
    "module reload res_pjsip_outbound_registration.so",
    "dialplan reload",
    "queue reload all",
)
_REFUSED = ("No such", "failed", "Unable")
_READ_AGAIN = frozenset({"pjsip.conf", "extensions.conf", "queues.conf"})
# Of pjsip.conf what stays as it was until Asterisk starts anew.
_TRANSPORT = re.compile(r"^\[(ivr-(?:udp|tcp|tls))\]\ntype = transport\n(?:.+\n)*", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of it.

    Args:
        running: whether Asterisk runs, and so has taken the change over.
        changed: names of the files written anew.
        waits: names of those of which something holds only when Asterisk is started anew.
    """

    running: bool
    changed: tuple[str, ...] = ()
    waits: tuple[str, ...] = ()


def apply(
    settings: Settings,
    site: Site,
    *,
    gone: Sequence[Agent] = (),
    before: Site | None = None,
    book: PromptBook | None = None,
) -> Applied:
    """Render the site; where Asterisk runs, let it read the files again and take out who is gone.

    Args:
        settings: of the installation.
        site: as it is now.
        gone: agents who were removed: they leave their queues.
        before: as it was: who waits in a queue that is gone is served there, until the next change or start.
        book: the prompts; those of the site's folder when not given.

    Raises:
        AsteriskError: if it cannot be rendered, or Asterisk does not take it; then the files are as they were, and
            Asterisk has been asked to read those again.
        SetupError: if a password or certificate is missing.
    """
    tools = find_asterisk(settings, needs=("asterisk",), install=False)
    etc = settings.asterisk_dir.absolute() / "etc"
    old = _texts(etc)
    instance = Instance(settings, tools)
    running = instance.status().running
    try:
        prepare(settings, with_retired(site, before) if running else site, toolbox=tools, book=book)
        changed = tuple(sorted(name for name, text in _texts(etc).items() if old.get(name) != text))
        if running:
            _read_again(instance)
            _verify(instance, site)
    except (IvrError, OSError) as error:
        _put_back(instance, etc, old, running=running)
        if isinstance(error, AsteriskError) and running and old:
            raise AsteriskError(
                Text(f"{error.message} (the old configuration was put back)", f"{error.message}（已恢复原配置）"),
                cure=error.cure,
            ) from error
        raise
    if running:
        for agent in gone:
            _take_out(instance, site, agent)
    return Applied(running, changed, _waiting(etc, old, changed) if running else ())


def with_retired(site: Site, before: Site | None) -> Site:
    """The site as Asterisk is to know it while calls of ``before`` are under way: with the queues they may be in.

    They have no number of their own any more; the keys that left a queue still do.
    """
    if before is None:
        return site
    queues = {
        name: queue.model_copy(update={"extension": None})
        for name, queue in before.queues.items()
        if name not in site.queues
    }
    flows = {f"before {name}": flow for name, flow in before.flows.items()}
    return site.model_copy(update={"queues": queues | site.queues, "flows": flows | site.flows})


def _texts(etc: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in etc.glob("*.conf")} if etc.is_dir() else {}


def _read_again(instance: Instance) -> None:
    for command in _RELOADS:
        said = instance.run_cli(command)
        if any(word in said for word in _REFUSED):
            raise _refused(said)


def _verify(instance: Instance, site: Site) -> None:
    """That Asterisk knows the numbers, queues and phones of the site: what it skips it only tells its log.

    Raises:
        AsteriskError: naming what it does not know.
    """
    known = {
        "number": re.findall(r"^\s+'(\d+)' =>", instance.run_cli("dialplan show ivr-incoming"), re.MULTILINE),
        "queue": re.findall(r"^(\S+)\s+has \d+ calls", instance.run_cli("queue show"), re.MULTILINE),
        "phone": re.findall(r"^\s+Endpoint:\s+(\S+?)/", instance.run_cli("pjsip show endpoints"), re.MULTILINE),
    }
    for what, name in _wanted(site):
        if name not in known[what]:
            raise _refused(f"{what} {name} is not there")


def _wanted(site: Site) -> Iterator[tuple[str, str]]:
    yield from (("number", number) for number in site.numbers)
    yield from (("queue", name) for name in site.queues)
    yield from (("phone", agent.extension) for agent in site.agents.values())


def _refused(said: str) -> AsteriskError:
    reason = " ".join(said.split())[:200]
    return AsteriskError(
        Text(f"Asterisk did not read its files again: {reason}", f"Asterisk 未能重新读取配置：{reason}"),
        cure=Text("see Asterisk's log messages; try again, or start it anew", "请查看 Asterisk 日志，重试或重新启动"),
    )


def _put_back(instance: Instance, etc: Path, old: dict[str, str], *, running: bool) -> None:
    """The files as they were, read by Asterisk as far as it will."""
    if not old:
        return
    for name, text in _texts(etc).items():
        if name not in old:
            (etc / name).unlink()
        elif old[name] != text:
            write_private(etc / name, old[name], 0o600)
    for command in _RELOADS if running else ():
        with contextlib.suppress(AsteriskError):
            instance.run_cli(command)


def _waiting(etc: Path, old: dict[str, str], changed: Sequence[str]) -> tuple[str, ...]:
    """Files of which Asterisk reads something only at its start."""
    found = [name for name in changed if name not in _READ_AGAIN]
    if "pjsip.conf" in changed:
        new = (etc / "pjsip.conf").read_text("utf-8")
        if dict(_transports(new)) != dict(_transports(old.get("pjsip.conf", ""))):
            found.append("pjsip.conf")
    return tuple(found)


def _transports(text: str) -> Iterator[tuple[str, str]]:
    yield from ((one.group(1), one.group(0)) for one in _TRANSPORT.finditer(text))


def _take_out(instance: Instance, site: Site, agent: Agent) -> None:
    """Persistent members outlive a reload, so they are told to go."""
    for queue in agent.queues:
        if queue in site.queues:
            try:
                instance.run_cli(f"queue remove member PJSIP/{agent.extension} from {queue}")
            except AsteriskError:  # he was not logged in to it
                continue


__all__ = ["Applied", "apply", "with_retired"]
