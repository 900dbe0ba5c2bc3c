"""Recordings of a studio are taken in whole, or refused with the reason."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from ivr.core.errors import SetupError, UsageError
from prompts import manifest, studio_import
from prompts.book import PromptBook
from prompts.studio_import import alike, take_in
from tests.unit.prompts.test_site_check import speech


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    (folder / "prompts").mkdir(parents=True)
    (folder / "prompts" / "zh-CN.yaml").write_text(
        "language: zh-CN\nprompts:\n  shop: {text: 欢迎光临。}\n  tone: {tone: [[440, 1]]}\n", encoding="utf-8"
    )
    return folder


@pytest.fixture
def came(tmp_path: Path) -> Path:
    """What the studio sent."""
    folder = tmp_path / "came"
    folder.mkdir()
    for name, rate in (("01.wav", 44_100), ("02.flac", 96_000), ("goodbye.wav", 8000)):
        soundfile.write(folder / name, np.stack([speech(rate=rate)] * 2, axis=1), rate)
    return folder


def listed(folder: Path, *rows: str, head: str = "language,id,file,text") -> Path:
    path = folder / "list.csv"
    path.write_text("\n".join((head, *rows)) + "\n", encoding="utf-8-sig")
    return path


def taken(came: Path, site: Path, *rows: str, partly: bool = False, head: str = "language,id,file,text") -> list[str]:
    """Codes of what was refused, or the names of what was taken in."""
    found = take_in(came, listed(came, *rows, head=head), PromptBook.of_site(site), site, partly=partly)
    return [f"{one.where} {one.code}" for one in found.refused] or found.taken


def test_sounds_are_kept_as_one_channel_of_16_bit_with_the_text_they_say(site: Path, came: Path) -> None:
    rows = ("zh,shop,01.wav,欢迎光临", "zh-CN,closed,02.flac,", "en,goodbye,,")
    assert taken(came, site, *rows) == ["en/ivr/goodbye", "zh/ivr/closed", "zh/ivr/shop"]
    for name, rate in (("zh/shop", 44_100), ("zh/closed", 48_000), ("en/goodbye", 8000)):
        about = soundfile.info(site / "studio" / f"{name}.wav")
        assert (about.samplerate, about.channels, about.subtype) == (rate, 1, "PCM_16")
    book, known = PromptBook.of_site(site), manifest.read_manifest(manifest.manifest_path(site / "studio"))
    for prompt in (book.find("zh-CN", "shop"), book.find("zh-CN", "closed"), book.find("en-US", "goodbye")):
        assert prompt is not None
        entry = known[manifest.key(prompt)]
        assert (entry.text_sha, entry.voice) == (manifest.text_sha(prompt), "studio")
        assert entry.seconds == pytest.approx(1.0, abs=0.3)
    assert sorted(one.name for one in (site / "studio").iterdir()) == ["en", "manifest.json", "zh"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("fr-FR,shop,01.wav,", "SI101"),
        ("zh,no-such,01.wav,", "SI102"),
        ("zh,../../../etc/passwd,01.wav,", "SI102"),
        ("zh,ivr/shop,01.wav,", "SI102"),
        ("zh,tone,01.wav,", "SI102"),
        ("zh,shop,03.wav,", "SI103"),
        ("zh,shop,../secret.wav,", "SI103"),
        ("zh,shop,/etc/passwd,", "SI103"),
        ("zh,shop,out.wav,", "SI103"),
        ("zh,shop,.,", "SI103"),
        ("zh,shop,01.wav,欢迎再来。", "SI105"),
        ("zh,shop,silent.wav,", "SI106"),
        ("zh,shop,list.csv,", "SI106"),
        ("zh,shop,loud.wav,", "SI107"),
        ("zh,shop,faint.wav,", "SI108"),
    ],
)
def test_what_is_refused_leaves_the_site_as_it_was(site: Path, came: Path, row: str, code: str) -> None:
    soundfile.write(came.parent / "secret.wav", speech(), 24_000)
    (came / "out.wav").symlink_to(came.parent / "secret.wav")
    soundfile.write(came / "silent.wav", np.zeros(24_000, np.float32), 24_000)
    soundfile.write(came / "loud.wav", np.clip(speech() * 30, -1, 1), 24_000)
    soundfile.write(came / "faint.wav", speech() * np.float32(0.005), 24_000, subtype="PCM_24")
    found = taken(came, site, "zh,closed,02.flac,", row)
    assert [one.split()[1] for one in found] == [code]
    assert list((site / "studio").rglob("*")) == []
    assert taken(came, site, "zh,closed,02.flac,", row, partly=True) == found
    assert [one.name for one in (site / "studio").rglob("*.wav")] == ["closed.wav"]


def test_a_prompt_named_twice_is_refused(site: Path, came: Path) -> None:
    assert taken(came, site, "zh,shop,01.wav,", "zh-CN,shop,02.flac,") == ["list.csv:3 SI104"]


def test_lists_as_spreadsheets_write_them(site: Path, came: Path) -> None:
    assert taken(came, site, "zh;01.wav;shop", head="Language;File;ID") == ["zh/ivr/shop"]
    assert taken(came, site, 'zh\tgoodbye.wav\t"祝您生活愉快，再见!"', head="language\tfile\ttext") == [
        "zh/ivr/goodbye"
    ]


@pytest.mark.parametrize("head", ["id,file", "language,text", "language,id,colour", ""])
def test_a_list_without_its_columns_is_refused(site: Path, came: Path, head: str) -> None:
    with pytest.raises(UsageError, match="first line"):
        taken(came, site, "zh,shop,01.wav,", head=head)


def test_a_list_that_is_no_text_or_too_long_is_refused(site: Path, came: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = PromptBook.of_site(site)
    (came / "list.csv").write_bytes("语言".encode("gb18030"))
    with pytest.raises(UsageError, match="UTF-8"):
        take_in(came, came / "list.csv", book, site)
    with pytest.raises(UsageError, match="cannot be read"):
        take_in(came, came / "none.csv", book, site)
    monkeypatch.setattr(studio_import, "MOST_ROWS", 1)
    with pytest.raises(UsageError, match="more than 1 lines"):
        taken(came, site, "zh,shop,01.wav,", "zh,closed,02.flac,")


def test_another_take_replaces_the_first_whatever_its_format(site: Path, came: Path) -> None:
    (site / "studio" / "zh").mkdir(parents=True)
    soundfile.write(site / "studio" / "zh" / "shop.flac", speech(), 24_000)
    assert taken(came, site, "zh,shop,01.wav,") == ["zh/ivr/shop"]
    assert [one.name for one in (site / "studio" / "zh").iterdir()] == ["shop.wav"]


def test_when_it_cannot_be_told_all_is_as_it_was(site: Path, came: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken(came, site, "zh,shop,01.wav,")
    before = {path: path.read_bytes() for path in (site / "studio").rglob("*") if path.is_file()}

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(manifest, "write_manifest", full)
    with pytest.raises(SetupError, match="No space"):
        taken(came, site, "zh,shop,02.flac,", "zh,closed,01.wav,")
    assert {path: path.read_bytes() for path in (site / "studio").rglob("*") if path.is_file()} == before


def test_texts_are_compared_by_letters() -> None:
    assert alike("祝您生活愉快，再见！", "祝您 生活愉快 再见!")
    assert alike("For English, press two.", "for english press two")
    assert not alike("请按一。", "请按二。")
