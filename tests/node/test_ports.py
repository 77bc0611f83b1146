"""Ports that cannot be had are named together with the flag that changes them."""

from __future__ import annotations

import socket

import pytest

from rostra.errors import Misconfigured
from rostra.node.ports import any_free, check_free


def test_a_free_port_is_fine_and_stays_free() -> None:
    port = any_free("127.0.0.1")
    check_free("127.0.0.1", port, "--port")
    check_free("127.0.0.1", port, "--port")


def test_a_port_in_use_is_named_with_its_flag() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(Misconfigured) as caught:
            check_free("127.0.0.1", port, "--live-port")
    assert str(port) in caught.value.sentence
    assert "--live-port" in caught.value.sentence


def test_an_address_of_another_machine_is_named() -> None:
    with pytest.raises(Misconfigured, match=r"no address 192\.0\.2\.1"):
        check_free("192.0.2.1", any_free("127.0.0.1"), "--port")


def test_an_unknown_host_is_named() -> None:
    with pytest.raises(Misconfigured, match="correct --host"):
        check_free("no such host", 8000, "--port")


def test_the_port_of_last_time_is_kept_while_it_is_free() -> None:
    port = any_free("127.0.0.1")
    assert any_free("127.0.0.1", wish=port) == port
    with socket.create_server(("127.0.0.1", port)):
        assert any_free("127.0.0.1", wish=port) != port
