"""Finds what is wrong with a site's sounds: its own prompts, built or recorded in a studio, beside the pack's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from ivr.core.errors import SetupError
from ivr.core.language import Text
from ivr.core.problems import Problem, Severity
from prompts import catalogue, check, manifest, sounds
from prompts.book import PromptBook
from prompts.catalogue import Prompt
from prompts.layers import BUILT, STUDIO, STUDIO_EXTENSIONS, find_source, relative_name, studio_files
from prompts.measure import speech_loudness
from prompts.studio import read_sound

FAINT = 20.0  # dB below the pack: made as loud, its noise is heard

_BUILD = Text("build it: ivr prompts build", "请重新生成：ivr prompts build")
_AGAIN = Text("record it again, and import it: ivr prompts import", "请重新录制并导入：ivr prompts import")
_MISTAKES = {
    "SD113": (Text("is not built: what is played says the pack's words", "尚未生成：播放的是自带提示音的文字"), _BUILD),
    "SD114": (
        Text("no prompt has this id in this language", "此语言没有使用该编号的提示音"),
        Text("name it after the prompt's id, or remove it", "请按提示音编号命名，或删除"),
    ),
    "SD115": (
        Text("is not a sound that is read here", "不是可读取的声音文件"),
        Text(f"save it as {', '.join(STUDIO_EXTENSIONS)}", f"请另存为 {'、'.join(STUDIO_EXTENSIONS)}"),
    ),
    "SD116": (
        Text("is {0} dB quieter than the pack, so that its noise will be heard", "比整套提示音低 {0} dB，噪声会明显"),
        _AGAIN,
    ),
    "SD117": (Text("cannot be used: {0}", "无法使用：{0}"), _AGAIN),
    "SD118": (
        Text("says another text than the prompt has now", "录音内容与提示音现在的文字不符"),
        _AGAIN,
    ),
    "SD119": (
        Text("was not imported, so nobody knows which text it says", "未经导入，无法得知其文字"),
        Text("import it: ivr prompts import", "请导入：ivr prompts import"),
    ),
    "SD120": (Text("was recorded twice", "重复录制"), Text("remove one", "请删去其一")),
}  # fmt: skip
_WARNINGS = frozenset({"SD114", "SD116", "SD119", "SD120"})


def check_site(
    book: PromptBook, site: Path, languages: Iterable[str] = catalogue.LANGUAGES, *, pack: bool = True
) -> list[Problem]:
    """What is wrong with everything the site's callers may hear.

    Args:
        book: the prompts of the site.
        site: its folder.
        languages: on offer.
        pack: whether the sounds of the pack are looked at, too.

    Raises:
        SetupError: if a manifest cannot be read.
    """
    by_layer: dict[str, list[Prompt]] = {"pack": [], "built": [], "studio": []}
    problems: list[Problem] = []
    for language in languages:
        for prompt in book.prompts(language):
            source = find_source(prompt, site)
            where = f"{BUILT}/{sounds.asterisk_code(language)}/{relative_name(prompt)}"
            own = book.is_own(language, prompt.id)
            if source is None:
                cure = _BUILD if own else None
                problems.append(check.missing(where, cure))
            elif source.layer == "pack" and own:
                problems.append(_problem(where, "SD113"))
            else:
                by_layer[source.layer].append(prompt)
    found, measured = check.measure(by_layer["pack"])
    problems += found if pack else []
    middle = check.middle_level(measured)
    found, built = check.measure(by_layer["built"], root=site / BUILT)
    loud = [one for one in check.check_levels([*measured, *built]) if pack or one.where in {b.where for b in built}]
    problems += [*found, *loud]
    problems += _check_studio(by_layer["studio"], site, middle)
    problems += _strangers(book, site)
    return problems


def _check_studio(prompts: Iterable[Prompt], site: Path, middle: float | None) -> Iterator[Problem]:
    known = manifest.read_manifest(manifest.manifest_path(site / STUDIO))
    for prompt in prompts:
        source = find_source(prompt, site)
        if source is None or source.layer != "studio":  # gone meanwhile
            continue
        path = source.files[8000]
        where = path.relative_to(site).as_posix()
        try:
            sound, rate = read_sound(path)
        except SetupError as error:
            yield _problem(where, "SD117", error.message)
            continue
        if check.is_clipped(sound):
            yield check.clipped(where)
        quieter = 0.0 if middle is None else middle - speech_loudness(sound, rate)
        if quieter > FAINT:
            yield _problem(where, "SD116", f"{quieter:.0f}")
        entry = known.get(manifest.key(prompt))
        if entry is None:
            yield _problem(where, "SD119")
        elif entry.text_sha != manifest.text_sha(prompt):
            yield _problem(where, "SD118")


def _strangers(book: PromptBook, site: Path) -> Iterator[Problem]:
    """Recordings nobody asks for, two of one prompt, and built sounds whose prompt is gone."""
    seen: set[tuple[str, str]] = set()
    for language, name, path in studio_files(site):
        where = shown(path.relative_to(site).as_posix())
        prompt = book.find(language, name) if not name.startswith("ivr") else None
        if path.suffix not in STUDIO_EXTENSIONS:
            yield _problem(where, "SD115")
        elif prompt is None or prompt.id != name:
            yield _problem(where, "SD114")
        elif (language, name) in seen:
            yield _problem(where, "SD120")
        seen.add((language, name))
    for language in catalogue.LANGUAGES:
        root = site / BUILT / sounds.asterisk_code(language)
        wanted = {relative_name(prompt) for prompt in book.prompts(language)}
        for path in sorted(root.rglob("*.wav")):
            if path.relative_to(root).with_suffix("").as_posix() not in wanted and not path.name.startswith("."):
                yield _problem(shown(path.relative_to(site).as_posix()), "SD114")


def shown(name: str) -> str:
    """A file's name as it may be printed."""
    plain = name.encode("utf-8", "replace").decode()
    return "".join(char if char.isprintable() else "?" for char in plain)[:200]


def _problem(where: str, code: str, what: str = "") -> Problem:
    text, cure = _MISTAKES[code]
    severity = Severity.WARNING if code in _WARNINGS else Severity.ERROR
    return Problem(where, code, Text(text.en.format(what), text.zh.format(what)), cure, severity)


__all__ = ["FAINT", "check_site", "shown"]
