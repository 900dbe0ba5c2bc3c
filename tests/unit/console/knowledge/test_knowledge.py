"""The knowledge base: found in three languages, changed by those who may, kept as it was."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from ivr.console.context import Console
from ivr.console.errors import Conflict, Forbidden, NotFound
from ivr.console.knowledge import finding, markup
from ivr.console.knowledge.content import Content, Version
from ivr.console.knowledge.exchange import STARTER, lay_in, read_articles, written
from ivr.console.knowledge.first import first_articles
from ivr.console.security.permissions import Permission, Role
from ivr.console.security.person import Person
from ivr.console.services import knowledge
from ivr.core.clock import FixedClock
from ivr.core.errors import UsageError
from ivr.core.settings import Settings
from ivr.storage import audit
from ivr.storage.database import Database
from ivr.storage.knowledge import articles as rows
from recording.rulebooks.load import pack

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
HOSTILE = '<img src=x onerror="alert(1)"> {{7*7}} ${x} <script>alert(2)</script>\n\n# <b>h</b>\n> "\'><svg/onload=1>'


def person(role: Role, language: str = "en") -> Person:
    return Person(1, role.value, role.value, role, language=language)


AGENT, QA = person(Role.AGENT), person(Role.QA)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
async def console(url: str, tmp_path: Path, clock: FixedClock) -> AsyncIterator[Console]:
    settings = Settings(home=tmp_path / "home", database_url=url)
    async with Database(url) as database:
        async with database.write() as session:
            await lay_in(session, read_articles(STARTER), by="import", at=NOW)
        yield Console.of(settings, database, clock)


def content(**more: object) -> Content:
    return Content.model_validate(
        {"texts": {"en-US": {"title": "Refunds", "body": "> You get it back within {days} days."}}} | more
    )


def test_the_starting_articles_have_every_moment_of_a_call_in_three_languages() -> None:
    articles = read_articles(STARTER)
    assert {norm for one in articles.values() for norm in one.norms} == {f"C{number}" for number in range(1, 18)}
    for slug, one in articles.items():
        assert set(one.texts) == {"zh-CN", "en-US", "ko-KR"}, slug
        assert one.state == "published"
        for text in one.texts.values():
            kinds = {block.kind for block in markup.blocks(text.body)}
            assert kinds & {"say", "points"}, slug


def test_what_articles_have_agents_say_is_what_rules_look_for() -> None:
    """A script that its own rule would not find would cost whoever keeps to it points."""
    from recording.rulebooks.test import text_matches

    said = {
        "zh-CN": {"hold": ["hold-ask", "hold-thanks"], "before-closing": ["anything-else"]},
        "en-US": {"hold": ["hold-ask", "hold-thanks"], "before-closing": ["anything-else"], "empathy": ["empathy"]},
        "ko-KR": {"hold": ["hold-ask", "hold-thanks"], "before-closing": ["anything-else"], "empathy": ["empathy"]},
    }
    articles = read_articles(STARTER)
    for language, wanted in said.items():
        book = pack(language)
        for slug, rules in wanted.items():
            text = articles[slug].texts[language]  # type: ignore[index]
            lines = [line for block in markup.blocks(text.body) if block.kind == "say" for line in block.lines]
            for rule in rules:
                assert any(text_matches(book, book.rule(rule), line) for line in lines), (language, slug, rule)


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("请客户等候", "hold"),
        ("久等", "hold"),
        ("投诉", "empathy"),
        ("transfer", "hold"),
        ("staff number", "identity"),
        ("사투리", "dialect"),
        ("cannot HEAR the caller", "cannot-hear"),
        ("C8", "apology"),
    ],
)
async def test_words_in_any_language_find_the_article(console: Console, query: str, first: str) -> None:
    found = await knowledge.search(console, AGENT, query=query)
    assert found[0].slug == first


async def test_nothing_is_found_where_nothing_fits(console: Console) -> None:
    assert await knowledge.search(console, AGENT, query="xylophone") == []
    assert await knowledge.search(console, AGENT, query='%_"*') == []  # only signs
    assert {one.slug for one in await knowledge.search(console, AGENT, norm="C7")} == {"hold"}
    assert await knowledge.search(console, AGENT, norm="F9") == []


async def test_titles_are_in_the_language_of_who_asks(console: Console) -> None:
    chinese = await knowledge.search(console, person(Role.AGENT, "zh"), norm="C16")
    english = await knowledge.search(console, AGENT, norm="C16")
    assert (chinese[0].title, english[0].title) == ("结束语", "Closing the call")


async def test_what_is_opened_most_comes_first(console: Console, clock: FixedClock) -> None:
    await knowledge.opened(console, AGENT, "closing")
    clock.advance(timedelta(days=31).total_seconds())
    for _ in range(3):
        await knowledge.opened(console, AGENT, "dictating")
    await knowledge.opened(console, QA, "hold")
    assert [(one.slug, one.opened) for one in await knowledge.frequent(console, AGENT)] == [
        ("dictating", 3),
        ("hold", 1),
    ]


async def test_a_change_is_a_version_and_audited(console: Console) -> None:
    made = await knowledge.save(console, QA, "refunds", content(), seen=0)
    assert made.version == 1
    changed = await knowledge.save(
        console, QA, "refunds", content(state="published", queues=["service"]), seen=1, note="published"
    )
    assert [one.number for one in changed.history] == [2, 1]
    assert changed.history[0].note == "published"
    assert (await knowledge.version(console, QA, "refunds", 1)).state == "draft"
    same = await knowledge.save(console, QA, "refunds", changed.content, seen=2)
    assert same.version == 2
    async with console.database.read() as session:
        written_down = await audit.list_rows(session, objects=["article:refunds"])
    assert [(one.actor, one.action, one.detail["version"]) for one in written_down] == [
        ("qa", "knowledge.save", 2),
        ("qa", "knowledge.save", 1),
    ]
    other_queue = [one.slug for one in await knowledge.search(console, AGENT, query="refunds", queue="sales")]
    assert other_queue == []
    assert [one.slug for one in await knowledge.search(console, AGENT, query="refunds", queue="service")] == ["refunds"]


async def test_nobody_overwrites_what_he_has_not_seen(console: Console) -> None:
    seen = (await knowledge.article(console, QA, "hold")).version
    await knowledge.save(console, QA, "hold", content(norms=["C7"]), seen=seen)
    with pytest.raises(Conflict):
        await knowledge.save(console, QA, "hold", content(norms=["C8"]), seen=seen)
    with pytest.raises(Conflict):
        await knowledge.save(console, QA, "hold", content(), seen=0)
    with pytest.raises(NotFound):
        await knowledge.save(console, QA, "no-such", content(), seen=3)


async def test_agents_read_what_is_published_and_write_nothing(console: Console) -> None:
    await knowledge.save(console, QA, "secret", content(), seen=0)
    assert [one.slug for one in await knowledge.search(console, QA, query="refunds", state="draft")] == ["secret"]
    assert await knowledge.search(console, AGENT, query="refunds") == []
    for asked in (knowledge.article(console, AGENT, "secret"), knowledge.opened(console, AGENT, "secret")):
        with pytest.raises(NotFound):
            await asked
    with pytest.raises(Forbidden):
        await knowledge.save(console, AGENT, "hold", content(), seen=1)
    with pytest.raises(Forbidden):
        await knowledge.version(console, AGENT, "hold", 1)
    assert (await knowledge.article(console, AGENT, "hold")).history == []
    nobody = Person(1, "x", "x", Role.ADMIN, scopes=frozenset({Permission.WALLBOARD}))
    with pytest.raises(Forbidden):
        await knowledge.search(console, nobody)


async def test_what_is_to_be_looked_at_again(console: Console, clock: FixedClock) -> None:
    await knowledge.save(console, QA, "refunds", content(review_by="2026-03-02"), seen=0)
    assert await knowledge.search(console, QA, overdue=True) == []
    clock.advance(86400)
    (late,) = await knowledge.search(console, QA, overdue=True)
    assert (late.slug, late.review_by) == ("refunds", date(2026, 3, 2))


async def test_hostile_text_stays_text(console: Console, tmp_path: Path) -> None:
    hostile = content(
        texts={"en-US": {"title": HOSTILE.split("\n", maxsplit=1)[0], "body": HOSTILE, "keywords": ["<i>k</i>"]}}
    )
    told = await knowledge.save(console, QA, "hostile", hostile, seen=0)
    assert told.content == hostile
    parts = markup.blocks(told.content.texts["en-US"].body)
    assert [one.kind for one in parts] == ["text", "heading", "say"]
    assert parts[1].lines == ("<b>h</b>",)
    async with console.database.read() as session:
        path = tmp_path / "all.yaml"
        path.write_text(written(await rows.all_articles(session)), "utf-8")
    assert read_articles(path)["hostile"] == hostile
    assert len(read_articles(path)) == 18


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": "", "body": "x"},
        {"title": "a\nb", "body": "x"},
        {"title": "a", "body": "\x1b[2J"},
        {"title": "a", "body": "x" * 20_001},
        {"title": "a", "body": " \n "},
        {"title": "a", "body": "x", "keywords": ["k"] * 31},
    ],
)
def test_what_is_no_text_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Version.model_validate(wrong)


@pytest.mark.parametrize(
    "wrong",
    ["articles: [", "articles: {UP: {}}", "- 1", "articles: {a: {texts: {}}}", "a: &x 1\nb: *x\n", "articles: {a: 1}"],
)
def test_a_file_that_is_wrong_says_where(tmp_path: Path, wrong: str) -> None:
    (tmp_path / "wrong.yaml").write_text(wrong, "utf-8")
    with pytest.raises(UsageError, match=r"wrong\.yaml"):
        read_articles(tmp_path / "wrong.yaml")


async def test_importing_again_changes_nothing_unless_told_to(console: Console) -> None:
    mine = {"hold": content(norms=["C7"])}
    async with console.database.write() as session:
        left = await lay_in(session, mine, by="x", at=NOW)
    async with console.database.write() as session:
        replaced = await lay_in(session, mine, by="x", at=NOW, replace=True)
    assert (left.left, replaced.changed) == (["hold"], ["hold"])
    told = await knowledge.article(console, QA, "hold")
    assert (told.version, list(told.content.texts)) == (2, ["en-US"])


def test_light_structure_of_a_text() -> None:
    body = "First\nline\n\n# Head\n# Again\n- one\n- two\n\n- three\n1. step\n2、步骤\n> say\n>not\n10 per cent"
    assert [(one.kind, one.lines) for one in markup.blocks(body)] == [
        ("text", ("First", "line")),
        ("heading", ("Head",)),
        ("heading", ("Again",)),
        ("points", ("one", "two")),
        ("points", ("three",)),
        ("steps", ("step", "步骤")),
        ("say", ("say",)),
        ("text", (">not", "10 per cent")),
    ]
    assert finding.query_tokens("久等 久等 X") == ("久等", "x")


async def test_an_empty_knowledge_base_is_filled_once(url: str, clock: FixedClock) -> None:
    async with Database(url) as database:
        assert await first_articles(database, clock) == len(read_articles(STARTER))
        assert await first_articles(database, clock) == 0
        async with database.read() as session:
            assert await rows.count(session) == len(read_articles(STARTER))
            assert [one.action for one in await audit.list_rows(session)] == ["knowledge.import"]


async def test_an_article_of_ones_own_keeps_the_starting_ones_out(url: str, clock: FixedClock) -> None:
    async with Database(url) as database:
        async with database.write() as session:
            await lay_in(session, {"refunds": content()}, by="qa", at=NOW)
        assert await first_articles(database, clock) == 0
