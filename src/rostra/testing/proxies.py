"""nginx and Caddy, started with the files that are shipped, in front of a running Rostra."""

from __future__ import annotations

import contextlib
import os
import re
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rostra.node.ports import any_free
from rostra.settings import TlsFiles
from rostra.testing.daemons import listening, nginx_temporary, program
from rostra.tls import pinned_context

DEPLOY = Path(__file__).parents[3] / "deploy"
PAGES, LIVE = "rostra.example.org", "live.example.org"


_TROUBLE = re.compile(r"\[(error|crit|alert|emerg)\]|\"level\":\"(error|fatal)\"|panic")


@dataclass(frozen=True)
class Upstreams:
    """Where a proxy finds the two origins."""

    port: int
    live_port: int


@dataclass(frozen=True)
class Proxy:
    """A proxy that runs: its port, and how its certificate is trusted."""

    name: str
    port: int
    tls: ssl.SSLContext
    certificate: Path


def replaced(text: str, *pairs: tuple[str, str]) -> str:
    """The shipped file with what a test must have otherwise; each must be there."""
    for old, new in pairs:
        assert old in text, f"{old!r} is not in the shipped file"
        text = text.replace(old, new)
    return text


def nginx(folder: Path, files: TlsFiles, to: Upstreams, port: int) -> list[str]:
    shipped = replaced(
        (DEPLOY / "nginx/rostra.conf").read_text(),
        ("    listen [::]:443 ssl http2;\n", ""),
        ("    listen [::]:80;\n", ""),
        ("listen 443 ssl http2;", f"listen 127.0.0.1:{port} ssl http2;"),
        ("listen 80;", f"listen 127.0.0.1:{any_free('127.0.0.1')};"),
        ("/etc/rostra/tls/fullchain.pem", str(files.certificate)),
        ("/etc/rostra/tls/privkey.pem", str(files.key)),
        ("127.0.0.1:8000", f"127.0.0.1:{to.port}"),
        ("127.0.0.1:8001", f"127.0.0.1:{to.live_port}"),
    )
    (folder / "rostra.conf").write_text(shipped)
    user = "user root;" if os.geteuid() == 0 else ""
    main = folder / "nginx.conf"
    main.write_text(
        f"{user} daemon off; pid {folder}/pid; error_log stderr warn;\n"
        "events { worker_connections 512; }\n"
        f"http {{ access_log off; {nginx_temporary(folder)} gzip on;"
        f" include {folder}/rostra.conf; }}\n"
    )
    return ["nginx", "-e", "stderr", "-c", str(main)]


def caddy(folder: Path, files: TlsFiles, to: Upstreams, port: int) -> list[str]:
    certificate = f"\ttls {files.certificate} {files.key}\n"
    (folder / "Caddyfile").write_text(
        replaced(
            (DEPLOY / "caddy/Caddyfile").read_text(),
            ("\tservers {", "\tadmin off\n\tauto_https off\n\tservers {"),
            (f"\n{PAGES} {{\n", f"\nhttps://{PAGES}:{port} {{\n\tbind 127.0.0.1\n{certificate}"),
            (f"\n{LIVE} {{\n", f"\nhttps://{LIVE}:{port} {{\n\tbind 127.0.0.1\n{certificate}"),
            ("127.0.0.1:8000", f"127.0.0.1:{to.port}"),
            ("127.0.0.1:8001", f"127.0.0.1:{to.live_port}"),
        )
    )
    return ["caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


PROXIES: dict[str, Callable[[Path, TlsFiles, Upstreams, int], list[str]]] = {
    "nginx": nginx,
    "caddy": caddy,
}


@contextlib.contextmanager
def running(name: str, folder: Path, files: TlsFiles, to: Upstreams) -> Iterator[Proxy]:
    """The proxy `name`, until the block ends."""
    folder.mkdir()
    port = any_free("127.0.0.1")
    first, *words = PROXIES[name](folder, files, to, port)
    homes = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    log = folder / "log"
    with listening([program(first), *words], port, log, env={**os.environ, **homes}):
        yield Proxy(name, port, pinned_context(files.certificate), files.certificate)
    said = log.read_text()
    assert not _TROUBLE.search(said), said
