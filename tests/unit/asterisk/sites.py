"""A small site for tests of what is rendered from it."""

from __future__ import annotations

from typing import Any

from dialplan.model import Site


def small_site(**changes: Any) -> Site:
    """Two queues, two agents, one number; ``changes`` replace its parts."""
    parts: dict[str, Any] = {
        "name": "small",
        "company": {"zh-CN": "小店", "en-US": "Small Shop"},
        "zone": "Asia/Shanghai",
        "languages": ["zh-CN", "en-US"],
        "default_queue": "support",
        "numbers": {"800": "main"},
        "flows": {"main": {"start": "bye", "steps": {"bye": {"step": "hangup"}}}},
        "queues": {"support": {"ring": 12}, "sales": {"announce_position": 0, "service_level": 30}},
        "agents": {
            "li": {"name": "李雷", "extension": "6001", "number": "1001", "queues": ["support"]},
            "wang": {"name": "Wang Fang", "extension": "6002", "number": "1002", "queues": ["support", "sales"]},
        },
        "anonymous_callers": True,
    }
    return Site.model_validate(parts | changes)
