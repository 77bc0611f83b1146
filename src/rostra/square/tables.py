"""The tables of the square. Times are milliseconds since the epoch."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
    true,
)

from rostra.store.columns import (
    ID,
    account,
    account_if_any,
    count,
    flag,
    looked_up_by_beginning,
    moment,
    post,
    post_if_any,
    sortable_key,
    words,
)
from rostra.store.schema import METADATA

# Said in queries by the same words, for SQLite only uses a partial index whose condition it reads.
PUBLIC = text("visibility = 'public' AND boost_of IS NULL AND deleted_ms IS NULL")
_A_BOOST = text("boost_of IS NOT NULL")
_A_QUOTE = text("quote_of IS NOT NULL")
_A_REPLY = text("reply_to IS NOT NULL")
_OF_A_SPACE = text("space_slug IS NOT NULL")
TOLD = text("notify")
_PINNED = text("pinned_ms IS NOT NULL")


def _where(condition: object) -> dict[str, Any]:
    return {"sqlite_where": condition, "postgresql_where": condition}


posts = Table(
    "posts",
    METADATA,
    sortable_key(),
    account("author_id"),
    Column("visibility", String(8), nullable=False),  # public, unlisted, private, direct
    Column("text", Text, nullable=False),
    words("warning", 500),
    flag("sensitive"),
    flag("sensitized"),  # by moderators: it stays so whatever the author says
    words("language", 16),
    # what is shown with it, so that a post is one row: see posts.Attached
    Column("attached", JSON, nullable=False),
    Column("boost_of", ID, ForeignKey("posts.id", ondelete="CASCADE")),
    post_if_any("quote_of"),
    flag("quote_revoked"),  # by the author of what it quotes
    Column("quotable", String(9), nullable=False, server_default="public"),  # rules.QUOTERS
    post_if_any("reply_to"),
    account_if_any("reply_to_author"),
    Column("thread_id", ID, nullable=False),
    Column("space_slug", String(64)),
    Column("space_moment", String(10)),  # announced, live, replay; None when a person wrote of it
    Column("application_id", String(32), ForeignKey("applications.id", ondelete="SET NULL")),
    moment("created_ms"),
    moment("edited_ms", needed=False),
    # a deleted post has lost its words and holds its place in the thread; a removed one has them
    # still, for whoever reinstates it
    moment("deleted_ms", needed=False),
    flag("removed"),
    moment("pinned_ms", needed=False),
    count("replies"),
    count("boosts"),
    count("quotes"),
    count("favourites"),
    Index("ix_posts_author_id_id", "author_id", "id"),
    Index("ix_posts_thread_id_id", "thread_id", "id"),
    Index("ix_posts_public", "id", **_where(PUBLIC)),
    Index("ix_posts_reply_to", "reply_to", **_where(_A_REPLY)),
    Index("ix_posts_quote_of", "quote_of", "id", **_where(_A_QUOTE)),
    Index("uq_posts_boost_of", "boost_of", "author_id", unique=True, **_where(_A_BOOST)),
    Index("ix_posts_pinned", "author_id", "pinned_ms", **_where(_PINNED)),
    Index("uq_posts_space", "space_slug", "space_moment", unique=True, **_where(_OF_A_SPACE)),
)

revisions = Table(
    "revisions",
    METADATA,
    sortable_key(),
    post(index=True),
    moment("created_ms"),
    Column("text", Text, nullable=False),
    words("warning", 500),
    flag("sensitive"),
    Column("attached", JSON, nullable=False),
    Column("options", JSON, nullable=False),  # titles of the poll, if there was one
)

mentions = Table(
    "mentions",
    METADATA,
    post(key=True),
    account(key=True),
    Index("ix_mentions_account_id_post_id", "account_id", "post_id"),
)

post_tags = Table(
    "post_tags",
    METADATA,
    Column("tag", looked_up_by_beginning(100), primary_key=True),
    post(key=True, index=True),
)

followed_tags = Table(
    "followed_tags",
    METADATA,
    account(key=True),
    Column("tag", String(100), primary_key=True),
    Column("id", ID, nullable=False, unique=True),
)

media = Table(
    "media",
    METADATA,
    sortable_key(),
    account(index=True),
    post_if_any("post_id"),
    Column("kind", String(8), nullable=False),  # image, audio, video, unknown
    Column("state", String(8), nullable=False),  # waiting, ready, failed
    Column("file", String(80)),
    Column("preview", String(80)),
    Column("type", String(40), nullable=False),  # media type of the file
    Column("bytes", ID, nullable=False),
    words("description", 1500),
    Column("focus_x", Float, nullable=False, server_default="0"),
    Column("focus_y", Float, nullable=False, server_default="0"),
    words("blurhash", 100),
    # {"width", "height", "seconds", …} as far as they are known
    Column("measures", JSON, nullable=False),
    words("problem", 300),
    moment("created_ms"),
    Index("ix_media_post_id", "post_id"),
)

polls = Table(
    "polls",
    METADATA,
    post(key=True),
    flag("multiple"),
    flag("hide_totals"),
    moment("expires_ms"),
    count("voters"),
    # told to voters and author
    moment("closed_ms", needed=False),
)

poll_options = Table(
    "poll_options",
    METADATA,
    post(key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("title", String(100), nullable=False),
    count("votes"),
)

poll_votes = Table(
    "poll_votes",
    METADATA,
    post(key=True),
    account(key=True, index=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
)

favourites = Table(
    "favourites",
    METADATA,
    account(key=True),
    post(key=True, index=True),
    Column("id", ID, nullable=False),
    Index("ix_favourites_account_id_id", "account_id", "id"),
)

bookmarks = Table(
    "bookmarks",
    METADATA,
    account(key=True),
    post(key=True, index=True),
    Column("id", ID, nullable=False),
    Index("ix_bookmarks_account_id_id", "account_id", "id"),
)

muted_threads = Table(
    "muted_threads",
    METADATA,
    account(key=True),
    Column("thread_id", ID, primary_key=True, autoincrement=False),
)

follows = Table(
    "follows",
    METADATA,
    account("follower_id", key=True),
    account("followed_id", key=True),
    Column("id", ID, nullable=False),
    Column("boosts", Boolean, nullable=False, server_default=true()),  # theirs are shown
    flag("notify"),  # of each of their posts
    Index("ix_follows_followed_id_id", "followed_id", "id"),
    Index("ix_follows_follower_id_id", "follower_id", "id"),
    Index("ix_follows_told", "followed_id", "id", **_where(TOLD)),
)

follow_requests = Table(
    "follow_requests",
    METADATA,
    account("follower_id", key=True),
    account("followed_id", key=True),
    Column("id", ID, nullable=False),
    Column("boosts", Boolean, nullable=False, server_default=true()),
    flag("notify"),
    Index("ix_follow_requests_followed_id_id", "followed_id", "id"),
)

blocks = Table(
    "blocks",
    METADATA,
    account(key=True),
    account("target_id", key=True, index=True),
    Column("id", ID, nullable=False),
)

mutes = Table(
    "mutes",
    METADATA,
    account(key=True),
    account("target_id", key=True, index=True),
    Column("id", ID, nullable=False),
    Column("notices", Boolean, nullable=False, server_default=true()),  # muted as well
    moment("until_ms", needed=False),
)

account_notes = Table(
    "account_notes",
    METADATA,
    account(key=True),
    account("target_id", key=True),
    words("text", 2000),
)

endorsements = Table(
    "endorsements",
    METADATA,
    account(key=True),
    account("target_id", key=True, index=True),
    Column("id", ID, nullable=False),
)

featured_tags = Table(
    "featured_tags",
    METADATA,
    sortable_key(),
    account(),
    Column("tag", String(100), nullable=False),
    Index("uq_featured_tags_account_id_tag", "account_id", "tag", unique=True),
)

filters = Table(
    "filters",
    METADATA,
    sortable_key(),
    account(index=True),
    Column("title", String(200), nullable=False),
    Column("contexts", JSON, nullable=False),  # of home, notifications, public, thread, account
    Column("action", String(4), nullable=False),  # warn, hide, blur
    moment("expires_ms", needed=False),
)

filter_words = Table(
    "filter_words",
    METADATA,
    sortable_key(),
    Column("filter_id", ID, ForeignKey("filters.id", ondelete="CASCADE"), nullable=False,
           index=True),
    Column("words", String(200), nullable=False),
    Column("whole", Boolean, nullable=False, server_default=true()),
)  # fmt: skip

filter_posts = Table(
    "filter_posts",
    METADATA,
    sortable_key(),
    Column("filter_id", ID, ForeignKey("filters.id", ondelete="CASCADE"), nullable=False,
           index=True),
    post(index=True),
)  # fmt: skip

lists = Table(
    "lists",
    METADATA,
    sortable_key(),
    account(index=True),
    Column("title", String(100), nullable=False),
    Column("replies", String(8), nullable=False, server_default="list"),  # list, followed, none
    flag("exclusive"),  # its members are not in the home timeline
)

list_members = Table(
    "list_members",
    METADATA,
    Column("list_id", ID, ForeignKey("lists.id", ondelete="CASCADE"), primary_key=True,
           autoincrement=False),
    account(key=True, index=True),
    Column("id", ID, nullable=False),
)  # fmt: skip

markers = Table(
    "markers",
    METADATA,
    account(key=True),
    Column("timeline", String(16), primary_key=True),
    Column("last_read_id", ID, nullable=False),
    Column("version", Integer, nullable=False),
    moment("updated_ms"),
)

notices = Table(
    "notices",
    METADATA,
    sortable_key(),
    account(),
    # mention, status, reblog, follow, follow_request, favourite, poll, update, quote, live,
    # admin.sign_up, admin.report, moderation_warning: see notices.KINDS
    Column("kind", String(20), nullable=False),
    Column("from_id", String(32), ForeignKey("accounts.id", ondelete="CASCADE")),
    Column("post_id", ID, ForeignKey("posts.id", ondelete="CASCADE"), index=True),
    Column("space_slug", String(64)),
    Column("report_id", ID, ForeignKey("reports.id", ondelete="CASCADE")),
    Column("sanction_id", ID, ForeignKey("sanctions.id", ondelete="CASCADE")),
    moment("created_ms"),
    # not shown any more, and kept for a while so that the same is not told twice
    flag("dismissed"),
    Index("ix_notices_listed", "account_id", "dismissed", "id"),
    Index("ix_notices_from_id_account_id", "from_id", "account_id", "kind", "post_id"),
)

conversations = Table(
    "conversations",
    METADATA,
    account(key=True),
    Column("thread_id", ID, primary_key=True, autoincrement=False),
    Column("id", ID, nullable=False, unique=True),
    Column("last_post_id", ID, nullable=False),
    flag("unread"),
    Index("ix_conversations_account_id_last_post_id", "account_id", "last_post_id"),
)

drafts = Table(
    "drafts",
    METADATA,
    sortable_key(),
    account(index=True),
    Column("wish", JSON, nullable=False),
    moment("updated_ms"),
)

scheduled_posts = Table(
    "scheduled_posts",
    METADATA,
    sortable_key(),
    account(index=True),
    Column("wish", JSON, nullable=False),
    moment("due_ms", index=True),
)

idempotency_keys = Table(
    "idempotency_keys",
    METADATA,
    account(key=True),
    Column("key", String(128), primary_key=True),
    Column("post_id", ID),
    Column("scheduled_id", ID),
    moment("created_ms", index=True),
)
