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
    role character varying(8) NOT NULL,
    created_ms bigint NOT NULL
);
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.api_tokens (
    fingerprint character varying(64) NOT NULL,
    account_id character varying(32) NOT NULL,
    label character varying(80) NOT NULL,
    created_ms bigint NOT NULL
);
CREATE TABLE public.sessions (
    fingerprint character varying(64) NOT NULL,
    account_id character varying(32) NOT NULL,
    expires_ms bigint NOT NULL
);
CREATE TABLE public.sign_in_links (
    fingerprint character varying(64) NOT NULL,
    account_id character varying(32) NOT NULL,
    expires_ms bigint NOT NULL,
    used_ms bigint
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
INSERT INTO public.accounts VALUES ('id-0', 'ada', 'name-0', 'admin', 1);
INSERT INTO public.accounts VALUES ('id-1', 'handle-1', 'name-1', 'role-1', 2);
INSERT INTO public.alembic_version VALUES ('0001');
INSERT INTO public.api_tokens VALUES ('3647e75afbfecbfab026516b13dddfea6a2bd520fc20294e6c9b75408dcf2771', 'id-0', 'label-0', 1);
INSERT INTO public.api_tokens VALUES ('fingerprint-1', 'id-1', 'label-1', 2);
INSERT INTO public.sessions VALUES ('e74e19bfd5e2d6f0082d0de713ca53db9da424656506e4a195ec6102421324c5', 'id-0', 4102444800000);
INSERT INTO public.sessions VALUES ('fingerprint-1', 'id-1', 4102444800000);
INSERT INTO public.sign_in_links VALUES ('fingerprint-0', 'id-0', 4102444800000, 1);
INSERT INTO public.sign_in_links VALUES ('fingerprint-1', 'id-1', 4102444800000, 2);
INSERT INTO public.spaces VALUES ('slug-0', 'id-0', 'title-0', 'language-0', false, 'ended', 1, 1);
INSERT INTO public.spaces VALUES ('slug-1', 'id-1', 'title-1', 'language-1', true, 'phase-1', 2, 2);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT pk_accounts PRIMARY KEY (id);
ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT pk_api_tokens PRIMARY KEY (fingerprint);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT pk_sessions PRIMARY KEY (fingerprint);
ALTER TABLE ONLY public.sign_in_links
    ADD CONSTRAINT pk_sign_in_links PRIMARY KEY (fingerprint);
ALTER TABLE ONLY public.spaces
    ADD CONSTRAINT pk_spaces PRIMARY KEY (slug);
ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT uq_accounts_handle UNIQUE (handle);
CREATE INDEX ix_api_tokens_account_id ON public.api_tokens USING btree (account_id);
CREATE INDEX ix_sessions_account_id ON public.sessions USING btree (account_id);
CREATE INDEX ix_sign_in_links_account_id ON public.sign_in_links USING btree (account_id);
CREATE INDEX ix_spaces_created_ms ON public.spaces USING btree (created_ms);
CREATE INDEX ix_spaces_owner_id ON public.spaces USING btree (owner_id);
CREATE INDEX ix_spaces_phase ON public.spaces USING btree (phase);
ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT fk_api_tokens_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT fk_sessions_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.sign_in_links
    ADD CONSTRAINT fk_sign_in_links_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.spaces
    ADD CONSTRAINT fk_spaces_owner_id FOREIGN KEY (owner_id) REFERENCES public.accounts(id);
