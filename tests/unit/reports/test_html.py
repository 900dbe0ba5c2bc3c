from __future__ import annotations

import base64
import hashlib
import re
import stat
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest

from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.reports.html import pieces, render_html, write_html
from ivr.reports.indicators import Indicators
from ivr.reports.story import CallStory
from tests.unit.reports.day import HOSTILE

SHANGHAI = ZoneInfo("Asia/Shanghai")
TITLE = Text("Daily report", "每日报告")
VOID = {"meta", "br", "link", "img", "input"}


@pytest.fixture
def day(recorded_day: tuple[list[CallStory], Indicators]) -> tuple[list[CallStory], Indicators]:
    return recorded_day


@pytest.fixture
def page(day: tuple[list[CallStory], Indicators]) -> str:
    return render_html(*day, title=TITLE, zone=SHANGHAI, language="zh")


class Reader(HTMLParser):
    """Elements in order, and whether every one is closed in turn."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    return reader


def test_the_page_is_well_formed_and_asks_nobody_for_anything(page: str) -> None:
    reader = read(page)
    for tag, attributes in reader.seen:
        assert tag not in {"link", "img", "iframe", "object", "embed", "image", "use"}
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            assert name != "style"
            if name in {"src", "href", "xlink:href", "action"}:
                assert (value or "").startswith("#call-")
    assert "url(" not in page
    assert "@import" not in page


def test_only_our_own_script_may_run_and_the_policy_names_it(page: str) -> None:
    scripts = re.findall(r"<script>(.*?)</script>", page, re.S)
    styles = re.findall(r"<style>(.*?)</style>", page, re.S)
    assert len(scripts) == len(styles) == 1
    policy = next(a["content"] or "" for tag, a in read(page).seen if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none';")
    for text in (*scripts, *styles):
        assert base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() in policy
    assert "unsafe" not in policy


def test_hostile_texts_are_shown_as_text(page: str) -> None:
    assert HOSTILE not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;[red]�[31m��" in page
    assert not [letter for letter in page if (ord(letter) < 32 and letter != "\n") or letter == "\u202e"]
    classes = {a.get("class") or "" for _, a in read(page).seen}
    assert not [one for one in classes if "<" in one or "script" in one]
    assert {a["lang"] for _, a in read(page).seen if a.get("lang")} >= {"en", "zh-CN"}


def test_both_languages_are_in_the_page_and_one_is_shown_first(page: str) -> None:
    reader = read(page)
    html = next(a for tag, a in reader.seen if tag == "html")
    assert (html["lang"], html["data-lang"]) == ("zh-CN", "zh")
    assert "<title>每日报告</title>" in page
    assert '<span class="en" lang="en">answer rate</span><span class="zh" lang="zh-CN">接通率</span>' in page
    buttons = [a for tag, a in reader.seen if tag == "button"]
    assert [(a["data-set-lang"], a["aria-pressed"]) for a in buttons] == [("zh", "true"), ("en", "false")]


def test_figures_stand_beside_their_formulae(page: str) -> None:
    text = " ".join(read(page).text.split())
    assert "66.7 %" in text
    assert "calls answered by an agent / calls that asked for an agent × 100 %" in text
    assert "2 / 3" in text


def test_each_call_has_a_picture_that_is_xml_and_says_what_it_shows(
    page: str, day: tuple[list[CallStory], Indicators]
) -> None:
    pictures = re.findall(r'<div class="picture".*?>\s*(<svg.*?</svg>)', page, re.S)
    assert len(pictures) == len(day[0])
    for picture in pictures:
        root = ET.fromstring(picture)
        assert root.get("role") == "img"
        assert (root.get("aria-label") or "").startswith("Timeline: ")
    first = ET.fromstring(pictures[0])
    waves = [one.get("class") for one in first.iter("path")]
    assert waves == ["wave caller", "wave agent"]
    assert {one.get("class") for one in first.iter("rect")} >= {"talkphase", "hold", "ringing", "waiting", "menu"}


def test_the_verdict_table_holds_the_evidence_and_the_versions(page: str) -> None:
    text = " ".join(read(page).text.split())
    assert "这个问题我不会处理" in text
    assert "closest最接近 您好请问phrase话术 再见missing缺失 thanks感谢 / goodbye道别" in text
    assert "service-zh 1.0+3f2a · vosk-model-small-cn · 2026-02" in text


def test_words_that_carry_a_verdict_are_marked_in_the_transcript(day: tuple[list[CallStory], Indicators]) -> None:
    story = day[0][1]
    spoken = next(one for one in story.utterances if one.text.startswith("这个"))
    found = pieces(spoken, story.findings)
    assert (found[0].text, found[0].mark) == ("这个问题我不会处理", "fail")
    assert found[1].mark == ""
    assert "".join(piece.text for piece in found) == spoken.text


def test_an_empty_day_is_a_page_too() -> None:
    page = render_html([], None, title=TITLE, zone=SHANGHAI, language="en")
    assert "(0)" in read(page).text


def test_the_file_is_written_whole_and_for_this_user_only(
    day: tuple[list[CallStory], Indicators], tmp_path: Path
) -> None:
    path = tmp_path / "reports" / "day.html"
    path.parent.mkdir()
    write_html(path, *day, title=TITLE, zone=SHANGHAI, language="en")
    first = path.read_text(encoding="utf-8")
    write_html(path, *day, title=TITLE, zone=SHANGHAI, language="zh")
    assert path.read_text(encoding="utf-8") != first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["day.html"]


def test_a_place_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for folder in ("file", "no/such/folder"):
        with pytest.raises(UsageError, match="name a folder"):
            write_html(tmp_path / folder / "day.html", [], None, title=TITLE, zone=SHANGHAI)
    assert not (tmp_path / "no").exists()
    (tmp_path / "taken").mkdir()
    with pytest.raises(UsageError):
        write_html(tmp_path / "taken", [], None, title=TITLE, zone=SHANGHAI)
    assert sorted(one.name for one in tmp_path.iterdir() if one.name.startswith(".")) == []
