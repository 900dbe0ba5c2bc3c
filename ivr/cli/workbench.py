"""``ivr qa eval`` and ``ivr qa tune``: how well phrases are found in labelled clips."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from ivr.cli.common import JsonFlag, console, done, emit, guarded, note, state
from ivr.cli.progress import Tell, progress_bar
from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.core.settings import Settings

if TYPE_CHECKING:
    from recording.compliance import Thresholds
    from recording.transcription.transcript import PartyTranscript
    from recording.workbench import ClipSet, PhraseList

Clips = Annotated[Path, typer.Argument(metavar="CLIPS_DIR", help="Folder with index.json and clips. / 片段目录")]
Phrases = Annotated[Path, typer.Option("--phrases", help="JSON or YAML: id -> text or texts. / 话术文件")]
LanguageOption = Annotated[
    str, typer.Option("--language", help="zh-CN, en-US or ko-KR; guessed when not given. / 语言")
]
RulebookOption = Annotated[str, typer.Option("--rulebook", help="Whose decoys are used: a name or a file. / 话术规则")]
ThresholdsOption = Annotated[
    Path | None,
    typer.Option("--thresholds", help="File of ivr qa tune, instead of the site's or the packaged one. / 阈值文件"),
]
KeepOption = Annotated[
    Path | None, typer.Option("--keep", help="Folder of transcripts: those in it are not made again. / 转写缓存目录")
]


def evaluate(
    context: typer.Context,
    clips_dir: Clips,
    phrases: Phrases,
    rulebook: RulebookOption = "",
    language: LanguageOption = "",
    thresholds: ThresholdsOption = None,
    keep: KeepOption = None,
    compliance: Annotated[
        bool, typer.Option("--compliance", help="Decode freely only where a phrase may be. / 仅在疑似话术处自由解码")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Measure phrase detection on labelled clips. / 在标注片段上评测话术检出"""
    settings = state(context).settings

    def work() -> dict[str, Any]:
        from recording.workbench import evaluate as judge_all

        bench = _Bench(settings, clips_dir, phrases, rulebook, language, thresholds, keep)
        with progress_bar(quiet=as_json) as tell:
            transcripts = bench.hear(tell, compliance=compliance)
        found = judge_all(
            bench.clips.clips, transcripts, bench.phrases, bench.rulebook, bench.rules, bench.thresholds
        ).figures()
        return {**found, "about": bench.about(transcripts)}

    figures = guarded(work, as_json=as_json)
    if as_json:
        emit(figures)
        return
    _show(figures["by_snr"], figures["overall"])
    about = figures["about"]
    note(f"thresholds {about['thresholds']}, model {about['model']}, language {about['language']}",
         f"阈值 {about['thresholds']}，模型 {about['model']}，语言 {about['language']}")  # fmt: skip


