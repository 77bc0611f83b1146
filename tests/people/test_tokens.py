"""Signed invites: what is accepted, and that nothing else is."""

from __future__ import annotations

import base64
import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostra.errors import NotSignedIn
from rostra.people import tokens

SECRET = b"s" * 32
INVITE = tokens.Invite(id="seat", slug="hall", role="speaker", name="Ada", expires=1_000)
invites = st.builds(
    tokens.Invite,
    id=st.text(max_size=30),
    slug=st.text(max_size=64),
    role=st.sampled_from(tokens.ROLES),
    name=st.text(st.characters(exclude_categories=["Cs"]), max_size=80),
    expires=st.integers(1, 2**40),
)


@given(invites)
def test_a_signed_invite_reads_back_as_it_was(invite: tokens.Invite) -> None:
    assert tokens.read(SECRET, tokens.sign(SECRET, invite), invite.expires - 1) == invite


def test_an_invite_may_be_used_again() -> None:
    token = tokens.sign(SECRET, INVITE)
    assert tokens.read(SECRET, token, 10) == tokens.read(SECRET, token, 20)


def test_an_expired_invite_says_so() -> None:
    with pytest.raises(NotSignedIn, match="expired"):
        tokens.read(SECRET, tokens.sign(SECRET, INVITE), 1_000)


def test_an_invite_signed_with_another_secret_is_refused() -> None:
    with pytest.raises(NotSignedIn, match="not given out"):
        tokens.read(SECRET, tokens.sign(b"x" * 32, INVITE), 1)


def test_a_changed_payload_is_refused() -> None:
    _, payload, signature = tokens.sign(SECRET, INVITE).split(".")
    document = json.loads(base64.urlsafe_b64decode(payload + "=="))
    document["role"] = "host"
    forged = base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()
    with pytest.raises(NotSignedIn):
        tokens.read(SECRET, f"rst1.{forged}.{signature}", 1)


@given(st.integers(0, 10_000), st.characters(exclude_categories=["Cs"]))
def test_a_token_with_any_one_character_changed_is_refused(place: int, other: str) -> None:
    token = tokens.sign(SECRET, INVITE)
    place %= len(token)
    if token[place] == other:
        return
    with pytest.raises(NotSignedIn):
        tokens.read(SECRET, token[:place] + other + token[place + 1 :], 1)


@given(st.text(max_size=300))
def test_arbitrary_text_is_refused_and_nothing_else_is_raised(text: str) -> None:
    for token in (text, f"rst1.{text}", f"rst1.{text}.{text}"):
        with pytest.raises(NotSignedIn):
            tokens.read(SECRET, token, 1)


@pytest.mark.parametrize(
    "document",
    [[], {}, {"t": "other"}, {"t": "invite", "id": 1}, "x", None, {"t": "invite", "exp": "x"}],
)
def test_a_well_signed_document_of_another_kind_is_refused(document: object) -> None:
    payload = base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()
    signature = tokens._encoded(tokens._signature(SECRET, f"rst1.{payload}"))
    with pytest.raises(NotSignedIn):
        tokens.read(SECRET, f"rst1.{payload}.{signature}", 1)


def test_a_well_signed_invite_with_an_unknown_role_is_refused() -> None:
    token = tokens.sign(SECRET, dataclasses.replace(INVITE, role="owner"))
    with pytest.raises(NotSignedIn):
        tokens.read(SECRET, token, 1)


def test_api_tokens_differ_and_their_fingerprints_do_not_contain_them() -> None:
    one, other = tokens.new_api_token(), tokens.new_api_token()
    assert one != other
    assert tokens.fingerprint(one) != tokens.fingerprint(other)
    assert one not in tokens.fingerprint(one)
    assert not tokens.is_signed(one)
