"""What the engine has for agents: desk, board, keeper of states, codes of their phones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Self

from dialplan.model import Site
from ivr.agents.board import AgentBoard
from ivr.agents.desk import AgentDesk
from ivr.agents.keeper import StateKeeper
from ivr.ami.client import AmiClient
from ivr.call.agent_codes import AgentCodes
from ivr.call.agent_requests import agent_routes
from ivr.call.agi_channel import Channels
from ivr.call.hours_desk import HoursDesk
from ivr.call.hours_requests import hours_routes
from ivr.call.supervise import SuperviseDesk
from ivr.call.supervise_requests import supervise_routes
from ivr.core.clock import Clock
from ivr.storage.database import Database


class Staff:
    """Builds them over one another.

    Attributes:
        keeper: to be run; its ``notices`` tell of agents paused and logged out by the line.
        codes: answers the dialplan's ``agent`` question.
        hours: how business hours are switched by hand.
        asked: what answers the dialplan, by question.
        parts: what runs for as long as the engine serves, by name.
        routes: for the control socket.
    """

    def __init__(
        self, site: Callable[[], Site], client: AmiClient, database: Database, clock: Clock, channels: Channels
    ) -> None:
        self.board = AgentBoard(site)
        self.desk = AgentDesk(site, client, database, clock)
        self.keeper = StateKeeper(client, database, self.board, self.desk, site, clock)
        self.hours = HoursDesk(site, database, clock)
        self.codes = AgentCodes(site, self.desk, self.board, clock, self.hours, channels)
        self.supervise = SuperviseDesk(site, self.board, client, database, clock)
        client.listen(self.supervise.tell)
        self.asked = {"agent": self.codes.handle, "supervise": self.supervise.handle}
        self.parts = {"agents": self.keeper.run, "supervise": self.supervise.run, "hours": self.hours.run}
        self.routes = agent_routes(site, self.desk, self.board, clock) | supervise_routes(self.supervise)
        self.routes |= hours_routes(self.hours)

    @classmethod
    async def begin(
        cls, site: Callable[[], Site], client: AmiClient, database: Database, clock: Clock, channels: Channels
    ) -> Self:
        """Staff that know which hours are switched by hand.

        Raises:
            StorageError: if the database cannot be read.
        """
        staff = cls(site, client, database, clock, channels)
        await staff.hours.read()
        return staff
