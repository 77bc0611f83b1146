SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.account_notes (
    account_id character varying(32) NOT NULL,
    target_id character varying(32) NOT NULL,
    text character varying(2000) DEFAULT ''::character varying NOT NULL
);
CREATE TABLE public.accounts (
    id character varying(32) NOT NULL,
    handle character varying(32) NOT NULL,
    name character varying(80) NOT NULL,
    role character varying(12) NOT NULL,
    created_ms bigint NOT NULL,
    state character varying(10) DEFAULT 'active'::character varying NOT NULL,
    state_until_ms bigint,
    sensitized boolean DEFAULT false NOT NULL,
    email character varying(254),
    email_confirmed_ms bigint,
    bio character varying(500) DEFAULT ''::character varying NOT NULL,
    fields json DEFAULT '[]'::json NOT NULL,
    avatar character varying(80),
    header character varying(80),
    locked boolean DEFAULT false NOT NULL,
    bot boolean DEFAULT false NOT NULL,
    hidden boolean DEFAULT false NOT NULL,
    language character varying(16) DEFAULT ''::character varying NOT NULL,
    default_visibility character varying(8) DEFAULT 'public'::character varying NOT NULL,
    default_sensitive boolean DEFAULT false NOT NULL,
    posts integer DEFAULT 0 NOT NULL,
    followers integer DEFAULT 0 NOT NULL,
    following integer DEFAULT 0 NOT NULL,
    last_post_id bigint DEFAULT '0'::bigint NOT NULL,
    preferences json DEFAULT '{}'::json NOT NULL,
    plea character varying(500) DEFAULT ''::character varying NOT NULL
);
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.api_tokens (
    fingerprint character varying(64) NOT NULL,
    account_id character varying(32),
    label character varying(80) NOT NULL,
    created_ms bigint NOT NULL,
    application_id character varying(32),
    scopes character varying(500),
    "grant" character varying(64),
    used_ms bigint
);
CREATE TABLE public.applications (
    id character varying(32) NOT NULL,
    client_id character varying(64) NOT NULL,
    secret_fingerprint character varying(64) NOT NULL,
    name character varying(80) DEFAULT ''::character varying NOT NULL,
    website character varying(200) DEFAULT ''::character varying NOT NULL,
    redirect_uris json NOT NULL,
    scopes character varying(500) NOT NULL,
    created_ms bigint NOT NULL
);
CREATE TABLE public.authenticators (
    account_id character varying(32) NOT NULL,
    secret character varying(64) NOT NULL,
    confirmed_ms bigint,
    last_step bigint DEFAULT '0'::bigint NOT NULL
);
CREATE TABLE public.blocks (
    account_id character varying(32) NOT NULL,
    target_id character varying(32) NOT NULL,
    id bigint NOT NULL
);
CREATE TABLE public.bookmarks (
    account_id character varying(32) NOT NULL,
    post_id bigint NOT NULL,
    id bigint NOT NULL
);
CREATE TABLE public.charter (
    name character varying(40) NOT NULL,
    value json NOT NULL,
    changed_ms bigint NOT NULL,
    changed_by character varying(32)
);
CREATE TABLE public.chores (
    id bigint NOT NULL,
    kind character varying(24) NOT NULL,
    subject character varying(80),
    details json NOT NULL,
    due_ms bigint NOT NULL,
    claimed_until_ms bigint,
    tries integer DEFAULT 0 NOT NULL,
    created_ms bigint NOT NULL,
    failed_ms bigint
);
CREATE TABLE public.conversations (
    account_id character varying(32) NOT NULL,
    thread_id bigint NOT NULL,
    id bigint NOT NULL,
    last_post_id bigint NOT NULL,
    unread boolean DEFAULT false NOT NULL
);
CREATE TABLE public.drafts (
    id bigint NOT NULL,
    account_id character varying(32) NOT NULL,
    wish json NOT NULL,
    updated_ms bigint NOT NULL
);
CREATE TABLE public.endorsements (
    account_id character varying(32) NOT NULL,
    target_id character varying(32) NOT NULL,
    id bigint NOT NULL
);
CREATE TABLE public.exports (
    id character varying(32) NOT NULL,
    account_id character varying(32) NOT NULL,
    state character varying(8) NOT NULL,
    file character varying(80),
    created_ms bigint NOT NULL,
    expires_ms bigint NOT NULL
);
CREATE TABLE public.favourites (
    account_id character varying(32) NOT NULL,
    post_id bigint NOT NULL,
    id bigint NOT NULL
);
CREATE TABLE public.featured_tags (
    id bigint NOT NULL,
    account_id character varying(32) NOT NULL,
    tag character varying(100) NOT NULL
);
CREATE TABLE public.filter_posts (
    id bigint NOT NULL,
    filter_id bigint NOT NULL,
    post_id bigint NOT NULL
);
CREATE TABLE public.filter_words (
    id bigint NOT NULL,
    filter_id bigint NOT NULL,
    words character varying(200) NOT NULL,
    whole boolean DEFAULT true NOT NULL
);
CREATE TABLE public.filters (
    id bigint NOT NULL,
    account_id character varying(32) NOT NULL,
    title character varying(200) NOT NULL,
    contexts json NOT NULL,
    action character varying(4) NOT NULL,
    expires_ms bigint
);
CREATE TABLE public.follow_requests (
    follower_id character varying(32) NOT NULL,
    followed_id character varying(32) NOT NULL,
    id bigint NOT NULL,
    boosts boolean DEFAULT true NOT NULL,
    notify boolean DEFAULT false NOT NULL
);
CREATE TABLE public.followed_tags (
    account_id character varying(32) NOT NULL,
    tag character varying(100) NOT NULL,
    id bigint NOT NULL
);
CREATE TABLE public.follows (
    follower_id character varying(32) NOT NULL,
    followed_id character varying(32) NOT NULL,
    id bigint NOT NULL,
    boosts boolean DEFAULT true NOT NULL,
    notify boolean DEFAULT false NOT NULL
);
CREATE TABLE public.grants (
    fingerprint character varying(64) NOT NULL,
    application_id character varying(32),
    account_id character varying(32) NOT NULL,
    redirect_uri character varying(500) NOT NULL,
    scopes character varying(500) NOT NULL,
    challenge character varying(64),
    expires_ms bigint NOT NULL,
    used_ms bigint
);
CREATE TABLE public.idempotency_keys (
    account_id character varying(32) NOT NULL,
    key character varying(128) NOT NULL,
    post_id bigint,
    scheduled_id bigint,
    created_ms bigint NOT NULL
);
CREATE TABLE public.list_members (
    list_id bigint NOT NULL,
    account_id character varying(32) NOT NULL,
    id bigint NOT NULL
);
CREATE TABLE public.lists (
    id bigint NOT NULL,
    account_id character varying(32) NOT NULL,
    title character varying(100) NOT NULL,
    replies character varying(8) DEFAULT 'list'::character varying NOT NULL,
    exclusive boolean DEFAULT false NOT NULL
);
CREATE TABLE public.mail_links (
    fingerprint character varying(64) NOT NULL,
    account_id character varying(32) NOT NULL,
    purpose character varying(10) NOT NULL,
    email character varying(254) NOT NULL,
    expires_ms bigint NOT NULL,
    used_ms bigint
);
CREATE TABLE public.markers (
    account_id character varying(32) NOT NULL,
    timeline character varying(16) NOT NULL,
    last_read_id bigint NOT NULL,
    version integer NOT NULL,
    updated_ms bigint NOT NULL
);
CREATE TABLE public.media (
    id bigint NOT NULL,
    account_id character varying(32) NOT NULL,
    post_id bigint,
    kind character varying(8) NOT NULL,
    state character varying(8) NOT NULL,
    file character varying(80),
    preview character varying(80),
    type character varying(40) NOT NULL,
    bytes bigint NOT NULL,
    description character varying(1500) DEFAULT ''::character varying NOT NULL,
    focus_x double precision DEFAULT '0'::double precision NOT NULL,
    focus_y double precision DEFAULT '0'::double precision NOT NULL,
    blurhash character varying(100) DEFAULT ''::character varying NOT NULL,
    measures json NOT NULL,
    problem character varying(300) DEFAULT ''::character varying NOT NULL,
    created_ms bigint NOT NULL
);
CREATE TABLE public.mentions (
    post_id bigint NOT NULL,
    account_id character varying(32) NOT NULL
);
CREATE TABLE public.muted_threads (
    account_id character varying(32) NOT NULL,
    thread_id bigint NOT NULL
);
CREATE TABLE public.mutes (
    account_id character varying(32) NOT NULL,
    target_id character varying(32) NOT NULL,
    id bigint NOT NULL,
    notices boolean DEFAULT true NOT NULL,
    until_ms bigint
);
CREATE TABLE public.name_words (
    word character varying(64) NOT NULL COLLATE pg_catalog."C",
    account_id character varying(32) NOT NULL
);
CREATE TABLE public.notices (
    id bigint NOT NULL,
    account_id character varying(32) NOT NULL,
    kind character varying(20) NOT NULL,
    from_id character varying(32),
    post_id bigint,
    space_slug character varying(64),
    report_id bigint,
    sanction_id bigint,
    created_ms bigint NOT NULL,
    dismissed boolean DEFAULT false NOT NULL
);
CREATE TABLE public.passkeys (
    id character varying(400) NOT NULL,
    account_id character varying(32) NOT NULL,
    public_key bytea NOT NULL,
    sign_count bigint NOT NULL,
    label character varying(80) DEFAULT ''::character varying NOT NULL,
    created_ms bigint NOT NULL,
    used_ms bigint
);
CREATE TABLE public.passwords (
    account_id character varying(32) NOT NULL,
    hash character varying(200) NOT NULL,
    changed_ms bigint NOT NULL,
    short boolean DEFAULT false NOT NULL,
    wrong_in_a_row integer DEFAULT 0 NOT NULL,
    wrong_in_hour integer DEFAULT 0 NOT NULL,
    hour_began_ms bigint NOT NULL
);
CREATE TABLE public.poll_options (
    post_id bigint NOT NULL,
    "position" integer NOT NULL,
    title character varying(100) NOT NULL,
    votes integer DEFAULT 0 NOT NULL
);
CREATE TABLE public.poll_votes (
    post_id bigint NOT NULL,
    account_id character varying(32) NOT NULL,
    "position" integer NOT NULL
);
CREATE TABLE public.polls (
    post_id bigint NOT NULL,
    multiple boolean DEFAULT false NOT NULL,
    hide_totals boolean DEFAULT false NOT NULL,
    expires_ms bigint NOT NULL,
    voters integer DEFAULT 0 NOT NULL,
    closed_ms bigint
);
CREATE TABLE public.post_tags (
    tag character varying(100) NOT NULL COLLATE pg_catalog."C",
    post_id bigint NOT NULL
);
CREATE TABLE public.post_words (
    post_id bigint NOT NULL,
    words tsvector NOT NULL
);
CREATE TABLE public.posts (
    id bigint NOT NULL,
    author_id character varying(32) NOT NULL,
    visibility character varying(8) NOT NULL,
    text text NOT NULL,
    warning character varying(500) DEFAULT ''::character varying NOT NULL,
    sensitive boolean DEFAULT false NOT NULL,
    sensitized boolean DEFAULT false NOT NULL,
    language character varying(16) DEFAULT ''::character varying NOT NULL,
    attached json NOT NULL,
    boost_of bigint,
    quote_of bigint,
    quote_revoked boolean DEFAULT false NOT NULL,
    quotable character varying(9) DEFAULT 'public'::character varying NOT NULL,
    reply_to bigint,
    reply_to_author character varying(32),
    thread_id bigint NOT NULL,
    space_slug character varying(64),
    space_moment character varying(10),
    application_id character varying(32),
    created_ms bigint NOT NULL,
    edited_ms bigint,
    deleted_ms bigint,
    removed boolean DEFAULT false NOT NULL,
    pinned_ms bigint,
    replies integer DEFAULT 0 NOT NULL,
    boosts integer DEFAULT 0 NOT NULL,
    quotes integer DEFAULT 0 NOT NULL,
    favourites integer DEFAULT 0 NOT NULL
);
CREATE TABLE public.recovery_codes (
    fingerprint character varying(64) NOT NULL,
    account_id character varying(32) NOT NULL,
    used_ms bigint
);
CREATE TABLE public.reports (
    id bigint NOT NULL,
    reporter_id character varying(32),
    account_id character varying(32),
    space_slug character varying(64),
    category character varying(10) NOT NULL,
    comment character varying(1000) DEFAULT ''::character varying NOT NULL,
    rules json NOT NULL,
    evidence json NOT NULL,
    state character varying(8) DEFAULT 'open'::character varying NOT NULL,
    assigned_to character varying(32),
    resolved_by character varying(32),
    resolved_ms bigint,
    created_ms bigint NOT NULL
);
CREATE TABLE public.revisions (
    id bigint NOT NULL,
    post_id bigint NOT NULL,
    created_ms bigint NOT NULL,
    text text NOT NULL,
    warning character varying(500) DEFAULT ''::character varying NOT NULL,
    sensitive boolean DEFAULT false NOT NULL,
    attached json NOT NULL,
    options json NOT NULL
);
CREATE TABLE public.sanctions (
    id bigint NOT NULL,
    act character varying(12) NOT NULL,
    subject_id character varying(32),
    post_id bigint,
    space_slug character varying(64),
    reason character varying(1000) DEFAULT ''::character varying NOT NULL,
    report_id bigint,
    by_id character varying(32),
    until_ms bigint,
    created_ms bigint NOT NULL,
    lifted_by character varying(32),
    lifted_ms bigint,
    lifted_reason character varying(1000) DEFAULT ''::character varying NOT NULL
);
CREATE TABLE public.scheduled_posts (
    id bigint NOT NULL,
    account_id character varying(32) NOT NULL,
    wish json NOT NULL,
    due_ms bigint NOT NULL
);
CREATE TABLE public.sessions (
    fingerprint character varying(64) NOT NULL,
    account_id character varying(32) NOT NULL,
    expires_ms bigint NOT NULL,
    id character varying(32),
    created_ms bigint,
    seen_ms bigint,
    agent character varying(200) DEFAULT ''::character varying NOT NULL,
    address character varying(45) DEFAULT ''::character varying NOT NULL
);
CREATE TABLE public.sign_in_links (
    fingerprint character varying(64) NOT NULL,
    account_id character varying(32) NOT NULL,
    expires_ms bigint NOT NULL,
    used_ms bigint
);
CREATE TABLE public.sign_up_invites (
    code character varying(32) NOT NULL,
    made_by character varying(32) NOT NULL,
    uses_left integer NOT NULL,
    created_ms bigint NOT NULL,
    expires_ms bigint NOT NULL
);
CREATE TABLE public.space_words (
    word character varying(64) NOT NULL COLLATE pg_catalog."C",
    slug character varying(64) NOT NULL
);
CREATE TABLE public.spaces (
    slug character varying(64) NOT NULL,
    owner_id character varying(32) NOT NULL,
    title character varying(120) NOT NULL,
    language character varying(16) NOT NULL,
    record boolean NOT NULL,
    phase character varying(12) NOT NULL,
    starts_ms bigint,
    created_ms bigint NOT NULL
);
INSERT INTO public.account_notes VALUES ('id-0', 'id-0', 'text-0');
INSERT INTO public.account_notes VALUES ('id-1', 'id-1', 'text-1');
INSERT INTO public.accounts VALUES ('id-0', 'ada', 'name-0', 'admin', 1, 'active', 1, false, 'email-0', 1, 'bio-0', '[0]', 'avatar-0', 'header-0', false, false, false, 'language-0', 'bility-0', false, 1, 1, 1, 1, '[0]', 'plea-0');
INSERT INTO public.accounts VALUES ('id-1', 'handle-1', 'name-1', 'role-1', 2, 'state-1', 2, true, 'email-1', 2, 'bio-1', '[1]', 'avatar-1', 'header-1', true, true, true, 'language-1', 'bility-1', true, 2, 2, 2, 2, '[1]', 'plea-1');
INSERT INTO public.alembic_version VALUES ('0006');
INSERT INTO public.api_tokens VALUES ('3647e75afbfecbfab026516b13dddfea6a2bd520fc20294e6c9b75408dcf2771', 'id-0', 'label-0', 1, NULL, NULL, 'grant-0', 1);
INSERT INTO public.api_tokens VALUES ('fingerprint-1', 'id-1', 'label-1', 2, 'id-1', 'scopes-1', 'grant-1', 2);
INSERT INTO public.applications VALUES ('id-0', 'client_id-0', 'secret_fingerprint-0', 'name-0', 'website-0', '[0]', 'scopes-0', 1);
INSERT INTO public.applications VALUES ('id-1', 'client_id-1', 'secret_fingerprint-1', 'name-1', 'website-1', '[1]', 'scopes-1', 2);
INSERT INTO public.authenticators VALUES ('id-0', 'secret-0', 1, 1);
INSERT INTO public.authenticators VALUES ('id-1', 'secret-1', 2, 2);
INSERT INTO public.blocks VALUES ('id-0', 'id-0', 1);
INSERT INTO public.blocks VALUES ('id-1', 'id-1', 2);
INSERT INTO public.bookmarks VALUES ('id-0', 1, 1);
INSERT INTO public.bookmarks VALUES ('id-1', 2, 2);
INSERT INTO public.charter VALUES ('name-0', '[0]', 1, 'id-0');
INSERT INTO public.charter VALUES ('name-1', '[1]', 2, 'id-1');
INSERT INTO public.chores VALUES (1, 'kind-0', 'subject-0', '[0]', 4102444800000, 1, 1, 1, 1);
INSERT INTO public.chores VALUES (2, 'kind-1', 'subject-1', '[1]', 4102444800000, 2, 2, 2, 2);
INSERT INTO public.conversations VALUES ('id-0', 1, 1, 1, false);
INSERT INTO public.conversations VALUES ('id-1', 2, 2, 2, true);
INSERT INTO public.drafts VALUES (1, 'id-0', '[0]', 1);
INSERT INTO public.drafts VALUES (2, 'id-1', '[1]', 2);
INSERT INTO public.endorsements VALUES ('id-0', 'id-0', 1);
INSERT INTO public.endorsements VALUES ('id-1', 'id-1', 2);
INSERT INTO public.exports VALUES ('id-0', 'id-0', 'state-0', 'file-0', 1, 4102444800000);
INSERT INTO public.exports VALUES ('id-1', 'id-1', 'state-1', 'file-1', 2, 4102444800000);
INSERT INTO public.favourites VALUES ('id-0', 1, 1);
INSERT INTO public.favourites VALUES ('id-1', 2, 2);
INSERT INTO public.featured_tags VALUES (1, 'id-0', 'tag-0');
INSERT INTO public.featured_tags VALUES (2, 'id-1', 'tag-1');
INSERT INTO public.filter_posts VALUES (1, 1, 1);
INSERT INTO public.filter_posts VALUES (2, 2, 2);
INSERT INTO public.filter_words VALUES (1, 1, 'words-0', false);
INSERT INTO public.filter_words VALUES (2, 2, 'words-1', true);
INSERT INTO public.filters VALUES (1, 'id-0', 'title-0', '[0]', 'on-0', 4102444800000);
INSERT INTO public.filters VALUES (2, 'id-1', 'title-1', '[1]', 'on-1', 4102444800000);
INSERT INTO public.follow_requests VALUES ('id-0', 'id-0', 1, false, false);
INSERT INTO public.follow_requests VALUES ('id-1', 'id-1', 2, true, true);
INSERT INTO public.followed_tags VALUES ('id-0', 'tag-0', 1);
INSERT INTO public.followed_tags VALUES ('id-1', 'tag-1', 2);
INSERT INTO public.follows VALUES ('id-0', 'id-0', 1, false, false);
INSERT INTO public.follows VALUES ('id-1', 'id-1', 2, true, true);
INSERT INTO public.grants VALUES ('fingerprint-0', 'id-0', 'id-0', 'redirect_uri-0', 'scopes-0', 'challenge-0', 4102444800000, 1);
INSERT INTO public.grants VALUES ('fingerprint-1', 'id-1', 'id-1', 'redirect_uri-1', 'scopes-1', 'challenge-1', 4102444800000, 2);
INSERT INTO public.idempotency_keys VALUES ('id-0', 'key-0', 1, 1, 1);
INSERT INTO public.idempotency_keys VALUES ('id-1', 'key-1', 2, 2, 2);
INSERT INTO public.list_members VALUES (1, 'id-0', 1);
INSERT INTO public.list_members VALUES (2, 'id-1', 2);
INSERT INTO public.lists VALUES (1, 'id-0', 'title-0', 'eplies-0', false);
INSERT INTO public.lists VALUES (2, 'id-1', 'title-1', 'eplies-1', true);
INSERT INTO public.mail_links VALUES ('fingerprint-0', 'id-0', 'purpose-0', 'email-0', 4102444800000, 1);
INSERT INTO public.mail_links VALUES ('fingerprint-1', 'id-1', 'purpose-1', 'email-1', 4102444800000, 2);
INSERT INTO public.markers VALUES ('id-0', 'timeline-0', 1, 1, 1);
INSERT INTO public.markers VALUES ('id-1', 'timeline-1', 2, 2, 2);
INSERT INTO public.media VALUES (1, 'id-0', 1, 'kind-0', 'state-0', 'file-0', 'preview-0', 'type-0', 1, 'description-0', 0, 0, 'blurhash-0', '[0]', 'problem-0', 1);
INSERT INTO public.media VALUES (2, 'id-1', 2, 'kind-1', 'state-1', 'file-1', 'preview-1', 'type-1', 2, 'description-1', 0.5, 0.5, 'blurhash-1', '[1]', 'problem-1', 2);
INSERT INTO public.mentions VALUES (1, 'id-0');
INSERT INTO public.mentions VALUES (2, 'id-1');
INSERT INTO public.muted_threads VALUES ('id-0', 1);
INSERT INTO public.muted_threads VALUES ('id-1', 2);
INSERT INTO public.mutes VALUES ('id-0', 'id-0', 1, false, 1);
INSERT INTO public.mutes VALUES ('id-1', 'id-1', 2, true, 2);
INSERT INTO public.name_words VALUES ('word-0', 'id-0');
INSERT INTO public.name_words VALUES ('word-1', 'id-1');
INSERT INTO public.notices VALUES (1, 'id-0', 'kind-0', 'id-0', 1, 'space_slug-0', 1, 1, 1, false);
INSERT INTO public.notices VALUES (2, 'id-1', 'kind-1', 'id-1', 2, 'space_slug-1', 2, 2, 2, true);
INSERT INTO public.passkeys VALUES ('id-0', 'id-0', '\x30', 1, 'label-0', 1, 1);
INSERT INTO public.passkeys VALUES ('id-1', 'id-1', '\x31', 2, 'label-1', 2, 2);
INSERT INTO public.passwords VALUES ('id-0', 'hash-0', 1, false, 1, 1, 1);
INSERT INTO public.passwords VALUES ('id-1', 'hash-1', 2, true, 2, 2, 2);
INSERT INTO public.poll_options VALUES (1, 1, 'title-0', 1);
INSERT INTO public.poll_options VALUES (2, 2, 'title-1', 2);
INSERT INTO public.poll_votes VALUES (1, 'id-0', 1);
INSERT INTO public.poll_votes VALUES (2, 'id-1', 2);
INSERT INTO public.polls VALUES (1, false, false, 4102444800000, 1, 1);
INSERT INTO public.polls VALUES (2, true, true, 4102444800000, 2, 2);
INSERT INTO public.post_tags VALUES ('tag-0', 1);
INSERT INTO public.post_tags VALUES ('tag-1', 2);
INSERT INTO public.post_words VALUES (1, '''words-0''');
INSERT INTO public.post_words VALUES (2, '''words-1''');
INSERT INTO public.posts VALUES (1, 'id-0', 'bility-0', 'text-0', 'warning-0', false, false, 'language-0', '[0]', NULL, NULL, false, 'uotable-0', NULL, 'id-0', 1, 'space_slug-0', 'e_moment-0', 'id-0', 1, 1, 1, false, 1, 1, 1, 1, 1);
INSERT INTO public.posts VALUES (2, 'id-1', 'bility-1', 'text-1', 'warning-1', true, true, 'language-1', '[1]', NULL, NULL, true, 'uotable-1', NULL, 'id-1', 2, 'space_slug-1', 'e_moment-1', 'id-1', 2, 2, 2, true, 2, 2, 2, 2, 2);
INSERT INTO public.recovery_codes VALUES ('fingerprint-0', 'id-0', 1);
INSERT INTO public.recovery_codes VALUES ('fingerprint-1', 'id-1', 2);
INSERT INTO public.reports VALUES (1, 'id-0', 'id-0', 'space_slug-0', 'category-0', 'comment-0', '[0]', '[0]', 'state-0', 'id-0', 'id-0', 1, 1);
INSERT INTO public.reports VALUES (2, 'id-1', 'id-1', 'space_slug-1', 'category-1', 'comment-1', '[1]', '[1]', 'state-1', 'id-1', 'id-1', 2, 2);
INSERT INTO public.revisions VALUES (1, 1, 1, 'text-0', 'warning-0', false, '[0]', '[0]');
INSERT INTO public.revisions VALUES (2, 2, 2, 'text-1', 'warning-1', true, '[1]', '[1]');
INSERT INTO public.sanctions VALUES (1, 'act-0', 'id-0', 1, 'space_slug-0', 'reason-0', 1, 'id-0', 1, 1, 'id-0', 1, 'lifted_reason-0');
INSERT INTO public.sanctions VALUES (2, 'act-1', 'id-1', 2, 'space_slug-1', 'reason-1', 2, 'id-1', 2, 2, 'id-1', 2, 'lifted_reason-1');
INSERT INTO public.scheduled_posts VALUES (1, 'id-0', '[0]', 4102444800000);
INSERT INTO public.scheduled_posts VALUES (2, 'id-1', '[1]', 4102444800000);
INSERT INTO public.sessions VALUES ('e74e19bfd5e2d6f0082d0de713ca53db9da424656506e4a195ec6102421324c5', 'id-0', 4102444800000, 'id-0', 1, 1, 'agent-0', 'address-0');
INSERT INTO public.sessions VALUES ('fingerprint-1', 'id-1', 4102444800000, 'id-1', 2, 2, 'agent-1', 'address-1');
INSERT INTO public.sign_in_links VALUES ('fingerprint-0', 'id-0', 4102444800000, 1);
INSERT INTO public.sign_in_links VALUES ('fingerprint-1', 'id-1', 4102444800000, 2);
INSERT INTO public.sign_up_invites VALUES ('code-0', 'id-0', 1, 1, 4102444800000);
INSERT INTO public.sign_up_invites VALUES ('code-1', 'id-1', 2, 2, 4102444800000);
INSERT INTO public.space_words VALUES ('word-0', 'slug-0');
INSERT INTO public.space_words VALUES ('word-1', 'slug-1');
INSERT INTO public.spaces VALUES ('slug-0', 'id-0', 'title-0', 'language-0', false, 'ended', 1, 1);
INSERT INTO public.spaces VALUES ('slug-1', 'id-1', 'title-1', 'language-1', true, 'phase-1', 2, 2);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.account_notes
    ADD CONSTRAINT pk_account_notes PRIMARY KEY (account_id, target_id);
ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT pk_accounts PRIMARY KEY (id);
ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT pk_api_tokens PRIMARY KEY (fingerprint);
ALTER TABLE ONLY public.applications
    ADD CONSTRAINT pk_applications PRIMARY KEY (id);
