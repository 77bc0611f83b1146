"""What cannot be answered is refused in one sentence, and whoever listens hears on."""

from __future__ import annotations

import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.process

Sentence = Callable[[str], str]
VIDEO = "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n"
REFUSED_BY_THE_SQUARE = [
    # what, method, path, status, words
    ("unknown", "GET", "/api/spaces/nowhere", 404, "no Space"),
    ("unknown", "POST", "/api/spaces/nowhere/start", 404, "no Space"),
    ("unknown", "POST", "/whip/nowhere", 404, "no Space"),
    ("no address of a Space", "GET", "/api/spaces/..%2F..%2Fetc", 404, ""),
    ("no address at all", "GET", "/api/nothing", 404, "nothing at this address"),
    ("not open yet", "POST", "/whip/soon", 409, "not open yet"),
    ("not open yet", "POST", "/api/spaces/soon/pause", 409, "not open yet"),
    ("over", "POST", "/whip/over", 409, "is over"),
    ("over", "POST", "/api/spaces/over/start", 409, "is over"),
    ("over", "POST", "/api/spaces/over/open", 409, "is over"),
    ("removed", "GET", "/api/spaces/gone", 404, "removed"),
    ("removed", "POST", "/api/spaces/gone/start", 404, "removed"),
    ("removed", "POST", "/whip/gone", 404, "removed"),
    ("wrong method", "DELETE", "/api/spaces", 405, "method"),
]  # fmt: skip
REFUSED_BY_THE_EDGE = [
    *[("unknown", f"/{path}", 404, "no Space") for path in (
        "live/nowhere/opus.mp4", "live/nowhere/aac.mp4", "live/nowhere/state.json",
        "live/nowhere/master.m3u8", "live/nowhere/opus.m3u8", "replay/nowhere/opus.mp4",
    )],
    *[("before the lobby", f"/live/soon/{file}", 503, "not begun") for file in (
        "opus.mp4", "aac.mp4", "master.m3u8", "opus.m3u8",
    )],
    *[("over", f"/live/over/{file}.mp4", 410, "is over") for file in ("opus", "aac")],
    *[("removed", f"/{path}", 404, "no Space") for path in (
        "live/gone/opus.mp4", "live/gone/state.json", "live/gone/master.m3u8",
        "replay/gone/opus.mp4",
    )],
    ("not recorded yet", "/replay/demo/opus.mp4", 404, "no recording"),
    ("no rendition", "/live/demo/ogg.mp4", 404, ""),
    ("no moment", "/live/demo/opus.mp4?after=soon", 400, "seconds"),
]  # fmt: skip
OFFERS_REFUSED = [
    ("empty", b"", 400, "empty"),
    ("blank", b" \r\n", 400, "empty"),
    ("one megabyte", b"v=0\r\n" + b"a" * 2**20, 413, "64 KiB"),
    ("1,001 lines", b"v=0\r\n" * 1_001, 413, "lines"),
    ("not audio", VIDEO.encode(), 422, "audio"),
    ("without Opus", VIDEO.replace("video", "audio").encode(), 422, "Opus"),
    ("binary", bytes(range(256)) * 8, 400, "UTF-8"),
    ("zeros", bytes(1000), 400, "session description"),
    ("an answer to something else", b"<html></html>", 400, "session description"),
]


@pytest.fixture(autouse=True)
def heard_on(house: Any) -> Iterator[None]:
    """Whatever was asked, the sound goes on."""
    yield
    house.unharmed()


def told(answer: httpx.Response, status: int, words: str, one_sentence: Sentence) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    document: dict[str, Any] = answer.json()
    assert words in one_sentence(document["sentence"])
    assert document["error"].replace("_", "").isalpha()
    return document


def test_the_square_says_why_not(house: Any, one_sentence: Sentence, offers: Any) -> None:
    sdp = {"Content-Type": "application/sdp"}
    for what, method, path, status, words in REFUSED_BY_THE_SQUARE:
        content = offers["chromium"] if "whip" in path else None
        answer = house.web.request(method, path, content=content, headers=sdp if content else {})
        assert answer.status_code == status, (what, path, answer.text)
        told(answer, status, words, one_sentence)


