"""Recordings from a studio taken into a site: a folder of sounds and a CSV that says which prompt each one says.

Columns ``language`` and ``id`` or ``file``, and ``text`` if the list holds it: then it must be what the prompt says.
Each recording becomes ``studio/<zh|en|ko>/<id>.wav``, 16 bit, one channel; at the telephone's two rates, trimmed and
levelled, it is made when the sounds are laid. Nothing is put in place before everything has been read.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ivr.core.errors import IvrError, SetupError, UsageError
from ivr.core.ids import new_token
from ivr.core.language import Text
from ivr.core.problems import Problem
from prompts import check, manifest, sounds
from prompts.book import PromptBook
from prompts.catalogue import LANGUAGES, Prompt
from prompts.layers import STUDIO, STUDIO_EXTENSIONS
from prompts.manifest import Entry
from prompts.measure import speech_loudness
from prompts.site_check import shown
from prompts.studio import read_sound, telephone_sound

MOST_ROWS = 5000
MOST_BYTES = 4_000_000
HIGHEST = 48_000  # Hz; what comes with more is kept with this
FAINTEST = -50.0  # dBFS; speech below it is mostly noise once it is as loud as the rest
_COLUMNS = frozenset({"id", "file", "language", "text"})

_WRONG = {
    "SI101": (
        Text("language {0} is not one of ours", "不支持语言 {0}"),
        Text(f"one of {', '.join(LANGUAGES)}", "zh-CN、en-US 或 ko-KR"),
    ),
    "SI102": (
        Text("there is no prompt {0} in this language", "此语言没有提示音 {0}"),
        Text("write it into prompts/<language>.yaml of the site first", "请先写入站点的 prompts/<语言>.yaml"),
    ),
    "SI103": (
        Text("there is no file {0} in that folder", "目录中没有文件 {0}"),
        Text("name a file in it", "请填写其中的文件"),
    ),
    "SI104": (Text("{0} comes twice", "{0} 重复"), Text("remove one of the lines", "请删去其一")),
    "SI105": (
        Text("its text is not what the prompt says: {0}", "文字与提示音不符：{0}"),
        Text("mend the list, or the prompt's text", "请修正列表或提示音的文字"),
    ),
    "SI106": (Text("{0}", "{0}"), Text("record it again", "请重新录制")),
    "SI107": (Text("it is clipped", "削波失真"), Text("record it again, quieter", "请以较低音量重新录制")),
    "SI108": (
        Text("its speech has {0} dBFS, and is mostly noise when made louder", "语音仅 {0} dBFS，放大后噪声明显"),
        Text("record it again, louder", "请以较高音量重新录制"),
    ),
}


@dataclass(frozen=True, slots=True)
class Recording:
    """One line of the list that can be taken in."""

    prompt: Prompt
    path: Path


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an import.

    Args:
        taken: names of the sounds now in place, as the manifest has them.
        refused: what was wrong, by line of the list.
    """

    taken: list[str]
    refused: list[Problem]


def take_in(
    folder: Path,
    table: Path,
    book: PromptBook,
    site: Path,
    *,
    partly: bool = False,
    tell: Callable[[str, int, int], None] | None = None,
) -> Imported:
    """Take in the recordings that ``table`` names.

    Args:
        folder: of the recordings.
        table: the list, CSV in UTF-8.
        book: the prompts of the site.
        site: its folder.
        partly: whether those without fault are taken in where others are refused; else none is.
        tell: hears of each recording, how many are done and how many there are.

    Raises:
        UsageError: if the list cannot be read.
        SetupError: if the site cannot be written; then it is as it was.
    """
    recordings, refused = read_table(table, folder, book)
    new = site / STUDIO / f".new-{new_token()}"
    entries: dict[str, Entry] = {}
    try:
        try:
            for number, one in enumerate(recordings):
                if tell is not None:
                    tell(one.prompt.id, number, len(recordings))
                found = _stage(one, new)
                if isinstance(found, Problem):
                    refused.append(found)
                else:
                    entries[manifest.key(one.prompt)] = found
            if refused and not partly:
                return Imported([], refused)
            _put(site, new, entries)
        finally:
            shutil.rmtree(new, ignore_errors=True)
    except OSError as error:
        raise SetupError(
            Text(f"cannot write {site / STUDIO}: {error.strerror}", f"无法写入 {site / STUDIO}：{error.strerror}"),
            cure=Text("check the disk and who owns the folder", "请检查磁盘和目录的所有者"),
        ) from error
    return Imported(sorted(entries), refused)


def read_table(table: Path, folder: Path, book: PromptBook) -> tuple[list[Recording], list[Problem]]:
    """The lines of the list that name a prompt and a file, and what is wrong with the others.

    Raises:
        UsageError: if it cannot be read, or lacks a column.
    """
    rows = _rows(table)
    recordings: list[Recording] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    for line, row in rows:
        where = f"{shown(table.name)}:{line}"
        found = _recording(row, where, folder, book)
        if isinstance(found, Problem):
            problems.append(found)
            continue
        key = manifest.key(found.prompt)
        if key in seen:
            problems.append(_problem(where, "SI104", key))
            continue
        seen.add(key)
        recordings.append(found)
    return recordings, problems


