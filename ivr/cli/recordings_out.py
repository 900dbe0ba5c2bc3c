"""``ivr recordings listen``, ``export`` and ``redact``: sound and words that leave the house, each audited first."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, cast

import typer
from rich.markup import escape

from ivr.cli.common import JsonFlag, console, done, emit, guarded, note, run, state
from ivr.cli.keeping import Room, open_room, zone_of
from ivr.cli.progress import Tell, progress_bar
from ivr.core.errors import SetupError, UsageError
from ivr.core.language import Text
from ivr.core.settings import Settings

if TYPE_CHECKING:
    from recording.keeping.export import Exported, Material
    from recording.keeping.secrets import CallSecrets
    from recording.keeping.tracks import Track

PLAYERS = (("aplay", "-q"), ("paplay",), ("ffplay", "-loglevel", "error", "-nodisp", "-autoexit"), ("afplay",))

CallArgument = Annotated[str, typer.Argument(help="Id of the call, or Asterisk's linkedid. / 通话编号或 linkedid")]
PhonesFlag = Annotated[bool, typer.Option("--phones", help="Telephone numbers, too. / 同时遮蔽电话号码")]


def add(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(listen)
    app.command()(export)
    app.command()(redact)


def listen(
    context: typer.Context,
    call: CallArgument,
    party: Annotated[str, typer.Option(help="caller, agent, supervisor, or a recording's id. / 一方")] = "",
    start: Annotated[float, typer.Option("--from", min=0, help="Seconds from the start of the call. / 起始秒")] = 0.0,
    end: Annotated[float | None, typer.Option("--to", min=0, help="Seconds. / 结束秒")] = None,
    out: Annotated[Path | None, typer.Option(help="Write a WAV instead of playing. / 写入 WAV 文件")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Hear a call: callers left, agents right, on one clock; audited before. / 试听（左：来电方，右：坐席）"""
    settings = state(context).settings
    found = guarded(lambda: run(_listen(settings, call, party, start, end, out)), as_json=as_json)
    if as_json:
        emit(found)
    elif out is not None:
        done(f"{out}: {found['seconds']:.1f} s", f"{out}：{found['seconds']:.1f} 秒")


