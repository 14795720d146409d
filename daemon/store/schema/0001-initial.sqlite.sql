-- 0001: the first schema. Times are Unix seconds, UTC. States are words.
-- SQLite dialect: STRICT tables; WITHOUT ROWID where the key is the row. A CHECK with IN over three words or
-- more builds a table of the words for every row that is written: OR does not. The same holds for the WHERE of an index.

-- Units: provinces and ministries, by tree (one directory file is one tree).
CREATE TABLE tree (
	id		INTEGER PRIMARY KEY,
	key		TEXT NOT NULL UNIQUE		-- file name without ending: vn-2021
) STRICT;

CREATE TABLE unit (
	id		INTEGER PRIMARY KEY,
	tree		INTEGER NOT NULL REFERENCES tree,
	code		TEXT NOT NULL,			-- T92, B02, N92
	kind		TEXT NOT NULL CHECK (kind IN ('ministry', 'province')),
	name_vi		TEXT NOT NULL,			-- Thành phố Cần Thơ
	name_en		TEXT NOT NULL,
	short_vi	TEXT NOT NULL,			-- Cần Thơ
	position	INTEGER NOT NULL,		-- order in the directory file (official order)
	valid_from	INTEGER NOT NULL,		-- first second in force; 0: always was
	valid_to	INTEGER,			-- last second; NULL: until further notice
	predecessors	TEXT NOT NULL,			-- codes, '|' between
	UNIQUE (tree, code, valid_from)			-- a code without a date is ambiguous
) STRICT;

CREATE TABLE unit_alias (				-- every name a unit answers to, folded
	key		TEXT NOT NULL,			-- text_fold of the name without prefixes
	unit		INTEGER NOT NULL REFERENCES unit,
	PRIMARY KEY (key, unit)
) STRICT, WITHOUT ROWID;

CREATE TABLE unit_domain (				-- mail domains that belong to a unit
	domain		TEXT NOT NULL,			-- lower case, A-label
	unit		INTEGER NOT NULL REFERENCES unit,
	PRIMARY KEY (domain, unit)
) STRICT, WITHOUT ROWID;

