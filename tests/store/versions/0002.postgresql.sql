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
CREATE TABLE public.exports (
    id character varying(32) NOT NULL,
    account_id character varying(32) NOT NULL,
    state character varying(8) NOT NULL,
    file character varying(80),
    created_ms bigint NOT NULL,
    expires_ms bigint NOT NULL
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
CREATE TABLE public.mail_links (
    fingerprint character varying(64) NOT NULL,
    account_id character varying(32) NOT NULL,
    purpose character varying(10) NOT NULL,
    email character varying(254) NOT NULL,
    expires_ms bigint NOT NULL,
    used_ms bigint
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
CREATE TABLE public.recovery_codes (
    fingerprint character varying(64) NOT NULL,
    account_id character varying(32) NOT NULL,
    used_ms bigint
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
INSERT INTO public.accounts VALUES ('id-0', 'ada', 'name-0', 'admin', 1, 'active', 1, false, 'email-0', 1, 'bio-0', '[0]', 'avatar-0', 'header-0', false, false, false, 'language-0', 'bility-0', false, 1, 1, 1, 1, '[0]', 'plea-0');
INSERT INTO public.accounts VALUES ('id-1', 'handle-1', 'name-1', 'role-1', 2, 'state-1', 2, true, 'email-1', 2, 'bio-1', '[1]', 'avatar-1', 'header-1', true, true, true, 'language-1', 'bility-1', true, 2, 2, 2, 2, '[1]', 'plea-1');
INSERT INTO public.alembic_version VALUES ('0002');
INSERT INTO public.api_tokens VALUES ('3647e75afbfecbfab026516b13dddfea6a2bd520fc20294e6c9b75408dcf2771', 'id-0', 'label-0', 1, NULL, NULL, 'grant-0', 1);
INSERT INTO public.api_tokens VALUES ('fingerprint-1', 'id-1', 'label-1', 2, 'id-1', 'scopes-1', 'grant-1', 2);
INSERT INTO public.applications VALUES ('id-0', 'client_id-0', 'secret_fingerprint-0', 'name-0', 'website-0', '[0]', 'scopes-0', 1);
INSERT INTO public.applications VALUES ('id-1', 'client_id-1', 'secret_fingerprint-1', 'name-1', 'website-1', '[1]', 'scopes-1', 2);
INSERT INTO public.authenticators VALUES ('id-0', 'secret-0', 1, 1);
INSERT INTO public.authenticators VALUES ('id-1', 'secret-1', 2, 2);
INSERT INTO public.charter VALUES ('name-0', '[0]', 1, 'id-0');
INSERT INTO public.charter VALUES ('name-1', '[1]', 2, 'id-1');
INSERT INTO public.chores VALUES (1, 'kind-0', 'subject-0', '[0]', 4102444800000, 1, 1, 1, 1);
INSERT INTO public.chores VALUES (2, 'kind-1', 'subject-1', '[1]', 4102444800000, 2, 2, 2, 2);
INSERT INTO public.exports VALUES ('id-0', 'id-0', 'state-0', 'file-0', 1, 4102444800000);
INSERT INTO public.exports VALUES ('id-1', 'id-1', 'state-1', 'file-1', 2, 4102444800000);
INSERT INTO public.grants VALUES ('fingerprint-0', 'id-0', 'id-0', 'redirect_uri-0', 'scopes-0', 'challenge-0', 4102444800000, 1);
INSERT INTO public.grants VALUES ('fingerprint-1', 'id-1', 'id-1', 'redirect_uri-1', 'scopes-1', 'challenge-1', 4102444800000, 2);
INSERT INTO public.mail_links VALUES ('fingerprint-0', 'id-0', 'purpose-0', 'email-0', 4102444800000, 1);
INSERT INTO public.mail_links VALUES ('fingerprint-1', 'id-1', 'purpose-1', 'email-1', 4102444800000, 2);
INSERT INTO public.passkeys VALUES ('id-0', 'id-0', '\x30', 1, 'label-0', 1, 1);
INSERT INTO public.passkeys VALUES ('id-1', 'id-1', '\x31', 2, 'label-1', 2, 2);
INSERT INTO public.passwords VALUES ('id-0', 'hash-0', 1, false, 1, 1, 1);
INSERT INTO public.passwords VALUES ('id-1', 'hash-1', 2, true, 2, 2, 2);
INSERT INTO public.recovery_codes VALUES ('fingerprint-0', 'id-0', 1);
INSERT INTO public.recovery_codes VALUES ('fingerprint-1', 'id-1', 2);
INSERT INTO public.sessions VALUES ('e74e19bfd5e2d6f0082d0de713ca53db9da424656506e4a195ec6102421324c5', 'id-0', 4102444800000, 'id-0', 1, 1, 'agent-0', 'address-0');
INSERT INTO public.sessions VALUES ('fingerprint-1', 'id-1', 4102444800000, 'id-1', 2, 2, 'agent-1', 'address-1');
INSERT INTO public.sign_in_links VALUES ('fingerprint-0', 'id-0', 4102444800000, 1);
INSERT INTO public.sign_in_links VALUES ('fingerprint-1', 'id-1', 4102444800000, 2);
INSERT INTO public.sign_up_invites VALUES ('code-0', 'id-0', 1, 1, 4102444800000);
INSERT INTO public.sign_up_invites VALUES ('code-1', 'id-1', 2, 2, 4102444800000);
INSERT INTO public.spaces VALUES ('slug-0', 'id-0', 'title-0', 'language-0', false, 'ended', 1, 1);
INSERT INTO public.spaces VALUES ('slug-1', 'id-1', 'title-1', 'language-1', true, 'phase-1', 2, 2);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT pk_accounts PRIMARY KEY (id);
ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT pk_api_tokens PRIMARY KEY (fingerprint);
ALTER TABLE ONLY public.applications
    ADD CONSTRAINT pk_applications PRIMARY KEY (id);
ALTER TABLE ONLY public.authenticators
    ADD CONSTRAINT pk_authenticators PRIMARY KEY (account_id);
ALTER TABLE ONLY public.charter
    ADD CONSTRAINT pk_charter PRIMARY KEY (name);
ALTER TABLE ONLY public.chores
    ADD CONSTRAINT pk_chores PRIMARY KEY (id);
ALTER TABLE ONLY public.exports
    ADD CONSTRAINT pk_exports PRIMARY KEY (id);
ALTER TABLE ONLY public.grants
    ADD CONSTRAINT pk_grants PRIMARY KEY (fingerprint);
ALTER TABLE ONLY public.mail_links
    ADD CONSTRAINT pk_mail_links PRIMARY KEY (fingerprint);
ALTER TABLE ONLY public.passkeys
    ADD CONSTRAINT pk_passkeys PRIMARY KEY (id);
ALTER TABLE ONLY public.passwords
    ADD CONSTRAINT pk_passwords PRIMARY KEY (account_id);
ALTER TABLE ONLY public.recovery_codes
    ADD CONSTRAINT pk_recovery_codes PRIMARY KEY (fingerprint);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT pk_sessions PRIMARY KEY (fingerprint);
ALTER TABLE ONLY public.sign_in_links
    ADD CONSTRAINT pk_sign_in_links PRIMARY KEY (fingerprint);
ALTER TABLE ONLY public.sign_up_invites
    ADD CONSTRAINT pk_sign_up_invites PRIMARY KEY (code);
ALTER TABLE ONLY public.spaces
    ADD CONSTRAINT pk_spaces PRIMARY KEY (slug);
ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT uq_accounts_email UNIQUE (email);
ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT uq_accounts_handle UNIQUE (handle);
ALTER TABLE ONLY public.applications
    ADD CONSTRAINT uq_applications_client_id UNIQUE (client_id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT uq_sessions_id UNIQUE (id);
CREATE INDEX ix_api_tokens_account_id ON public.api_tokens USING btree (account_id);
CREATE INDEX ix_api_tokens_application_id ON public.api_tokens USING btree (application_id);
CREATE INDEX ix_api_tokens_grant ON public.api_tokens USING btree ("grant");
CREATE INDEX ix_applications_created_ms ON public.applications USING btree (created_ms);
CREATE INDEX ix_chores_due_ms ON public.chores USING btree (due_ms);
CREATE INDEX ix_exports_account_id ON public.exports USING btree (account_id);
CREATE INDEX ix_grants_account_id ON public.grants USING btree (account_id);
CREATE INDEX ix_grants_application_id ON public.grants USING btree (application_id);
CREATE INDEX ix_grants_expires_ms ON public.grants USING btree (expires_ms);
CREATE INDEX ix_mail_links_account_id ON public.mail_links USING btree (account_id);
CREATE INDEX ix_passkeys_account_id ON public.passkeys USING btree (account_id);
CREATE INDEX ix_recovery_codes_account_id ON public.recovery_codes USING btree (account_id);
CREATE INDEX ix_sessions_account_id ON public.sessions USING btree (account_id);
CREATE INDEX ix_sign_in_links_account_id ON public.sign_in_links USING btree (account_id);
CREATE INDEX ix_sign_up_invites_made_by ON public.sign_up_invites USING btree (made_by);
CREATE INDEX ix_spaces_created_ms ON public.spaces USING btree (created_ms);
CREATE INDEX ix_spaces_owner_id ON public.spaces USING btree (owner_id);
CREATE INDEX ix_spaces_phase ON public.spaces USING btree (phase);
CREATE UNIQUE INDEX uq_chores_kind_subject ON public.chores USING btree (kind, subject);
ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT fk_api_tokens_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT fk_api_tokens_application_id FOREIGN KEY (application_id) REFERENCES public.applications(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.authenticators
    ADD CONSTRAINT fk_authenticators_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.charter
    ADD CONSTRAINT fk_charter_changed_by FOREIGN KEY (changed_by) REFERENCES public.accounts(id) ON DELETE SET NULL;
ALTER TABLE ONLY public.exports
    ADD CONSTRAINT fk_exports_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.grants
    ADD CONSTRAINT fk_grants_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.grants
    ADD CONSTRAINT fk_grants_application_id FOREIGN KEY (application_id) REFERENCES public.applications(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.mail_links
    ADD CONSTRAINT fk_mail_links_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.passkeys
    ADD CONSTRAINT fk_passkeys_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.passwords
    ADD CONSTRAINT fk_passwords_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.recovery_codes
    ADD CONSTRAINT fk_recovery_codes_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT fk_sessions_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.sign_in_links
    ADD CONSTRAINT fk_sign_in_links_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.sign_up_invites
    ADD CONSTRAINT fk_sign_up_invites_made_by FOREIGN KEY (made_by) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.spaces
    ADD CONSTRAINT fk_spaces_owner_id FOREIGN KEY (owner_id) REFERENCES public.accounts(id);