ALTER TABLE ONLY public.authenticators
    ADD CONSTRAINT pk_authenticators PRIMARY KEY (account_id);
ALTER TABLE ONLY public.blocks
    ADD CONSTRAINT pk_blocks PRIMARY KEY (account_id, target_id);
ALTER TABLE ONLY public.bookmarks
    ADD CONSTRAINT pk_bookmarks PRIMARY KEY (account_id, post_id);
ALTER TABLE ONLY public.charter
    ADD CONSTRAINT pk_charter PRIMARY KEY (name);
ALTER TABLE ONLY public.chores
    ADD CONSTRAINT pk_chores PRIMARY KEY (id);
ALTER TABLE ONLY public.conversations
    ADD CONSTRAINT pk_conversations PRIMARY KEY (account_id, thread_id);
ALTER TABLE ONLY public.drafts
    ADD CONSTRAINT pk_drafts PRIMARY KEY (id);
ALTER TABLE ONLY public.endorsements
    ADD CONSTRAINT pk_endorsements PRIMARY KEY (account_id, target_id);
ALTER TABLE ONLY public.exports
    ADD CONSTRAINT pk_exports PRIMARY KEY (id);
ALTER TABLE ONLY public.favourites
    ADD CONSTRAINT pk_favourites PRIMARY KEY (account_id, post_id);
