"""What Icecast and nginx are told."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

from bench.peers_servers import IcecastWish, icecast_xml, nginx_conf

WISH = IcecastWish(8123, 10_000, 27_693, "a<word&")
FOLDER = Path("/dev/shm/peers")


def found(path: str) -> str | None:
    return ElementTree.fromstring(icecast_xml(WISH, FOLDER)).findtext(path)


def test_icecast_has_room_for_all_and_gives_them_the_burst() -> None:
    assert int(found("limits/clients") or 0) > 10_000
    assert found("limits/burst-on-connect") == "1"
    assert found("limits/burst-size") == "27693"
    assert int(found("limits/queue-size") or 0) >= 4 * 27_693


def test_icecast_listens_on_loopback_and_writes_into_its_folder() -> None:
    assert found("listen-socket/port") == "8123"
    assert found("listen-socket/bind-address") == "127.0.0.1"
    assert found("paths/logdir") == "/dev/shm/peers"


def test_every_password_is_made_for_one_run() -> None:
    assert found("authentication/source-password") == "a<word&"
    names = ("relay-password", "admin-password")
    words = [found(f"authentication/{name}") for name in names for _ in range(2)]
    assert len(set(words)) == 4
    assert all(word and len(word) == 32 for word in words)


def test_nginx_has_room_for_all_and_a_worker_for_each_core() -> None:
    def room(listeners: int, cores: int) -> tuple[int, int]:
        text = nginx_conf(8124, listeners, FOLDER, cores)
        said = {name: int(value) for name, value in re.findall(r"(worker_\w+) (\d+);", text)}
        assert said["worker_connections"] < said["worker_rlimit_nofile"] < 20_000
        return said["worker_processes"], said["worker_processes"] * said["worker_connections"]

    assert room(100, 2)[0] == 2
    assert room(10_000, 2)[1] > 10_000
    assert room(60_000, 2)[1] > 60_000


def test_nginx_serves_its_folder_on_loopback_and_keeps_connections() -> None:
    text = nginx_conf(8124, 100, FOLDER, 2)
    assert "listen 127.0.0.1:8124 " in text
    assert "root /dev/shm/peers/www;" in text
    assert "access_log off;" in text
    assert text.count("{") == text.count("}")
