-- 0004: probe mailboxes: our own accounts at the providers that matter; into which folder do messages come?
-- Nobody is nominated by them: they have tables of their own, so that no count of people or invites meets them.

CREATE TABLE probe (
	id		INTEGER PRIMARY KEY,
	email		TEXT NOT NULL UNIQUE,		-- lower case
	stands_for	TEXT NOT NULL,			-- mail domain, or name of a provider; lower case
	mailbox		TEXT NOT NULL,			-- imaps://host, imap://host, maildir:PATH
	login		TEXT NOT NULL,			-- name for the mailbox; '' for a Maildir
	password_file	TEXT NOT NULL,			-- as a setting that ends in _file
	note		TEXT NOT NULL,
	active		INTEGER NOT NULL,		-- 0: removed, but what it saw stays
	added_at	INTEGER NOT NULL,
	troubles	INTEGER NOT NULL DEFAULT 0,	-- times in a row that the mailbox could not be looked into
	trouble_at	INTEGER,			-- the last of them; NULL: it could
	trouble		TEXT NOT NULL DEFAULT ''	-- why not
) STRICT;

CREATE TABLE probe_send (				-- one wave to one probe: at most one message
	-- Above the ids of all invites: a tag, a journal line or a job names either, and cannot be taken for the other.
	id		INTEGER PRIMARY KEY CHECK (id > 1099511627776),
	wave		INTEGER NOT NULL REFERENCES wave,
	probe		INTEGER NOT NULL REFERENCES probe,
	token		TEXT NOT NULL UNIQUE,		-- of the links: opens nobody's page
	after_invite	INTEGER NOT NULL,		-- goes out when the wave has come to this invite
	state		TEXT NOT NULL CHECK (state = 'planned' OR state = 'sending' OR state = 'accepted' OR
			    state = 'refused' OR state = 'cancelled'),
	due_at		INTEGER NOT NULL,
	attempts	INTEGER NOT NULL DEFAULT 0,
	claimed_by	INTEGER,			-- number of the dispatcher run that claimed it last
	accepted_at	INTEGER,			-- by the relay
	message_id	TEXT NOT NULL DEFAULT '',	-- without <>; '' until it is accepted
	reply		TEXT NOT NULL DEFAULT '',	-- the last one, or what came back
	UNIQUE (wave, probe)
) STRICT;
CREATE INDEX probe_send_open ON probe_send (wave) WHERE state = 'planned' OR state = 'sending';

CREATE TABLE placement (				-- one look for one message
	send		INTEGER NOT NULL REFERENCES probe_send,
	age_s		INTEGER NOT NULL,		-- since it was accepted
	looked_at	INTEGER NOT NULL,
	place		TEXT NOT NULL CHECK (place = 'inbox' OR place = 'spam' OR place = 'other' OR place = 'missing'),
	folder		TEXT NOT NULL,			-- as a mail program shows its name; '' when missing
	PRIMARY KEY (send, age_s)
) STRICT, WITHOUT ROWID;
