"""As what listeners are counted: where they come from, and rehearsals."""

from __future__ import annotations

from collections import Counter

import pytest

from rostra.edge.rehearsals import LASTS_S, LOOPBACK, Permit
from rostra.edge.standing import OF_NEIGHBOURS, OF_ONE_ADDRESS, Origins, Standing, is_loopback
from rostra.errors import NotAllowed

TOKEN = "a long random token"
NOW = 1_800_000_000


@pytest.fixture
def origins() -> Origins:
    return Origins(bytes(16), slots=3, files=2_000, cells=1 << 16)


def arrived(origins: Origins, addresses: list[str], slot: int = 0) -> Counter[Standing]:
    return Counter(origins.arrive(slot, fd, one) for fd, one in enumerate(addresses))


def test_five_of_one_address_count_on_whatever_edge(origins: Origins) -> None:
    found = [origins.arrive(n % 3, n, "192.0.2.1") for n in range(12)]
    assert found == [Standing.VERIFIED] * OF_ONE_ADDRESS + [Standing.UNVERIFIED] * 7
    assert origins.arrive(0, 100, "198.51.100.1") is Standing.VERIFIED


def test_a_household_of_ipv6_is_one_address(origins: Origins) -> None:
    addresses = [f"2001:db8:0:7::{n:x}" for n in range(1, 11)]
    assert arrived(origins, addresses)[Standing.VERIFIED] == OF_ONE_ADDRESS


@pytest.mark.parametrize("near", ["203.0.113.{}", "2001:db8:5:{}::1"])
def test_ten_thousand_neighbours_add_fifty_to_a_room(origins: Origins, near: str) -> None:
    addresses = [near.format(n % 250) for n in range(2_000)]
    assert arrived(origins, addresses)[Standing.VERIFIED] == OF_NEIGHBOURS


def test_a_crowd_from_everywhere_is_verified(origins: Origins) -> None:
    addresses = [f"{1 + n // 250}.{n % 250}.7.9" for n in range(2_000)]
    assert arrived(origins, addresses)[Standing.VERIFIED] >= 1_990  # 2 % of the cells are taken


def test_who_leaves_makes_room(origins: Origins) -> None:
    arrived(origins, ["192.0.2.1"] * 8)
    for fd in range(4):
        origins.depart(0, fd)
        origins.depart(0, fd)  # harmless
    assert origins.arrive(1, 0, "192.0.2.1") is Standing.VERIFIED
    assert origins.arrive(1, 1, "192.0.2.1") is Standing.UNVERIFIED


def test_what_a_killed_edge_had_counted_is_taken_back(origins: Origins) -> None:
    arrived(origins, ["192.0.2.1"] * 5, slot=2)
    assert origins.arrive(0, 0, "192.0.2.1") is Standing.UNVERIFIED
    origins.forget(2)
    assert origins.arrive(0, 1, "192.0.2.1") is Standing.VERIFIED


def test_loopback_is_this_machine_in_both_families() -> None:
    assert [is_loopback(one) for one in ("127.0.0.9", "::1", "192.0.2.1", "fe80::1%eth0")] == [
        True, True, False, False,
    ]  # fmt: skip


def test_a_rehearsal_on_this_machine_needs_no_leave() -> None:
    permit = Permit(None, 100, NOW + LASTS_S)
    assert permit.is_rehearsed(LOOPBACK, "::1", NOW)
    assert not permit.is_rehearsed(None, "::1", NOW)
    assert permit.document() is None


def test_a_rehearsal_from_elsewhere_needs_the_token_while_it_is_good() -> None:
    permit = Permit(TOKEN, 100, NOW + LASTS_S)
    assert permit.is_rehearsed(TOKEN, "192.0.2.1", NOW)
    for shown, wall_s in ((TOKEN, NOW + LASTS_S), ("another", NOW), (LOOPBACK, NOW), ("é", NOW)):
        with pytest.raises(NotAllowed):
            permit.is_rehearsed(shown, "192.0.2.1", wall_s)


def test_the_token_is_published_as_its_hash_alone() -> None:
    told = Permit(TOKEN, 100, NOW + LASTS_S).document()
    assert told is not None
    assert TOKEN not in str(told)
    assert (told["listeners"], told["expires"]) == (100, "2027-01-15T20:00:00Z")
