"""People of every role, for tests of the console."""

from __future__ import annotations

from datetime import UTC, datetime

from ivr.console.security.passwords import Passwords
from ivr.storage.accounts import people
from ivr.storage.database import Database
from ivr.storage.models import Account

PASSWORD = "correct horse battery staple"
ROLES = ("agent", "supervisor", "qa", "admin")
LANGUAGES = ("zh", "en")
AGENT = "li-wei"


async def make_people(database: Database) -> None:
    """ROLE-LANGUAGE for every role and both languages, all with :data:`PASSWORD`."""
    now = datetime.now(UTC)
    kept = await Passwords().hashed(PASSWORD)
    async with database.write() as session:
        for role in ROLES:
            for language in LANGUAGES:
                account = Account(
                    login=f"{role}-{language}",
                    title={"zh": "李伟", "en": "Lee Wei"}[language],
                    role=role,
                    agent=AGENT if role == "agent" else "",
                    language=language,
                    password=kept,
                    created_at=now,
                    changed_at=now,
                )
                await people.add(session, account)