def tune(
    context: typer.Context,
    clips_dir: Clips,
    phrases: Phrases,
    out: Annotated[Path, typer.Option("--out", help="File to write. / 输出文件")] = Path("thresholds.json"),
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the split by source. / 划分种子")] = 1,
    rulebook: RulebookOption = "",
    language: LanguageOption = "",
    thresholds: ThresholdsOption = None,
    keep: KeepOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Choose thresholds on half of the sources, and report them on the other half. / 调整判定阈值"""
    settings = state(context).settings

    def work() -> dict[str, Any]:
        from recording.compliance.thresholds import thresholds_file
        from recording.workbench.tune import tune as choose

        if not out.absolute().parent.is_dir():
            raise UsageError(
                Text(f"no folder {out.absolute().parent}", f"没有目录 {out.absolute().parent}"),
                cure=Text("make it, or give another --out", "请先创建，或更换 --out"),
            )
        bench = _Bench(settings, clips_dir, phrases, rulebook, language, thresholds, keep)
        with progress_bar(quiet=as_json) as tell:
            transcripts = bench.hear(tell)
            found = choose(
                bench.clips, transcripts, bench.phrases, bench.rulebook, bench.rules, bench.thresholds, seed=seed,
                progress=lambda tried, total: tell(str(Text("choosing", "选择阈值")), tried / total),
            )  # fmt: skip
        about = {"made": found.made, "tune": found.chosen_on, "test": found.reported_on}
        content = thresholds_file(found.thresholds, about)
        new = out.with_name(out.name + ".new")
        new.write_text(content, encoding="utf-8")
        new.replace(out)
        return {"file": str(out), **json.loads(content)}

    figures = guarded(work, as_json=as_json)
    if as_json:
        emit(figures)
        return
    for part, title in (("tune", Text("chosen on", "用于选择")), ("test", Text("reported on", "用于报告"))):
        note(title.en, title.zh)
        _show(figures[part]["by_snr"], figures[part]["overall"])
    done(f"{out}: thresholds {figures['version']}", f"{out}：阈值 {figures['version']}")


class _Bench:
    """What both commands need; everything is checked before a model is loaded."""

    def __init__(
        self,
        settings: Settings,
        folder: Path,
        phrases: Path,
        rulebook: str,
        language: str,
        thresholds: Path | None,
        keep: Path | None,
    ) -> None:
        from ivr.cli.rulebook import named
        from recording.compliance.thresholds import load_thresholds, site_thresholds
        from recording.workbench import read_clips, read_phrases, workbench_rulebook

        base = named(settings, rulebook) if rulebook else None
        self.settings = settings
        self.phrases: PhraseList = read_phrases(phrases, language or (base.language if base else ""))
        self.rulebook, self.rules = workbench_rulebook(self.phrases, base)
        self.thresholds: Thresholds = load_thresholds(thresholds) if thresholds else site_thresholds(settings.site)
        self.clips: ClipSet = read_clips(folder, self.phrases.texts)
        self.keep = keep
        if keep is not None and not keep.is_dir():
            raise UsageError(Text(f"no folder {keep}", f"没有目录 {keep}"), cure=Text("make it first", "请先创建"))

    def hear(self, tell: Tell, *, compliance: bool = False) -> list[PartyTranscript]:
        """All clips through the worker processes."""
        from recording.models import find_model
        from recording.transcription.grammar import Mode
        from recording.transcription.transcriber import Transcriber
        from recording.workbench import KeptTranscripts, hear

        model = find_model(self.settings, self.phrases.language)
        workers = self.settings.qa_workers
        with Transcriber(model.folder, name=model.name, workers=workers, threads=1) as transcriber:
            return hear(
                self.clips,
                self.rulebook,
                transcriber if self.keep is None else KeptTranscripts(self.keep, transcriber, model.name),
                workers=workers,
                mode=Mode.COMPLIANCE if compliance else Mode.FULL,
                progress=lambda heard, total: tell(str(Text("transcribing", "转写中")), heard / total),
            )

    def about(self, transcripts: list[PartyTranscript]) -> dict[str, Any]:
        """What the figures hold for."""
        return {
            "language": self.phrases.language,
            "model": transcripts[0].model,
            "pipeline": transcripts[0].pipeline,
            "mode": transcripts[0].mode,
            "thresholds": self.thresholds.version,
            "rulebook": f"{self.rulebook.name} {self.rulebook.full_version}",
            "set": self.clips.digest,
            "phrases": len(self.phrases.texts),
        }


_HEADS = (
    Text("SNR", "信噪比"),
    Text("clips", "片段"),
    Text("precision", "精确率"),
    Text("recall", "召回率"),
    Text("F1", "F1"),
    Text("cannot tell", "无法判断"),
    Text("wrong of definite", "明确判断中错误"),
    Text("false alarms/h", "误报/小时"),
    Text("CPU", "CPU"),
)


def _show(levels: dict[str, Any], overall: dict[str, Any]) -> None:
    table = Table(box=None, pad_edge=False)
    for number, head in enumerate(_HEADS):
        table.add_column(str(head), justify="left" if number == 0 else "right")
    for name, one in [*levels.items(), (str(Text("all", "合计")), overall)]:
        shown = name if name == "clean" or not name.replace("-", "").replace(".", "").isdigit() else f"{name} dB"
        table.add_row(
            escape(shown),
            str(one["n"]),
            _with_interval(one["precision"], one["precision_ci"]),
            _with_interval(one["recall"], one["recall_ci"]),
            _with_interval(one["f1"], one["f1_ci"]),
            "-" if one["cannot_tell"] is None else f"{one['cannot_tell']:.1%}",
            _with_interval(one["wrong_of_definite"], one["wrong_of_definite_ci"]),
            "-" if one["false_alarms_per_hour"] is None else f"{one['false_alarms_per_hour']:.1f}",
            "-" if one["cpu_s_per_s"] is None else f"{one['cpu_s_per_s']:.2f}",
        )
    console.print(table)


def _with_interval(value: float | None, bounds: list[float]) -> str:
    return "-" if value is None else f"{value:.3f} ({bounds[0]:.3f}-{bounds[1]:.3f})"
