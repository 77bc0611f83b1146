"""Bodies and queries of the Mastodon API, in every way in which clients write them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from rostra.errors import BadInput, NotProcessable, RostraError, WrongType
from rostra.web.mastodon.door import schema_of
from rostra.web.mastodon.names import MOST_PAIRS, nested
from rostra.web.mastodon.parameters import Parameters, Several, checked, read_body

FORM = "application/x-www-form-urlencoded"


class Poll(BaseModel):
    options: Several[str] = ()
    multiple: bool = False
    expires_in: int | None = None


class Field(BaseModel):
    name: str = ""


class Wish(Parameters):
    status: str = ""
    media_ids: Several[str] = ()
    sensitive: bool | None = None
    poll: Poll | None = None
    fields_attributes: Several[Field] = ()
    in_reply_to_id: str | None = None


def multipart_of(pairs: list[tuple[str, str]]) -> tuple[bytes, str]:
    parts = "".join(
        f'--xyz\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in pairs
    )
    return (parts + "--xyz--\r\n").encode(), "multipart/form-data; boundary=xyz"


def test_names_as_rails_reads_them():
    assert nested([("a[]", "1"), ("a[]", "2")]) == {"a": ["1", "2"]}
    assert nested([("p[o][]", "x"), ("p[m]", "1")]) == {"p": {"o": ["x"], "m": "1"}}
    assert nested([("w[][a]", "1"), ("w[][b]", "2"), ("w[][a]", "3")]) == {
        "w": [{"a": "1", "b": "2"}, {"a": "3"}]
    }
    assert nested([("f[1][n]", "y"), ("f[0][n]", "x")]) == {"f": {"1": {"n": "y"}, "0": {"n": "x"}}}
    assert nested([("a", "1"), ("a", "2")]) == {"a": "2"}


@pytest.mark.parametrize(
    "pairs",
    [
        [("a", "1"), ("a[b]", "2")],
        [("a[b]", "1"), ("a", "2")],
        [("a[]", "1"), ("a[b]", "2")],
        [("a[b][c][d][e]", "1")],
        [("a[", "1")],
        [("[]", "1")],
        [("", "1")],
        [("a[][]", "1"), ("a[][]", "2")],
        [("a" * 300, "1")],
        [(f"a{n}", "") for n in range(MOST_PAIRS + 1)],
    ],
)
def test_names_that_cannot_be(pairs):
    with pytest.raises(BadInput):
        nested(pairs)


names = st.text(alphabet="ab[]0", max_size=12)


@given(st.lists(st.tuples(names, st.text(max_size=3)), max_size=12))
def test_any_names_are_read_or_refused(pairs):
    try:
        found = nested(pairs)
    except BadInput:
        return
    json.dumps(found)


@given(
    st.binary(max_size=200),
    st.sampled_from(
        [
            "application/json",
            FORM,
            "multipart/form-data; boundary=xyz",
            "multipart/form-data",
            "text/plain",
        ]
    ),
)
def test_any_body_is_read_or_refused(body, kind):
    try:
        checked(read_body(body, kind), Wish)
    except RostraError as error:
        assert error.status in (400, 415, 422)
        assert error.sentence.endswith(".") and "\n" not in error.sentence


PAIRS = [
    ("status", "Hé"), ("media_ids[]", "1"), ("media_ids[]", "2"), ("sensitive", "on"),
    ("poll[options][]", "Tea"), ("poll[options][]", "Milk"), ("poll[expires_in]", "60"),
    ("fields_attributes[0][name]", "x"), ("unknown", "y"), ("in_reply_to_id", ""),
]  # fmt: skip


def test_the_same_wish_in_all_forms():
    from urllib.parse import urlencode

    document = {
        "status": "Hé", "media_ids": [1, "2"], "sensitive": True, "unknown": 1,
        "poll": {"options": ["Tea", "Milk"], "expires_in": 60}, "in_reply_to_id": "",
        "fields_attributes": {"0": {"name": "x"}},
    }  # fmt: skip
    bodies = [
        (json.dumps(document).encode(), "application/json; charset=utf-8"),
        (urlencode(PAIRS).encode(), FORM),
        multipart_of(PAIRS),
    ]
    for body, kind in bodies:
        wish = checked(read_body(body, kind), Wish)
        assert (wish.status, wish.media_ids, wish.sensitive) == ("Hé", ("1", "2"), True)
        assert wish.poll is not None
        assert (wish.poll.options, wish.poll.expires_in) == (("Tea", "Milk"), 60)
        assert [field.name for field in wish.fields_attributes] == ["x"]
        assert wish.in_reply_to_id == ""


def test_nothing_is_not_given_and_one_is_a_list_of_one():
    assert checked({"sensitive": "", "media_ids": "7"}, Wish).media_ids == ("7",)
    assert checked({"sensitive": ""}, Wish).sensitive is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"sensitive": "perhaps"}, "sensitive should be a valid boolean"),
        ({"poll": {"expires_in": "soon"}}, "poll.expires_in should be a valid integer"),
        ({"status": "a\0b"}, "a character that cannot be kept"),
        ({"status": ["x"]}, "status should be a valid string"),
        ({"status": "x" * 70_000}, "status cannot be used: string should have at most"),
    ],
)
def test_one_sentence_says_what_is_wrong(given, said):
    with pytest.raises(NotProcessable) as found:
        checked(given, Wish)
    assert found.value.sentence.startswith("Validation failed: ")
    assert said in found.value.sentence.replace("String", "string")


def test_a_file_is_refused_and_an_unchosen_one_is_not():
    head = (
        '--xyz\r\nContent-Disposition: form-data; name="avatar"; filename="{}"\r\n\r\n{}\r\n--xyz--'
    )
    kind = "multipart/form-data; boundary=xyz"
    with pytest.raises(NotProcessable, match="avatar is a file"):
        read_body(head.format("a.png", "x").encode(), kind)
    assert read_body(head.format("", "").encode(), kind) == {}


def test_a_body_of_another_kind():
    with pytest.raises(WrongType):
        read_body(b"<a/>", "application/xml")
    assert read_body(b"", "application/xml") == {}


def test_the_schema_stands_alone():
    schema = schema_of(Wish)
    assert "$ref" not in json.dumps(schema)
    assert schema["properties"]["fields_attributes"]["items"]["properties"]["name"]
