"""An address of every page whose path has parameters: of things that are there, made where there are none."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from tests.web.conftest import WebSite

_known: dict[str, WebSite] = {}


def address(site: WebSite, path: str) -> str:
    """A path with the parameters of something that is there."""
    _known[site.url] = site
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: _named(site.url, path.split("/")[1], found[1]), path)


def newest_calls(site: WebSite, many: int = 2) -> list[int]:
    """Ids of judged calls, the newest first."""
    with site.client("supervisor", "en") as client:
        found: list[dict[str, Any]] = client.get("/api/v1/calls", params={"outcome": "answered"}).json()["calls"]
    return [one["id"] for one in found[:many]]


def _named(url: str, noun: str, name: str) -> str:
    if (noun, name) == ("rules", "item"):
        with _known[url].client("qa", "en") as client:
            return str(client.get(f"/api/v1/rulebooks/{_example(url, noun)}").json()["items"][0]["id"])
    return _example(url, noun)


@cache
def _example(url: str, noun: str) -> str:
    site = _known[url]
    calls = newest_calls(site)
    if noun == "calls":
        return str(calls[0])
    due = (datetime.now(UTC) + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    made: dict[str, tuple[str, str, dict[str, Any], str]] = {
        "work-orders": (
            "supervisor",
            "work-orders",
            {"title": "发票未收到", "owner": "supervisor-en", "due": due},
            "id",
        ),
        "complaints": ("supervisor", "complaints", {"text": "等待时间过长", "call": calls[0]}, "id"),
        "calibration": (
            "qa",
            "calibrations",
            {"title": "七月校准", "calls": [{"call": one} for one in calls], "reviewers": ["qa-zh", "qa-en"]},
            "id",
        ),
    }
    if noun in made:
        role, path, body, name = made[noun]
        with site.client(role, "en") as client:
            answer = client.post(f"/api/v1/{path}", json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()[name])
    if noun == "knowledge":
        text = {"title": "退款时限", "body": "> 退款将在七天内到账。", "keywords": ["退款"]}
        content = {"state": "published", "norms": ["C6"], "texts": {"zh-CN": text}}
        with site.client("qa", "en") as client:
            client.put("/api/v1/knowledge/refund-time", json={"content": content})
    listed = {"knowledge": ("knowledge", "slug"), "rules": ("rulebooks", "name")}
    path, name = listed[noun]
    with site.client("qa", "en") as client:
        found = client.get(f"/api/v1/{path}").json()
    rows = found if isinstance(found, list) else found["rows"]
    return str(rows[0][name])
