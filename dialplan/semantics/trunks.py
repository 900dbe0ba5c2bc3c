"""Trunks, the numbers that come in over them, who may reach the SIP port, and whom agents may call outside."""

from __future__ import annotations

from collections.abc import Iterator

from dialplan.codes import known, problem
from dialplan.model import Site
from dialplan.numbering import spellings
from dialplan.places import Places
from dialplan.trunks import ANONYMOUS, Trunk, addresses_of, endpoint, network_of
from dialplan.waiting import dialled_over
from ivr.core.language import Text
from ivr.core.problems import Problem

DEMO = "demo"
WIDEST = 8  # bits of the widest network that may be named


def trunks(site: Site, places: Places) -> Iterator[Problem]:
    """Problems of everything that leads in from outside, and out."""
    for name, trunk in site.trunks.items():
        yield from _trunk(site, name, trunk, places)
    yield from _same_addresses(site, places)
    yield from _outside(site, places)
    yield from _callback(site, places)
    for index, network in enumerate(site.sip.agents_from):
        yield from _network(network, places.of("sip", "agents_from", index))
    if site.anonymous_callers and site.name != DEMO:
        yield problem("DP268", places.of("anonymous_callers"))


def _trunk(site: Site, name: str, trunk: Trunk, places: Places) -> Iterator[Problem]:
    here = ("trunks", name)
    for index, network in enumerate(trunk.addresses):
        yield from _network(network, places.of(*here, "addresses", index))
    if trunk.method == "register" and trunk.user is None:
        yield problem("DP263", places.of_key(*here), trunk=name)
    if trunk.srtp and trunk.transport != "tls":
        yield problem("DP266", places.of(*here, "srtp"), trunk=name, what=trunk.transport)
    if not trunk.numbers:
        yield problem("DP267", places.of_key(*here), trunk=name)
    taken: dict[str, str] = {}
    for number, service in trunk.numbers.items():
        where = places.of(*here, "numbers", number)
        if service not in site.numbers:
            yield problem("DP260", where, trunk=name, number=number, what=service, known=known(service, site.numbers))
        written = spellings(number, trunk.numbering)
        if (other := next((taken[one] for one in written if one in taken), None)) is not None:
            yield problem("DP262", places.of_key(*here, "numbers", number), what=number, other=other, trunk=name)
        taken.update((one, number) for one in written if one not in taken)


def _network(network: str, where: str) -> Iterator[Problem]:
    found = network_of(network)
    if found is None or found.prefixlen < WIDEST:
        yield problem("DP261", where, what=network, least=WIDEST)


def _same_addresses(site: Site, places: Places) -> Iterator[Problem]:
    """Asterisk tells trunks apart by where a call comes from."""
    first: dict[str, str] = {}
    for name, trunk in site.trunks.items():
        for address in addresses_of(trunk):
            own = network_of(address)
            for other, whose in first.items():
                net = network_of(other)
                same = own.overlaps(net) if own is not None and net is not None else address == other
                if same and whose != name:
                    yield problem("DP264", places.of_key("trunks", name), trunk=name, what=address, other=whose)
                    break
            first.setdefault(address, name)


def _outside(site: Site, places: Places) -> Iterator[Problem]:
    extensions = {number: Text(f"service number {number}", f"服务号码 {number}") for number in site.numbers}
    extensions |= {
        agent.extension: Text(f"that of agent {name}", f"坐席 {name} 的分机号") for name, agent in site.agents.items()
    }
    extensions |= {
        queue.extension: Text(f"that of queue {name}", f"队列 {name} 的号码")
        for name, queue in site.queues.items()
        if queue.extension is not None
    }
    for dialled, target in site.outside.items():
        where = places.of_key("outside", dialled)
        if dialled in extensions:
            yield problem("DP269", where, what=dialled, other=extensions[dialled])
        elif target.trunk not in site.trunks:
            place = places.of("outside", dialled, "trunk")
            yield problem("DP265", place, number=dialled, what=target.trunk, known=known(target.trunk, site.trunks))


def _callback(site: Site, places: Places) -> Iterator[Problem]:
    """Whom callbacks are dialled over."""
    if site.callback is None:
        return
    used = dialled_over(site.callback.dial)
    trunks = {endpoint(name) for name in site.trunks}
    others = {agent.extension for agent in site.agents.values()}
    others |= {ANONYMOUS} if site.anonymous_callers else set()
    if used not in trunks | others:
        found = {f"PJSIP/{{number}}@{name}" for name in trunks} or {"PJSIP/{number}@trunk-NAME"}
        yield problem(
            "DP270", places.of("callback", "dial"), what=site.callback.dial, endpoint=used, known=known(used, found)
        )


__all__ = ["DEMO", "trunks"]
