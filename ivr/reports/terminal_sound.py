"""What was measured in a call's sound, and its recordings, for the terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text as Line

from ivr.core.language import Text
from ivr.reports import sounds
from ivr.reports.clean import clean
from ivr.reports.figures import moment, seconds
from ivr.reports.model import CallStory
from ivr.reports.terminal_parts import plain_table
from ivr.reports.tracks import SoundStory, Track
from ivr.reports.wording import cause_of, gap_of, party, state_of


def sound_view(story: CallStory) -> RenderableType:
    """What was measured, each agent's talk by itself."""
    parts: list[RenderableType] = []
    for sound in story.sounds:
        if len(story.sounds) > 1:
            parts.append(Line(clean(sound.agent, 64), style="magenta"))
        parts.append(_together(sound))
        parts.append(_parties(sound))
    return Group(*parts)


def recordings_view(story: CallStory) -> Table:
    """The files of a call: whose, how long, and what is missing in them."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    for track in story.tracks:
        who = f"{clean(str(party(track.role)), 24)} {clean(track.agent, 24)}".strip()
        when = f"{moment(track.offset)} + {seconds(track.duration)}" if track.duration else ""
        table.add_row(Line(who), when, _file(track))
    return table


def _file(track: Track) -> Line:
    line = Line()
    line.append(clean(str(state_of(track.state)), 32), style="" if track.state == "closed" else "yellow")
    if track.gap_cause:
        line.append(f" · {clean(str(cause_of(track.gap_cause)), 80)}", style="yellow")
    for gap in track.gaps:
        line.append(f" · {clean(str(gap_of(gap)), 80)}", style="yellow")
    if track.note:
        line.append(f" · {clean(track.note, 255)}", style="yellow")
    line.append(f"  {clean(track.file, 255)}", style="dim")
    return line


def _together(sound: SoundStory) -> Line:
    facts = sounds.together(sound)
    if not facts:
        missing = Text("the sound of one party is missing", "缺少一方的录音")
        return Line(str(missing), style="yellow")
    line = Line()
    for index, (name, value) in enumerate(facts):
        line.append(" · " if index else "", style="dim")
        line.append(f"{name} ", style="dim")
        line.append(str(value))
    return line


def _parties(sound: SoundStory) -> Table:
    table = plain_table()
    table.add_column("")
    for name in (
        Text("spoke", "说话"),
        Text("rate", "语速"),
        Text("loudness", "音量"),
        Text("SNR", "信噪比"),
    ):
        table.add_column(str(name), justify="right", no_wrap=True)
    table.add_column(str(Text("recognition", "识别健康度")), overflow="fold")
    for role, one, score in sounds.parties(sound):
        if one is None:
            table.add_row(str(party(role)), "—", "—", "—", "—", str(Text("no sound", "无录音")))
            continue
        poor = score is not None and score < sound.floor
        table.add_row(
            str(party(role)),
            seconds(one.speech_s),
            clean(str(sounds.rate(one)), 40),
            sounds.loudness(one),
            sounds.decibels(one.snr_db),
            Line(str(sounds.health(score, sound.floor)), style="bold red" if poor else ""),
        )
    return table