ALTER TABLE ONLY public.featured_tags
    ADD CONSTRAINT pk_featured_tags PRIMARY KEY (id);
ALTER TABLE ONLY public.filter_posts
    ADD CONSTRAINT pk_filter_posts PRIMARY KEY (id);
ALTER TABLE ONLY public.filter_words
    ADD CONSTRAINT pk_filter_words PRIMARY KEY (id);
ALTER TABLE ONLY public.filters
    ADD CONSTRAINT pk_filters PRIMARY KEY (id);
ALTER TABLE ONLY public.follow_requests
    ADD CONSTRAINT pk_follow_requests PRIMARY KEY (follower_id, followed_id);
ALTER TABLE ONLY public.followed_tags
    ADD CONSTRAINT pk_followed_tags PRIMARY KEY (account_id, tag);
ALTER TABLE ONLY public.follows
    ADD CONSTRAINT pk_follows PRIMARY KEY (follower_id, followed_id);
ALTER TABLE ONLY public.grants
    ADD CONSTRAINT pk_grants PRIMARY KEY (fingerprint);
ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT pk_idempotency_keys PRIMARY KEY (account_id, key);
ALTER TABLE ONLY public.list_members
    ADD CONSTRAINT pk_list_members PRIMARY KEY (list_id, account_id);
