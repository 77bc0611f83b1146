BEGIN TRANSACTION;
CREATE TABLE account_notes (
	account_id VARCHAR(32) NOT NULL, 
	target_id VARCHAR(32) NOT NULL, 
	text VARCHAR(2000) DEFAULT '' NOT NULL, 
	CONSTRAINT pk_account_notes PRIMARY KEY (account_id, target_id), 
	CONSTRAINT fk_account_notes_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE, 
	CONSTRAINT fk_account_notes_target_id FOREIGN KEY(target_id) REFERENCES accounts (id) ON DELETE CASCADE
);
INSERT INTO "account_notes" VALUES('id-0','id-0','text-0');
INSERT INTO "account_notes" VALUES('id-1','id-1','text-1');
CREATE TABLE "accounts" (
	id VARCHAR(32) NOT NULL, 
	handle VARCHAR(32) NOT NULL, 
	name VARCHAR(80) NOT NULL, 
	role VARCHAR(12) NOT NULL, 
	created_ms BIGINT NOT NULL, 
	state VARCHAR(10) DEFAULT 'active' NOT NULL, 
	state_until_ms BIGINT, 
	sensitized BOOLEAN DEFAULT 0 NOT NULL, 
	email VARCHAR(254), 
	email_confirmed_ms BIGINT, 
	bio VARCHAR(500) DEFAULT '' NOT NULL, 
	fields JSON DEFAULT '[]' NOT NULL, 
	avatar VARCHAR(80), 
	header VARCHAR(80), 
	locked BOOLEAN DEFAULT 0 NOT NULL, 
	bot BOOLEAN DEFAULT 0 NOT NULL, 
	hidden BOOLEAN DEFAULT 0 NOT NULL, 
	language VARCHAR(16) DEFAULT '' NOT NULL, 
	default_visibility VARCHAR(8) DEFAULT 'public' NOT NULL, 
	default_sensitive BOOLEAN DEFAULT 0 NOT NULL, 
	posts INTEGER DEFAULT '0' NOT NULL, 
	followers INTEGER DEFAULT '0' NOT NULL, 
	following INTEGER DEFAULT '0' NOT NULL, 
	last_post_id INTEGER DEFAULT '0' NOT NULL, 
	preferences JSON DEFAULT '{}' NOT NULL, 
	plea VARCHAR(500) DEFAULT '' NOT NULL, 
	CONSTRAINT pk_accounts PRIMARY KEY (id), 
	CONSTRAINT uq_accounts_handle UNIQUE (handle), 
	CONSTRAINT uq_accounts_email UNIQUE (email)
);
INSERT INTO "accounts" VALUES('id-0','ada','name-0','admin',1,'active',1,0,'email-0',1,'bio-0','[0]','avatar-0','header-0',0,0,0,'language-0','bility-0',0,1,1,1,1,'[0]','plea-0');
INSERT INTO "accounts" VALUES('id-1','handle-1','name-1','role-1',2,'state-1',2,1,'email-1',2,'bio-1','[1]','avatar-1','header-1',1,1,1,'language-1','bility-1',1,2,2,2,2,'[1]','plea-1');
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0006');
CREATE TABLE "api_tokens" (
	fingerprint VARCHAR(64) NOT NULL, 
	account_id VARCHAR(32), 
	label VARCHAR(80) NOT NULL, 
	created_ms BIGINT NOT NULL, 
	application_id VARCHAR(32), 
	scopes VARCHAR(500), 
	grant VARCHAR(64), 
	used_ms BIGINT, 
	CONSTRAINT pk_api_tokens PRIMARY KEY (fingerprint), 
	CONSTRAINT fk_api_tokens_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE, 
	CONSTRAINT fk_api_tokens_application_id FOREIGN KEY(application_id) REFERENCES applications (id) ON DELETE CASCADE
);
INSERT INTO "api_tokens" VALUES('3647e75afbfecbfab026516b13dddfea6a2bd520fc20294e6c9b75408dcf2771','id-0','label-0',1,NULL,NULL,'grant-0',1);
INSERT INTO "api_tokens" VALUES('fingerprint-1','id-1','label-1',2,'id-1','scopes-1','grant-1',2);
CREATE TABLE applications (
	id VARCHAR(32) NOT NULL, 
	client_id VARCHAR(64) NOT NULL, 
	secret_fingerprint VARCHAR(64) NOT NULL, 
	name VARCHAR(80) DEFAULT '' NOT NULL, 
	website VARCHAR(200) DEFAULT '' NOT NULL, 
	redirect_uris JSON NOT NULL, 
	scopes VARCHAR(500) NOT NULL, 
	created_ms BIGINT NOT NULL, 
	CONSTRAINT pk_applications PRIMARY KEY (id), 
	CONSTRAINT uq_applications_client_id UNIQUE (client_id)
);
INSERT INTO "applications" VALUES('id-0','client_id-0','secret_fingerprint-0','name-0','website-0','[0]','scopes-0',1);
INSERT INTO "applications" VALUES('id-1','client_id-1','secret_fingerprint-1','name-1','website-1','[1]','scopes-1',2);
CREATE TABLE authenticators (
	account_id VARCHAR(32) NOT NULL, 
	secret VARCHAR(64) NOT NULL, 
	confirmed_ms BIGINT, 
	last_step BIGINT DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_authenticators PRIMARY KEY (account_id), 
	CONSTRAINT fk_authenticators_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
INSERT INTO "authenticators" VALUES('id-0','secret-0',1,1);
INSERT INTO "authenticators" VALUES('id-1','secret-1',2,2);
CREATE TABLE blocks (
	account_id VARCHAR(32) NOT NULL, 
	target_id VARCHAR(32) NOT NULL, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_blocks PRIMARY KEY (account_id, target_id), 
	CONSTRAINT fk_blocks_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE, 
	CONSTRAINT fk_blocks_target_id FOREIGN KEY(target_id) REFERENCES accounts (id) ON DELETE CASCADE
);
INSERT INTO "blocks" VALUES('id-0','id-0',1);
INSERT INTO "blocks" VALUES('id-1','id-1',2);
CREATE TABLE bookmarks (
	account_id VARCHAR(32) NOT NULL, 
	post_id INTEGER NOT NULL, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_bookmarks PRIMARY KEY (account_id, post_id), 
	CONSTRAINT fk_bookmarks_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE, 
	CONSTRAINT fk_bookmarks_post_id FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE
);
INSERT INTO "bookmarks" VALUES('id-0',1,1);
INSERT INTO "bookmarks" VALUES('id-1',2,2);
CREATE TABLE charter (
	name VARCHAR(40) NOT NULL, 
	value JSON NOT NULL, 
	changed_ms BIGINT NOT NULL, 
	changed_by VARCHAR(32), 
	CONSTRAINT pk_charter PRIMARY KEY (name), 
	CONSTRAINT fk_charter_changed_by FOREIGN KEY(changed_by) REFERENCES accounts (id) ON DELETE SET NULL
);
INSERT INTO "charter" VALUES('name-0','[0]',1,'id-0');
INSERT INTO "charter" VALUES('name-1','[1]',2,'id-1');
CREATE TABLE chores (
	id INTEGER NOT NULL, 
	kind VARCHAR(24) NOT NULL, 
	subject VARCHAR(80), 
	details JSON NOT NULL, 
	due_ms BIGINT NOT NULL, 
	claimed_until_ms BIGINT, 
	tries INTEGER DEFAULT '0' NOT NULL, 
	created_ms BIGINT NOT NULL, 
	failed_ms BIGINT, 
	CONSTRAINT pk_chores PRIMARY KEY (id)
);
INSERT INTO "chores" VALUES(1,'kind-0','subject-0','[0]',4102444800000,1,1,1,1);
INSERT INTO "chores" VALUES(2,'kind-1','subject-1','[1]',4102444800000,2,2,2,2);
CREATE TABLE conversations (
	account_id VARCHAR(32) NOT NULL, 
	thread_id INTEGER NOT NULL, 
	id INTEGER NOT NULL, 
	last_post_id INTEGER NOT NULL, 
	unread BOOLEAN DEFAULT 0 NOT NULL, 
	CONSTRAINT pk_conversations PRIMARY KEY (account_id, thread_id), 
	CONSTRAINT fk_conversations_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE, 
	CONSTRAINT uq_conversations_id UNIQUE (id)
);
INSERT INTO "conversations" VALUES('id-0',1,1,1,0);
INSERT INTO "conversations" VALUES('id-1',2,2,2,1);
CREATE TABLE drafts (
	id INTEGER NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	wish JSON NOT NULL, 
	updated_ms BIGINT NOT NULL, 
	CONSTRAINT pk_drafts PRIMARY KEY (id), 
	CONSTRAINT fk_drafts_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
INSERT INTO "drafts" VALUES(1,'id-0','[0]',1);
INSERT INTO "drafts" VALUES(2,'id-1','[1]',2);
CREATE TABLE endorsements (
	account_id VARCHAR(32) NOT NULL, 
	target_id VARCHAR(32) NOT NULL, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_endorsements PRIMARY KEY (account_id, target_id), 
	CONSTRAINT fk_endorsements_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE, 
	CONSTRAINT fk_endorsements_target_id FOREIGN KEY(target_id) REFERENCES accounts (id) ON DELETE CASCADE
);
INSERT INTO "endorsements" VALUES('id-0','id-0',1);
INSERT INTO "endorsements" VALUES('id-1','id-1',2);
CREATE TABLE exports (
	id VARCHAR(32) NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	state VARCHAR(8) NOT NULL, 
	file VARCHAR(80), 
	created_ms BIGINT NOT NULL, 
	expires_ms BIGINT NOT NULL, 
	CONSTRAINT pk_exports PRIMARY KEY (id), 
	CONSTRAINT fk_exports_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
INSERT INTO "exports" VALUES('id-0','id-0','state-0','file-0',1,4102444800000);
INSERT INTO "exports" VALUES('id-1','id-1','state-1','file-1',2,4102444800000);
CREATE TABLE favourites (
	account_id VARCHAR(32) NOT NULL, 
	post_id INTEGER NOT NULL, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_favourites PRIMARY KEY (account_id, post_id), 
	CONSTRAINT fk_favourites_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE, 
	CONSTRAINT fk_favourites_post_id FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE
);
INSERT INTO "favourites" VALUES('id-0',1,1);
INSERT INTO "favourites" VALUES('id-1',2,2);
CREATE TABLE featured_tags (
	id INTEGER NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	tag VARCHAR(100) NOT NULL, 
	CONSTRAINT pk_featured_tags PRIMARY KEY (id), 
	CONSTRAINT fk_featured_tags_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
INSERT INTO "featured_tags" VALUES(1,'id-0','tag-0');
INSERT INTO "featured_tags" VALUES(2,'id-1','tag-1');
CREATE TABLE filter_posts (
	id INTEGER NOT NULL, 
	filter_id INTEGER NOT NULL, 
	post_id INTEGER NOT NULL, 
	CONSTRAINT pk_filter_posts PRIMARY KEY (id), 
	CONSTRAINT fk_filter_posts_filter_id FOREIGN KEY(filter_id) REFERENCES filters (id) ON DELETE CASCADE, 
	CONSTRAINT fk_filter_posts_post_id FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE
);
INSERT INTO "filter_posts" VALUES(1,1,1);
INSERT INTO "filter_posts" VALUES(2,2,2);
CREATE TABLE filter_words (
	id INTEGER NOT NULL, 
	filter_id INTEGER NOT NULL, 
	words VARCHAR(200) NOT NULL, 
	whole BOOLEAN DEFAULT 1 NOT NULL, 
	CONSTRAINT pk_filter_words PRIMARY KEY (id), 
	CONSTRAINT fk_filter_words_filter_id FOREIGN KEY(filter_id) REFERENCES filters (id) ON DELETE CASCADE
);
INSERT INTO "filter_words" VALUES(1,1,'words-0',0);
INSERT INTO "filter_words" VALUES(2,2,'words-1',1);
CREATE TABLE filters (
	id INTEGER NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	title VARCHAR(200) NOT NULL, 
	contexts JSON NOT NULL, 
	action VARCHAR(4) NOT NULL, 
	expires_ms BIGINT, 
	CONSTRAINT pk_filters PRIMARY KEY (id), 
	CONSTRAINT fk_filters_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
INSERT INTO "filters" VALUES(1,'id-0','title-0','[0]','on-0',4102444800000);
INSERT INTO "filters" VALUES(2,'id-1','title-1','[1]','on-1',4102444800000);
CREATE TABLE follow_requests (
	follower_id VARCHAR(32) NOT NULL, 
	followed_id VARCHAR(32) NOT NULL, 
	id INTEGER NOT NULL, 
	boosts BOOLEAN DEFAULT 1 NOT NULL, 
	notify BOOLEAN DEFAULT 0 NOT NULL, 
	CONSTRAINT pk_follow_requests PRIMARY KEY (follower_id, followed_id), 
	CONSTRAINT fk_follow_requests_followed_id FOREIGN KEY(followed_id) REFERENCES accounts (id) ON DELETE CASCADE, 
	CONSTRAINT fk_follow_requests_follower_id FOREIGN KEY(follower_id) REFERENCES accounts (id) ON DELETE CASCADE
);
INSERT INTO "follow_requests" VALUES('id-0','id-0',1,0,0);
INSERT INTO "follow_requests" VALUES('id-1','id-1',2,1,1);
CREATE TABLE followed_tags (
	account_id VARCHAR(32) NOT NULL, 
	tag VARCHAR(100) NOT NULL, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_followed_tags PRIMARY KEY (account_id, tag), 
	CONSTRAINT fk_followed_tags_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE, 
	CONSTRAINT uq_followed_tags_id UNIQUE (id)
);
INSERT INTO "followed_tags" VALUES('id-0','tag-0',1);
INSERT INTO "followed_tags" VALUES('id-1','tag-1',2);
CREATE TABLE follows (
	follower_id VARCHAR(32) NOT NULL, 
	followed_id VARCHAR(32) NOT NULL, 
	id INTEGER NOT NULL, 
	boosts BOOLEAN DEFAULT 1 NOT NULL, 
	notify BOOLEAN DEFAULT 0 NOT NULL, 
	CONSTRAINT pk_follows PRIMARY KEY (follower_id, followed_id), 
	CONSTRAINT fk_follows_followed_id FOREIGN KEY(followed_id) REFERENCES accounts (id) ON DELETE CASCADE, 
	CONSTRAINT fk_follows_follower_id FOREIGN KEY(follower_id) REFERENCES accounts (id) ON DELETE CASCADE
);
INSERT INTO "follows" VALUES('id-0','id-0',1,0,0);
INSERT INTO "follows" VALUES('id-1','id-1',2,1,1);
CREATE TABLE grants (
	fingerprint VARCHAR(64) NOT NULL, 
	application_id VARCHAR(32), 
	account_id VARCHAR(32) NOT NULL, 
	redirect_uri VARCHAR(500) NOT NULL, 
	scopes VARCHAR(500) NOT NULL, 
	challenge VARCHAR(64), 
	expires_ms BIGINT NOT NULL, 
	used_ms BIGINT, 
	CONSTRAINT pk_grants PRIMARY KEY (fingerprint), 
	CONSTRAINT fk_grants_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE, 
	CONSTRAINT fk_grants_application_id FOREIGN KEY(application_id) REFERENCES applications (id) ON DELETE CASCADE
);
INSERT INTO "grants" VALUES('fingerprint-0','id-0','id-0','redirect_uri-0','scopes-0','challenge-0',4102444800000,1);
INSERT INTO "grants" VALUES('fingerprint-1','id-1','id-1','redirect_uri-1','scopes-1','challenge-1',4102444800000,2);
CREATE TABLE idempotency_keys (
	account_id VARCHAR(32) NOT NULL, 
	"key" VARCHAR(128) NOT NULL, 
	post_id INTEGER, 
	scheduled_id INTEGER, 
	created_ms BIGINT NOT NULL, 
	CONSTRAINT pk_idempotency_keys PRIMARY KEY (account_id, "key"), 
	CONSTRAINT fk_idempotency_keys_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
INSERT INTO "idempotency_keys" VALUES('id-0','key-0',1,1,1);
INSERT INTO "idempotency_keys" VALUES('id-1','key-1',2,2,2);
CREATE TABLE list_members (
	list_id INTEGER NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_list_members PRIMARY KEY (list_id, account_id), 
	CONSTRAINT fk_list_members_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE, 
	CONSTRAINT fk_list_members_list_id FOREIGN KEY(list_id) REFERENCES lists (id) ON DELETE CASCADE
);
INSERT INTO "list_members" VALUES(1,'id-0',1);
INSERT INTO "list_members" VALUES(2,'id-1',2);
CREATE TABLE lists (
	id INTEGER NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	title VARCHAR(100) NOT NULL, 
	replies VARCHAR(8) DEFAULT 'list' NOT NULL, 
	"exclusive" BOOLEAN DEFAULT 0 NOT NULL, 
	CONSTRAINT pk_lists PRIMARY KEY (id), 
	CONSTRAINT fk_lists_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
INSERT INTO "lists" VALUES(1,'id-0','title-0','eplies-0',0);
INSERT INTO "lists" VALUES(2,'id-1','title-1','eplies-1',1);
CREATE TABLE mail_links (
	fingerprint VARCHAR(64) NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	purpose VARCHAR(10) NOT NULL, 
	email VARCHAR(254) NOT NULL, 
	expires_ms BIGINT NOT NULL, 
	used_ms BIGINT, 
	CONSTRAINT pk_mail_links PRIMARY KEY (fingerprint), 
	CONSTRAINT fk_mail_links_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
INSERT INTO "mail_links" VALUES('fingerprint-0','id-0','purpose-0','email-0',4102444800000,1);
INSERT INTO "mail_links" VALUES('fingerprint-1','id-1','purpose-1','email-1',4102444800000,2);
CREATE TABLE markers (
	account_id VARCHAR(32) NOT NULL, 
	timeline VARCHAR(16) NOT NULL, 
	last_read_id INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	updated_ms BIGINT NOT NULL, 
	CONSTRAINT pk_markers PRIMARY KEY (account_id, timeline), 
	CONSTRAINT fk_markers_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
INSERT INTO "markers" VALUES('id-0','timeline-0',1,1,1);
INSERT INTO "markers" VALUES('id-1','timeline-1',2,2,2);
CREATE TABLE media (
	id INTEGER NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	post_id INTEGER, 
	kind VARCHAR(8) NOT NULL, 
	state VARCHAR(8) NOT NULL, 
	file VARCHAR(80), 
	preview VARCHAR(80), 
	type VARCHAR(40) NOT NULL, 
	bytes INTEGER NOT NULL, 
	description VARCHAR(1500) DEFAULT '' NOT NULL, 
	focus_x FLOAT DEFAULT '0' NOT NULL, 
	focus_y FLOAT DEFAULT '0' NOT NULL, 
	blurhash VARCHAR(100) DEFAULT '' NOT NULL, 
	measures JSON NOT NULL, 
	problem VARCHAR(300) DEFAULT '' NOT NULL, 
	created_ms BIGINT NOT NULL, 
	CONSTRAINT pk_media PRIMARY KEY (id), 
	CONSTRAINT fk_media_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE, 
	CONSTRAINT fk_media_post_id FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE SET NULL
);
INSERT INTO "media" VALUES(1,'id-0',1,'kind-0','state-0','file-0','preview-0','type-0',1,'description-0',0.0,0.0,'blurhash-0','[0]','problem-0',1);
INSERT INTO "media" VALUES(2,'id-1',2,'kind-1','state-1','file-1','preview-1','type-1',2,'description-1',0.5,0.5,'blurhash-1','[1]','problem-1',2);
CREATE TABLE mentions (
	post_id INTEGER NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_mentions PRIMARY KEY (post_id, account_id), 
	CONSTRAINT fk_mentions_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE, 
	CONSTRAINT fk_mentions_post_id FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE
);
INSERT INTO "mentions" VALUES(1,'id-0');
INSERT INTO "mentions" VALUES(2,'id-1');
CREATE TABLE muted_threads (
	account_id VARCHAR(32) NOT NULL, 
	thread_id INTEGER NOT NULL, 
	CONSTRAINT pk_muted_threads PRIMARY KEY (account_id, thread_id), 
	CONSTRAINT fk_muted_threads_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
INSERT INTO "muted_threads" VALUES('id-0',1);
INSERT INTO "muted_threads" VALUES('id-1',2);
CREATE TABLE mutes (
	account_id VARCHAR(32) NOT NULL, 
	target_id VARCHAR(32) NOT NULL, 
	id INTEGER NOT NULL, 
	notices BOOLEAN DEFAULT 1 NOT NULL, 
	until_ms BIGINT, 
	CONSTRAINT pk_mutes PRIMARY KEY (account_id, target_id), 
	CONSTRAINT fk_mutes_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE, 
	CONSTRAINT fk_mutes_target_id FOREIGN KEY(target_id) REFERENCES accounts (id) ON DELETE CASCADE
);
INSERT INTO "mutes" VALUES('id-0','id-0',1,0,1);
INSERT INTO "mutes" VALUES('id-1','id-1',2,1,2);
CREATE TABLE name_words (
	word VARCHAR(64) NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_name_words PRIMARY KEY (word, account_id), 
	CONSTRAINT fk_name_words_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
INSERT INTO "name_words" VALUES('word-0','id-0');
INSERT INTO "name_words" VALUES('word-1','id-1');
CREATE TABLE notices (
	id INTEGER NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	from_id VARCHAR(32), 
	post_id INTEGER, 
	space_slug VARCHAR(64), 
	report_id INTEGER, 
	sanction_id INTEGER, 
	created_ms BIGINT NOT NULL, 
	dismissed BOOLEAN DEFAULT 0 NOT NULL, 
	CONSTRAINT pk_notices PRIMARY KEY (id), 
	CONSTRAINT fk_notices_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE, 
	CONSTRAINT fk_notices_from_id FOREIGN KEY(from_id) REFERENCES accounts (id) ON DELETE CASCADE, 
	CONSTRAINT fk_notices_post_id FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE, 
	CONSTRAINT fk_notices_report_id FOREIGN KEY(report_id) REFERENCES reports (id) ON DELETE CASCADE, 
	CONSTRAINT fk_notices_sanction_id FOREIGN KEY(sanction_id) REFERENCES sanctions (id) ON DELETE CASCADE
);
INSERT INTO "notices" VALUES(1,'id-0','kind-0','id-0',1,'space_slug-0',1,1,1,0);
INSERT INTO "notices" VALUES(2,'id-1','kind-1','id-1',2,'space_slug-1',2,2,2,1);
CREATE TABLE passkeys (
	id VARCHAR(400) NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	public_key BLOB NOT NULL, 
	sign_count BIGINT NOT NULL, 
	label VARCHAR(80) DEFAULT '' NOT NULL, 
	created_ms BIGINT NOT NULL, 
	used_ms BIGINT, 
	CONSTRAINT pk_passkeys PRIMARY KEY (id), 
	CONSTRAINT fk_passkeys_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
INSERT INTO "passkeys" VALUES('id-0','id-0',X'30',1,'label-0',1,1);
INSERT INTO "passkeys" VALUES('id-1','id-1',X'31',2,'label-1',2,2);
CREATE TABLE passwords (
	account_id VARCHAR(32) NOT NULL, 
	hash VARCHAR(200) NOT NULL, 
	changed_ms BIGINT NOT NULL, 
	short BOOLEAN DEFAULT 0 NOT NULL, 
	wrong_in_a_row INTEGER DEFAULT '0' NOT NULL, 
	wrong_in_hour INTEGER DEFAULT '0' NOT NULL, 
	hour_began_ms BIGINT NOT NULL, 
	CONSTRAINT pk_passwords PRIMARY KEY (account_id), 
	CONSTRAINT fk_passwords_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
INSERT INTO "passwords" VALUES('id-0','hash-0',1,0,1,1,1);
INSERT INTO "passwords" VALUES('id-1','hash-1',2,1,2,2,2);
CREATE TABLE poll_options (
	post_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	title VARCHAR(100) NOT NULL, 
	votes INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_poll_options PRIMARY KEY (post_id, position), 
	CONSTRAINT fk_poll_options_post_id FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE
);
INSERT INTO "poll_options" VALUES(1,1,'title-0',1);
INSERT INTO "poll_options" VALUES(2,2,'title-1',2);
CREATE TABLE poll_votes (
	post_id INTEGER NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	position INTEGER NOT NULL, 
	CONSTRAINT pk_poll_votes PRIMARY KEY (post_id, account_id, position), 
	CONSTRAINT fk_poll_votes_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE, 
	CONSTRAINT fk_poll_votes_post_id FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE
);
INSERT INTO "poll_votes" VALUES(1,'id-0',1);
INSERT INTO "poll_votes" VALUES(2,'id-1',2);
CREATE TABLE polls (
	post_id INTEGER NOT NULL, 
	multiple BOOLEAN DEFAULT 0 NOT NULL, 
	hide_totals BOOLEAN DEFAULT 0 NOT NULL, 
	expires_ms BIGINT NOT NULL, 
	voters INTEGER DEFAULT '0' NOT NULL, 
	closed_ms BIGINT, 
	CONSTRAINT pk_polls PRIMARY KEY (post_id), 
	CONSTRAINT fk_polls_post_id FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE
);
INSERT INTO "polls" VALUES(1,0,0,4102444800000,1,1);
INSERT INTO "polls" VALUES(2,1,1,4102444800000,2,2);
CREATE TABLE post_tags (
	tag VARCHAR(100) NOT NULL, 
	post_id INTEGER NOT NULL, 
	CONSTRAINT pk_post_tags PRIMARY KEY (tag, post_id), 
	CONSTRAINT fk_post_tags_post_id FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE
);
INSERT INTO "post_tags" VALUES('tag-0',1);
INSERT INTO "post_tags" VALUES('tag-1',2);
PRAGMA writable_schema=ON;
INSERT INTO sqlite_master(type,name,tbl_name,rootpage,sql)VALUES('table','post_words','post_words',0,'CREATE VIRTUAL TABLE post_words USING fts5(words, columnsize=0, tokenize="ascii tokenchars '':-_''")');
CREATE TABLE 'post_words_config'(k PRIMARY KEY, v) WITHOUT ROWID;
INSERT INTO "post_words_config" VALUES('version',4);
CREATE TABLE 'post_words_content'(id INTEGER PRIMARY KEY, c0);
CREATE TABLE 'post_words_data'(id INTEGER PRIMARY KEY, block BLOB);
INSERT INTO "post_words_data" VALUES(1,X'');
INSERT INTO "post_words_data" VALUES(10,X'00000000000000');
CREATE TABLE 'post_words_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;
CREATE TABLE posts (
	id INTEGER NOT NULL, 
	author_id VARCHAR(32) NOT NULL, 
	visibility VARCHAR(8) NOT NULL, 
	text TEXT NOT NULL, 
	warning VARCHAR(500) DEFAULT '' NOT NULL, 
	sensitive BOOLEAN DEFAULT 0 NOT NULL, 
	sensitized BOOLEAN DEFAULT 0 NOT NULL, 
	language VARCHAR(16) DEFAULT '' NOT NULL, 
	attached JSON NOT NULL, 
	boost_of INTEGER, 
	quote_of INTEGER, 
	quote_revoked BOOLEAN DEFAULT 0 NOT NULL, 
	quotable VARCHAR(9) DEFAULT 'public' NOT NULL, 
	reply_to INTEGER, 
	reply_to_author VARCHAR(32), 
	thread_id INTEGER NOT NULL, 
	space_slug VARCHAR(64), 
	space_moment VARCHAR(10), 
	application_id VARCHAR(32), 
	created_ms BIGINT NOT NULL, 
	edited_ms BIGINT, 
	deleted_ms BIGINT, 
	removed BOOLEAN DEFAULT 0 NOT NULL, 
	pinned_ms BIGINT, 
	replies INTEGER DEFAULT '0' NOT NULL, 
	boosts INTEGER DEFAULT '0' NOT NULL, 
	quotes INTEGER DEFAULT '0' NOT NULL, 
	favourites INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_posts PRIMARY KEY (id), 
	CONSTRAINT fk_posts_application_id FOREIGN KEY(application_id) REFERENCES applications (id) ON DELETE SET NULL, 
	CONSTRAINT fk_posts_author_id FOREIGN KEY(author_id) REFERENCES accounts (id) ON DELETE CASCADE, 
	CONSTRAINT fk_posts_boost_of FOREIGN KEY(boost_of) REFERENCES posts (id) ON DELETE CASCADE, 
	CONSTRAINT fk_posts_quote_of FOREIGN KEY(quote_of) REFERENCES posts (id) ON DELETE SET NULL, 
	CONSTRAINT fk_posts_reply_to FOREIGN KEY(reply_to) REFERENCES posts (id) ON DELETE SET NULL, 
	CONSTRAINT fk_posts_reply_to_author FOREIGN KEY(reply_to_author) REFERENCES accounts (id) ON DELETE SET NULL
);
INSERT INTO "posts" VALUES(1,'id-0','bility-0','text-0','warning-0',0,0,'language-0','[0]',NULL,NULL,0,'uotable-0',NULL,'id-0',1,'space_slug-0','e_moment-0','id-0',1,1,1,0,1,1,1,1,1);
INSERT INTO "posts" VALUES(2,'id-1','bility-1','text-1','warning-1',1,1,'language-1','[1]',NULL,NULL,1,'uotable-1',NULL,'id-1',2,'space_slug-1','e_moment-1','id-1',2,2,2,1,2,2,2,2,2);
CREATE TABLE recovery_codes (
	fingerprint VARCHAR(64) NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	used_ms BIGINT, 
	CONSTRAINT pk_recovery_codes PRIMARY KEY (fingerprint), 
	CONSTRAINT fk_recovery_codes_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
INSERT INTO "recovery_codes" VALUES('fingerprint-0','id-0',1);
INSERT INTO "recovery_codes" VALUES('fingerprint-1','id-1',2);
CREATE TABLE reports (
	id INTEGER NOT NULL, 
	reporter_id VARCHAR(32), 
	account_id VARCHAR(32), 
	space_slug VARCHAR(64), 
	category VARCHAR(10) NOT NULL, 
	comment VARCHAR(1000) DEFAULT '' NOT NULL, 
	rules JSON NOT NULL, 
	evidence JSON NOT NULL, 
	state VARCHAR(8) DEFAULT 'open' NOT NULL, 
	assigned_to VARCHAR(32), 
	resolved_by VARCHAR(32), 
	resolved_ms BIGINT, 
	created_ms BIGINT NOT NULL, 
	CONSTRAINT pk_reports PRIMARY KEY (id), 
	CONSTRAINT fk_reports_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE SET NULL, 
	CONSTRAINT fk_reports_assigned_to FOREIGN KEY(assigned_to) REFERENCES accounts (id) ON DELETE SET NULL, 
	CONSTRAINT fk_reports_reporter_id FOREIGN KEY(reporter_id) REFERENCES accounts (id) ON DELETE SET NULL, 
	CONSTRAINT fk_reports_resolved_by FOREIGN KEY(resolved_by) REFERENCES accounts (id) ON DELETE SET NULL
);
INSERT INTO "reports" VALUES(1,'id-0','id-0','space_slug-0','category-0','comment-0','[0]','[0]','state-0','id-0','id-0',1,1);
INSERT INTO "reports" VALUES(2,'id-1','id-1','space_slug-1','category-1','comment-1','[1]','[1]','state-1','id-1','id-1',2,2);
CREATE TABLE revisions (
	id INTEGER NOT NULL, 
	post_id INTEGER NOT NULL, 
	created_ms BIGINT NOT NULL, 
	text TEXT NOT NULL, 
	warning VARCHAR(500) DEFAULT '' NOT NULL, 
	sensitive BOOLEAN DEFAULT 0 NOT NULL, 
	attached JSON NOT NULL, 
	options JSON NOT NULL, 
	CONSTRAINT pk_revisions PRIMARY KEY (id), 
	CONSTRAINT fk_revisions_post_id FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE
);
INSERT INTO "revisions" VALUES(1,1,1,'text-0','warning-0',0,'[0]','[0]');
INSERT INTO "revisions" VALUES(2,2,2,'text-1','warning-1',1,'[1]','[1]');
CREATE TABLE sanctions (
	id INTEGER NOT NULL, 
	act VARCHAR(12) NOT NULL, 
	subject_id VARCHAR(32), 
	post_id INTEGER, 
	space_slug VARCHAR(64), 
	reason VARCHAR(1000) DEFAULT '' NOT NULL, 
	report_id INTEGER, 
	by_id VARCHAR(32), 
	until_ms BIGINT, 
	created_ms BIGINT NOT NULL, 
	lifted_by VARCHAR(32), 
	lifted_ms BIGINT, 
	lifted_reason VARCHAR(1000) DEFAULT '' NOT NULL, 
	CONSTRAINT pk_sanctions PRIMARY KEY (id), 
	CONSTRAINT fk_sanctions_by_id FOREIGN KEY(by_id) REFERENCES accounts (id) ON DELETE SET NULL, 
	CONSTRAINT fk_sanctions_lifted_by FOREIGN KEY(lifted_by) REFERENCES accounts (id) ON DELETE SET NULL, 
	CONSTRAINT fk_sanctions_post_id FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE SET NULL, 
	CONSTRAINT fk_sanctions_report_id FOREIGN KEY(report_id) REFERENCES reports (id) ON DELETE SET NULL, 
	CONSTRAINT fk_sanctions_subject_id FOREIGN KEY(subject_id) REFERENCES accounts (id) ON DELETE SET NULL
);
INSERT INTO "sanctions" VALUES(1,'act-0','id-0',1,'space_slug-0','reason-0',1,'id-0',1,1,'id-0',1,'lifted_reason-0');
INSERT INTO "sanctions" VALUES(2,'act-1','id-1',2,'space_slug-1','reason-1',2,'id-1',2,2,'id-1',2,'lifted_reason-1');
CREATE TABLE scheduled_posts (
	id INTEGER NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	wish JSON NOT NULL, 
	due_ms BIGINT NOT NULL, 
	CONSTRAINT pk_scheduled_posts PRIMARY KEY (id), 
	CONSTRAINT fk_scheduled_posts_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
INSERT INTO "scheduled_posts" VALUES(1,'id-0','[0]',4102444800000);
INSERT INTO "scheduled_posts" VALUES(2,'id-1','[1]',4102444800000);
CREATE TABLE "sessions" (
	fingerprint VARCHAR(64) NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	expires_ms BIGINT NOT NULL, 
	id VARCHAR(32), 
	created_ms BIGINT, 
	seen_ms BIGINT, 
	agent VARCHAR(200) DEFAULT '' NOT NULL, 
	address VARCHAR(45) DEFAULT '' NOT NULL, 
	CONSTRAINT pk_sessions PRIMARY KEY (fingerprint), 
	CONSTRAINT fk_sessions_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE, 
	CONSTRAINT uq_sessions_id UNIQUE (id)
);
INSERT INTO "sessions" VALUES('e74e19bfd5e2d6f0082d0de713ca53db9da424656506e4a195ec6102421324c5','id-0',4102444800000,'id-0',1,1,'agent-0','address-0');
INSERT INTO "sessions" VALUES('fingerprint-1','id-1',4102444800000,'id-1',2,2,'agent-1','address-1');
CREATE TABLE sign_in_links (
	fingerprint VARCHAR(64) NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	expires_ms BIGINT NOT NULL, 
	used_ms BIGINT, 
	CONSTRAINT pk_sign_in_links PRIMARY KEY (fingerprint), 
	CONSTRAINT fk_sign_in_links_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
INSERT INTO "sign_in_links" VALUES('fingerprint-0','id-0',4102444800000,1);
INSERT INTO "sign_in_links" VALUES('fingerprint-1','id-1',4102444800000,2);
CREATE TABLE sign_up_invites (
	code VARCHAR(32) NOT NULL, 
	made_by VARCHAR(32) NOT NULL, 
	uses_left INTEGER NOT NULL, 
	created_ms BIGINT NOT NULL, 
	expires_ms BIGINT NOT NULL, 
	CONSTRAINT pk_sign_up_invites PRIMARY KEY (code), 
	CONSTRAINT fk_sign_up_invites_made_by FOREIGN KEY(made_by) REFERENCES accounts (id) ON DELETE CASCADE
);
INSERT INTO "sign_up_invites" VALUES('code-0','id-0',1,1,4102444800000);
INSERT INTO "sign_up_invites" VALUES('code-1','id-1',2,2,4102444800000);
CREATE TABLE space_words (
	word VARCHAR(64) NOT NULL, 
	slug VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_space_words PRIMARY KEY (word, slug), 
	CONSTRAINT fk_space_words_slug FOREIGN KEY(slug) REFERENCES spaces (slug) ON DELETE CASCADE
);
INSERT INTO "space_words" VALUES('word-0','slug-0');
INSERT INTO "space_words" VALUES('word-1','slug-1');
CREATE TABLE spaces (
	slug VARCHAR(64) NOT NULL, 
	owner_id VARCHAR(32) NOT NULL, 
	title VARCHAR(120) NOT NULL, 
	language VARCHAR(16) NOT NULL, 
	record BOOLEAN NOT NULL, 
	phase VARCHAR(12) NOT NULL, 
	starts_ms BIGINT, 
	created_ms BIGINT NOT NULL, 
	CONSTRAINT pk_spaces PRIMARY KEY (slug), 
	CONSTRAINT fk_spaces_owner_id FOREIGN KEY(owner_id) REFERENCES accounts (id)
);
INSERT INTO "spaces" VALUES('slug-0','id-0','title-0','language-0',0,'ended',1,1);
INSERT INTO "spaces" VALUES('slug-1','id-1','title-1','language-1',1,'phase-1',2,2);
CREATE INDEX ix_sign_in_links_account_id ON sign_in_links (account_id);
CREATE INDEX ix_spaces_owner_id ON spaces (owner_id);
CREATE INDEX ix_spaces_created_ms ON spaces (created_ms);
CREATE INDEX ix_spaces_phase ON spaces (phase);
CREATE INDEX ix_applications_created_ms ON applications (created_ms);
CREATE INDEX ix_chores_due_ms ON chores (due_ms);
CREATE UNIQUE INDEX uq_chores_kind_subject ON chores (kind, subject);
CREATE INDEX ix_exports_account_id ON exports (account_id);
CREATE INDEX ix_grants_account_id ON grants (account_id);
CREATE INDEX ix_grants_application_id ON grants (application_id);
CREATE INDEX ix_grants_expires_ms ON grants (expires_ms);
CREATE INDEX ix_mail_links_account_id ON mail_links (account_id);
CREATE INDEX ix_passkeys_account_id ON passkeys (account_id);
CREATE INDEX ix_recovery_codes_account_id ON recovery_codes (account_id);
CREATE INDEX ix_sign_up_invites_made_by ON sign_up_invites (made_by);
CREATE INDEX ix_api_tokens_account_id ON api_tokens (account_id);
CREATE INDEX ix_api_tokens_application_id ON api_tokens (application_id);
CREATE INDEX ix_api_tokens_grant ON api_tokens (grant);
CREATE INDEX ix_sessions_account_id ON sessions (account_id);
CREATE INDEX ix_drafts_account_id ON drafts (account_id);
CREATE INDEX ix_idempotency_keys_created_ms ON idempotency_keys (created_ms);
CREATE INDEX ix_posts_author_id_id ON posts (author_id, id);
CREATE INDEX ix_posts_pinned ON posts (author_id, pinned_ms) WHERE pinned_ms IS NOT NULL;
CREATE INDEX ix_posts_public ON posts (id) WHERE visibility = 'public' AND boost_of IS NULL AND deleted_ms IS NULL;
CREATE INDEX ix_posts_quote_of ON posts (quote_of, id) WHERE quote_of IS NOT NULL;
CREATE INDEX ix_posts_reply_to ON posts (reply_to) WHERE reply_to IS NOT NULL;
CREATE INDEX ix_posts_thread_id_id ON posts (thread_id, id);
CREATE UNIQUE INDEX uq_posts_boost_of ON posts (boost_of, author_id) WHERE boost_of IS NOT NULL;
CREATE UNIQUE INDEX uq_posts_space ON posts (space_slug, space_moment) WHERE space_slug IS NOT NULL;
CREATE INDEX ix_scheduled_posts_account_id ON scheduled_posts (account_id);
CREATE INDEX ix_scheduled_posts_due_ms ON scheduled_posts (due_ms);
CREATE INDEX ix_media_account_id ON media (account_id);
CREATE INDEX ix_media_post_id ON media (post_id);
CREATE INDEX ix_mentions_account_id_post_id ON mentions (account_id, post_id);
CREATE INDEX ix_post_tags_post_id ON post_tags (post_id);
CREATE INDEX ix_revisions_post_id ON revisions (post_id);
CREATE INDEX ix_bookmarks_account_id_id ON bookmarks (account_id, id);
CREATE INDEX ix_bookmarks_post_id ON bookmarks (post_id);
CREATE INDEX ix_favourites_account_id_id ON favourites (account_id, id);
CREATE INDEX ix_favourites_post_id ON favourites (post_id);
CREATE INDEX ix_poll_votes_account_id ON poll_votes (account_id);
CREATE INDEX ix_blocks_target_id ON blocks (target_id);
CREATE INDEX ix_conversations_account_id_last_post_id ON conversations (account_id, last_post_id);
CREATE INDEX ix_endorsements_target_id ON endorsements (target_id);
CREATE UNIQUE INDEX uq_featured_tags_account_id_tag ON featured_tags (account_id, tag);
CREATE INDEX ix_filters_account_id ON filters (account_id);
CREATE INDEX ix_follow_requests_followed_id_id ON follow_requests (followed_id, id);
CREATE INDEX ix_follows_followed_id_id ON follows (followed_id, id);
CREATE INDEX ix_follows_follower_id_id ON follows (follower_id, id);
CREATE INDEX ix_follows_told ON follows (followed_id, id) WHERE notify;
CREATE INDEX ix_lists_account_id ON lists (account_id);
CREATE INDEX ix_mutes_target_id ON mutes (target_id);
CREATE INDEX ix_filter_posts_filter_id ON filter_posts (filter_id);
CREATE INDEX ix_filter_posts_post_id ON filter_posts (post_id);
CREATE INDEX ix_filter_words_filter_id ON filter_words (filter_id);
CREATE INDEX ix_list_members_account_id ON list_members (account_id);
CREATE INDEX ix_name_words_account_id ON name_words (account_id);
CREATE INDEX ix_reports_account_id_id ON reports (account_id, id);
CREATE INDEX ix_reports_reporter_id_id ON reports (reporter_id, id);
CREATE INDEX ix_reports_state_id ON reports (state, id);
CREATE INDEX ix_sanctions_by_id_id ON sanctions (by_id, id);
CREATE INDEX ix_sanctions_post_id ON sanctions (post_id);
CREATE INDEX ix_sanctions_report_id ON sanctions (report_id);
CREATE INDEX ix_sanctions_subject_id_id ON sanctions (subject_id, id);
CREATE INDEX ix_space_words_slug ON space_words (slug);
CREATE INDEX ix_notices_from_id_account_id ON notices (from_id, account_id, kind, post_id);
CREATE INDEX ix_notices_listed ON notices (account_id, dismissed, id);
CREATE INDEX ix_notices_post_id ON notices (post_id);
CREATE TRIGGER posts_leave_no_words AFTER DELETE ON posts BEGIN DELETE FROM post_words WHERE rowid = old.id; END;
PRAGMA writable_schema=OFF;
COMMIT;
