"""Connections to members, opened when they are first needed."""

from threading import Lock

import grpc

from percale.datastore.etcd.access import Certificates, Endpoint, trusted_by_host

_OPTIONS = (
    # Members are on the same network; a proxy of the environment is not meant for them.
    ("grpc.enable_http_proxy", 0),
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    ("grpc.keepalive_time_ms", 10_000),
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 1_000),
    ("grpc.max_reconnect_backoff_ms", 1_000),
)


class Closed(Exception):
    """Nothing is opened any more."""


class Channels:
    def __init__(self, certificates: Certificates) -> None:
        self._certificates = certificates
        self._lock = Lock()
        self._open: dict[Endpoint, grpc.Channel] | None = {}

    def to(self, endpoint: Endpoint) -> grpc.Channel:
        """Raises Closed."""
        with self._lock:
            if self._open is None:
                raise Closed
            if endpoint not in self._open:
                self._open[endpoint] = self._opened(endpoint)
            return self._open[endpoint]

    def close(self) -> None:
        with self._lock:
            channels, self._open = self._open or {}, None
        for channel in channels.values():
            channel.close()

    def _opened(self, endpoint: Endpoint) -> grpc.Channel:
        if not endpoint.is_secure:
            return grpc.insecure_channel(endpoint.address, options=_OPTIONS)
        given = self._certificates
        credentials = grpc.ssl_channel_credentials(
            given.authorities or trusted_by_host(), given.key or None, given.certificate or None
        )
        return grpc.secure_channel(endpoint.address, credentials, options=_OPTIONS)
