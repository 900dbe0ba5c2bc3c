"""``ivr qa judge`` and ``ivr qa rejudge``: recordings from elsewhere, and our own calls once more."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from ivr.cli.common import JsonFlag, console, done, emit, failed, guarded, note, state
from ivr.cli.progress import Tell, progress_bar
from ivr.core.errors import IvrError, SetupError, UsageError
from ivr.core.language import Text
from ivr.core.settings import Settings

if TYPE_CHECKING:
    from ivr.reports.model import CallStory
    from recording.analytics.features import CallFeatures
    from recording.analytics.health import Health
    from recording.foreign import ForeignJudged, Side
    from recording.models import Model
    from recording.rulebooks.model import Rulebook

_DECODE_LIMIT_S = 300.0


def judge(
    context: typer.Context,
    files: Annotated[
        list[str],
        typer.Argument(help="Stereo files, mono files in pairs (agent, caller), agent=FILE caller=FILE, or folders."),
    ],
    rulebook: Annotated[
        str, typer.Option(help="Name of a rulebook, or its YAML file; the language's by default.")
    ] = "",
    language: Annotated[str, typer.Option(help="zh-CN, en-US or ko-KR; the rulebook's by default.")] = "",
    agent_channel: Annotated[str, typer.Option(help="Channel of the agent in stereo files: left or right.")] = "left",
    model: Annotated[str, typer.Option(help="Vosk model: a name from ivr model list, or a folder.")] = "",
    html: Annotated[Path | None, typer.Option(help="Write a page with all calls to this file.")] = None,
    clips: Annotated[Path | None, typer.Option(help="Write a sound clip of each hit into this new folder.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Judge recordings that were made elsewhere; no Asterisk needed. / 评判外部录音文件

    Exit code 1 if a rule was broken or a file could not be judged.
    """
    settings = state(context).settings
    options = Options(rulebook, language, agent_channel, model, html, clips)
    with progress_bar(quiet=as_json) as tell:
        found = guarded(lambda: _judge(settings, files, options, tell), as_json=as_json)
    if as_json:
        emit(found.as_dict())
    else:
        found.show()
    raise typer.Exit(1 if found.refused or found.broken else 0)


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for besides the files."""

    rulebook: str
    language: str
    agent_channel: str
    model: str
    html: Path | None
    clips: Path | None


class Results:
    """What came out, and how it is shown."""

    def __init__(self, rulebook: Rulebook, model: str) -> None:
        self.rulebook, self.model = rulebook, model
        self.calls: list[dict[str, Any]] = []
        self.stories: list[CallStory] = []
        self.notes: list[list[Text]] = []
        self.refused: list[dict[str, Any]] = []

    @property
    def broken(self) -> int:
        return sum(call["broken"] for call in self.calls)

    def add(self, judged: ForeignJudged, clips: Path | None) -> None:
        from ivr.reports.foreign import foreign_story
        from recording.foreign import write_clips

        number = len(self.calls) + 1
        told = judged.to_dict()
        if clips is not None:
            told["clips"] = write_clips(number, judged, clips)
        self.calls.append(told)
        self.stories.append(foreign_story(number, judged, self.rulebook))
        self.notes.append([*judged.call.warnings, *about(judged.features, judged.health)])

    def refuse(self, files: tuple[str, ...], error: IvrError) -> None:
        self.refused.append({"files": list(files), "problem": error.message, "cure": error.cure})

    def as_dict(self) -> dict[str, Any]:
        return {
            "rulebook": self.rulebook.name,
            "rulebook_version": self.rulebook.full_version,
            "language": self.rulebook.language,
            "model": self.model,
            "judged": len(self.calls),
            "broken": self.broken,
            "for_person": sum(call["for_person"] for call in self.calls),
            "calls": self.calls,
            "failed": self.refused,
        }

    def show(self) -> None:
        from ivr.reports.terminal import verdicts_view

        for story, notes in zip(self.stories, self.notes, strict=True):
            console.print(f"[bold]{escape(story.linkedid)}[/bold]", soft_wrap=True)
            console.print(verdicts_view(story))
            for text in notes:
                console.print(escape(f"  {text}"), soft_wrap=True)
            console.print()
        for one in self.refused:
            failed(f"{one['problem']} — {one['cure']}")
        for_person = sum(call["for_person"] for call in self.calls)
        text = Text(
            f"{len(self.calls)} judged, {self.broken} rules broken, {for_person} for a person, "
            f"{len(self.refused)} not judged",
            f"已评判 {len(self.calls)} 通，违反规则 {self.broken} 项，待人工判断 {for_person} 项，"
            f"未能评判 {len(self.refused)} 通",
        )
        if self.refused or self.broken:
            note(text.en, text.zh)
        else:
            done(text.en, text.zh)


def about(features: CallFeatures, health: dict[str, Health]) -> list[Text]:
    """The measurements of a call in a few lines."""
    lines: list[Text] = []
    roles = (("agent", Text("agent", "坐席"), features.agent), ("caller", Text("caller", "来电者"), features.caller))
    for role, who, voice in roles:
        if voice is None:
            continue
        score = health[role].score if role in health else None
        en = [f"speech {voice.speech_s:.1f} s"]
        zh = [f"说话 {voice.speech_s:.1f} 秒"]
        if voice.loudness_db is not None:
            en.append(f"loudness {voice.loudness_db:.0f} dBFS")
            zh.append(f"响度 {voice.loudness_db:.0f} dBFS")
        if voice.snr_db is not None:
            en.append(f"SNR {voice.snr_db:.0f} dB")
            zh.append(f"信噪比 {voice.snr_db:.0f} dB")
        if voice.speech_rate is not None:
            en.append(f"{voice.speech_rate:.0f} {voice.rate_unit}")
            zh.append(f"语速 {voice.speech_rate:.0f} {voice.rate_unit}")
        en.append("recognition " + ("not measured" if score is None else f"{score:.0f}/100"))
        zh.append("识别质量 " + ("未测" if score is None else f"{score:.0f}/100"))
        lines.append(Text(f"{who.en}: {', '.join(en)}", f"{who.zh}：{'，'.join(zh)}"))
    if features.complete:
        cut_in = len(features.interruptions("agent"))
        share = 0.0 if features.overlap_share is None else features.overlap_share
        silence = features.longest_dead_air
        lines.append(
            Text(
                f"overlap {share:.0%}, agent interrupts {cut_in} times, longest silence {silence:.1f} s",
                f"重叠 {share:.0%}，坐席打断 {cut_in} 次，最长静默 {silence:.1f} 秒",
            )
        )
    return lines


def _judge(settings: Settings, names: list[str], options: Options, tell: Tell) -> Results:
    from recording.audio.decode import decode
    from recording.compliance.thresholds import site_thresholds
    from recording.foreign import ForeignCall, ForeignJudge, Refused, calls, clip_folder, gather
    from recording.transcription.transcriber import Transcriber

    side = _side(options.agent_channel)
    pieces = gather(names)
    rulebook = _rulebook(settings, options)
    model = _model(settings, options.model, rulebook.language)
    folder = clip_folder(options.clips) if options.clips is not None else None
    ffmpeg = _ffmpeg(settings)
    results = Results(rulebook, model.name)
    with Transcriber(model.folder, name=model.name, threads=settings.qa_threads) as transcriber:
        worker = ForeignJudge(
            rulebook,
            lambda sound, name, grammar, told: transcriber.transcribe_sound(sound, name, grammar, progress=told),
            site_thresholds(settings.site),
        )
        done_pieces = 0
        for call in calls(pieces, lambda path: decode(path, ffmpeg, limit=_DECODE_LIMIT_S), side):
            if isinstance(call, Refused):
                results.refuse(call.files, call.error)
                done_pieces += len(call.files)
                continue
            assert isinstance(call, ForeignCall)
            before = done_pieces

            def told(share: float, call: ForeignCall = call, before: int = before) -> None:
                tell(escape(call.name), (before + share * len(call.files)) / max(1, len(pieces)))

            told(0.0)
            try:
                results.add(worker.judge(call, told), folder)
            except SetupError:
                raise  # the next call would fail alike
            except IvrError as error:
                results.refuse(call.files, error)
            done_pieces += len(call.files)
    if options.html is not None:
        _page(options.html, results)
    return results


def _side(channel: str) -> Side:
    if channel in {"left", "right"}:
        return "left" if channel == "left" else "right"
    raise UsageError(f"--agent-channel {channel!r:.40}", cure=Text("it is left or right", "请填 left 或 right"))


def _page(path: Path, results: Results) -> None:
    from datetime import UTC

    from ivr.reports.html import write_html

    write_html(path, results.stories, None, title=Text("Recordings judged", "录音评判结果"), zone=UTC)


def _rulebook(settings: Settings, options: Options) -> Rulebook:
    from ivr.cli.rulebook import named

    wanted = options.rulebook or options.language
    if not wanted:
        raise UsageError(
            Text("neither rulebook nor language was named", "未指定话术规则或语言"),
            cure=Text("--rulebook NAME, or --language zh-CN", "请加 --rulebook 名称 或 --language zh-CN"),
        )
    rulebook = named(settings, wanted)
    if options.language and options.language.casefold() != rulebook.language.casefold():
        raise UsageError(
            Text(f"rulebook {rulebook.name} is for {rulebook.language}, not {options.language!r:.40}",
                 f"话术规则 {rulebook.name} 适用于 {rulebook.language}，而非 {options.language!r:.40}"),
            cure=Text("name the rulebook of that language", "请指定该语言的话术规则"),
        )  # fmt: skip
    return rulebook


def _model(settings: Settings, wanted: str, language: str) -> Model:
    from recording.models import Model, find_model, find_models, is_model

    if not wanted:
        return find_model(settings, language)
    named = next((model for model in find_models(settings) if model.name == wanted), None)
    folder = Path(wanted).expanduser()
    if named is None and is_model(folder):
        named = Model(folder.resolve().name, language, folder, "configured")
    if named is None:
        raise SetupError(
            Text(f"no Vosk model {wanted!r:.80}", f"没有 Vosk 模型 {wanted!r:.80}"),
            cure=Text("ivr model list shows those there are; a folder is named by its path",
                      "用 ivr model list 查看已有模型，或给出模型目录的路径"),
        )  # fmt: skip
    return named


def _ffmpeg(settings: Settings) -> list[str] | None:
    """The command that starts ffmpeg: the host's, else that of an installed rootfs; None where there is none."""
    from ivr.asterisk.install import find_asterisk
    from ivr.asterisk.toolbox import host_tool

    own = host_tool("ffmpeg")
    if own is not None:
        return [str(own)]
    try:
        return find_asterisk(settings, needs=("ffmpeg",), install=False).command("ffmpeg")
    except IvrError:
        return None
