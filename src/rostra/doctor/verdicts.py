"""What the facts mean for these settings: one verdict for each thing that must be right. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from rostra.doctor.checks import Check, State
from rostra.doctor.facts import Asked, Certificate, Facts, Trouble
from rostra.doctor.limits import limits
from rostra.doctor.square_verdicts import square_checks
from rostra.settings import NodeSettings, StageSettings, WebSettings
from rostra.stage.rules import MOST_SEATS

_OTHER_NAME = (62, 64)  # X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH
_RENEWED_DAYS = 14
_CHAIN_ADVICE = (
    "Give the whole chain with --tls-cert (certbot's fullchain.pem), from an authority that "
    "browsers know."
)
_INNER_NAMES = (".local", ".lan", ".home.arpa", ".internal")  # names that no other network knows


def judged(settings: NodeSettings, facts: Facts) -> list[Check]:
    """The verdicts, in the order in which a speaker's connection and then listeners meet them."""
    outward = is_outward(settings.web)
    return [
        https(settings.web),
        *(
            [certificate(facts.certificate, facts.now, outward=outward)]
            if facts.certificate
            else []
        ),
        address(settings.stage, facts, outward=outward),
        udp_ports(settings.stage, facts.free_ports, outward=outward),
        *(ice_server(asked) for asked in facts.asked),
        *([] if any(asked.server.relays for asked in facts.asked) else [no_relay()]),
        codecs(facts.missing_codecs),
        clock(facts.synchronised),
        *([] if facts.square is None else square_checks(facts.square)),
        *limits(settings, facts),
    ]


