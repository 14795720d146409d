-- 0006: what DNS said about mail domains, so that the same rosters checked twice ask nothing.

CREATE TABLE mail_domain (
	domain		TEXT NOT NULL PRIMARY KEY,	-- lower case, A-labels
	answer		TEXT NOT NULL CHECK (answer = 'takes_mail' OR answer = 'null_mx' OR
			    answer = 'no_such_domain' OR answer = 'no_mail_host'),
	exchangers	TEXT NOT NULL,			-- "10 mx1.example, 20 mx2.example"; '': none named
	looked_at	INTEGER NOT NULL,
	lives_until	INTEGER NOT NULL		-- by its time to live, between five minutes and a day
) STRICT, WITHOUT ROWID;
