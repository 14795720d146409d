-- 0009: survey systems: which form is which survey there, what is known of each person there, what the last look counted.

CREATE TABLE survey_link (				-- one instrument is one survey of a LimeSurvey
	id		INTEGER PRIMARY KEY,
	instrument	INTEGER NOT NULL UNIQUE REFERENCES instrument ON DELETE CASCADE,
	url		TEXT NOT NULL,			-- of its RemoteControl; never with a password
	survey		INTEGER NOT NULL,		-- its number there
	login		TEXT NOT NULL,
	password_file	TEXT NOT NULL,			-- as a setting that ends in _file
	zone		TEXT NOT NULL,			-- in which it writes its times
	linked_at	INTEGER NOT NULL,
	next_at		INTEGER NOT NULL DEFAULT 0,	-- not looked at before, unless by hand
	known_contact	INTEGER NOT NULL DEFAULT 0,	-- the youngest person when it was last looked at whole
	troubles	INTEGER NOT NULL DEFAULT 0,	-- times in a row that it could not be
	trouble_at	INTEGER,			-- the last of them; NULL: it could
	trouble		TEXT NOT NULL DEFAULT '',	-- why not
	-- what the last whole look counted
	counted_at	INTEGER,			-- when it ended; NULL: never yet
	began_at	INTEGER NOT NULL DEFAULT 0,
	participants	INTEGER NOT NULL DEFAULT 0,	-- by its own summary
	completed	INTEGER NOT NULL DEFAULT 0,	-- by its own summary
	ours		INTEGER NOT NULL DEFAULT 0,	-- answers to the instrument in this store
	unread		INTEGER NOT NULL DEFAULT 0,	-- completed by the summary, not yet when the list was read
	only_ours	INTEGER NOT NULL DEFAULT 0,	-- answers in this store of people who are not completed there
	strangers	INTEGER NOT NULL DEFAULT 0,	-- participants with a token that is none of this campaign
	strangers_done	INTEGER NOT NULL DEFAULT 0,	-- ... completed
	early		INTEGER NOT NULL DEFAULT 0,	-- completed before the campaign opened
	late		INTEGER NOT NULL DEFAULT 0,	-- ... after it closed
	undated		INTEGER NOT NULL DEFAULT 0,	-- ... first seen after closing, without a time
	odd		INTEGER NOT NULL DEFAULT 0,	-- ... in the future, or at no time at all
	quota		INTEGER NOT NULL DEFAULT 0,	-- screened out by a quota: no answer
	removed		INTEGER NOT NULL DEFAULT 0,	-- people of ours who were there and are no more
	refused		INTEGER NOT NULL DEFAULT 0,	-- people of ours whom it does not take
	changed		INTEGER NOT NULL DEFAULT 0	-- people of ours whose token it changed
) STRICT;

CREATE TABLE survey_person (				-- one person as known there
	link		INTEGER NOT NULL REFERENCES survey_link ON DELETE CASCADE,
	contact		INTEGER NOT NULL REFERENCES contact ON DELETE CASCADE,
	state		TEXT NOT NULL CHECK (state = 'there' OR state = 'refused' OR state = 'changed'),
	fault		TEXT NOT NULL,			-- why not there; addresses masked
	tid		INTEGER NOT NULL,		-- its number of the participant
	completed	TEXT NOT NULL,			-- as it stands there: N, Q, Y, a date
	done_seen_at	INTEGER NOT NULL,		-- when it was first seen completed; 0
	fate		TEXT NOT NULL,			-- what became of the answer: engine/answers.h; undated; ''
	sent		TEXT NOT NULL,			-- these four as they stand there
	remindersent	TEXT NOT NULL,
	remindercount	INTEGER NOT NULL,
	emailstatus	TEXT NOT NULL,
	wrote		TEXT NOT NULL,			-- what was last written back; ''
	PRIMARY KEY (link, contact)
) STRICT, WITHOUT ROWID;
