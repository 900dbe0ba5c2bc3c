"""A site's own prompts that callers would not hear, or not as they are written: told before anybody calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ivr.core.errors import SetupError
from ivr.core.language import Text
from ivr.core.problems import Problem, Severity
from prompts import manifest
from prompts.book import PromptBook
from prompts.catalogue import Prompt
from prompts.layers import BUILT, STUDIO, find_source

_FOLDERS = {"built": BUILT, "studio": STUDIO}
_BUILD = Text("build it: ivr prompts build; or have it recorded", "请执行 ivr prompts build 生成，或录制后导入")
_WRONG = {
    "SD101": Text("prompt {0} has no sound: callers hear nothing", "提示音 {0} 尚无声音：来电者将听不到"),
    "SD113": Text("prompt {0} is not built: callers hear the pack's words", "提示音 {0} 尚未生成：播放的仍是自带文字"),
    "SD109": Text("prompt {0} sounds as its text was before", "提示音 {0} 的文字已改，声音仍是旧的"),
}  # fmt: skip


def unspoken(book: PromptBook, site: Path, played: Mapping[str, Iterable[str]]) -> Iterator[Problem]:
    """A warning for each own prompt among those ``played`` (id to languages) without a sound that says its text.

    Only looks whether there are sounds, not how they are: that is :func:`prompts.site_check.check_site`.
    """
    made = {layer: _manifest(site / folder) for layer, folder in _FOLDERS.items()}
    for prompt_id, languages in played.items():
        for language in languages:
            prompt = book.find(language, prompt_id)
            if prompt is None or not book.is_own(language, prompt.id):
                continue
            if (code := _wrong(prompt, site, made)) is not None:
                text = _WRONG[code]
                said = Text(text.en.format(prompt.id), text.zh.format(prompt.id))
                yield Problem(prompt.where, code, said, _BUILD, Severity.WARNING)


def _wrong(prompt: Prompt, site: Path, made: Mapping[str, Mapping[str, str]]) -> str | None:
    source = find_source(prompt, site)
    if source is None:
        return "SD101"
    if source.layer == "pack":
        return "SD113"
    sha = made[source.layer].get(manifest.key(prompt))
    return "SD109" if sha is not None and sha != manifest.text_sha(prompt) else None


def _manifest(root: Path) -> dict[str, str]:
    try:
        return {key: entry.text_sha for key, entry in manifest.read_manifest(manifest.manifest_path(root)).items()}
    except SetupError:  # ivr prompts check says so
        return {}


__all__ = ["unspoken"]
