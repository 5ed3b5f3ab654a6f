"""What `percale reach` and `calico-validate` share: the terms of a question, and the answers' exit code."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Sequence

from percale.analysis.asking import Terms
from percale.analysis.reach import Answer
from percale.cli.exits import Exit
from percale.traffic.addresses import Network, network_text


def add_question(parser: ArgumentParser) -> None:
    parser.add_argument(
        "-p",
        "--port",
        dest="ports",
        action="append",
        metavar="PORT",
        help="5432/tcp, 53/udp, a port's name, icmp, icmp/8, proto/47; by default all that the destination declares",
    )
    parser.add_argument("--source-port", metavar="N", help="where the client sends from")
    add_pod_networks(parser)


def add_pod_networks(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--pod-network",
        dest="pod_networks",
        action="append",
        type=network,
        metavar="CIDR",
        help="where pods without an address get theirs from; by default any private network",
    )


def network(text: str) -> Network:
    if found := network_text(text):
        return found
    raise ArgumentTypeError(f"`{text}` is no network: write it as 10.244.0.0/16")


def terms_of(given: Namespace, namespace: str) -> Terms:
    networks: tuple[Network, ...] = tuple(given.pod_networks or ())
    return Terms(given.ports or (), given.source_port, namespace, networks)


def exit_code(answers: Sequence[Answer]) -> Exit:
    """Denied as soon as one port is, since a yes must hold for all that was asked."""
    if any(answer.is_certain and not answer.allowed for answer in answers):
        return Exit.NO
    return Exit.YES if all(answer.is_certain for answer in answers) else Exit.CANNOT_TELL
