"""Trickled candidates: understood, passed over, or refused with one sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostra.errors import BadInput, TooLarge
from rostra.wire.sdpfrag import LARGEST, SdpFragment, read_sdpfrag, write_sdpfrag

# As RFC 9725 shows it in section 4.3.2, with candidates as browsers write them.
FRAGMENT = (
    "a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n"
    "a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0 ufrag EsAw\r\n"
    "a=candidate:1387637174 1 UDP 1 198.51.100.9 1 typ srflx raddr 192.0.2.1 rport x\r\n"
    "a=candidate:7 1 udp 2122197247 2001:db8::5 55000 typ host network-id 1\r\n"
    "a=candidate:8 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active\r\n"
    "a=candidate:9 1 udp 2113937151 9b36-1b.local 50001 typ host\r\n"
    "a=candidate:1 2 udp 1 192.0.2.1 61765 typ host\r\n"
    "a=candidate:1 1 udp 1 0.0.0.0 61765 typ host\r\n"
    "a=candidate:1 1 udp 1 192.0.2.1 70000 typ host\r\n"
    "a=candidate:1 1 udp 1 1.2.3.999 7000 typ host\r\n"
    "a=end-of-candidates\r\n"
)


def test_candidates_of_use_are_kept_to_their_type() -> None:
    assert read_sdpfrag(FRAGMENT.encode()) == SdpFragment(
        (
            "1387637174 1 udp 2122260223 192.0.2.1 61764 typ host",
            "1387637174 1 UDP 1 198.51.100.9 1 typ srflx",
            "7 1 udp 2122197247 2001:db8::5 55000 typ host",
        ),
        "EsAw",
        "P2uYro0UCOQ4zxjKXaWCBui1",
    )


def test_an_answer_to_a_restart_reads_as_it_was_written() -> None:
    fragment = read_sdpfrag(FRAGMENT.encode())
    written = write_sdpfrag("EsAw", "P2uYro0UCOQ4zxjKXaWCBui1", fragment.candidates)
    assert read_sdpfrag(written.encode()) == fragment


def test_a_fragment_may_have_no_candidates_and_no_carriage_returns() -> None:
    assert read_sdpfrag(b"a=end-of-candidates") == SdpFragment(())
    assert read_sdpfrag(FRAGMENT.replace("\r", "").encode()) == read_sdpfrag(FRAGMENT.encode())


@pytest.mark.parametrize("data", [b"", b"hello", b"a=x\n\na=y", b"\xff\xff", b"{}", b"a=x\0\nb"])
def test_what_is_no_fragment_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        read_sdpfrag(data)


@pytest.mark.parametrize("data", [b"a=" + b"x" * LARGEST, b"a=x\n" * 1_000])
def test_a_large_one_is_refused_unread(data: bytes) -> None:
    with pytest.raises(TooLarge, match="8 KiB"):
        read_sdpfrag(data)


lines = st.sampled_from(FRAGMENT.splitlines())
damaged = st.lists(lines | st.text(max_size=60), max_size=20).map("\r\n".join)


@given(damaged | st.text())
def test_whatever_it_holds_it_is_read_or_refused(text: str) -> None:
    try:
        fragment = read_sdpfrag(text.encode("utf-8", "surrogatepass"))
    except BadInput as error:
        assert error.sentence.endswith(".")
        return
    assert all(len(candidate.split(" ")) == 8 for candidate in fragment.candidates)
