"""A Redis for tests, behind a real socket."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from fakeredis import TcpFakeServer

from tests.servers import free_port


@contextmanager
def redis_server(port: int | None = None) -> Iterator[str]:
    """Serve until the block ends; gives the address."""
    port = port or free_port()
    served = TcpFakeServer(("127.0.0.1", port))
    thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        served.shutdown()
        served.server_close()