def is_here(web: WebSettings) -> bool:
    """Whether the public address is one of this very machine: then nobody comes from elsewhere."""
    host = urlsplit(web.public_url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def is_outward(web: WebSettings) -> bool:
    """Whether people come from other networks, as the public address has it."""
    host = urlsplit(web.public_url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return not is_here(web) and "." in host and not host.endswith(_INNER_NAMES)


def https(web: WebSettings) -> Check:
    """Browsers give a microphone only to pages that nobody on the way can have changed."""
    if web.public_url.startswith("https://"):
        return Check("https", State.OK, f"Pages are at {web.public_url}.")
    if is_here(web):
        seen = f"Pages are at {web.public_url}: microphones work on this machine only."
        return Check("https", State.OK, seen)
    return Check(
        "https", State.FAIL, f"Pages are at {web.public_url}: browsers will give no microphone.",
        "Give pages HTTPS, and say so with --public-url https://…",
    )  # fmt: skip


def address(stage: StageSettings, facts: Facts, *, outward: bool) -> Check:
    """Whether speakers from elsewhere find this machine."""
    seen_as = next((asked.mapped for asked in facts.asked if asked.mapped), "")
    if stage.public_ip is not None:
        return _translated(stage.public_ip, facts.addresses, seen_as)
    public = [own for own in facts.addresses if _is_public(own)]
    if any(":" not in own for own in public):
        return Check("address", State.OK, f"This machine has the public address {public[0]}.")
    if public:
        return Check(
            "address", State.WARN, f"This machine has a public address of IPv6 only: {public[0]}.",
            "Speakers without IPv6 need a TURN server, or a public IPv4 address (--public-ip).",
        )  # fmt: skip
    relayed = any(asked.relayed for asked in facts.asked)
    given = f"--public-ip {seen_as}" if seen_as else "it with --public-ip"
    return Check(
        "address", State.FAIL if outward and not relayed else State.WARN,
        f"This machine has no public address: {_listed(facts.addresses)}.",
        f"Speakers from outside need one: let the router or the cloud forward it here, and give "
        f"{given}.",
    )  # fmt: skip


def _translated(public_ip: str, addresses: Sequence[str], seen_as: str) -> Check:
    if not _is_public(public_ip):
        return Check(
            "address", State.WARN, f"The address {public_ip} of --public-ip is not a public one.",
            "Give the address under which speakers reach this machine.",
        )  # fmt: skip
    if seen_as and seen_as != public_ip and _alike(seen_as, public_ip):
        return Check(
            "address", State.WARN,
            f"--public-ip is {public_ip}, but the STUN server sees this machine as {seen_as}.",
            f"Correct it with --public-ip {seen_as}, unless what comes in takes another way.",
        )  # fmt: skip
    if public_ip not in addresses and not any(_alike(public_ip, own) for own in addresses):
        return Check(
            "address", State.FAIL,
            f"--public-ip is {public_ip}, but this machine has no address of that family: "
            f"{_listed(addresses)}.",
            "Give the machine one, or correct --public-ip.",
        )  # fmt: skip
    return Check("address", State.OK, f"The public address {public_ip} is forwarded here.")


def udp_ports(stage: StageSettings, free: int, *, outward: bool) -> Check:
    """Whether microphones find a port, and whether a firewall can know which."""
    ports = stage.udp_ports
    if ports is None:
        if not free:
            return Check(
                "udp ports",
                State.FAIL,
                "No UDP port can be bound.",
                "Ask who runs the machine why.",
            )
        return Check(
            "udp ports", State.WARN if outward else State.OK, "Any port may be used for sound.",
            "Choose some, such as --udp-ports 40000-40199, and let the firewall pass UDP to them."
            if outward else "",
        )  # fmt: skip
    seen = f"{free} of the {len(ports)} UDP ports from {ports[0]} to {ports[-1]} are free."
    if free >= min(MOST_SEATS, len(ports)) and len(ports) >= MOST_SEATS:
        return Check("udp ports", State.OK, seen)
    return Check(
        "udp ports", State.WARN if free else State.FAIL, seen,
        f"Widen --udp-ports, or end what uses them: a full stage needs {MOST_SEATS}.",
    )  # fmt: skip


def ice_server(asked: Asked) -> Check:
    """One STUN or TURN server."""
    server, trouble = asked.server, asked.trouble
    if trouble is None:
        does = f"relays from {asked.relayed}" if server.relays else f"sees us as {asked.mapped}"
        seen = f"It answers in {asked.seconds * 1000:.0f} ms and {does}."
        return Check(server.url, State.OK, seen)
    if trouble is Trouble.UNTRIED:
        return Check(server.url, State.SKIPPED, "STUN over TLS is not asked by this command.")
    host, port = server.address
    advice = {
        Trouble.UNKNOWN: f"Correct the name {host} in --ice-server.",
        Trouble.CREDENTIALS: "Correct turn_secret (coturn: static-auth-secret), or the name and "
        "password in --ice-server, and compare the clocks of both machines.",
        Trouble.REFUSED: "See the server's log: it may be full, or allow no relaying.",
    }
    reach = f"See that it runs, and that {server.transport.upper()} port {port} passes to {host}."
    seen = f"{trouble.value[0].upper()}{trouble.value[1:]}."
    return Check(server.url, State.FAIL, seen, advice.get(trouble, reach))


def no_relay() -> Check:
    """Not an error: most networks let UDP out."""
    return Check(
        "turn", State.SKIPPED, "No TURN server is set.",
        "Speakers whose network lets no UDP out need one: --ice-server turn:…?transport=tcp.",
    )  # fmt: skip


def codecs(missing: Sequence[str]) -> Check:
    """Whether sound can be encoded."""
    if missing:
        return Check("codecs", State.FAIL, missing[0], "Install Rostra anew with pip or make.")
    return Check("codecs", State.OK, "libopus and the AAC encoder are there.")


def clock(synchronised: bool | None) -> Check:
    """What people are shown, and how long links and certificates are good, goes by it."""
    if synchronised is None:
        return Check("clock", State.SKIPPED, "This system does not say whether its clock is right.")
    if synchronised:
        return Check("clock", State.OK, "The clock is kept right over the network.")
    return Check(
        "clock", State.WARN, "Nothing keeps the clock right: times shown to people may be wrong.",
        "Run timedatectl set-ntp true, or install chrony; where the host keeps it, ask there.",
    )  # fmt: skip


def certificate(found: Certificate, now: datetime, *, outward: bool) -> Check:
    """Whether browsers will take our certificate, and for how long."""
    if found.trouble:
        fault, _, advice = found.trouble.partition(": ")
        advice = advice[:1].upper() + advice[1:]
        return Check("certificate", State.FAIL, f"{fault.rstrip('.')}.", advice or "Replace it.")
    assert found.ends is not None
    until = f"until {found.ends:%Y-%m-%d}"
    if now > found.ends:
        return Check(
            "certificate", State.FAIL, f"The certificate expired on {found.ends:%Y-%m-%d}.",
            "Renew it, and give the new one with --tls-cert.",
        )  # fmt: skip
    refused = [(host, why) for host, why in (found.refusals or {}).items() if why is not None]
    if refused:
        (host, (code, words)) = refused[0]
        named = code in _OTHER_NAME
        return Check(
            "certificate", State.FAIL if named or outward else State.WARN,
            f"Browsers refuse the certificate for {host}: {words}.",
            f"Get one whose names include {host}." if named else _CHAIN_ADVICE,
        )  # fmt: skip
    left = (found.ends - now).days
    seen = f"Browsers take the certificate for {' and '.join(found.refusals or {})} {until}."
    if left >= _RENEWED_DAYS:
        return Check("certificate", State.OK, seen)
    days = "1 day" if left == 1 else f"{left} days"
    return Check(
        "certificate", State.WARN, f"{seen[:-1]}: {days} more.",
        "Renew it now, and see why that was not done by itself.",
    )  # fmt: skip


def _is_public(address: str) -> bool:
    return ipaddress.ip_address(address).is_global


def _alike(one: str, other: str) -> bool:
    return (":" in one) == (":" in other)


def _listed(addresses: Sequence[str]) -> str:
    return f"only {', '.join(addresses)}" if addresses else "only loopback"
