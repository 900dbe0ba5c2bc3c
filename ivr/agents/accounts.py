"""What an agent needs to make a softphone his."""

from __future__ import annotations

from dataclasses import dataclass, field

from dialplan.model import Site
from dialplan.trunks import Transport
from ivr.asterisk.secrets import Secrets, load_secrets
from ivr.core.errors import UsageError
from ivr.core.settings import Settings

LOG_IN = "*45"  # logs in to the agent's queues; dialled again it logs out


@dataclass(frozen=True, slots=True)
class AgentAccount:
    """The account of one agent's softphone.

    Args:
        agent: id in the site.
        name: the agent's name.
        user: SIP user and extension.
        secret: SIP password.
        server: host and port of the registrar.
        transport: how SIP is carried: udp, tcp, tls.
    """

    agent: str
    name: str
    user: str
    server: str
    secret: str = field(repr=False)
    transport: Transport = "udp"

    @property
    def encrypted(self) -> bool:
        """Whether the sound is encrypted, too (SRTP)."""
        return self.transport == "tls"

    @property
    def domain(self) -> str:
        """The host of the registrar."""
        return self.server.rpartition(":")[0]


def account_of(settings: Settings, site: Site, agent: str) -> AgentAccount:
    """The account of one agent.

    Raises:
        UsageError: if the site has no such agent, or no password has been made for him yet.
        SetupError: if no passwords have been made yet.
    """
    return _account(settings, site, load_secrets(settings), agent)


def accounts(settings: Settings, site: Site) -> list[AgentAccount]:
    """The accounts of all agents, by id.

    Raises:
        UsageError, SetupError: as :func:`account_of`.
    """
    if not site.agents:
        return []
    secrets = load_secrets(settings)
    return [_account(settings, site, secrets, agent) for agent in sorted(site.agents)]


def _account(settings: Settings, site: Site, secrets: Secrets, agent: str) -> AgentAccount:
    secret = secrets.agents.get(agent)
    if agent not in site.agents or secret is None:
        raise UsageError(f"no account for agent {agent!r:.60}", cure="add him to agents.yaml; ivr asterisk render")
    known = site.agents[agent]
    port = settings.sip_tls_port if site.sip.agents == "tls" else settings.sip_port
    server = f"{settings.sip_name or settings.host}:{port}"
    return AgentAccount(agent, known.name, known.extension, server, secret, site.sip.agents)
