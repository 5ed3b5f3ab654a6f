"""Views of worlds, as the command makes them without options."""

from builders import allow, deny, namespace, pod, policy, world
from percale.analysis.connectivity import Connectivity
from percale.analysis.parties import private
from percale.analysis.passing import Passing
from percale.analysis.symbolic.engine import Engine, Scope
from percale.policy.world import World
from percale.report.connectivity_view import View
from percale.report.groups import GroupNames


def view_of(world: World, version: int = 4) -> View:
    connectivity = Connectivity(Engine.of(world, version, Scope(pod_networks=private((version,)))))
    plain = [one for one in connectivity.outside if not one.name]
    endpoints = (*connectivity.workloads, *connectivity.hosts)
    sources, destinations = (*endpoints, *plain), (*endpoints, *connectivity.outside)
    passing = Passing.of(connectivity, sources, destinations, connectivity.engine.cells.opening)
    return View(connectivity, GroupNames(connectivity), passing)


_HTTP = allow(protocol="TCP", destination={"ports": [80]})


def shop() -> World:
    """Only from outside may the web be reached, on port 80."""
    return world(
        namespace("shop"),
        pod("shop/web", {"app": "web"}),
        pod("shop/db", {"app": "db"}),
        policy("shop/web", selector="app == 'web'", ingress=[deny(source={"selector": "app == 'db'"}), _HTTP]),
    )


# Names and labels come from strangers.

HOSTILE = (
    "</script><script>alert(1)</script>",
    '"]; n0 -> n1; x["',
    'a\\" onmouseover=alert(1) ]',
    "'><img src=x onerror=alert(1)>",
    "end\n  n0 --> n1",
    "{{data}} #quot; &lt; `b` **c**",
    "=HYPERLINK(1)",
    "-->|x| n0",
    "\x1b[31mred",
)


def hostile() -> View:
    """Two workloads of each hostile label value, so that the value is in the group's name."""
    here = world(
        namespace("shop"),
        *(pod(f"shop/p{number}-{copy}", {"app": f"x{number}"}) for number in range(len(HOSTILE)) for copy in (1, 2)),
        *(
            policy(
                f"shop/p{number}",
                selector=f"app == 'x{number}'",
                ingress=[allow(protocol="TCP", destination={"ports": [number + 1]})],
            )
            for number in range(len(HOSTILE))
        ),
    )
    view = view_of(here)
    assert len(view.connectivity.workloads) == len(HOSTILE)  # before the names are looked at
    for one in here.workloads:
        labels = one.labels
        assert isinstance(labels, dict)
        labels["app"] = HOSTILE[int(labels["app"].removeprefix("x"))]
    return view
