"""A site's own prompts: read, laid over the pack, refused where they are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.core.errors import SiteError
from prompts.book import PromptBook, pack
from prompts.own import read_own

COMPANY = {"zh-CN": "云桥公司", "en-US": "Cloudbridge"}


def write(folder: Path, text: str, name: str = "zh-CN.yaml") -> Path:
    (folder / "prompts").mkdir(parents=True, exist_ok=True)
    (folder / "prompts" / name).write_text(text, encoding="utf-8")
    return folder


def test_a_site_without_prompts_has_those_of_the_pack(tmp_path: Path) -> None:
    assert read_own(tmp_path) == ({}, [])
    assert PromptBook.of_site(tmp_path).known_ids() == pack().known_ids()


def test_own_ids_and_other_words_for_those_of_the_pack(tmp_path: Path) -> None:
    write(
        tmp_path,
        "language: zh-CN\nprompts:\n  goodbye: {text: 再会！, barge_in: none}\n  shop: {text: '欢迎致电{company}。'}\n"
        "asterisk:\n  queue-thankyou: {text: 多谢。}\n",
    )
    book = PromptBook.of_site(tmp_path, COMPANY)
    goodbye, shop, thanks = (book.find("zh-CN", name) for name in ("goodbye", "shop", "queue-thankyou"))
    assert goodbye is not None
    assert (goodbye.text, goodbye.where) == ("再会！", "prompts/zh-CN.yaml:3")
    assert shop is not None
    assert shop.text == "欢迎致电云桥公司。"
    assert thanks is not None
    assert (thanks.text, thanks.asterisk) == ("多谢。", True)
    assert book.known_ids()["zh-CN"] == pack().known_ids()["zh-CN"] | {"shop"}
    assert "shop" not in book.known_ids()["en-US"]
    assert (book.interruptible("zh-CN", "goodbye"), book.interruptible("zh-CN", "shop")) == (False, True)
    assert not book.interruptible("zh-CN", "ivr-slow/goodbye")
    assert [one.text for one in book.prompts("zh-CN") if one.id in {"goodbye", "shop"}] == [goodbye.text, shop.text]
    assert book.is_own("zh-CN", "goodbye")
    assert not book.is_own("en-US", "goodbye")


def test_the_company_is_named_in_the_language_of_the_words(tmp_path: Path) -> None:
    write(tmp_path, "language: zh-CN\nprompts:\n  press: {text: '{company}, press 2.', language: en-US}\n")
    press = PromptBook.of_site(tmp_path, COMPANY).find("zh-CN", "press")
    assert press is not None
    assert press.text == "Cloudbridge, press 2."
    unnamed = PromptBook.of_site(tmp_path).find("zh-CN", "press")
    assert unnamed is not None
    assert unnamed.text == "{company}, press 2."


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("language: en-US\nprompts: {}\n", "PR111", ""),
        ("language: zh-CN\nprompts:\n  beep: {text: 嘟}\n", "PR112", ":3"),
        ("language: zh-CN\nasterisk:\n  hello-there: {text: 您好}\n", "PR113", ":3"),
        ("language: zh-CN\nprompts:\n  a: {text: '您好{name}'}\n", "PR114", ":3"),
        ("language: zh-CN\nprompts:\n  a: {text: '您好}'}\n", "PR114", ":3"),
        ("language: zh-CN\nprompts:\n  ../a: {text: 您好}\n", "PR107", ":3"),
        ("language: zh-CN\nprompts:\n  a: &x {text: 您好}\n", "PR115", ":3"),
        ("language: zh-CN\nprompts: !!python/object/apply:os.system [id]\n", "PR115", ":2"),
        ("language: zh-CN\nprompts:\n" + "[" * 50_000, "PR100", ":3"),
        ("language: zh-CN\nprompts:\n  " + "[" * 50 + "]" * 50, "PR115", ":3"),
        ("language: zh-CN\n" + "#" * 1_000_001, "PR116", ""),
        ("language: zh-CN\nprompts:\n  a: {text: 您好}\n  a: {text: 好}\n", "PR102", ":4"),
        ("", "PR101", ""),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, code: str, line: str) -> None:
    write(tmp_path, text)
    own, problems = read_own(tmp_path)
    assert own == {}
    assert [(one.code, one.where) for one in problems] == [(code, f"prompts/zh-CN.yaml{line}")]
    with pytest.raises(SiteError):
        PromptBook.of_site(tmp_path)


def test_utf_16_strange_names_and_links_out_are_refused(tmp_path: Path) -> None:
    site = write(tmp_path / "site", "", "fr-FR.yaml")
    (site / "prompts" / "zh-CN.yaml").write_bytes("language: zh-CN\n".encode("utf-16"))
    outside = tmp_path / "en-US.yaml"
    outside.write_text("language: en-US\nprompts: {}\n")
    (site / "prompts" / "en-US.yaml").symlink_to(outside)
    (site / "prompts" / "notes.txt").write_text("x")
    found = {one.where: one.code for one in read_own(site)[1]}
    assert found == {
        "prompts/fr-FR.yaml": "PR103",
        "prompts/zh-CN.yaml:1": "PR100",
        "prompts/en-US.yaml": "PR100",
        "prompts/notes.txt": "PR103",
    }
