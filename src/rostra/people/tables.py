"""The tables of people. Times are milliseconds since the epoch; fingerprints are of tokens.py."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Integer, LargeBinary, String, Table

from rostra.store.columns import ID, account, count, flag, looked_up_by_beginning, moment, words
from rostra.store.schema import METADATA

accounts = Table(
    "accounts",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("handle", String(32), nullable=False, unique=True),
    Column("name", String(80), nullable=False),
    Column("role", String(12), nullable=False),
    moment("created_ms"),
    # active, pending (waits for approval), limited, suspended, leaving, gone: see rules.STATES
    Column("state", String(10), nullable=False, server_default="active"),
    moment("state_until_ms", needed=False),
    flag("sensitized"),  # by moderators: all its media are shown as sensitive
    Column("email", String(254), unique=True),
    moment("email_confirmed_ms", needed=False),
    words("bio", 500),
    # [[name, value], …] as the person wrote them
    Column("fields", JSON, nullable=False, server_default="[]"),
    # names of files among the media, None for the drawn picture
    Column("avatar", String(80)),
    Column("header", String(80)),
    flag("locked"),
    flag("bot"),
    flag("hidden"),  # not in directories, suggestions and searches for people
    words("language", 16),
    Column("default_visibility", String(8), nullable=False, server_default="public"),
    flag("default_sensitive"),
    count("posts"),
    count("followers"),
    count("following"),
    # of the newest post that is there, 0 without; home timelines begin with it
    Column("last_post_id", ID, nullable=False, server_default="0"),
    # {"quiet": {"from": minutes, "to": minutes, "zone": name}, "mail": [kinds], …}
    Column("preferences", JSON, nullable=False, server_default="{}"),
    # why somebody wants in, where the operator approves
    words("plea", 500),
)

# the tokens of handle and name, by which people are found: see names.py
name_words = Table(
    "name_words",
    METADATA,
    Column("word", looked_up_by_beginning(64), primary_key=True),
    account(key=True, index=True),
)

passwords = Table(
    "passwords",
    METADATA,
    account(key=True),
    Column("hash", String(200), nullable=False),
    moment("changed_ms"),
    # good only beside a second factor: see password_rules.py
    flag("short"),
    # guesses since the last right one, in all and in the present hour,
    # which ends an hour after the last one that was let through (hour_began_ms)
    count("wrong_in_a_row"),
    count("wrong_in_hour"),
    moment("hour_began_ms"),
)

passkeys = Table(
    "passkeys",
    METADATA,
    Column("id", String(400), primary_key=True),  # the credential id, base64url
    account(index=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    words("label", 80),
    moment("created_ms"),
    moment("used_ms", needed=False),
)

authenticators = Table(
    "authenticators",
    METADATA,
    account(key=True),
    Column("secret", String(64), nullable=False),
    moment("confirmed_ms", needed=False),
    # the last step whose code was taken: no code works twice
    Column("last_step", BigInteger, nullable=False, server_default="0"),
)

recovery_codes = Table(
    "recovery_codes",
    METADATA,
    Column("fingerprint", String(64), primary_key=True),
    account(index=True),
    moment("used_ms", needed=False),
)

sign_up_invites = Table(
    "sign_up_invites",
    METADATA,
    Column("code", String(32), primary_key=True),
    account("made_by", index=True),
    Column("uses_left", Integer, nullable=False),
    moment("created_ms"),
    moment("expires_ms"),
)

mail_links = Table(
    "mail_links",
    METADATA,
    Column("fingerprint", String(64), primary_key=True),
    account(index=True),
    Column("purpose", String(10), nullable=False),  # confirm, reset
    Column("email", String(254), nullable=False),
    moment("expires_ms"),
    moment("used_ms", needed=False),
)

applications = Table(
    "applications",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("client_id", String(64), nullable=False, unique=True),
    Column("secret_fingerprint", String(64), nullable=False),
    words("name", 80),
    words("website", 200),
    Column("redirect_uris", JSON, nullable=False),
    Column("scopes", String(500), nullable=False),
    moment("created_ms", index=True),
)


def _of_application(*, index: bool = True) -> Column[str]:
    return Column(
        "application_id", String(32), ForeignKey("applications.id", ondelete="CASCADE"), index=index
    )


grants = Table(
    "grants",
    METADATA,
    Column("fingerprint", String(64), primary_key=True),
    _of_application(),
    account(index=True),
    Column("redirect_uri", String(500), nullable=False),
    Column("scopes", String(500), nullable=False),
    # PKCE, S256 (RFC 7636); None for apps that do without
    Column("challenge", String(64)),
    moment("expires_ms", index=True),
    moment("used_ms", needed=False),
)

api_tokens = Table(
    "api_tokens",
    METADATA,
    Column("fingerprint", String(64), primary_key=True),
    # None for an application that acts for itself
    Column("account_id", String(32), ForeignKey("accounts.id", ondelete="CASCADE"), index=True),
    Column("label", String(80), nullable=False),
    moment("created_ms"),
    _of_application(),
    # None for tokens of the shell and the settings page, which may do all that the account may
    Column("scopes", String(500)),
    # of which code it came, so that it goes when that code is shown again
    Column("grant", String(64), index=True),
    moment("used_ms", needed=False),
)

sign_in_links = Table(
    "sign_in_links",
    METADATA,
    Column("fingerprint", String(64), primary_key=True),
    account(index=True),
    moment("expires_ms"),
    moment("used_ms", needed=False),
)

sessions = Table(
    "sessions",
    METADATA,
    Column("fingerprint", String(64), primary_key=True),
    account(index=True),
    moment("expires_ms"),
    Column("id", String(32), unique=True),  # by which its owner revokes it
    moment("created_ms", needed=False),
    moment("seen_ms", needed=False),
    words("agent", 200),
    words("address", 45),
)

exports = Table(
    "exports",
    METADATA,
    Column("id", String(32), primary_key=True),
    account(index=True),
    Column("state", String(8), nullable=False),  # asked, ready, failed
    Column("file", String(80)),
    moment("created_ms"),
    moment("expires_ms"),
)
