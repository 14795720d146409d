-- 0008: waves that cron runs: the plan of a campaign, what was done and what was left out, the time this store has seen.

-- What the plan says of a wave. A wave made by hand has position 0: nothing but a command begins it.
ALTER TABLE wave ADD COLUMN kind TEXT NOT NULL DEFAULT 'notice' CHECK (kind = 'invitation' OR kind = 'reminder' OR
			    kind = 'thanks' OR kind = 'notice');	-- which rules hold (engine/eligible.h)
ALTER TABLE wave ADD COLUMN position INTEGER NOT NULL DEFAULT 0;	-- in the plan of its campaign, from 1
ALTER TABLE wave ADD COLUMN at_text TEXT NOT NULL DEFAULT '';		-- when it begins, as written; not_before is what came of it
ALTER TABLE wave ADD COLUMN end_text TEXT NOT NULL DEFAULT '';		-- its last moment, as written; not_after
ALTER TABLE wave ADD COLUMN quiet_hours TEXT NOT NULL DEFAULT '';	-- 18:00-07:30, none; '': as set
ALTER TABLE wave ADD COLUMN working_days TEXT NOT NULL DEFAULT '';	-- yes, no; '': as set
ALTER TABLE wave ADD COLUMN other_template TEXT NOT NULL DEFAULT '';	-- for people whose mail is probably filtered; ''
ALTER TABLE wave ADD COLUMN second_address TEXT NOT NULL DEFAULT '';	-- probable-spam: theirs goes there; '': dead ones only
-- What became of it.
ALTER TABLE wave ADD COLUMN begun_at INTEGER;				-- when it was first planned; NULL: not yet
ALTER TABLE wave ADD COLUMN closed_at INTEGER;				-- cron is done with it: over, or passed over; NULL
ALTER TABLE wave ADD COLUMN planned_at INTEGER;				-- when everybody was last looked at; NULL: never
ALTER TABLE wave ADD COLUMN planned_evidence INTEGER NOT NULL DEFAULT 0;	-- evidence that was known then
UPDATE wave SET kind = CASE WHEN template LIKE 'reminder%' THEN 'reminder' WHEN template LIKE 'invitation%' THEN 'invitation'
	ELSE 'notice' END;

-- How often the plan was changed: who has a campaign in memory reads it again.
ALTER TABLE campaign ADD COLUMN changes INTEGER NOT NULL DEFAULT 0;

ALTER TABLE invite ADD COLUMN variant INTEGER NOT NULL DEFAULT 0;	-- 1: made of the wave's other template

CREATE TABLE invite_address (				-- where an invite went before that address was proven dead
	invite		INTEGER NOT NULL REFERENCES invite,
	upto		INTEGER NOT NULL,		-- its attempts up to this one went there
	email		TEXT NOT NULL,
	at		INTEGER NOT NULL,		-- when the next address took its place
	PRIMARY KEY (invite, upto)
) STRICT, WITHOUT ROWID;
-- Which addresses are proven dead.
CREATE INDEX evidence_hard ON evidence (email, hard) WHERE hard = 1;

CREATE TABLE wave_log (					-- what was done, what was left out, and why
	id		INTEGER PRIMARY KEY,
	at		INTEGER NOT NULL,
	campaign	INTEGER REFERENCES campaign,	-- NULL: it concerns all
	wave		TEXT NOT NULL,			-- its name: a wave that never began may be gone; '': the campaign
	what		TEXT NOT NULL,			-- store/wave_log.h lists the words
	n		INTEGER NOT NULL,		-- people, or invites; 0 where none are meant
	reason		TEXT NOT NULL,			-- a word; '' where what says it all
	detail		TEXT NOT NULL			-- a time, a wave, words of a stop; ''
) STRICT;
CREATE INDEX wave_log_of ON wave_log (campaign, wave, what);

CREATE TABLE cron (					-- one row: what time this store has seen (engine/watch.h)
	id		INTEGER PRIMARY KEY CHECK (id = 1),
	seen_at		INTEGER NOT NULL,		-- the highest
	interval_s	INTEGER NOT NULL,		-- between the last two runs
	held_until	INTEGER NOT NULL,		-- nothing is planned or sent before; 0
	held_for	TEXT NOT NULL CHECK (held_for = '' OR held_for = 'slept' OR held_for = 'restored'),
	doubt_until	INTEGER NOT NULL,		-- restored: until then things may have gone out that it knows nothing of; 0
	doubted_at	INTEGER NOT NULL,		-- until when things may have gone out, of the last time it was in doubt; 0
	called_in_at	INTEGER NOT NULL		-- when invites that were put off were last asked again
) STRICT;