ALTER TABLE ONLY public.lists
    ADD CONSTRAINT pk_lists PRIMARY KEY (id);
ALTER TABLE ONLY public.mail_links
    ADD CONSTRAINT pk_mail_links PRIMARY KEY (fingerprint);
ALTER TABLE ONLY public.markers
    ADD CONSTRAINT pk_markers PRIMARY KEY (account_id, timeline);
ALTER TABLE ONLY public.media
    ADD CONSTRAINT pk_media PRIMARY KEY (id);
ALTER TABLE ONLY public.mentions
    ADD CONSTRAINT pk_mentions PRIMARY KEY (post_id, account_id);
ALTER TABLE ONLY public.muted_threads
    ADD CONSTRAINT pk_muted_threads PRIMARY KEY (account_id, thread_id);
ALTER TABLE ONLY public.mutes
    ADD CONSTRAINT pk_mutes PRIMARY KEY (account_id, target_id);
ALTER TABLE ONLY public.name_words
    ADD CONSTRAINT pk_name_words PRIMARY KEY (word, account_id);
ALTER TABLE ONLY public.notices
    ADD CONSTRAINT pk_notices PRIMARY KEY (id);
ALTER TABLE ONLY public.passkeys
    ADD CONSTRAINT pk_passkeys PRIMARY KEY (id);
