"""Listening sockets: where, for whom, and how long a silent peer is believed to be there."""

import ipaddress
import socket
from collections.abc import Sequence


def address_of(listen: str) -> tuple[str, int]:
    """Give host and port of an address such as 127.0.0.1:2575 or [::]:2575."""
    host, _, port = listen.rpartition(":")
    return host.strip("[]"), int(port)


def listener(host: str, port: int) -> socket.socket:
    """Give a socket that listens there, on both families for ::."""
    v6 = ":" in host
    sock = socket.create_server(
        (host, port),
        family=socket.AF_INET6 if v6 else socket.AF_INET,
        backlog=128,
        dualstack_ipv6=v6 and host == "::" and socket.has_dualstack_ipv6(),
    )
    sock.setblocking(False)
    return sock


def keep_alive(sock: socket.socket) -> None:
    """Have the kernel notice within two minutes that a peer is gone, and send answers at once."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 4)):
        if hasattr(socket, option):  # not every system has them
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)


class Allowed:
    """Who may connect: addresses or networks; with none, everybody."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._networks = [ipaddress.ip_network(a, strict=False) for a in addresses]

    def holds(self, peer: str) -> bool:
        """Say whether this address may connect."""
        if not self._networks:
            return True
        address: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(peer.split("%")[0])
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        return any(address in network for network in self._networks)
