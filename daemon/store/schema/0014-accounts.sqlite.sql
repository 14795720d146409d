-- 0014: a second factor beside the password, keys for programs, and what the pages for accounts show.

CREATE TABLE second_factor (				-- the app of a user that shows six digits (RFC 6238)
	user		INTEGER PRIMARY KEY REFERENCES user,
	secret		TEXT NOT NULL,			-- sealed with the key file: who reads the store alone cannot compute codes
	begun_at	INTEGER NOT NULL,
	confirmed_at	INTEGER,			-- by a first code; NULL: not yet, and nobody is asked for one
	step		INTEGER NOT NULL,		-- of the last code that was used: none works twice
	failures	INTEGER NOT NULL		-- codes that were wrong since the last right one
) STRICT;

CREATE TABLE recovery_code (				-- comes in once in place of a code, when the telephone is lost
	hash		TEXT NOT NULL PRIMARY KEY,	-- SHA-256 of user and code
	user		INTEGER NOT NULL REFERENCES user
) STRICT, WITHOUT ROWID;
CREATE INDEX recovery_code_user ON recovery_code (user);

CREATE TABLE login_half (				-- the password was right, the code has not come yet
	key		TEXT NOT NULL PRIMARY KEY,	-- SHA-256 of what the cookie holds
	user		INTEGER NOT NULL REFERENCES user,
	began_at	INTEGER NOT NULL,
	failures	INTEGER NOT NULL		-- codes that were wrong
) STRICT, WITHOUT ROWID;

CREATE TABLE api_key (					-- a program that may ask under /api/v1
	id		TEXT NOT NULL PRIMARY KEY,	-- stands in the key itself, in the clear
	name		TEXT NOT NULL UNIQUE,		-- in the audit log; of a revoked key, too, for ever
	hash		TEXT NOT NULL,			-- SHA-256 of the whole key, which holds 256 random bits
	scopes		TEXT NOT NULL,			-- counts,people ...
	unit		TEXT NOT NULL,			-- code of the one unit it sees; '': all
	created_at	INTEGER NOT NULL,
	expires_at	INTEGER,			-- NULL: does not
	revoked_at	INTEGER,			-- NULL: works
	used_at		INTEGER				-- to the hour; NULL: never yet
) STRICT, WITHOUT ROWID;

ALTER TABLE session ADD COLUMN agent TEXT NOT NULL DEFAULT '';	-- which browser on which system, in two words

-- The log by who, by what, and by both.
CREATE INDEX audit_actor ON audit (actor, id);
CREATE INDEX audit_action ON audit (action, id);
CREATE INDEX audit_both ON audit (actor, action, id);
