"""What ``scripts/bench console`` opens and looks for."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.console.pages import pages
from ivr.console.security.permissions import ALLOWED, Role
from tests.web.conftest import WebSite
from tests.web.examples import address

ROLES = (Role.QA, Role.SUPERVISOR, Role.ADMIN, Role.AGENT)
SEARCHED: tuple[tuple[str, dict[str, str]], ...] = (
    ("newest", {}),
    ("common word", {"words": "宽带"}),
    ("rare word", {"words": "昆明 智能音箱"}),
    ("phrase", {"words": '"网速特别慢"'}),
    ("two words", {"words": "投诉 赔偿"}),
    ("English", {"words": "roaming invoice"}),
    ("Korean", {"words": "요금제"}),
    ("nothing", {"words": "量子计算机"}),
    ("word and agent", {"words": "流量", "agent": "li-wei"}),
    ("word and score", {"words": "套餐", "score_max": "70"}),
    ("word, oldest first", {"words": "话费", "order": "asc"}),
    ("queue and outcome", {"queue": "complaints", "outcome": "abandoned"}),
    ("rule missed", {"rule": "closing", "verdict": "missed"}),
    ("any rule unsure", {"verdict": "unsure"}),
    ("end of a number", {"caller": "8866"}),
    ("longest waits", {"sort": "wait"}),
    ("lowest scores", {"sort": "score", "order": "asc"}),
    ("with a complaint", {"has": "complaint"}),
    ("deleted sound", {"recording": "deleted"}),
)


@dataclass(frozen=True, slots=True)
class Place:
    """One page as somebody opens it."""

    name: str
    path: str
    role: str


def places(site: WebSite) -> list[Place]:
    """Every page of the console, and the list of calls in other ways."""
    found = []
    for page in pages():
        role = next(role for role in ROLES if not page.permissions or not ALLOWED[role].isdisjoint(page.permissions))
        found.append(Place(f"{page.path} ({role})", address(site, page.path), role.value))
    others = {
        "/ (agent)": ("/", "agent"),
        "/ (supervisor)": ("/", "supervisor"),
        "/calls of an agent (agent)": ("/calls", "agent"),
        "/calls?words (qa)": ("/calls?words=宽带", "qa"),
        "/calls?score (qa)": ("/calls?sort=score&order=asc", "qa"),
        "/calls?queue (supervisor)": ("/calls?queue=technical&outcome=answered", "supervisor"),
    }
    known = {page.path for page in pages()}
    found += [
        Place(name, path, role) for name, (path, role) in others.items() if path.split("?", maxsplit=1)[0] in known
    ]
    return found


def searches() -> list[tuple[str, dict[str, str]]]:
    """What is looked for, by what kind of search it is."""
    return [(name, dict(asked)) for name, asked in SEARCHED]


__all__ = ["Place", "places", "searches"]
