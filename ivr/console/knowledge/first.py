"""What the knowledge base has from the beginning: nobody should meet it empty."""

from __future__ import annotations

from ivr.console.knowledge.exchange import STARTER, lay_in, read_articles
from ivr.core.clock import Clock
from ivr.storage import audit
from ivr.storage.database import Database
from ivr.storage.knowledge import articles

BY = "console"


async def first_articles(database: Database, clock: Clock) -> int:
    """Lay the starter articles in where there is no article at all; gives how many.

    Articles are retired, never deleted: so that happens once.
    """
    async with database.read() as session:
        if await articles.count(session):
            return 0
    async with database.write() as session:
        found = await lay_in(session, read_articles(STARTER), by=BY, at=clock.now())
        detail = {"added": len(found.added), "changed": 0}
        if found.added:
            await audit.append(
                session, actor=BY, action="knowledge.import", object="articles", at=clock.now(), detail=detail
            )
    return len(found.added)


__all__ = ["first_articles"]