def _rows(table: Path) -> list[tuple[int, dict[str, str]]]:
    try:
        with table.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        text = data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        if isinstance(error, UnicodeDecodeError):
            raise _unusable(
                table,
                "it is not UTF-8; in Excel, save it as “CSV UTF-8”",
                "不是 UTF-8 文本；在 Excel 中请另存为“CSV UTF-8”",
            ) from error
        raise _unusable(table, f"cannot be read: {error.strerror}", f"无法读取：{error.strerror}") from error
    if len(data) > MOST_BYTES:
        raise _unusable(table, f"more than {MOST_BYTES} bytes", f"超过 {MOST_BYTES} 字节")
    header = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = {str(name).strip().lower() for name in reader.fieldnames or ()}
        if "language" not in columns or not columns & {"id", "file"} or columns - _COLUMNS:
            names = "language, id or file, text"
            raise _unusable(table, f"its first line must name {names}", "首行须为列名 language、id 或 file、text")
        rows = []
        for row in reader:
            plain = {str(name).strip().lower(): (row[name] or "").strip() for name in reader.fieldnames or ()}
            if any(plain.values()):
                rows.append((reader.line_num, plain))
    except csv.Error as error:
        raise _unusable(table, f"line {reader.line_num}: {error}", f"第 {reader.line_num} 行：{error}") from error
    if len(rows) > MOST_ROWS:
        raise _unusable(table, f"more than {MOST_ROWS} lines", f"超过 {MOST_ROWS} 行")
    return rows


def _recording(row: dict[str, str], where: str, folder: Path, book: PromptBook) -> Recording | Problem:
    given = row.get("language", "")
    language = next((one for one in LANGUAGES if given in {one, sounds.asterisk_code(one)}), None)
    if language is None:
        return _problem(where, "SI101", given)
    name = row.get("id") or Path(row.get("file", "")).stem
    prompt = book.find(language, name)
    if prompt is None or prompt.id != name or prompt.tone:
        return _problem(where, "SI102", name)
    if row.get("text") and not any(alike(row["text"], said) for said in (prompt.text, prompt.words)):
        return _problem(where, "SI105", prompt.text)
    path = _file(folder, row.get("file", ""), language, name)
    if path is None:
        return _problem(where, "SI103", row.get("file") or f"{name}.wav")
    return Recording(prompt, path)


def _file(folder: Path, given: str, language: str, name: str) -> Path | None:
    """The file of a line, inside the folder; where none is named, that of the id, also in a folder of its language."""
    code = sounds.asterisk_code(language)
    names = [given] if given else [f"{place}{name}{end}" for place in (f"{code}/", "") for end in STUDIO_EXTENSIONS]
    root = folder.resolve()
    for one in names:
        if "\0" in one or "\\" in one or one.startswith("/") or ".." in one.split("/"):
            continue
        path = (root / one).resolve()
        if path.is_relative_to(root) and path.is_file():
            return path
    return None


def alike(one: str, other: str) -> bool:
    """Whether two texts have the same letters and digits."""
    return _letters(one) == _letters(other)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text)).casefold()


def _stage(one: Recording, new: Path) -> Entry | Problem:
    """The recording as it will be kept, put aside; or why it is refused."""
    from prompts.builder.finish import resample, write_wav
    from prompts.builder.render import entry

    where = shown(one.path.name)
    try:
        sound, rate = read_sound(one.path)
    except SetupError as error:
        return _problem(where, "SI106", error.message)
    if check.is_clipped(sound):
        return _problem(where, "SI107")
    loudness = speech_loudness(sound, rate)
    if loudness < FAINTEST:
        return _problem(where, "SI108", f"{loudness:.0f}")
    path = new / sounds.asterisk_code(one.prompt.language) / f"{one.prompt.id}.wav"
    if rate > HIGHEST:
        sound, rate = resample(sound, rate, HIGHEST), HIGHEST
    write_wav(path, sound, rate)
    return entry(one.prompt, telephone_sound(path, 8000), "studio")


def _put(site: Path, new: Path, entries: dict[str, Entry]) -> None:
    """Put what is set aside in place and tell the manifest; if that fails, all is as it was."""
    base = site / STUDIO
    done: list[tuple[Path, Path | None]] = []
    try:
        for path in sorted(new.rglob("*.wav")):
            target = base / path.relative_to(new)
            target.parent.mkdir(parents=True, exist_ok=True)
            for end in STUDIO_EXTENSIONS:
                older = target.with_suffix(end)
                if older.is_file() or older.is_symlink():
                    aside = new / f"{len(done)}.old"
                    older.replace(aside)
                    done.append((older, aside))
            path.replace(target)
            done.append((target, None))
        listed = manifest.manifest_path(base)
        manifest.write_manifest(listed, manifest.read_manifest(listed) | entries)
    except (OSError, IvrError):
        for place, kept in reversed(done):
            place.unlink(missing_ok=True) if kept is None else kept.replace(place)
        raise


def _problem(where: str, code: str, what: str = "") -> Problem:
    text, cure = _WRONG[code]
    return Problem(where, code, Text(text.en.format(shown(what)), text.zh.format(shown(what))), cure)


def _unusable(table: Path, en: str, zh: str) -> UsageError:
    return UsageError(
        Text(f"{shown(table.name)}: {en}", f"{shown(table.name)}：{zh}"),
        cure=Text("a CSV with the columns language, id, file, text", "CSV，列为 language、id、file、text"),
    )


__all__ = ["Imported", "Recording", "alike", "read_table", "take_in"]