CREATE TABLE provider (					-- personal-mail providers
	domain		TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- Campaigns and their forms.
CREATE TABLE campaign (
	id		INTEGER PRIMARY KEY,
	key		TEXT NOT NULL UNIQUE,
	title		TEXT NOT NULL,
	tree		INTEGER NOT NULL REFERENCES tree,
	opens_at	INTEGER NOT NULL,
	closes_at	INTEGER NOT NULL,
	zone		TEXT NOT NULL,			-- Asia/Ho_Chi_Minh
	lang		TEXT NOT NULL,			-- vi, en: of mails and reports
	sender_name	TEXT NOT NULL,			-- display name of From:
	sender_address	TEXT NOT NULL,
	help_text	TEXT NOT NULL DEFAULT '',	-- whom to ask: telephone, mailbox
	tracking	TEXT NOT NULL DEFAULT 'none' CHECK (tracking IN ('none', 'visits')),
	created_at	INTEGER NOT NULL
) STRICT;

CREATE TABLE campaign_basis (				-- legal bases and dispatches, in order
	campaign	INTEGER NOT NULL REFERENCES campaign,
	kind		TEXT NOT NULL CHECK (kind IN ('legal_basis', 'dispatch')),
	position	INTEGER NOT NULL,
	text		TEXT NOT NULL,
	PRIMARY KEY (campaign, kind, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE instrument (				-- one form of a campaign
	id		INTEGER PRIMARY KEY,
	campaign	INTEGER NOT NULL REFERENCES campaign,
	key		TEXT NOT NULL,			-- survey, feedback
	title		TEXT NOT NULL,
	url		TEXT NOT NULL,			-- {{token}} is replaced
	position	INTEGER NOT NULL,
	UNIQUE (campaign, key)
) STRICT;

-- Rosters as received; every data record is kept.
CREATE TABLE roster (
	id		INTEGER PRIMARY KEY,
	campaign	INTEGER NOT NULL REFERENCES campaign,
	unit		INTEGER NOT NULL REFERENCES unit,
	file		TEXT NOT NULL,			-- base name
	sha256		TEXT NOT NULL,			-- of the bytes as received
	bytes		INTEGER NOT NULL,
	received_from	TEXT NOT NULL,
	received_at	INTEGER NOT NULL,
	imported_at	INTEGER NOT NULL,
	encoding	TEXT NOT NULL,			-- as found: UTF-8, windows-1258, TCVN3 ...
	delimiter	TEXT NOT NULL,
	columns		TEXT NOT NULL,			-- what each column was taken for, ',' between
	blanked		TEXT NOT NULL,			-- headings of columns that were not stored
	records		INTEGER NOT NULL,
	declared	INTEGER,			-- total that the footer states
	replaces	INTEGER REFERENCES roster,	-- the unit's roster before this one
	replaced_by	INTEGER REFERENCES roster	-- NULL: this one counts
) STRICT;
CREATE INDEX roster_unit ON roster (campaign, unit);

CREATE TABLE contact (					-- one nominated person
	id		INTEGER PRIMARY KEY,
	campaign	INTEGER NOT NULL REFERENCES campaign,
	unit		INTEGER NOT NULL REFERENCES unit,
	name		TEXT NOT NULL,			-- NFC, honorifics kept
	name_key	TEXT NOT NULL,			-- folded, without honorific
	sub_unit	TEXT NOT NULL,
	position	TEXT NOT NULL,			-- what the person does: Chuyên viên
	token		TEXT NOT NULL,
	state		TEXT NOT NULL CHECK (state = 'mailable' OR state = 'held' OR state = 'rejected'),
	reason		TEXT NOT NULL,			-- of the row that decided: clean, typo_domain ...
	missing_since	INTEGER,			-- not in the unit's latest roster any more
	created_at	INTEGER NOT NULL,
	roster		INTEGER REFERENCES roster,	-- the row that decided: roster and its seq
	seq		INTEGER
) STRICT;
CREATE UNIQUE INDEX contact_token ON contact (token);
CREATE INDEX contact_unit ON contact (campaign, unit);

CREATE TABLE address (					-- a contact has one or more, ranked
	contact		INTEGER NOT NULL REFERENCES contact,
	rank		INTEGER NOT NULL,		-- 1 is used first
	email		TEXT NOT NULL,			-- lower case
	PRIMARY KEY (contact, rank)
) STRICT, WITHOUT ROWID;
CREATE INDEX address_email ON address (email);

CREATE TABLE roster_row (				-- one data record of a roster
	id		INTEGER PRIMARY KEY,		-- roster * 2^32 + seq: rows of a roster lie together, in order
	roster		INTEGER NOT NULL REFERENCES roster,
	seq		INTEGER NOT NULL,		-- 1, 2, ... in the file
	line		INTEGER NOT NULL,		-- physical line the record starts on
	name		TEXT NOT NULL,
	email		TEXT NOT NULL,			-- accept and duplicate
	alternate	TEXT NOT NULL,			-- accept
	disposition	TEXT NOT NULL CHECK (disposition = 'accept' OR disposition = 'hold' OR
			    disposition = 'reject' OR disposition = 'duplicate'),
	reason		TEXT NOT NULL,
	warnings	TEXT NOT NULL,			-- ';' between
	suggestion	TEXT NOT NULL,			-- hold
	raw		TEXT NOT NULL,			-- the record as decoded, CSV, columns we do not need blanked
	contact		INTEGER REFERENCES contact	-- the person; of a duplicate: the one it repeats
) STRICT;
CREATE INDEX roster_row_repeats ON roster_row (contact) WHERE disposition = 'duplicate';

-- Waves and what was sent.
CREATE TABLE wave (
	id		INTEGER PRIMARY KEY,
	campaign	INTEGER NOT NULL REFERENCES campaign,
	name		TEXT NOT NULL,
	template	TEXT NOT NULL,
	audience	TEXT NOT NULL,			-- expression; '' = everybody mailable who has not answered all
	not_before	INTEGER,
	not_after	INTEGER,
	uncertain	TEXT NOT NULL CHECK (uncertain IN ('resend', 'hold')),
	state		TEXT NOT NULL CHECK (state = 'planned' OR state = 'running' OR
			    state = 'paused' OR state = 'done'),
	created_at	INTEGER NOT NULL,
	UNIQUE (campaign, name)
) STRICT;

CREATE TABLE invite (					-- one wave to one contact: at most one message
	id		INTEGER PRIMARY KEY,
	wave		INTEGER NOT NULL REFERENCES wave,
	contact		INTEGER NOT NULL REFERENCES contact,
	email		TEXT NOT NULL,			-- the address it goes to
	state		TEXT NOT NULL CHECK (state = 'planned' OR state = 'sending' OR
			    state = 'accepted' OR state = 'deferred' OR
			    state = 'refused' OR state = 'uncertain' OR
			    state = 'expired' OR state = 'cancelled'),
	due_at		INTEGER NOT NULL,
	expires_at	INTEGER,			-- set by the first attempt
	attempts	INTEGER NOT NULL DEFAULT 0,
	claimed_at	INTEGER,
	claimed_by	INTEGER,			-- number of the dispatcher run that claimed it last
	moved_at	INTEGER NOT NULL,		-- when it came into its state
	UNIQUE (wave, contact)
) STRICT;
CREATE INDEX invite_due ON invite (wave, due_at, id) WHERE state IN ('planned', 'deferred');
CREATE INDEX invite_expiry ON invite (wave, expires_at) WHERE state = 'deferred';
CREATE INDEX invite_open ON invite (wave) WHERE state = 'planned' OR state = 'deferred' OR state = 'sending' OR state = 'uncertain';
CREATE INDEX invite_contact ON invite (contact);

CREATE TABLE attempt (					-- one SMTP transaction
	invite		INTEGER NOT NULL REFERENCES invite,
	n		INTEGER NOT NULL,		-- 1, 2, ...: the tag names (invite, n)
	at		INTEGER NOT NULL,
	relay		TEXT NOT NULL,			-- host:port or dir:PATH
	command		TEXT NOT NULL,			-- what was answered: CONNECT, EHLO, AUTH, MAIL, RCPT, DATA, DOT
	code		INTEGER NOT NULL,		-- SMTP reply code, 0 when none came
	enhanced	TEXT NOT NULL,			-- RFC 3463, '' when none was given
	text		TEXT NOT NULL,			-- the reply, whole
	duration_ms	INTEGER NOT NULL,
	verdict		TEXT NOT NULL CHECK (verdict = 'accepted' OR verdict = 'deferred' OR
			    verdict = 'refused' OR verdict = 'uncertain'),
	category	TEXT NOT NULL,			-- '' when accepted
	PRIMARY KEY (invite, n)
) STRICT, WITHOUT ROWID;

-- What came back.
CREATE TABLE inbound (					-- one message read from a bounce mailbox
	id		INTEGER PRIMARY KEY,
	sha256		TEXT NOT NULL UNIQUE,		-- a message seen twice counts once
	source		TEXT NOT NULL,			-- mailbox or path
	received_at	INTEGER NOT NULL,
	kind		TEXT NOT NULL,			-- bounce, arf, autoreply, mdn, ordinary
	fate		TEXT NOT NULL CHECK (fate = 'matched' OR fate = 'unmatched' OR fate = 'forged' OR
			    fate = 'reply'),
	raw		BLOB NOT NULL
) STRICT;

CREATE TABLE evidence (					-- one observed fact about one person
	id		INTEGER PRIMARY KEY,
	contact		INTEGER NOT NULL REFERENCES contact,
	invite		INTEGER REFERENCES invite,	-- the message it is about, when known
	inbound		INTEGER REFERENCES inbound,
	at		INTEGER NOT NULL,		-- when it happened, as far as known
	kind		TEXT NOT NULL,			-- store/evidence.h lists them
	grade		TEXT NOT NULL CHECK (grade = 'A' OR grade = 'B' OR grade = 'C' OR grade = 'D'),
	category	TEXT NOT NULL,			-- mail/category.h; '' when it is no report
	hard		INTEGER NOT NULL,		-- 1: stop using this address
	email		TEXT NOT NULL,			-- the address it speaks of
	status		TEXT NOT NULL,			-- enhanced status as reported
	text		TEXT NOT NULL,			-- diagnostic text, whole
	until_at	INTEGER NOT NULL DEFAULT 0,	-- auto_reply: away until then, when it says so
	fingerprint	TEXT NOT NULL UNIQUE		-- the same fact told twice counts once
) STRICT;
-- Covers what reports read, in the order they read it (store/facts.c): they never touch the table.
CREATE INDEX evidence_contact ON evidence (contact, at, kind, category, grade, invite, until_at, email);

CREATE TABLE answer (					-- one form done by one person
	contact		INTEGER NOT NULL REFERENCES contact,
	instrument	INTEGER NOT NULL REFERENCES instrument,
	first_at	INTEGER NOT NULL,
	last_at		INTEGER NOT NULL,
	source		TEXT NOT NULL,			-- link, api, import
	PRIMARY KEY (contact, instrument)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (					-- who did what, without personal data
	id		INTEGER PRIMARY KEY,
	at		INTEGER NOT NULL,
	actor		TEXT NOT NULL,			-- cli:USER, web, api, thumoid
	action		TEXT NOT NULL,
	detail		TEXT NOT NULL
) STRICT;
