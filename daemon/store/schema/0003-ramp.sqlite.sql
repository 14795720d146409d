-- 0003: a new sender begins small: since when mail has gone through a limit that grows (engine/ramp.h).

CREATE TABLE ramp (
	scope		TEXT NOT NULL PRIMARY KEY,	-- as in pace
	began_at	INTEGER NOT NULL,		-- the first message that was accepted
	last_at		INTEGER NOT NULL		-- the last one, to the hour
) STRICT, WITHOUT ROWID;
