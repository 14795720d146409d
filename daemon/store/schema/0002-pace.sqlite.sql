-- 0002: pace, rests and stops: what a dispatcher must remember beyond its own life.

CREATE TABLE pace (					-- what is left in the token buckets of one limit
	scope		TEXT NOT NULL PRIMARY KEY,	-- relay host:port, domain NAME, group LINE of the pace file
	minute_credit	INTEGER NOT NULL,		-- as struct pace counts it
	hour_credit	INTEGER NOT NULL,
	day_credit	INTEGER NOT NULL,
	stamp_ms	INTEGER NOT NULL		-- milliseconds: when the credits were so
) STRICT, WITHOUT ROWID;

CREATE TABLE domain_rest (				-- a mail domain that asked for less
	domain		TEXT NOT NULL PRIMARY KEY,
	until_at	INTEGER NOT NULL,
	rests		INTEGER NOT NULL,		-- how many in a row: each is twice as long
	reason		TEXT NOT NULL			-- its reply, addresses masked
) STRICT, WITHOUT ROWID;

CREATE TABLE stop (					-- a wave, or one domain of it, that was stopped
	id		INTEGER PRIMARY KEY,
	wave		INTEGER NOT NULL REFERENCES wave,
	domain		TEXT NOT NULL,			-- '': the whole wave
	kind		TEXT NOT NULL CHECK (kind IN ('bounces', 'complaints', 'refusals', 'operator')),
	observed	INTEGER NOT NULL,		-- 1: only noted, nothing was stopped
	at		INTEGER NOT NULL,
	n		INTEGER NOT NULL,		-- so many ...
	n_of		INTEGER NOT NULL,		-- ... of so many
	text		TEXT NOT NULL,			-- refusals: what the domain says, addresses masked
	resumed_at	INTEGER				-- NULL: still so
) STRICT;
CREATE INDEX stop_wave ON stop (wave, domain);
