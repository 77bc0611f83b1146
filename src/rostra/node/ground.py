"""What everything in `rostra serve` stands on: settings, folder, lock, socket, certificate."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from rostra.clock import SystemClock
from rostra.edge.listener import Inherited, listen
from rostra.node import asking, bus, folder, ports, ready
from rostra.node.child import Recipe
from rostra.node.doors import write_doors
from rostra.node.handover import Handover
from rostra.node.notes import note
from rostra.node.prepare import prepare
from rostra.node.renewal import CertificateWatch, kept, with_copy
from rostra.programme.places import Places
from rostra.settings import NodeSettings, Value, node_settings


@dataclass(frozen=True)
class Ground:
    """`chosen` are the settings as the parts get them; `lock` is a descriptor, held open."""

    settings: NodeSettings
    chosen: Mapping[str, Value]
    places: Places
    lock: int
    listener: socket.socket
    bus: Recipe
    certificate: CertificateWatch | None


def fresh(values: Mapping[str, Value], say: Callable[[str], None]) -> Ground:
    """Make the data folder ours and ready. Raises Misconfigured."""
    settings, chosen = _settled(values)
    ports.check_free(settings.web.host, settings.web.port, "--port")
    ports.check_free(settings.edge.host, settings.edge.live_port, "--live-port")
    server = bus.find_server()
    places, lock = folder.take(settings.data)
    try:
        return _made_ready(settings, chosen, places, lock, say=say, server=server)
    except BaseException:
        os.close(lock)
        raise


def _made_ready(
    settings: NodeSettings,
    chosen: Mapping[str, Value],
    places: Places,
    lock: int,
    *,
    say: Callable[[str], None],
    server: str,
) -> Ground:
    asking.forget(places)
    bus_recipe = bus.prepare(places, server)
    prepared = prepare(chosen)
    watch = None
    if settings.web.tls is not None:
        watch = CertificateWatch(settings.web.tls, places)
        chosen = with_copy(chosen, places)
        settings = node_settings(chosen)
    else:
        kept(places).unlink(missing_ok=True)  # no key stays that nobody needs
    write_doors(places, settings, ready.reachable(settings.web.host))
    listener = listen(settings.edge.host, settings.edge.live_port, SystemClock())
    if prepared.sign_in_link:
        say(f"administrator: open this link once to sign in: {prepared.sign_in_link}")
    return Ground(settings, chosen, places, lock, listener, bus_recipe, watch)


def taken_over(values: Mapping[str, Value], before: Handover) -> Ground:
    """The same from a supervisor of another version. Nothing is changed: a trial does it too.

    Raises Misconfigured when this version, with these settings, cannot.
    """
    settings, chosen = _settled(values)
    before.check(settings)
    places = folder.check(settings.data)
    watch = None
    if settings.web.tls is not None:
        watch = CertificateWatch(settings.web.tls, places, at_once=False)
        chosen = with_copy(chosen, places)
        settings = node_settings(chosen)
    listener = Inherited(before.listener).socket()
    assert listener is not None
    bus_recipe = bus.recipe(places, bus.find_server())
    return Ground(settings, chosen, places, before.lock, listener, bus_recipe, watch)


def tell_doors(ground: Ground) -> None:
    """Leave the addresses for commands, should the new settings name others for people."""
    try:
        write_doors(ground.places, ground.settings, ready.reachable(ground.settings.web.host))
    except OSError as reason:
        note("the addresses of before stay in doors.json", level="error", reason=reason)


def _settled(values: Mapping[str, Value]) -> tuple[NodeSettings, dict[str, Value]]:
    settings = node_settings(values)
    settings = replace(settings, data=settings.data.absolute())
    return settings, {**values, "data": str(settings.data)}
