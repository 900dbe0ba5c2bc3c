"""What stands beside the database: backups, trunks, the nightly work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from dialplan.model import Site
from ivr.asterisk.install import find_asterisk
from ivr.asterisk.instance import Instance
from ivr.asterisk.registrations import parse
from ivr.core.errors import IvrError
from ivr.core.language import Text
from ivr.core.settings import Settings
from ivr.reports.health.check import Check, State
from ivr.storage import audit

OLD = timedelta(days=2)


def backups(settings: Settings, now: datetime) -> Check:
    """How old the newest backup in the home folder is; those written elsewhere are not known."""
    name = Text("backup", "备份")
    cure = Text(
        "ivr backup, every day by cron or a timer; this is about backups in home/backups only",
        "请每天执行 ivr backup；此处仅检查 home/backups 目录",
    )
    folder = settings.home / "backups"
    try:
        ages = [now - datetime.fromtimestamp(one.stat().st_mtime, UTC) for one in folder.glob("ivr-*.tar*")]
    except OSError:
        ages = []
    if not ages:
        return Check("backup", name, State.WARN, Text("none", "没有"), cure)
    hours = int(min(ages).total_seconds() // 3600)
    age = Text(f"{hours} h old", f"{hours} 小时前")
    return Check("backup", name, State.WARN if min(ages) > OLD else State.GOOD, age, cure)


async def nightly(session: AsyncSession, now: datetime) -> Check:
    """Whether last night's work of ``ivr up`` went well."""
    name = Text("nightly work", "夜间任务")
    rows = await audit.list_rows(session, action="nightly", since=now - timedelta(days=14), limit=1)
    if not rows:
        return Check("nightly", name, State.UNKNOWN, Text("not in the last 14 days", "近 14 天未执行"),
                     Text("`ivr up` does it; see IVR_NIGHTLY", "由 `ivr up` 执行；见 IVR_NIGHTLY"))  # fmt: skip
    failed = [command for command, code in rows[0].detail.items() if code]
    when = f"{rows[0].at:%Y-%m-%d %H:%M} UTC"
    if not failed:
        return Check("nightly", name, State.GOOD, Text(when, when))
    listed = ", ".join(f"ivr {one}" for one in failed)
    return Check(
        "nightly", name, State.BAD, Text(f"{when}, found something: {listed}", f"{when}，发现问题：{listed}"),
        Text(f"run it by hand to see what: {listed}", f"请手动执行查看：{listed}"),
    )  # fmt: skip


def trunks(settings: Settings, site: Site) -> Iterator[Check]:
    """Whether the trunks that log in to a provider are logged in. Asks Asterisk, which may take seconds."""
    registering = {name: trunk for name, trunk in sorted(site.trunks.items()) if trunk.method == "register"}
    states = _registrations(settings) if registering else {}
    for name in registering:
        state = states.get(name, "")
        known = _STATES.get(state, Text(state or "not known: Asterisk does not run", state or "未知：Asterisk 未运行"))
        yield Check(
            f"trunk-{name}", Text(f"trunk {name}", f"中继 {name}"),
            State.GOOD if state == "registered" else State.UNKNOWN if not state else State.BAD, known,
            Text("see its host, user and password: ivr trunks list, ivr trunks secret",
                 "请检查主机、账号与密码：ivr trunks list、ivr trunks secret"),
        )  # fmt: skip


_STATES = {
    "registered": Text("registered", "已注册"),
    "unregistered": Text("not registered", "未注册"),
    "rejected": Text("rejected by the provider", "被运营商拒绝"),
    "stopped": Text("stopped", "已停止"),
}


def _registrations(settings: Settings) -> dict[str, str]:
    if not settings.asterisk_dir.exists():  # looking makes nothing
        return {}
    try:
        instance = Instance(settings, find_asterisk(settings, needs=("asterisk",), install=False))
        return parse(instance.run_cli("pjsip show registrations")) if instance.status().running else {}
    except IvrError:
        return {}


__all__ = ["backups", "nightly", "trunks"]
