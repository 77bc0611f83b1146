"""The table of settings: precedence, sentences, and documents that are current."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from rostra import settings_page
from rostra.errors import Misconfigured
from rostra.ice_servers import IceServer
from rostra.settings import SETTINGS, resolve

ROOT = Path(__file__).parent.parent


def test_a_flag_beats_the_environment_which_beats_the_file_which_beats_the_default(
    tmp_path: Path,
) -> None:
    (tmp_path / "rostra.toml").write_text("port = 1001\nlive_port = 1002\nedges = 3\n")
    environ = {"ROSTRA_DATA": str(tmp_path), "ROSTRA_PORT": "2001", "ROSTRA_LIVE_PORT": "2002"}
    found = resolve({"port": "3001"}, environ)
    assert (found.web.port, found.edge.live_port, found.edge.processes) == (3001, 2002, 3)
    assert found.stage.opus_bitrate == 24_000


def test_a_named_file_is_read_instead_of_the_one_in_the_folder(tmp_path: Path) -> None:
    (tmp_path / "rostra.toml").write_text("port = 1001\n")
    other = tmp_path / "other.toml"
    other.write_text("port = 1005\n")
    assert resolve({"data": tmp_path}, {}, other).web.port == 1005


def test_addresses_are_worked_out_from_host_and_ports() -> None:
    found = resolve({"port": 81, "live_port": 82}, {})
    assert found.web.public_url == found.edge.home_url == "http://127.0.0.1:81"
    assert found.web.live_url == found.edge.live_url == "http://127.0.0.1:82"


@pytest.mark.parametrize(
    ("flags", "shown"),
    [
        ({"host": "0.0.0.0"}, "http://127.0.0.1:8000"),
        ({"host": "::1"}, "http://[::1]:8000"),
        ({"public_url": "HTTPS://Rostra.Example.ORG/"}, "https://rostra.example.org"),
    ],
)
def test_the_public_address_is_one_that_people_can_use(flags: dict[str, str], shown: str) -> None:
    assert resolve(flags, {}).web.public_url == shown


def test_lists_come_from_flags_environment_and_file(tmp_path: Path) -> None:
    servers = ("stun:a.example:3478", "turn:name:word@b.example")
    read = (IceServer(servers[0]), IceServer("turn:b.example", "name", "word"))
    assert resolve({"ice_servers": servers}, {}).web.ice_servers == read
    assert resolve({}, {"ROSTRA_ICE_SERVERS": ", ".join(servers)}).web.ice_servers == read
    file = tmp_path / "f.toml"
    file.write_text(f'ice_servers = ["{servers[0]}", "{servers[1]}"]\n')
    assert resolve({}, {}, file).web.ice_servers == read


def test_a_range_of_ports_and_a_public_address_reach_the_stage() -> None:
    found = resolve({"udp_ports": "40000 - 40019", "public_ip": "203.0.113.7"}, {}).stage
    assert found.udp_ports == range(40_000, 40_020)
    assert found.public_ip == "203.0.113.7"
    assert resolve({"udp_ports": "40000"}, {}).stage.udp_ports == range(40_000, 40_001)


def test_a_secret_does_for_turn_servers_without_credentials() -> None:
    found = resolve({"ice_servers": ("turn:a.example",), "turn_secret": "shared"}, {}).web
    assert (found.ice_servers, found.turn_secret) == ((IceServer("turn:a.example"),), "shared")


@pytest.mark.parametrize(
    ("flags", "environ", "words"),
    [
        ({"port": "99999"}, {}, "--port"),
        ({"port": "80a"}, {}, "--port"),
        ({}, {"ROSTRA_LIVE_PORT": "no"}, "ROSTRA_LIVE_PORT"),
        ({"public_url": "rostra.example"}, {}, "--public-url"),
        ({"live_url": "https://x.example/path"}, {}, "--live-url"),
        ({"live_url": "https://x.example:99999"}, {}, "--live-url"),
        ({"ice_servers": ("http://x",)}, {}, "--ice-server"),
        ({"ice_servers": ("stun:a:b@x",)}, {}, "--ice-server"),
        ({"ice_servers": ("turn:x",)}, {}, "turn_secret"),
        ({"udp_ports": "40000-30000"}, {}, "--udp-ports"),
        ({"udp_ports": "80-90"}, {}, "--udp-ports"),
        ({"udp_ports": "40000-70000"}, {}, "--udp-ports"),
        ({"udp_ports": "many"}, {}, "--udp-ports"),
        ({"public_ip": "example.org"}, {}, "--public-ip"),
        ({"public_ip": "127.0.0.1"}, {}, "--public-ip"),
        ({"public_ip": "::"}, {}, "--public-ip"),
        ({}, {"ROSTRA_DEMO": "perhaps"}, "ROSTRA_DEMO"),
        ({"port": 8001}, {}, "8001"),
    ],
)
def test_a_wrong_value_is_one_sentence_that_names_its_source(
    flags: dict[str, object], environ: dict[str, str], words: str
) -> None:
    with pytest.raises(Misconfigured) as caught:
        resolve(flags, environ)
    assert words in caught.value.sentence
    assert "\n" not in caught.value.sentence


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("prot = 80", "'port'"),
        ("data = 'x'", "--data"),
        ("port = ", "cannot be read"),
        ("port = 'eighty'", "port in"),
        ("port = [1, 2]", "port in"),
    ],
)
def test_a_wrong_file_is_one_sentence(tmp_path: Path, content: str, words: str) -> None:
    file = tmp_path / "rostra.toml"
    file.write_text(content)
    with pytest.raises(Misconfigured) as caught:
        resolve({"data": tmp_path}, {})
    assert words in caught.value.sentence
    assert str(file) in caught.value.sentence
    assert "\n" not in caught.value.sentence


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="correct --config"):
        resolve({}, {}, tmp_path / "none.toml")


def test_every_line_of_the_sample_may_be_uncommented(tmp_path: Path) -> None:
    assert tomllib.loads(settings_page.sample()) == {}
    lines = [line[2:] for line in settings_page.sample().splitlines() if " = " in line]
    assert len(lines) == len([setting for setting in SETTINGS if setting.in_file])
    file = tmp_path / "rostra.toml"
    file.write_text("\n".join(lines))
    found = resolve({"data": tmp_path}, {})
    assert found.edge.max_listeners == 20_000


def test_the_document_of_settings_is_current() -> None:
    written = (ROOT / "docs" / "settings.md").read_text()
    assert written == settings_page.document(), "run: rostra config --document > docs/settings.md"


def test_every_setting_says_what_it_is_in_one_sentence() -> None:
    for setting in SETTINGS:
        assert setting.sentence.endswith(".")
        assert setting.sentence[0].isupper()


def test_proxies_are_trusted_by_address_or_network_and_none_by_itself() -> None:
    assert resolve({}, {}).edge.trusted_proxies == ()
    found = resolve({"trusted_proxies": ("127.0.0.1", "10.1.0.0/16")}, {}).edge.trusted_proxies
    assert [str(network) for network in found] == ["127.0.0.1/32", "10.1.0.0/16"]
    for wrong in ("proxy.example.org", "10.1.2.3/16", "1.2.3"):
        with pytest.raises(Misconfigured, match="--trusted-proxy"):
            resolve({"trusted_proxies": (wrong,)}, {})
