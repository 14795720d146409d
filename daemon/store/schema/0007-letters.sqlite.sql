-- 0007: the loop with the units: focal points, letters and what became of them, corrections, alerts, expected sub-units.
-- Nobody is nominated by a letter: letters have tables of their own, so that no count of people or invites meets them.

CREATE TABLE focal_point (				-- whom a unit has named for the survey
	id		INTEGER PRIMARY KEY,
	unit		INTEGER NOT NULL REFERENCES unit,
	rank		INTEGER NOT NULL,		-- 1 is written to
	name		TEXT NOT NULL,
	position	TEXT NOT NULL,			-- what the person does; ''
	email		TEXT NOT NULL,			-- lower case
	telephone	TEXT NOT NULL,			-- as written; ''
	admin_email	TEXT NOT NULL,			-- of the unit's mail administrator; ''
	imported_at	INTEGER NOT NULL,
	UNIQUE (unit, email)
) STRICT;

CREATE TABLE letter (					-- one message to a focal point, a mail administrator, a test mailbox or the operator
	-- Above the ids of all invites: a tag names either, and cannot be taken for the other.
	id		INTEGER PRIMARY KEY CHECK (id > 2199023255552),
	campaign	INTEGER NOT NULL REFERENCES campaign,
	wave		TEXT NOT NULL,			-- letters that went out together; within it nobody is written to twice
	kind		TEXT NOT NULL CHECK (kind = 'numbers' OR kind = 'fix' OR kind = 'refusal' OR
			    kind = 'preflight' OR kind = 'alert'),
	about		TEXT NOT NULL,			-- code of the unit; preflight: mail domain; alert: ''
	number		TEXT NOT NULL,			-- of the dispatch: 4712/BNV-CCHC; '' when none was given
	name		TEXT NOT NULL,			-- of the addressee; ''
	email		TEXT NOT NULL,
	state		TEXT NOT NULL CHECK (state = 'planned' OR state = 'sending' OR
			    state = 'accepted' OR state = 'deferred' OR
			    state = 'refused' OR state = 'uncertain' OR
			    state = 'expired'),
	created_at	INTEGER NOT NULL,
	due_at		INTEGER NOT NULL,
	expires_at	INTEGER NOT NULL,
	attempts	INTEGER NOT NULL DEFAULT 0,
	moved_at	INTEGER NOT NULL,		-- when it came into its state
	message		BLOB NOT NULL,			-- the octets of DATA: what was sent stays on record
	UNIQUE (campaign, wave, about, email)
) STRICT;
CREATE INDEX letter_due ON letter (due_at, id) WHERE state = 'planned' OR state = 'deferred' OR state = 'sending';

CREATE TABLE letter_attempt (				-- one SMTP transaction of a letter, as attempt
	letter		INTEGER NOT NULL REFERENCES letter,
	n		INTEGER NOT NULL,
	at		INTEGER NOT NULL,
	relay		TEXT NOT NULL,
	command		TEXT NOT NULL,
	code		INTEGER NOT NULL,
	enhanced	TEXT NOT NULL,
	text		TEXT NOT NULL,
	duration_ms	INTEGER NOT NULL,
	verdict		TEXT NOT NULL CHECK (verdict = 'accepted' OR verdict = 'deferred' OR
			    verdict = 'refused' OR verdict = 'uncertain'),
	category	TEXT NOT NULL,
	PRIMARY KEY (letter, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE letter_news (				-- what came back about a letter
	id		INTEGER PRIMARY KEY,
	letter		INTEGER NOT NULL REFERENCES letter,
	inbound		INTEGER NOT NULL REFERENCES inbound,
	at		INTEGER NOT NULL,
	kind		TEXT NOT NULL,			-- as evidence.kind: dsn, delay, complaint, auto_reply, read_receipt, reply
	category	TEXT NOT NULL,			-- mail/category.h; '' when it is no report
	status		TEXT NOT NULL,
	text		TEXT NOT NULL
) STRICT;
CREATE INDEX letter_news_letter ON letter_news (letter);

CREATE TABLE correction (				-- a unit gave another address for a person
	id		INTEGER PRIMARY KEY,
	contact		INTEGER NOT NULL REFERENCES contact,
	roster		INTEGER NOT NULL REFERENCES roster,	-- the file that says so
	at		INTEGER NOT NULL,
	old_email	TEXT NOT NULL,			-- '' when there was none that could be used
	new_email	TEXT NOT NULL
) STRICT;
CREATE INDEX correction_contact ON correction (contact, at);

CREATE TABLE alert_told (				-- said to the operator once
	campaign	INTEGER NOT NULL REFERENCES campaign,
	kind		TEXT NOT NULL,			-- no_roster, zero
	unit		INTEGER NOT NULL REFERENCES unit,
	told_at		INTEGER NOT NULL,
	PRIMARY KEY (campaign, kind, unit)
) STRICT, WITHOUT ROWID;

CREATE TABLE expected_sub_unit (			-- a department or district that should nominate somebody
	unit		INTEGER NOT NULL REFERENCES unit,
	position	INTEGER NOT NULL,		-- in the file
	name		TEXT NOT NULL,
	level		TEXT NOT NULL,			-- as the file has it: so, huyen, vu ...; ''
	PRIMARY KEY (unit, position)
) STRICT, WITHOUT ROWID;
