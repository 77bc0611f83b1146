"""What a stream may be of, by the names of the Mastodon API. Pure.

https://docs.joinmastodon.org/methods/streaming/
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import orjson

from rostra.errors import BadInput, NotFound
from rostra.square.text import LONGEST_TAG, tag_key

SCOPES = {
    "user": "read:statuses",
    "user:notification": "read:notifications",
    "public": "read:statuses",
    "public:media": "read:statuses",
    "public:local": "read:statuses",
    "public:local:media": "read:statuses",
    "public:remote": "read:statuses",
    "public:remote:media": "read:statuses",
    "hashtag": "read:statuses",
    "hashtag:local": "read:statuses",
    "list": "read:lists",
    "direct": "read:statuses",
}
"""The streams, and the scope that a token needs for each."""

NOTICES_SCOPE = SCOPES["user:notification"]


@dataclass(frozen=True)
class Channel:
    """One stream; `argument` is the hashtag as compared, or the number of the list."""

    name: str
    argument: str = ""

    @property
    def labels(self) -> list[str]:
        """How clients are told which of their streams it is."""
        return [self.name, self.argument] if self.argument else [self.name]

    @property
    def list_id(self) -> int:
        return int(self.argument)


@dataclass(frozen=True)
class Event:
    """What is written to whoever is on `channel`; made once, however many they are.

    `payload` is JSON, or a plain text, as the API has it.
    """

    name: str
    payload: str
    channel: Channel

    @cached_property
    def as_sse(self) -> bytes:
        """https://html.spec.whatwg.org/multipage/server-sent-events.html; JSON has no line ends."""
        return f"event: {self.name}\ndata: {self.payload}\n\n".encode()

    @cached_property
    def as_message(self) -> str:
        """A message over WebSocket."""
        document = {"stream": self.channel.labels, "event": self.name, "payload": self.payload}
        return orjson.dumps(document).decode()


def channel_of(name: str, tag: str = "", list_id: str = "") -> Channel:
    """The stream that a client asks for. Raises NotFound and BadInput."""
    if name not in SCOPES:
        raise NotFound("There is no such stream: ask for user, public, hashtag, list or direct.")
    if name.startswith("hashtag"):
        key = tag_key(tag[: LONGEST_TAG + 1])
        if not key or any(character.isspace() for character in key):
            raise BadInput("A stream of a hashtag needs the hashtag: send it as tag.")
        return Channel(name, key)
    if name == "list":
        if not (list_id.isascii() and list_id.isdecimal() and len(list_id) <= 19):
            raise BadInput("A stream of a list needs the number of the list: send it as list.")
        return Channel(name, list_id)
    return Channel(name)
