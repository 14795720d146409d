-- 0005: mailboxes and mail logs: how far each was read.

CREATE TABLE mailbox (					-- one folder of one account
	id		INTEGER PRIMARY KEY,
	name		TEXT NOT NULL UNIQUE,		-- URL with the user and no password: imaps://user@host/INBOX
	uidvalidity	INTEGER NOT NULL DEFAULT 0,	-- IMAP: of the folder while last_uid was counted
	last_uid	INTEGER NOT NULL DEFAULT 0,	-- IMAP: read up to here
	success_at	INTEGER,			-- when it was last read to its end
	failed_at	INTEGER,			-- when it last could not be
	error		TEXT NOT NULL DEFAULT ''	-- why; '' since it was read to its end
) STRICT;

CREATE TABLE mailbox_message (				-- POP3: what stays on the server and was read
	mailbox		INTEGER NOT NULL REFERENCES mailbox,
	uidl		TEXT NOT NULL,
	seen_at		INTEGER NOT NULL,		-- when it was there, to the day
	PRIMARY KEY (mailbox, uidl)
) STRICT, WITHOUT ROWID;

CREATE TABLE mail_log (					-- a log of a relay of ours
	path		TEXT NOT NULL PRIMARY KEY,
	device		INTEGER NOT NULL,
	inode		INTEGER NOT NULL,		-- logs are renamed: which file of that name it was
	head		TEXT NOT NULL,			-- SHA-256 of its first line: inodes are used again
	at_byte		INTEGER NOT NULL,		-- read up to here
	read_at		INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