ALTER TABLE ONLY public.passwords
    ADD CONSTRAINT pk_passwords PRIMARY KEY (account_id);
ALTER TABLE ONLY public.poll_options
    ADD CONSTRAINT pk_poll_options PRIMARY KEY (post_id, "position");
ALTER TABLE ONLY public.poll_votes
    ADD CONSTRAINT pk_poll_votes PRIMARY KEY (post_id, account_id, "position");
ALTER TABLE ONLY public.polls
    ADD CONSTRAINT pk_polls PRIMARY KEY (post_id);
ALTER TABLE ONLY public.post_tags
    ADD CONSTRAINT pk_post_tags PRIMARY KEY (tag, post_id);
ALTER TABLE ONLY public.post_words
    ADD CONSTRAINT pk_post_words PRIMARY KEY (post_id);
ALTER TABLE ONLY public.posts
    ADD CONSTRAINT pk_posts PRIMARY KEY (id);
ALTER TABLE ONLY public.recovery_codes
    ADD CONSTRAINT pk_recovery_codes PRIMARY KEY (fingerprint);
ALTER TABLE ONLY public.reports
    ADD CONSTRAINT pk_reports PRIMARY KEY (id);
ALTER TABLE ONLY public.revisions
    ADD CONSTRAINT pk_revisions PRIMARY KEY (id);
