"""Who can reach whom, and on what: all workloads, hosts and the outside, all packets at once.

What nothing tells apart is one group. A group is called by what all its members share and nobody else has: shop/*,
shop/[app=web], [env=dev]/*. Hosts are those with host endpoints.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from functools import reduce
from operator import or_

from percale.analysis.connectivity import Connectivity
from percale.analysis.parties import Party, private
from percale.analysis.passing import Passing
from percale.analysis.symbolic.engine import Engine, Scope
from percale.analysis.versions import versions_of
from percale.analysis.wires import traffic_of, wires
from percale.cli.ends import Ends, ends_of, groups_of, workloads_in
from percale.cli.exits import Exit, UsageError
from percale.cli.inputs import add_input, show, tell, world_from
from percale.cli.questions import add_pod_networks
from percale.host import commands
from percale.policy.selection import Staged
from percale.policy.world import World
from percale.report.connectivity_csv import connectivity_csv
from percale.report.connectivity_dot import connectivity_dot
from percale.report.connectivity_exposure import exposure_text
from percale.report.connectivity_html import connectivity_html
from percale.report.connectivity_json import connectivity_json
from percale.report.connectivity_matrix import connectivity_matrix
from percale.report.connectivity_mermaid import connectivity_mermaid
from percale.report.connectivity_text import connectivity_text
from percale.report.connectivity_view import View
from percale.report.groups import GroupNames
from percale.report.host_names import own_pods_words
from percale.traffic.traffic import Traffic

_WRITE: dict[str, Callable[..., str]] = {
    "text": connectivity_text,
    "matrix": connectivity_matrix,
    "json": connectivity_json,
    "csv": connectivity_csv,
    "dot": connectivity_dot,
    "mermaid": connectivity_mermaid,
    "svg": connectivity_dot,
    "html": connectivity_html,
}


def add_arguments(parser: ArgumentParser) -> None:
    add_input(parser)
    parser.add_argument("-o", "--output", choices=tuple(_WRITE), default="text", help="svg needs Graphviz' dot")
    parser.add_argument(
        "--from",
        dest="sources",
        action="append",
        metavar="REF",
        help="only what these send: NAMESPACE/NAME, NAMESPACE/*, host:NODE, an address or a network; may be repeated",
    )
    parser.add_argument(
        "--to", dest="destinations", action="append", metavar="REF", help="only what these get; also a domain name"
    )
    parser.add_argument(
        "-n", "--namespace", default="", help="only what begins or ends there; where names without a namespace are"
    )
    parser.add_argument(
        "-p",
        "--port",
        dest="ports",
        action="append",
        metavar="PORT",
        help="only this: 5432/tcp, 53/udp, icmp, proto/47",
    )
    parser.add_argument(
        "--exposed-to-outside", action="store_true", help="only to and from the outside, the most open workloads first"
    )
    parser.add_argument("--ip-version", type=int, choices=(4, 6), help="by default both, if anything speaks of IPv6")
    add_pod_networks(parser)
    parser.add_argument("--staged", action="store_true", help="as if every staged policy were enforced")
    parser.add_argument(
        "--expand", action="store_true", help="everything, however long; by default large worlds are summed up"
    )


def run(given: Namespace) -> int:
    world = world_from(given)
    if not world.workloads:
        tell("the input holds no workload, so there is nothing to ask about")
        return Exit.CANNOT_TELL
    views = [view for version in _versions(given, world) if (view := _view(given, world, version))]
    if not views:
        tell(f"no workload has an IPv{given.ip_version} address, so there is nothing to ask about")
        return Exit.CANNOT_TELL
    if any(view.has_hosts for view in views) and not given.quiet:
        tell(own_pods_words(world))
    if given.exposed_to_outside and given.output == "text":
        show(exposure_text(views))
        return Exit.YES
    text = _WRITE[given.output](views, expand=given.expand)
    show(commands.run(["dot", "-Tsvg"], stdin=text, timeout_s=120) if given.output == "svg" else text)
    return Exit.YES


def _versions(given: Namespace, world: World) -> Sequence[int]:
    return (given.ip_version,) if given.ip_version else versions_of(world)


def _view(given: Namespace, world: World, version: int) -> View | None:
    sources, destinations = (
        ends_of(texts, world, given.namespace or "default") if texts else None
        for texts in (given.sources, given.destinations)
    )
    if sources and sources.names:
        raise UsageError(f"`{sources.names[0]}` is a domain name, and no source is known by one")
    asked = _asked_traffic(given.ports)
    scope = Scope(
        pod_networks=tuple(given.pod_networks or ()) or private(),
        told_apart=tuple(net for ends in (sources, destinations) if ends for net in ends.networks),
        traffic=asked,
        names=destinations.names if destinations else (),
        staged=Staged.AS_IF_ENFORCED if given.staged else Staged.LEFT_OUT,
    )
    connectivity = Connectivity(Engine.of(world, version, scope))
    if not connectivity.workloads:
        return None
    _say_who_is_left_out(given, world, connectivity)
    return View(
        connectivity,
        GroupNames(connectivity),
        _passing(given, connectivity, (sources, destinations), asked),
        frozenset([given.namespace] if given.namespace else ()),
        exposed_only=given.exposed_to_outside,
        staged=scope.staged,
    ).simplified()


def _passing(
    given: Namespace, connectivity: Connectivity, ends: tuple[Ends | None, Ends | None], traffic: tuple[Traffic, ...]
) -> Passing:
    """Groups do not cross the border of the namespace that is asked about."""
    cells, world = connectivity.engine.cells, connectivity.engine.world
    inside = dict.fromkeys(workloads_in(given.namespace, world) if given.namespace else ())
    others = [one for one in world.workloads if one not in inside]
    endpoints = (*connectivity.grouped(inside), *connectivity.grouped(others), *connectivity.hosts)
    plain = tuple(one for one in connectivity.outside if not one.name)
    wire = cells.opening & reduce(or_, map(cells.mask_of, traffic), 0) if traffic else cells.opening
    sources, destinations = ends
    return Passing.of(
        connectivity,
        groups_of(sources, connectivity) if sources else (*endpoints, *plain),
        groups_of(destinations, connectivity) if destinations else (*endpoints, *connectivity.outside),
        wire,
    )


def _asked_traffic(ports: list[str] | None) -> tuple[Traffic, ...]:
    anyone = Party("the whole world", None, ())
    return tuple(map(traffic_of, wires(ports, anyone))) if ports else ()


def _say_who_is_left_out(given: Namespace, world: World, connectivity: Connectivity) -> None:
    there = {one for group in connectivity.workloads for one in group.members}
    missing = [one for one in world.workloads if one not in there]
    if missing and not given.quiet:
        version = connectivity.engine.cells.version
        tell(f"left out, as they have no IPv{version} address: {len(missing)} workloads, {missing[0]} first")
