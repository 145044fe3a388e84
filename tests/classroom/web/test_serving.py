import socket
import sys
from subprocess import DEVNULL, PIPE, Popen

import httpx
import pytest
from typer.testing import CliRunner

from sim.classroom.rooms import Rooms, Settings
from sim.classroom.web.hosting import addresses, local_addresses
from sim.cli import app
from sim.terms import DISCLAIMER


def _serve(*words: str):
    return CliRunner().invoke(app, ["serve", *words])


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["nowhere.yaml"], 2, "'nowhere.yaml': "),
        (["tests/cli/claims.yaml"], 3, "tests/cli/claims.yaml:"),
        (["--host", "no such host"], 2, "cannot serve at 'no such host'"),
        (["--port", "99999"], 2, "65535"),
    ],
)
def test_what_cannot_be_served_is_said_in_a_line(words, status, said, tmp_path):
    """A file that is not there or faulty, an address that is not this machine's: one clear line, and no server."""
    done = _serve(*words, "--data", str(tmp_path / "rooms"))
    assert done.exit_code == status
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "rooms").exists()


def test_a_port_that_is_taken_is_said_with_another_to_try():
    """Two servers cannot share a port; the second says which to take instead."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = _serve("--port", str(port))
    assert done.exit_code == 2
    assert f"port {port} is taken; try --port" in done.stderr


def test_rooms_that_cannot_be_kept_are_said(tmp_path):
    """Where the folder of rooms is a file, a line says so."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    done = _serve("--port", "0", "--data", str(tmp_path / "file"))
    assert done.exit_code == 2
    assert "file'" in done.stderr


def test_a_purge_leaves_nothing(tmp_path):
    """All rooms are removed, from the file's bytes as well."""
    rooms = Rooms(tmp_path / "rooms.sqlite")
    keys = rooms.open("scenarios/cases/us-iran-2023.yaml", Settings.read({}))
    rooms.join(keys.code, "Zygodactyl")
    rooms.close()
    done = _serve("--purge", "--data", str(tmp_path))
    assert (done.exit_code, done.stdout) == (0, f"1 room removed from {tmp_path}.\n")
    assert b"Zygodactyl" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert _serve("--purge", "--data", str(tmp_path / "none")).exit_code == 0
    assert not (tmp_path / "none").exists()


def test_the_addresses_to_give_to_others_are_told():
    """On all interfaces, this machine's own address comes first and then those of its networks; else the one named."""
    assert addresses("127.0.0.1", 80) == ["http://127.0.0.1:80/"]
    assert addresses("::1", 80) == ["http://[::1]:80/"]
    assert addresses("0.0.0.0", 80) == ["http://127.0.0.1:80/", *(f"http://{each}:80/" for each in local_addresses())]


def test_one_command_and_the_explorer_is_there(tmp_path):
    """`parley serve` prints its address and who can reach it, answers there, and ends at an interrupt."""
    command = [sys.executable, "-m", "sim.cli", "serve", "--port", "0", "--data", str(tmp_path)]
    with Popen(command, stdout=PIPE, stderr=DEVNULL, text=True) as server:
        lines = [next(server.stdout).strip() for _ in range(5)]
        with httpx.Client(base_url=lines[0], trust_env=False) as client:
            assert "Prisoner exchange" in client.get("/explore").text
        server.terminate()
        server.communicate(timeout=30)
    assert "Only this machine can reach it" in lines[1]
    assert DISCLAIMER in lines
