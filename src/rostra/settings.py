"""Every setting: a name, a kind, a default and a sentence; and what each part is given of them.

A value is looked for in this order: flag of `rostra serve`, environment (`ROSTRA_PORT`), TOML file
(`--config`, else `rostra.toml` in the data folder), default. The flags, the sample file and
docs/settings.md (settings_page.py) are all made from the one table `SETTINGS`.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import unquote, urlsplit

from rostra import setting_kinds as kinds
from rostra.errors import Misconfigured
from rostra.ice_servers import IceServer, read_ice_server

Value = str | int | bool | list[str] | list[int] | None
CONFIG_NAME = "rostra.toml"


@dataclass(frozen=True)
class TlsFiles:
    """Certificate, with its chain, and key of both origins, as PEM."""

    certificate: Path
    key: Path


@dataclass(frozen=True)
class SmtpServer:
    """Where letters are handed in. `tls` from the first byte on, else as soon as it is offered."""

    host: str
    port: int
    user: str | None
    password: str | None
    tls: bool
    sender: str


@dataclass(frozen=True)
class WebSettings:
    """Pages, API and signalling. `database` is an SQLAlchemy URL, None for SQLite in the folder.

    `turn_secret` is shared with those of `ice_servers` that have no credentials of their own.
    `api_limit` is in requests of one account, or address, in five minutes.
    """

    host: str
    port: int
    public_url: str
    live_url: str
    database: str | None = None
    ice_servers: tuple[IceServer, ...] = ()
    turn_secret: str | None = None
    tls: TlsFiles | None = None
    api_limit: int = 300
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    smtp: SmtpServer | None = None


@dataclass(frozen=True)
class EdgeSettings:
    """Listening page and sound. `max_listeners` is None until measured or limited by hand.

    `low_latency_listeners` is None where the cores decide.
    """

    host: str
    live_port: int
    live_url: str
    home_url: str
    processes: int = 1
    max_listeners: int | None = None
    low_latency_listeners: int | None = None
    rehearsal_token: str | None = None
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    tls: TlsFiles | None = None


@dataclass(frozen=True)
class StageSettings:
    """One Space's sound. Bit rates in bit/s.

    Speakers' sockets take their ports from `udp_ports`, any if None. `public_ip` is the address
    that a translator in front of this machine forwards to it, None where there is none.
    """

    opus_bitrate: int = 24_000
    aac_bitrate: int = 48_000
    udp_ports: range | None = None
    public_ip: str | None = None


@dataclass(frozen=True)
class NodeSettings:
    """One machine: where its data is, and what each part of it is given."""

    data: Path
    demo: bool
    web: WebSettings
    edge: EdgeSettings
    stage: StageSettings


@dataclass(frozen=True)
class Setting:
    """One row: `shape` is shown in help, `read` takes text and raises ValueError with a reason.

    `example` stands in the sample file where the default is worked out.
    """

    name: str
    shape: str
    read: Callable[[str], Value]
    default: Value
    sentence: str
    flag_name: str = ""
    example: Value = None
    in_file: bool = True

    @property
    def flag(self) -> str:
        return "--" + (self.flag_name or self.name.replace("_", "-"))

    @property
    def variable(self) -> str:
        return f"ROSTRA_{self.name.upper()}"


_PORT = kinds.whole(1, 65535)
SETTINGS: tuple[Setting, ...] = (
    Setting("data", "DIR", kinds.text, "data", "Folder that holds everything Rostra keeps.",
            in_file=False),
    Setting("host", "ADDRESS", kinds.text, "127.0.0.1",
            "Address to listen on; 0.0.0.0 takes connections from other machines."),
    Setting("port", "PORT", _PORT, 8000, "TCP port of the pages and the API."),
    Setting("live_port", "PORT", _PORT, 8001, "TCP port of the listening pages and the sound."),
    Setting("public_url", "URL", kinds.origin, None,
            "Origin under which people reach the pages; worked out from host and port if absent.",
            example="https://rostra.example.org"),
    Setting("live_url", "URL", kinds.origin, None,
            "Origin under which people reach the sound; worked out likewise if absent.",
            example="https://live.example.org"),
    Setting("tls_cert", "FILE", kinds.text, None,
            "Certificate with its chain (PEM), so that pages and sound are HTTPS; with --tls-key.",
            example="/etc/rostra/fullchain.pem"),
    Setting("tls_key", "FILE", kinds.text, None,
            "Private key of --tls-cert (PEM, without a password).",
            example="/etc/rostra/privkey.pem"),
    Setting("database", "URL", kinds.text, None,
            "SQLAlchemy address of a PostgreSQL database; SQLite in the data folder if absent.",
            example="postgresql+asyncpg://rostra@localhost/rostra"),
    Setting("edges", "N", kinds.whole(1, 256), None,
            "Edge processes to begin with, one for each core if absent; more follow when needed.",
            example=4),
    Setting("max_listeners", "N", kinds.whole(1, 100_000_000), None,
            "Listeners at once, above which newcomers are asked to wait; if absent what "
            "rostra doctor --measure --keep found on this machine, else an estimate.",
            example=20_000),
    Setting("low_latency_listeners", "N", kinds.whole(0, 100_000_000), None,
            "Listeners who may hear within four seconds, at five times the cost; the others hear "
            "after ten. By the cores if absent.", example=20_000),
    Setting("rehearsal_token", "SECRET", kinds.secret, None,
            "Lets whoever has it send a rehearsed crowd from elsewhere, for twelve hours.",
            example="another-long-random-text"),
    Setting("api_limit", "N", kinds.whole(1, 100_000_000), 300,
            "Requests to the API in five minutes, of each account, and of each address without."),
    Setting("trusted_proxies", "NETWORK", kinds.networks, [],
            "Proxy in front, as address or network, whose X-Forwarded-For says who asks.",
            flag_name="trusted-proxy"),
    Setting("smtp_url", "URL", kinds.smtp, None,
            "Mail server that takes letters from here; without, everything works but letters.",
            example="smtps://rostra:password@mail.example.org:465"),
    Setting("mail_from", "ADDRESS", kinds.mailbox, None,
            "Address from which letters come; with --smtp-url.", example="rostra@example.org"),
    Setting("opus_bitrate", "BITS", kinds.whole(12_000, 64_000), 24_000,
            "Bits a second of the Opus rendition."),
    Setting("aac_bitrate", "BITS", kinds.whole(32_000, 128_000), 48_000,
            "Bits a second of the AAC rendition, for players without Opus."),
    Setting("udp_ports", "A-B", kinds.ports, None,
            "UDP ports for speakers' sound, one for each microphone; any if absent.",
            example="40000-40199"),
    Setting("public_ip", "IP", kinds.public_address, None,
            "Public address of this machine where it is behind address translation (1:1 NAT).",
            example="203.0.113.7"),
    Setting("ice_servers", "URL", kinds.ice_servers, [],
            "STUN or TURN server offered to speakers; may be given several times.",
            flag_name="ice-server"),
    Setting("turn_secret", "SECRET", kinds.text, None,
            "Secret shared with the TURN servers (coturn's use-auth-secret); rather in the file.",
            example="a-long-random-text"),
    Setting("demo", "", kinds.switch, False,
            "Open the Space demo, in which two voices talk in turn for ever."),
)  # fmt: skip
_BY_NAME = {setting.name: setting for setting in SETTINGS}


def resolve(
    flags: Mapping[str, object], environ: Mapping[str, str], config: Path | None = None
) -> NodeSettings:
    """The settings of one machine. Raises Misconfigured naming the value and where it came from."""
    return node_settings(values(flags, environ, config))


def values(
    flags: Mapping[str, object], environ: Mapping[str, str], config: Path | None = None
) -> dict[str, Value]:
    """What each setting is worth, by name: first flags, then environment, file and default."""
    found = _first_found(flags, environ, "data")
    data = Path(str(found if found is not None else _BY_NAME["data"].default))
    from_file = _read_file(config, data)
    result: dict[str, Value] = {}
    for setting in SETTINGS:
        value = _first_found(flags, environ, setting.name)
        if value is None:
            value = from_file.get(setting.name, setting.default)
        result[setting.name] = value
    return result


def _first_found(flags: Mapping[str, object], environ: Mapping[str, str], name: str) -> Value:
    setting = _BY_NAME[name]
    if flags.get(name) not in (None, (), False):
        return _read(setting, flags[name], f"the flag {setting.flag}")
    if environ.get(setting.variable):
        return _read(setting, environ[setting.variable], f"the variable {setting.variable}")
    return None


def _read(setting: Setting, raw: object, source: str) -> Value:
    """`raw` is text, a number, a switch or a list of texts, from `source`, which errors name."""
    if isinstance(raw, list | tuple):
        text = " ".join(str(part) for part in raw)
    else:
        text = str(raw).lower() if isinstance(raw, bool) else str(raw)
    try:
        return setting.read(text)
    except ValueError as reason:
        raise Misconfigured(f"The value {text!r} of {source} cannot be used: {reason}.") from None


def _read_file(config: Path | None, data: Path) -> dict[str, Value]:
    path = config or data / CONFIG_NAME
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if config is None:
            return {}
        raise Misconfigured(f"The settings file {path} is not there: correct --config.") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as reason:
        raise Misconfigured(f"The settings file {path} cannot be read: {reason}.") from None
    result: dict[str, Value] = {}
    for name, raw in document.items():
        setting = _BY_NAME.get(name)
        if setting is None or not setting.in_file:
            raise Misconfigured(f"The settings file {path} has {name!r}, {_no_such(name)}.")
        result[name] = _read(setting, raw, f"{name} in {path}")
    return result


def _no_such(name: str) -> str:
    if name in _BY_NAME:
        return f"which may only be given as {_BY_NAME[name].flag} or {_BY_NAME[name].variable}"
    near = difflib.get_close_matches(name, _BY_NAME, n=1)
    hint = f"perhaps {near[0]!r} is meant" if near else "rostra serve --help lists what there is"
    return f"which is no setting: {hint}"


def node_settings(chosen: Mapping[str, Value]) -> NodeSettings:
    """Deal out the values to the parts, and work out those that are absent."""
    host, port, live_port = str(chosen["host"]), _int(chosen["port"]), _int(chosen["live_port"])
    if port == live_port:
        raise Misconfigured(
            f"Pages and sound cannot share port {port}: give another --port or --live-port."
        )
    shown, tls = _shown_host(host), _tls(chosen)
    scheme = "https" if tls else "http"
    public_url = str(chosen["public_url"] or f"{scheme}://{shown}:{port}")
    live_url = str(chosen["live_url"] or f"{scheme}://{shown}:{live_port}")
    proxies = tuple(map(ip_network, _strings(chosen["trusted_proxies"])))
    servers, secret = _ice_servers(chosen), _maybe(chosen["turn_secret"])
    return NodeSettings(
        data=Path(str(chosen["data"])),
        demo=bool(chosen["demo"]),
        web=WebSettings(
            host, port, public_url, live_url, _maybe(chosen["database"]), servers, secret, tls,
            _int(chosen["api_limit"]), proxies, _smtp(chosen),
        ),
        edge=EdgeSettings(
            host, live_port, live_url, public_url,
            processes=_int(chosen["edges"] or _cores()),
            max_listeners=_maybe_int(chosen["max_listeners"]),
            low_latency_listeners=_maybe_int(chosen["low_latency_listeners"]),
            rehearsal_token=_maybe(chosen["rehearsal_token"]),
            trusted_proxies=proxies,
            tls=tls,
        ),
        stage=StageSettings(
            _int(chosen["opus_bitrate"]), _int(chosen["aac_bitrate"]),
            _maybe_range(chosen["udp_ports"]), _maybe(chosen["public_ip"]),
        ),
    )  # fmt: skip


def _ice_servers(chosen: Mapping[str, Value]) -> tuple[IceServer, ...]:
    servers = tuple(read_ice_server(text) for text in _strings(chosen["ice_servers"]))
    for server in servers:
        if server.relays and not server.username and not chosen["turn_secret"]:
            raise Misconfigured(
                f"The TURN server {server.url} needs credentials: give the secret that it shares "
                "with us as turn_secret, or write turn:name:password@ before its host."
            )
    return servers


def _smtp(chosen: Mapping[str, Value]) -> SmtpServer | None:
    """The mail server, or None. Raises Misconfigured for one without a sender, or the reverse."""
    url, sender = chosen["smtp_url"], chosen["mail_from"]
    if (url is None) != (sender is None):
        given, missing = ("smtp_url", "mail_from") if sender is None else ("mail_from", "smtp_url")
        raise Misconfigured(
            f"Letters need a mail server and a sender: with {_BY_NAME[given].flag} "
            f"give {_BY_NAME[missing].flag} as well."
        )
    if url is None:
        return None
    parts = urlsplit(str(url))
    tls = parts.scheme == "smtps"
    user = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password else None
    port = parts.port or (465 if tls else 587)
    return SmtpServer(str(parts.hostname), port, user, password, tls, str(sender))


def _maybe_range(value: Value) -> range | None:
    if value is None:
        return None
    low, _, high = str(value).partition("-")
    return range(int(low), int(high) + 1)


def _tls(chosen: Mapping[str, Value]) -> TlsFiles | None:
    """The two files, or None. Raises Misconfigured for one alone, or an address that is not so."""
    certificate, key = chosen["tls_cert"], chosen["tls_key"]
    if (certificate is None) != (key is None):
        given, missing = ("tls_cert", "tls_key") if key is None else ("tls_key", "tls_cert")
        raise Misconfigured(
            f"HTTPS needs a certificate and its key: with {_BY_NAME[given].flag} "
            f"give {_BY_NAME[missing].flag} as well."
        )
    if certificate is None:
        return None
    for name in ("public_url", "live_url"):
        if str(chosen[name] or "").startswith("http:"):
            raise Misconfigured(
                f"With --tls-cert there is only HTTPS, but {_BY_NAME[name].flag} is "
                f"{chosen[name]}: let it begin with https://, or leave it out."
            )
    return TlsFiles(Path(str(certificate)).absolute(), Path(str(key)).absolute())


def _shown_host(host: str) -> str:
    """The host as it stands in a URL; a wildcard is nobody's address."""
    if host in {"0.0.0.0", "::", "*"}:  # noqa: S104 - compared, not bound
        host = "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _int(value: Value) -> int:
    assert isinstance(value, int)
    return value


def _maybe_int(value: Value) -> int | None:
    return None if value is None else _int(value)


def _maybe(value: Value) -> str | None:
    return None if value is None else str(value)


def _strings(value: Value) -> tuple[str, ...]:
    assert isinstance(value, list)
    return tuple(str(part) for part in value)