def test_the_edge_says_why_not(house: Any, one_sentence: Sentence) -> None:
    for what, path, status, words in REFUSED_BY_THE_EDGE:
        answer = house.live.get(path)
        assert answer.status_code == status, (what, path, answer.text)
        document = told(answer, status, words, one_sentence)
        if status == 503:
            assert 1 <= int(answer.headers["retry-after"]) <= 60
        if status == 410:
            assert house.live.get(document["replay"]).status_code == 200


@pytest.mark.parametrize(
    ("slug", "status", "words"),
    [("nowhere", 404, "No Space here"), ("gone", 404, "removed"), ("soon", 200, "Soon"),
     ("over", 200, "over")],
)  # fmt: skip
def test_the_listening_page_says_it_to_people(
    house: Any, slug: str, status: int, words: str
) -> None:
    answer = house.live.get(f"/s/{slug}", headers={"Accept": "text/html"})
    assert (answer.status_code, words in answer.text) == (status, True)


def test_tokens_that_are_no_good_are_told_apart(
    house: Any, one_sentence: Sentence, offers: Any
) -> None:
    for token, status, words in (
        (None, 401, "needs a token"),
        ("garbage", 401, "token"),
        ("rsta_" + "x" * 43, 401, "token"),
        ("rst1.e30.AAAA", 401, "not given out by this server"),
        (house.seat("eve", secret=secrets.token_bytes(32)), 401, "not given out by this server"),
        (house.seat("eve", expires=-1), 401, "has expired"),
        (house.seat("eve", slug="soon"), 403, "not good for"),
    ):
        headers = {"Content-Type": "application/sdp"}
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        answer = httpx.post(
            f"{house.served.web}/whip/open", content=offers["chromium"], headers=headers
        )
        told(answer, status, words, one_sentence)


def test_a_seat_opens_no_other_door(house: Any, one_sentence: Sentence) -> None:
    seat = {"Authorization": f"Bearer {house.seat('eve')}"}
    for path in ("", "/open/start", "/open/end", "/open/invites"):
        answer = httpx.post(
            f"{house.served.web}/api/spaces{path}", json={"title": "Mine", "role": "speaker"},
            headers=seat,
        )  # fmt: skip
        told(answer, 403, "invitation", one_sentence)


def test_a_sign_in_link_is_good_once(house: Any) -> None:
    command = [sys.executable, "-m", "rostra", "people", "link", "admin"]
    said = subprocess.run(
        [*command, "--data", str(house.served.data)], check=True, capture_output=True, text=True
    )
    link = said.stdout.split()[-1]
    people = {"Accept": "text/html", "Origin": house.served.web}
    for _ in range(3):  # previews in chats do not use it up
        assert httpx.get(link, headers=people).status_code == 200
    assert httpx.post(link, headers=people).status_code == 303
    again = httpx.post(link, headers=people)
    assert again.status_code in (401, 410)
    assert "used already" in again.text
    assert "set-cookie" not in again.headers


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [row[1:] for row in OFFERS_REFUSED],
    ids=[row[0] for row in OFFERS_REFUSED],
)
def test_an_offer_that_is_none_is_refused(
    house: Any, one_sentence: Sentence, body: bytes, status: int, words: str
) -> None:
    headers = {"Content-Type": "application/sdp", "Authorization": f"Bearer {house.seat('sam')}"}
    answer = httpx.post(f"{house.served.web}/whip/open", content=body, headers=headers)
    told(answer, status, words, one_sentence)


def test_an_offer_of_another_type_is_refused(house: Any, one_sentence: Sentence) -> None:
    headers = {"Content-Type": "text/html", "Authorization": f"Bearer {house.seat('sam')}"}
    answer = httpx.post(f"{house.served.web}/whip/open", content=b"v=0", headers=headers)
    told(answer, 415, "application/sdp", one_sentence)


def test_reactions_that_are_none_are_refused(house: Any, one_sentence: Sentence) -> None:
    plain = {"Content-Type": "text/plain"}
    for slug, body, headers, status in (
        ("demo", "💩".encode(), plain, 400), ("demo", b"\xff\xfe", plain, 400),
        ("demo", b"", plain, 400), ("demo", "👏".encode(), {"Content-Type": "text/html"}, 415),
        ("demo", b"a" * 100_000, plain, 413), ("nowhere", "👏".encode(), plain, 404),
        ("soon", "👏".encode(), plain, 409), ("over", "👏".encode(), plain, 409),
    ):  # fmt: skip
        answer = house.live.post(f"/live/{slug}/react", content=body, headers=headers)
        told(answer, status, "", one_sentence)
