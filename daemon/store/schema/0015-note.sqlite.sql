-- 0015: what somebody writes down about a person: a telephone call, an agreement. It decides nothing.

CREATE TABLE person_note (
	id		INTEGER PRIMARY KEY,
	contact		INTEGER NOT NULL REFERENCES contact,
	at		INTEGER NOT NULL,			-- when it was written
	actor		TEXT NOT NULL,				-- who wrote it: an account of the desk, or cli:NAME
	text		TEXT NOT NULL				-- as it was written; goes with the person
) STRICT;
CREATE INDEX person_note_contact ON person_note (contact, at);
