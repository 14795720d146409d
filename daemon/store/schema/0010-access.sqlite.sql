-- 0010: who may come in, and a record of what was done that cannot be changed unseen.

ALTER TABLE audit ADD COLUMN hash TEXT NOT NULL DEFAULT '';	-- SHA-256 over the row and the hash before it; '': older than the chain

CREATE TABLE user (					-- somebody who may use the desk
	id		INTEGER PRIMARY KEY,
	name		TEXT NOT NULL UNIQUE,		-- lower case
	role		TEXT NOT NULL CHECK (role = 'administrator' OR role = 'operator' OR role = 'focal' OR role = 'viewer'),
	unit		TEXT NOT NULL,			-- focal: code of the one unit it sees; ''
	password	TEXT NOT NULL,			-- crypt(5), yescrypt
	created_at	INTEGER NOT NULL,
	disabled_at	INTEGER,			-- NULL: may come in
	login_at	INTEGER				-- the last time; NULL: never yet
) STRICT;

CREATE TABLE session (					-- a browser that is logged in
	key		TEXT NOT NULL PRIMARY KEY,	-- SHA-256 of what the cookie holds: who reads the store cannot come in
	user		INTEGER NOT NULL REFERENCES user,
	began_at	INTEGER NOT NULL,
	seen_at		INTEGER NOT NULL		-- to the minute
) STRICT, WITHOUT ROWID;
CREATE INDEX session_user ON session (user);
