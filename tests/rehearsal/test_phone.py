"""A phone, from the page to its segments."""

from __future__ import annotations

import pytest

from rostra.rehearsal.listener import Ask, Errand, Lost, More, Over, Refused
from rostra.rehearsal.phone import LENGTH, OURS, Cut, Phone, Rest, Sound
from rostra.wire.hls import (
    Segment,
    Variant,
    init_name,
    master_playlist,
    media_playlist,
    segment_name,
)

ERRAND = Errand("127.0.0.1:8001", "demo", "loopback")


def ok(body: bytes | str, length: int | None = None) -> bytes:
    data = body.encode() if isinstance(body, str) else body
    size = len(data) if length is None else length
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + data


def playlist(first: int, stop: int, *, pid: str = "p1", ended: bool = False) -> bytes:
    segments = [Segment(segment_name(pid, "aac", n), LENGTH) for n in range(first, stop)]
    name = init_name(pid, "aac")
    return ok(media_playlist(segments, init_uri=name, sequence=first, ended=ended))


def target(step: object) -> str:
    assert isinstance(step, Ask), step
    return step.request.split(b" ")[1].decode().removeprefix("/live/demo/")


def listening(stop: int = 100, cut: Cut = OURS) -> Phone:
    """A phone that has been given the playlist up to segment `stop` and its init segment."""
    phone = Phone(ERRAND, 0.0, cut)
    assert phone.request.startswith(b"GET /s/demo ")
    assert target(phone.take(ok("<html>"), 0.0)) == "master.m3u8"
    master = master_playlist([Variant("aac.m3u8", "mp4a.40.2", 64_000)])
    assert target(phone.take(ok(master), 0.0)) == "aac.m3u8"
    assert target(phone.take(playlist(stop - 50, stop), 0.0)) == "p1-aac-init.mp4"
    assert target(phone.take(ok(b"init"), 0.1)) == f"p1-aac-{stop - cut.behind}.m4s"
    return phone


def fetched(phone: Phone, size: int = 5_000) -> Sound:
    """The segment that was asked for comes, most of it unread."""
    step = phone.take(ok(b"x" * 100, size), 0.2)
    assert isinstance(step, More)
    assert phone.skip == size - 100
    sound = phone.skipped(phone.skip)
    assert isinstance(sound, Sound)
    return sound


def test_it_begins_three_target_durations_before_the_end_and_fetches_what_is_listed() -> None:
    phone = listening(100)
    sounds = [fetched(phone) for _ in range(5)]
    assert [sound.start for sound in sounds] == pytest.approx([n * LENGTH for n in range(95, 100)])
    assert sounds[0].end == pytest.approx(96 * LENGTH)
    assert sounds[-1].request is None
    assert phone.due == 2.0


def test_another_server_may_cut_otherwise() -> None:
    phone = listening(100, Cut(length=2.88, target=3.0, behind=3))
    assert fetched(phone).start == pytest.approx(97 * 2.88)
    fetched(phone)
    assert fetched(phone).end == pytest.approx(100 * 2.88)
    assert phone.due == 3.0


def test_it_asks_again_and_fetches_what_is_new() -> None:
    phone = listening(100)
    for _ in range(5):
        fetched(phone)
    assert b"GET /live/demo/aac.m3u8 " in phone.again()
    assert isinstance(phone.take(playlist(50, 100), 2.0), Rest)
    assert phone.due == 3.0  # nothing new: half a target duration
    phone.again()
    assert target(phone.take(playlist(52, 102), 3.0)) == "p1-aac-100.m4s"
    assert phone.due == 5.0


def test_what_slid_out_of_the_playlist_is_left_out() -> None:
    phone = listening(100)
    phone.reconnected(200.0)
    assert target(phone.take(playlist(150, 240), 200.0)) == "p1-aac-150.m4s"


def test_a_new_programme_follows_in_its_time() -> None:
    phone = listening(100)
    for _ in range(5):
        fetched(phone)
    phone.again()
    assert target(phone.take(playlist(0, 5, pid="p2"), 2.0)) == "p2-aac-init.mp4"
    assert target(phone.take(ok(b"init"), 2.1)) == "p2-aac-0.m4s"
    assert fetched(phone).start == pytest.approx(100 * LENGTH)


def test_a_programme_that_is_too_young_is_waited_for() -> None:
    phone = listening(100)
    phone.again()
    assert isinstance(phone.take(playlist(0, 4, pid="p2"), 2.0), Rest)
    phone.again()
    assert target(phone.take(playlist(0, 5, pid="p2"), 4.0)) == "p2-aac-init.mp4"


def test_another_connection_fetches_again_what_was_half_there() -> None:
    phone = listening(100)
    phone.take(ok(b"x" * 100, 5_000), 0.2)
    phone.reconnected(1.0)
    assert phone.skip == 0
    assert target(phone.take(playlist(50, 100), 1.0)) == "p1-aac-95.m4s"


def test_bytes_may_come_in_any_pieces() -> None:
    phone = Phone(ERRAND, 0.0)
    answer = ok("<html>")
    steps = [phone.take(answer[at : at + 1], 0.0) for at in range(len(answer))]
    assert all(isinstance(step, More) for step in steps[:-1])
    assert isinstance(steps[-1], Ask)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"HTTP/1.1 503 Busy\r\nRetry-After: 3\r\n\r\n", Refused),
        (b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n", Over),
        (b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n", Lost),
        (b"HTTP/1.1 200 OK\r\n\r\n", Lost),
        (ok("no playlist"), Lost),
        (b"what?", Lost),
    ],
)
def test_what_is_no_playlist(answer: bytes, kind: type) -> None:
    phone = listening(100)
    phone.again()
    assert isinstance(phone.take(answer, 1.0), kind)


def test_a_missing_segment_is_not_the_end() -> None:
    phone = listening(100)
    answer = b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}"
    assert isinstance(phone.take(answer, 1.0), Lost)


def test_the_end_of_the_playlist_is_the_end() -> None:
    phone = listening(100)
    for _ in range(5):
        fetched(phone)
    phone.again()
    assert phone.take(playlist(50, 100, ended=True), 2.0) == Over(410)
