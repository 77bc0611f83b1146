BEGIN TRANSACTION;
CREATE TABLE accounts (
	id VARCHAR(32) NOT NULL, 
	handle VARCHAR(32) NOT NULL, 
	name VARCHAR(80) NOT NULL, 
	role VARCHAR(8) NOT NULL, 
	created_ms BIGINT NOT NULL, 
	CONSTRAINT pk_accounts PRIMARY KEY (id), 
	CONSTRAINT uq_accounts_handle UNIQUE (handle)
);
INSERT INTO "accounts" VALUES('id-0','ada','name-0','admin',1);
INSERT INTO "accounts" VALUES('id-1','handle-1','name-1','role-1',2);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE api_tokens (
	fingerprint VARCHAR(64) NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	label VARCHAR(80) NOT NULL, 
	created_ms BIGINT NOT NULL, 
	CONSTRAINT pk_api_tokens PRIMARY KEY (fingerprint), 
	CONSTRAINT fk_api_tokens_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
INSERT INTO "api_tokens" VALUES('3647e75afbfecbfab026516b13dddfea6a2bd520fc20294e6c9b75408dcf2771','id-0','label-0',1);
INSERT INTO "api_tokens" VALUES('fingerprint-1','id-1','label-1',2);
CREATE TABLE sessions (
	fingerprint VARCHAR(64) NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	expires_ms BIGINT NOT NULL, 
	CONSTRAINT pk_sessions PRIMARY KEY (fingerprint), 
	CONSTRAINT fk_sessions_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
INSERT INTO "sessions" VALUES('e74e19bfd5e2d6f0082d0de713ca53db9da424656506e4a195ec6102421324c5','id-0',4102444800000);
INSERT INTO "sessions" VALUES('fingerprint-1','id-1',4102444800000);
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
CREATE INDEX ix_api_tokens_account_id ON api_tokens (account_id);
CREATE INDEX ix_sign_in_links_account_id ON sign_in_links (account_id);
CREATE INDEX ix_sessions_account_id ON sessions (account_id);
CREATE INDEX ix_spaces_phase ON spaces (phase);
CREATE INDEX ix_spaces_owner_id ON spaces (owner_id);
CREATE INDEX ix_spaces_created_ms ON spaces (created_ms);
COMMIT;