def export(
    context: typer.Context,
    call: CallArgument,
    out: Annotated[Path, typer.Option(help="The zip; .age is added when it is sealed. / 输出文件")],
    plain: Annotated[bool, typer.Option("--plain", help="Not sealed, though there are keys. / 不加密")] = False,
    unredacted: Annotated[bool, typer.Option("--unredacted", help="With cards' digits. / 不遮蔽号码")] = False,
    phones: PhonesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Everything of a call in one zip: sound, words, verdicts, story, ledger, audit. / 导出一通电话的全部资料"""
    settings = state(context).settings
    with progress_bar(quiet=as_json) as tell:
        found = guarded(
            lambda: run(_export(settings, call, out, tell, plain=plain, redacted=not unredacted, phones=phones)),
            as_json=as_json,
        )
    _told(found, as_json=as_json)


def redact(
    context: typer.Context,
    call: CallArgument,
    out: Annotated[Path | None, typer.Option("--export", help="Write a redacted export. / 导出遮蔽后的资料")] = None,
    in_place: Annotated[
        bool, typer.Option("--in-place", help="Change files and words; the originals are gone. / 就地遮蔽，原件不保留")
    ] = False,
    phones: PhonesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Find digits of cards and identity numbers; show where, export without, or remove. / 查找并遮蔽卡号与证件号"""
    settings = state(context).settings
    if out is not None:
        with progress_bar(quiet=as_json) as tell:
            exported = guarded(
                lambda: run(_export(settings, call, out, tell, plain=False, redacted=True, phones=phones)),
                as_json=as_json,
            )
        if not in_place:
            _told(exported, as_json=as_json)
            return
    found = guarded(lambda: run(_redact(settings, call, in_place=in_place, phones=phones)), as_json=as_json)
    if as_json:
        emit(found)
        return
    for one in found["places"]:
        console.print(
            escape(f"{one['start']:8.1f} – {one['end']:.1f} s  {one['role']} {one['recording']}  {one['kind']}"),
            soft_wrap=True,
        )
    count = len(found["places"])
    if in_place:
        done(f"{count} places removed from sound and words", f"已从录音与文字中移除 {count} 处")
    else:
        note(f"{count} places; nothing was changed", f"共 {count} 处；未作改动")


def _told(found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        emit(found)
        return
    sealed = Text("sealed", "已加密") if found["sealed"] else Text("not sealed", "未加密")
    masked = Text(f"{found['masked']} places masked", f"遮蔽 {found['masked']} 处")
    if not found["redacted"]:
        masked = Text("not redacted", "未遮蔽")
    done(f"{found['file']}: {sealed.en}, {masked.en}", f"{found['file']}：{sealed.zh}，{masked.zh}")


async def _listen(
    settings: Settings, call: str, party: str, start: float, end: float | None, out: Path | None
) -> dict[str, Any]:
    from ivr.storage import audit, calls
    from recording.keeping.tracks import tracks_of

    player = None if out is not None else _player()
    async with open_room(settings) as room:
        call_id = await room.call_id(call)
        async with room.database.read() as session:
            found = await calls.get(session, call_id)
        tracks = _chosen(tracks_of(found) if found else [], party)
        detail = {"party": party, "from": start, "to": end, "recordings": [track.row.id for track in tracks],
                  "out": out is not None}  # fmt: skip
        async with room.database.write() as session:
            await audit.append(
                session,
                actor=room.actor,
                action="listen",
                object=f"call:{call_id}",
                at=room.clock.now(),
                detail=detail,
            )
        seconds = await asyncio.to_thread(_sound, room, tracks, start, end, out, player)
    return {"call": call_id, "seconds": seconds, "recordings": detail["recordings"], "file": str(out) if out else None}


def _chosen(tracks: list[Track], party: str) -> list[Track]:
    chosen = [track for track in tracks if party in {"", track.row.role, str(track.row.id), track.row.agent}]
    if not chosen:
        raise UsageError(
            Text("no sound of that party", "没有该方的录音")
            if tracks
            else Text("the call has no sound", "该通话没有录音"),
            cure=Text("ivr recordings list shows the files", "用 ivr recordings list 查看录音"),
        )
    return chosen


def _sound(
    room: Room, tracks: list[Track], start: float, end: float | None, out: Path | None, player: tuple[str, ...] | None
) -> float:
    from ivr.reports.page import check_folder
    from recording.keeping.tracks import write_stereo

    folder = room.settings.recordings
    if out is not None:
        check_folder(out)
        with tempfile.NamedTemporaryFile(dir=out.parent, prefix=f".{out.name}.", delete=False) as file:
            temporary = Path(file.name)
            try:
                seconds = write_stereo(tracks, folder, room.vault, cast(BinaryIO, file), start=start, end=end)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
        temporary.replace(out)
        return seconds
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:  # readable by this user only, gone after
        seconds = write_stereo(tracks, folder, room.vault, cast(BinaryIO, file), start=start, end=end)
        file.flush()
        subprocess.run([*(player or ()), file.name], check=False, timeout=seconds + 30, stdin=subprocess.DEVNULL)
    return seconds


def _player() -> tuple[str, ...]:
    for words in PLAYERS:
        if shutil.which(words[0]):
            return words
    raise SetupError(
        Text("nothing on this machine plays sound", "本机没有可用的播放程序"),
        cure=Text(
            "--out FILE, or install one of: aplay, paplay, ffplay", "使用 --out 文件，或安装 aplay、paplay、ffplay"
        ),
    )


async def _export(
    settings: Settings, call: str, out: Path, tell: Tell, *, plain: bool, redacted: bool, phones: bool
) -> dict[str, Any]:
    from ivr.storage import audit
    from recording.keeping.export import gather, write_export

    async with open_room(settings) as room:
        call_id, now = await room.call_id(call), room.clock.now()
        sealed = room.vault.enabled and not plain
        target = out.with_name(out.name + ".age") if sealed and out.suffix != ".age" else out
        detail = {"redacted": redacted, "sealed": sealed, "recipients": len(room.vault.recipients) if sealed else 0}
        # before anything leaves, and before the rows are read: the export holds the row of itself
        async with room.database.write() as session:
            await audit.append(
                session, actor=room.actor, action="export", object=f"call:{call_id}", at=now, detail=detail
            )
        material = await gather(room.database, call_id, redacted=redacted, phones=phones)
        extra = await _story(room, call_id, material, redacted=redacted, phones=phones)
        about = {"made_at": now.isoformat(), "by": room.actor, **detail}
        exported: Exported = await asyncio.to_thread(
            write_export,
            material,
            settings.recordings,
            room.vault,
            target,
            extra=extra,
            about=about,
            plain=plain,
            progress=tell,
        )
    return {
        "call": call_id,
        "file": str(exported.path),
        "sealed": exported.sealed,
        "redacted": redacted,
        "masked": exported.secrets,
        "files": list(exported.files),
    }


async def _story(room: Room, call_id: int, material: Material, *, redacted: bool, phones: bool) -> dict[str, bytes]:
    from ivr.cli.calls import plain
    from ivr.reports.html import render_html
    from ivr.reports.load import load_story
    from ivr.reports.masked import masked_story
    from recording.vault.sound import sound_reader

    zone = zone_of(room.settings)
    async with room.database.read() as session:
        story = await load_story(
            session, call_id, room.settings.recordings, zone=zone, mask=redacted, read=sound_reader(room.vault)
        )
    if redacted:
        story = masked_story(story, material.call, material.secrets, phones=phones)
    page = render_html([story], None, title=Text(f"call {call_id}", f"通话 {call_id}"), zone=zone)
    data = json.dumps(plain(story), ensure_ascii=False, indent=1) + "\n"
    return {"story.html": page.encode(), "story.json": data.encode()}


async def _redact(settings: Settings, call: str, *, in_place: bool, phones: bool) -> dict[str, Any]:
    from recording.keeping.redact import find_in_call, redact_in_place

    async with open_room(settings) as room:
        call_id = await room.call_id(call)
        found, secrets = await find_in_call(room.database, call_id, phones=phones)
        if in_place:
            secrets = await redact_in_place(
                room.database, settings.recordings, room.vault, room.clock, call_id, actor=room.actor, phones=phones
            )
    roles = {row.id: row.role for row in found.recordings}
    return {"call": call_id, "in_place": in_place, "places": [_place(secrets, roles, number) for number in
                                                              range(len(secrets.found))]}  # fmt: skip


def _place(secrets: CallSecrets, roles: dict[int, str], number: int) -> dict[str, Any]:
    secret = secrets.found[number]
    recording = secrets.recordings[secret.party]
    return {
        "recording": recording,
        "role": roles.get(recording, ""),
        "start": secret.start,
        "end": secret.end,
        "kind": secret.kind,
        "digits": secret.count,
    }
