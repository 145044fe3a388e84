"""A server of one's own on this machine, as a browser meets it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
import uvicorn

from sim.classroom.web.hosting import Place, listen, settings


@contextmanager
def serving(app) -> Iterator[str]:
    """Serve an application on a free port of the loopback address; its address is given."""
    listening = listen(Place("127.0.0.1", 0, browse=False))
    server = uvicorn.Server(settings(app))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
        listening.close()


@pytest.fixture(scope="session")
def served():
    """The way to serve an application."""
    return serving


@pytest.fixture(scope="session")
def asking():
    """A client for a server's address."""
    return lambda address: httpx.Client(base_url=address, timeout=60, trust_env=False)


@pytest.fixture(scope="session")
def raw():
    """Sends bytes as they are, and gives the status of the reply."""

    def send(address: str, request: str) -> int:
        url = httpx.URL(address)
        with socket.create_connection((url.host, url.port), timeout=20) as sending:
            sending.sendall(request.encode())
            return int(sending.recv(4096).split(b" ")[1])

    return send