ALTER TABLE ONLY public.sanctions
    ADD CONSTRAINT pk_sanctions PRIMARY KEY (id);
ALTER TABLE ONLY public.scheduled_posts
    ADD CONSTRAINT pk_scheduled_posts PRIMARY KEY (id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT pk_sessions PRIMARY KEY (fingerprint);
ALTER TABLE ONLY public.sign_in_links
    ADD CONSTRAINT pk_sign_in_links PRIMARY KEY (fingerprint);
ALTER TABLE ONLY public.sign_up_invites
    ADD CONSTRAINT pk_sign_up_invites PRIMARY KEY (code);
ALTER TABLE ONLY public.space_words
    ADD CONSTRAINT pk_space_words PRIMARY KEY (word, slug);
ALTER TABLE ONLY public.spaces
    ADD CONSTRAINT pk_spaces PRIMARY KEY (slug);
ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT uq_accounts_email UNIQUE (email);
ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT uq_accounts_handle UNIQUE (handle);
ALTER TABLE ONLY public.applications
    ADD CONSTRAINT uq_applications_client_id UNIQUE (client_id);
ALTER TABLE ONLY public.conversations
    ADD CONSTRAINT uq_conversations_id UNIQUE (id);
ALTER TABLE ONLY public.followed_tags
    ADD CONSTRAINT uq_followed_tags_id UNIQUE (id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT uq_sessions_id UNIQUE (id);
CREATE INDEX ix_api_tokens_account_id ON public.api_tokens USING btree (account_id);
CREATE INDEX ix_api_tokens_application_id ON public.api_tokens USING btree (application_id);
CREATE INDEX ix_api_tokens_grant ON public.api_tokens USING btree ("grant");
CREATE INDEX ix_applications_created_ms ON public.applications USING btree (created_ms);
CREATE INDEX ix_blocks_target_id ON public.blocks USING btree (target_id);
CREATE INDEX ix_bookmarks_account_id_id ON public.bookmarks USING btree (account_id, id);
CREATE INDEX ix_bookmarks_post_id ON public.bookmarks USING btree (post_id);
CREATE INDEX ix_chores_due_ms ON public.chores USING btree (due_ms);
CREATE INDEX ix_conversations_account_id_last_post_id ON public.conversations USING btree (account_id, last_post_id);
CREATE INDEX ix_drafts_account_id ON public.drafts USING btree (account_id);
CREATE INDEX ix_endorsements_target_id ON public.endorsements USING btree (target_id);
CREATE INDEX ix_exports_account_id ON public.exports USING btree (account_id);
CREATE INDEX ix_favourites_account_id_id ON public.favourites USING btree (account_id, id);
CREATE INDEX ix_favourites_post_id ON public.favourites USING btree (post_id);
CREATE INDEX ix_filter_posts_filter_id ON public.filter_posts USING btree (filter_id);
CREATE INDEX ix_filter_posts_post_id ON public.filter_posts USING btree (post_id);
CREATE INDEX ix_filter_words_filter_id ON public.filter_words USING btree (filter_id);
CREATE INDEX ix_filters_account_id ON public.filters USING btree (account_id);
CREATE INDEX ix_follow_requests_followed_id_id ON public.follow_requests USING btree (followed_id, id);
CREATE INDEX ix_follows_followed_id_id ON public.follows USING btree (followed_id, id);
CREATE INDEX ix_follows_follower_id_id ON public.follows USING btree (follower_id, id);
CREATE INDEX ix_follows_told ON public.follows USING btree (followed_id, id) WHERE notify;
CREATE INDEX ix_grants_account_id ON public.grants USING btree (account_id);
CREATE INDEX ix_grants_application_id ON public.grants USING btree (application_id);
CREATE INDEX ix_grants_expires_ms ON public.grants USING btree (expires_ms);
CREATE INDEX ix_idempotency_keys_created_ms ON public.idempotency_keys USING btree (created_ms);
CREATE INDEX ix_list_members_account_id ON public.list_members USING btree (account_id);
CREATE INDEX ix_lists_account_id ON public.lists USING btree (account_id);
CREATE INDEX ix_mail_links_account_id ON public.mail_links USING btree (account_id);
CREATE INDEX ix_media_account_id ON public.media USING btree (account_id);
CREATE INDEX ix_media_post_id ON public.media USING btree (post_id);
CREATE INDEX ix_mentions_account_id_post_id ON public.mentions USING btree (account_id, post_id);
CREATE INDEX ix_mutes_target_id ON public.mutes USING btree (target_id);
CREATE INDEX ix_name_words_account_id ON public.name_words USING btree (account_id);
CREATE INDEX ix_notices_from_id_account_id ON public.notices USING btree (from_id, account_id, kind, post_id);
CREATE INDEX ix_notices_listed ON public.notices USING btree (account_id, dismissed, id);
CREATE INDEX ix_notices_post_id ON public.notices USING btree (post_id);
CREATE INDEX ix_passkeys_account_id ON public.passkeys USING btree (account_id);
CREATE INDEX ix_poll_votes_account_id ON public.poll_votes USING btree (account_id);
CREATE INDEX ix_post_tags_post_id ON public.post_tags USING btree (post_id);
CREATE INDEX ix_post_words_words ON public.post_words USING gin (words);
CREATE INDEX ix_posts_author_id_id ON public.posts USING btree (author_id, id);
CREATE INDEX ix_posts_pinned ON public.posts USING btree (author_id, pinned_ms) WHERE (pinned_ms IS NOT NULL);
CREATE INDEX ix_posts_public ON public.posts USING btree (id) WHERE (((visibility)::text = 'public'::text) AND (boost_of IS NULL) AND (deleted_ms IS NULL));
CREATE INDEX ix_posts_quote_of ON public.posts USING btree (quote_of, id) WHERE (quote_of IS NOT NULL);
CREATE INDEX ix_posts_reply_to ON public.posts USING btree (reply_to) WHERE (reply_to IS NOT NULL);
CREATE INDEX ix_posts_thread_id_id ON public.posts USING btree (thread_id, id);
CREATE INDEX ix_recovery_codes_account_id ON public.recovery_codes USING btree (account_id);
CREATE INDEX ix_reports_account_id_id ON public.reports USING btree (account_id, id);
CREATE INDEX ix_reports_reporter_id_id ON public.reports USING btree (reporter_id, id);
CREATE INDEX ix_reports_state_id ON public.reports USING btree (state, id);
CREATE INDEX ix_revisions_post_id ON public.revisions USING btree (post_id);
CREATE INDEX ix_sanctions_by_id_id ON public.sanctions USING btree (by_id, id);
CREATE INDEX ix_sanctions_post_id ON public.sanctions USING btree (post_id);
CREATE INDEX ix_sanctions_report_id ON public.sanctions USING btree (report_id);
CREATE INDEX ix_sanctions_subject_id_id ON public.sanctions USING btree (subject_id, id);
CREATE INDEX ix_scheduled_posts_account_id ON public.scheduled_posts USING btree (account_id);
CREATE INDEX ix_scheduled_posts_due_ms ON public.scheduled_posts USING btree (due_ms);
CREATE INDEX ix_sessions_account_id ON public.sessions USING btree (account_id);
CREATE INDEX ix_sign_in_links_account_id ON public.sign_in_links USING btree (account_id);
CREATE INDEX ix_sign_up_invites_made_by ON public.sign_up_invites USING btree (made_by);
CREATE INDEX ix_space_words_slug ON public.space_words USING btree (slug);
CREATE INDEX ix_spaces_created_ms ON public.spaces USING btree (created_ms);
CREATE INDEX ix_spaces_owner_id ON public.spaces USING btree (owner_id);
CREATE INDEX ix_spaces_phase ON public.spaces USING btree (phase);
CREATE UNIQUE INDEX uq_chores_kind_subject ON public.chores USING btree (kind, subject);
CREATE UNIQUE INDEX uq_featured_tags_account_id_tag ON public.featured_tags USING btree (account_id, tag);
CREATE UNIQUE INDEX uq_posts_boost_of ON public.posts USING btree (boost_of, author_id) WHERE (boost_of IS NOT NULL);
CREATE UNIQUE INDEX uq_posts_space ON public.posts USING btree (space_slug, space_moment) WHERE (space_slug IS NOT NULL);
ALTER TABLE ONLY public.account_notes
    ADD CONSTRAINT fk_account_notes_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.account_notes
    ADD CONSTRAINT fk_account_notes_target_id FOREIGN KEY (target_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT fk_api_tokens_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT fk_api_tokens_application_id FOREIGN KEY (application_id) REFERENCES public.applications(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.authenticators
    ADD CONSTRAINT fk_authenticators_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.blocks
    ADD CONSTRAINT fk_blocks_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.blocks
    ADD CONSTRAINT fk_blocks_target_id FOREIGN KEY (target_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.bookmarks
    ADD CONSTRAINT fk_bookmarks_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.bookmarks
    ADD CONSTRAINT fk_bookmarks_post_id FOREIGN KEY (post_id) REFERENCES public.posts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.charter
    ADD CONSTRAINT fk_charter_changed_by FOREIGN KEY (changed_by) REFERENCES public.accounts(id) ON DELETE SET NULL;
ALTER TABLE ONLY public.conversations
    ADD CONSTRAINT fk_conversations_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.drafts
    ADD CONSTRAINT fk_drafts_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.endorsements
    ADD CONSTRAINT fk_endorsements_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.endorsements
    ADD CONSTRAINT fk_endorsements_target_id FOREIGN KEY (target_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.exports
    ADD CONSTRAINT fk_exports_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.favourites
    ADD CONSTRAINT fk_favourites_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.favourites
    ADD CONSTRAINT fk_favourites_post_id FOREIGN KEY (post_id) REFERENCES public.posts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.featured_tags
    ADD CONSTRAINT fk_featured_tags_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.filter_posts
    ADD CONSTRAINT fk_filter_posts_filter_id FOREIGN KEY (filter_id) REFERENCES public.filters(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.filter_posts
    ADD CONSTRAINT fk_filter_posts_post_id FOREIGN KEY (post_id) REFERENCES public.posts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.filter_words
    ADD CONSTRAINT fk_filter_words_filter_id FOREIGN KEY (filter_id) REFERENCES public.filters(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.filters
    ADD CONSTRAINT fk_filters_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.follow_requests
    ADD CONSTRAINT fk_follow_requests_followed_id FOREIGN KEY (followed_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.follow_requests
    ADD CONSTRAINT fk_follow_requests_follower_id FOREIGN KEY (follower_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.followed_tags
    ADD CONSTRAINT fk_followed_tags_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.follows
    ADD CONSTRAINT fk_follows_followed_id FOREIGN KEY (followed_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.follows
    ADD CONSTRAINT fk_follows_follower_id FOREIGN KEY (follower_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.grants
    ADD CONSTRAINT fk_grants_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.grants
    ADD CONSTRAINT fk_grants_application_id FOREIGN KEY (application_id) REFERENCES public.applications(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT fk_idempotency_keys_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.list_members
    ADD CONSTRAINT fk_list_members_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.list_members
    ADD CONSTRAINT fk_list_members_list_id FOREIGN KEY (list_id) REFERENCES public.lists(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.lists
    ADD CONSTRAINT fk_lists_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.mail_links
    ADD CONSTRAINT fk_mail_links_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.markers
    ADD CONSTRAINT fk_markers_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.media
    ADD CONSTRAINT fk_media_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.media
    ADD CONSTRAINT fk_media_post_id FOREIGN KEY (post_id) REFERENCES public.posts(id) ON DELETE SET NULL;
ALTER TABLE ONLY public.mentions
    ADD CONSTRAINT fk_mentions_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.mentions
    ADD CONSTRAINT fk_mentions_post_id FOREIGN KEY (post_id) REFERENCES public.posts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.muted_threads
    ADD CONSTRAINT fk_muted_threads_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.mutes
    ADD CONSTRAINT fk_mutes_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.mutes
    ADD CONSTRAINT fk_mutes_target_id FOREIGN KEY (target_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.name_words
    ADD CONSTRAINT fk_name_words_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.notices
    ADD CONSTRAINT fk_notices_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.notices
    ADD CONSTRAINT fk_notices_from_id FOREIGN KEY (from_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.notices
    ADD CONSTRAINT fk_notices_post_id FOREIGN KEY (post_id) REFERENCES public.posts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.notices
    ADD CONSTRAINT fk_notices_report_id FOREIGN KEY (report_id) REFERENCES public.reports(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.notices
    ADD CONSTRAINT fk_notices_sanction_id FOREIGN KEY (sanction_id) REFERENCES public.sanctions(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.passkeys
    ADD CONSTRAINT fk_passkeys_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.passwords
    ADD CONSTRAINT fk_passwords_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.poll_options
    ADD CONSTRAINT fk_poll_options_post_id FOREIGN KEY (post_id) REFERENCES public.posts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.poll_votes
    ADD CONSTRAINT fk_poll_votes_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.poll_votes
    ADD CONSTRAINT fk_poll_votes_post_id FOREIGN KEY (post_id) REFERENCES public.posts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.polls
    ADD CONSTRAINT fk_polls_post_id FOREIGN KEY (post_id) REFERENCES public.posts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.post_tags
    ADD CONSTRAINT fk_post_tags_post_id FOREIGN KEY (post_id) REFERENCES public.posts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.post_words
    ADD CONSTRAINT fk_post_words_post_id FOREIGN KEY (post_id) REFERENCES public.posts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.posts
    ADD CONSTRAINT fk_posts_application_id FOREIGN KEY (application_id) REFERENCES public.applications(id) ON DELETE SET NULL;
ALTER TABLE ONLY public.posts
    ADD CONSTRAINT fk_posts_author_id FOREIGN KEY (author_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.posts
    ADD CONSTRAINT fk_posts_boost_of FOREIGN KEY (boost_of) REFERENCES public.posts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.posts
    ADD CONSTRAINT fk_posts_quote_of FOREIGN KEY (quote_of) REFERENCES public.posts(id) ON DELETE SET NULL;
ALTER TABLE ONLY public.posts
    ADD CONSTRAINT fk_posts_reply_to FOREIGN KEY (reply_to) REFERENCES public.posts(id) ON DELETE SET NULL;
ALTER TABLE ONLY public.posts
    ADD CONSTRAINT fk_posts_reply_to_author FOREIGN KEY (reply_to_author) REFERENCES public.accounts(id) ON DELETE SET NULL;
ALTER TABLE ONLY public.recovery_codes
    ADD CONSTRAINT fk_recovery_codes_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.reports
    ADD CONSTRAINT fk_reports_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE SET NULL;
ALTER TABLE ONLY public.reports
    ADD CONSTRAINT fk_reports_assigned_to FOREIGN KEY (assigned_to) REFERENCES public.accounts(id) ON DELETE SET NULL;
ALTER TABLE ONLY public.reports
    ADD CONSTRAINT fk_reports_reporter_id FOREIGN KEY (reporter_id) REFERENCES public.accounts(id) ON DELETE SET NULL;
ALTER TABLE ONLY public.reports
    ADD CONSTRAINT fk_reports_resolved_by FOREIGN KEY (resolved_by) REFERENCES public.accounts(id) ON DELETE SET NULL;
ALTER TABLE ONLY public.revisions
    ADD CONSTRAINT fk_revisions_post_id FOREIGN KEY (post_id) REFERENCES public.posts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.sanctions
    ADD CONSTRAINT fk_sanctions_by_id FOREIGN KEY (by_id) REFERENCES public.accounts(id) ON DELETE SET NULL;
ALTER TABLE ONLY public.sanctions
    ADD CONSTRAINT fk_sanctions_lifted_by FOREIGN KEY (lifted_by) REFERENCES public.accounts(id) ON DELETE SET NULL;
ALTER TABLE ONLY public.sanctions
    ADD CONSTRAINT fk_sanctions_post_id FOREIGN KEY (post_id) REFERENCES public.posts(id) ON DELETE SET NULL;
ALTER TABLE ONLY public.sanctions
    ADD CONSTRAINT fk_sanctions_report_id FOREIGN KEY (report_id) REFERENCES public.reports(id) ON DELETE SET NULL;
ALTER TABLE ONLY public.sanctions
    ADD CONSTRAINT fk_sanctions_subject_id FOREIGN KEY (subject_id) REFERENCES public.accounts(id) ON DELETE SET NULL;
ALTER TABLE ONLY public.scheduled_posts
    ADD CONSTRAINT fk_scheduled_posts_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT fk_sessions_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.sign_in_links
    ADD CONSTRAINT fk_sign_in_links_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.sign_up_invites
    ADD CONSTRAINT fk_sign_up_invites_made_by FOREIGN KEY (made_by) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.space_words
    ADD CONSTRAINT fk_space_words_slug FOREIGN KEY (slug) REFERENCES public.spaces(slug) ON DELETE CASCADE;
ALTER TABLE ONLY public.spaces
    ADD CONSTRAINT fk_spaces_owner_id FOREIGN KEY (owner_id) REFERENCES public.accounts(id);
