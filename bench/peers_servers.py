"""Icecast and nginx as Debian ships them, each with what feeds it, until a block ends.

Both run as nobody where we are root, log nothing for each request, and keep what they serve in
memory. Nothing that they are told by the configurations below makes them slower than their own
defaults; what is changed is for many listeners, or to be heard as late as Rostra.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from rostra.node.ports import any_free
from rostra.testing.daemons import listening, nginx_temporary, program

MEMORY = Path("/dev/shm")
_SHARED = Path("/usr/share/icecast2")
_EACH_WORKER = 15_000  # connections, below the limit of open files that is usual
_SPARE_FILES = 256


@dataclass(frozen=True)
class Server:
    """One that runs: its port, the process above all of it, its folder, and its programs' name."""

    name: str
    version: str
    port: int
    pid: int
    folder: Path


@dataclass(frozen=True)
class IcecastWish:
    """For how many listeners, how many bytes each is given at once, and the source's password."""

    port: int
    listeners: int
    burst: int
    password: str


def icecast_xml(wish: IcecastWish, folder: Path) -> str:
    """The configuration. Two more passwords are made up, which nobody is told."""
    limits = {
        "clients": wish.listeners + 64,
        "sources": 2,
        "queue-size": max(524_288, 4 * wish.burst),
        "client-timeout": 30,
        "header-timeout": 15,
        "source-timeout": 10,
        "burst-on-connect": 1,
        "burst-size": wish.burst,
    }
    paths = {
        "basedir": folder,
        "logdir": folder,
        "webroot": _SHARED / "web",
        "adminroot": _SHARED / "admin",
    }
    words = {
        "source-password": wish.password,
        "relay-password": secrets.token_hex(16),
        "admin-user": "admin",
        "admin-password": secrets.token_hex(16),
    }
    return "\n".join(
        (
            "<icecast>",
            _elements("limits", limits),
            _elements("authentication", words),
            "<hostname>127.0.0.1</hostname>",
            _elements("listen-socket", {"port": wish.port, "bind-address": "127.0.0.1"}),
            _elements("paths", paths),
            _elements("logging", {"errorlog": "error.log", "loglevel": 2}),
            _elements("security", {"chroot": 0}),
            "</icecast>\n",
        )
    )


def _elements(name: str, inside: dict[str, Any]) -> str:
    lines = [f"  <{one}>{escape(str(value))}</{one}>" for one, value in inside.items()]
    return "\n".join((f"<{name}>", *lines, f"</{name}>"))


def nginx_conf(port: int, listeners: int, folder: Path, cores: int) -> str:
    """The configuration: segments are looked up once, playlists anew for each request."""
    workers = max(cores, -(-listeners // _EACH_WORKER))
    return f"""daemon off;
pid {folder}/pid;
error_log stderr warn;
worker_processes {workers};
worker_rlimit_nofile {_EACH_WORKER + 2 * _SPARE_FILES};
events {{
  worker_connections {_EACH_WORKER + _SPARE_FILES};
  multi_accept on;
}}
http {{
  {nginx_temporary(folder)}
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_timeout 60;
  keepalive_requests 1000000;
  reset_timedout_connection on;
  types {{ application/vnd.apple.mpegurl m3u8; audio/mp4 mp4 m4s; }}
  default_type text/html;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    root {folder}/www;
    location ~ \\.m4s$ {{ open_file_cache max=256 inactive=60s; open_file_cache_valid 60s; }}
  }}
}}
"""


@contextlib.contextmanager
def icecast(listeners: int, burst: int) -> Iterator[tuple[Server, IcecastWish]]:
    """Icecast without a source."""
    wish = IcecastWish(any_free("127.0.0.1"), listeners, burst, secrets.token_hex(16))
    with _folder() as folder:
        file = folder / "icecast.xml"
        file.write_text(icecast_xml(wish, folder))
        _give_away(file, 0o600)
        command = [program("icecast2"), "-c", str(file)]
        with _running("icecast2", command, wish.port, folder) as server:
            yield server, wish


@contextlib.contextmanager
def nginx(listeners: int) -> Iterator[Server]:
    """nginx with an empty `www` in its folder."""
    port = any_free("127.0.0.1")
    with _folder() as folder:
        (folder / "www").mkdir(mode=0o755)
        file = folder / "nginx.conf"
        file.write_text(nginx_conf(port, listeners, folder, os.cpu_count() or 1))
        command = [program("nginx"), "-e", "stderr", "-c", str(file)]
        with _running("nginx", command, port, folder) as server:
            yield server


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """In memory where that is possible, and nobody's."""
    place = MEMORY if os.access(MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="rostra-peers-", dir=place) as name:
        folder = Path(name)
        _give_away(folder, 0o755)
        yield folder


def _give_away(path: Path, mode: int) -> None:
    path.chmod(mode)
    if os.geteuid() == 0:
        shutil.chown(path, "nobody", "nogroup")


@contextlib.contextmanager
def _running(name: str, command: Sequence[str], port: int, folder: Path) -> Iterator[Server]:
    """`command`, as nobody if we are root, from when it listens until the block ends."""
    lower: dict[str, Any] = {}
    if os.geteuid() == 0:
        lower = {"user": "nobody", "group": "nogroup", "extra_groups": []}
    with listening(command, port, folder / "log", cwd=folder, **lower) as process:
        yield Server(name, _version(command[0]), port, process.pid, folder)


def _version(path: str) -> str:
    said = subprocess.run([path, "-v"], capture_output=True, text=True, check=False)
    return (said.stdout + said.stderr).strip().rpartition("/")[2].rpartition(" ")[2]
