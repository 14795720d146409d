-- 0011: programs elsewhere that want to be told what happens.

CREATE TABLE webhook (
	id		INTEGER PRIMARY KEY,
	name		TEXT NOT NULL UNIQUE,
	url		TEXT NOT NULL,
	secret_file	TEXT NOT NULL,			-- as a setting that ends in _file
	events		TEXT NOT NULL,			-- types, ',' between; '': all
	campaign	INTEGER REFERENCES campaign,	-- NULL: all
	active		INTEGER NOT NULL,		-- 0: it said that it is gone
	added_at	INTEGER NOT NULL,
	evidence	INTEGER NOT NULL,		-- told up to this row
	wave_log	INTEGER NOT NULL,		-- likewise
	answer		INTEGER NOT NULL,		-- likewise, of answer_news
	told_at		INTEGER,			-- when something was last taken; NULL: never yet
	failures	INTEGER NOT NULL DEFAULT 0,	-- in a row
	failed_at	INTEGER,			-- the first of them
	next_at		INTEGER NOT NULL DEFAULT 0,	-- not tried before
	error		TEXT NOT NULL DEFAULT ''	-- the last one
) STRICT;

-- Answers have no number of their own and come in any order of their times: those that webhooks have to tell are numbered here.
CREATE TABLE answer_news (
	id		INTEGER PRIMARY KEY AUTOINCREMENT,
	contact		INTEGER NOT NULL,
	instrument	INTEGER NOT NULL
) STRICT;
CREATE TRIGGER answer_to_tell AFTER INSERT ON answer WHEN EXISTS (SELECT 1 FROM webhook WHERE active = 1) BEGIN
	INSERT INTO answer_news (contact, instrument) VALUES (NEW.contact, NEW.instrument);
END;

-- Where the youngest evidence is taken away (reclassified), its number comes again: nobody was told of that one yet.
CREATE TRIGGER evidence_to_tell_again AFTER DELETE ON evidence WHEN EXISTS (SELECT 1 FROM webhook WHERE evidence >= OLD.id) BEGIN
	UPDATE webhook SET evidence = (SELECT coalesce(max(id), 0) FROM evidence)
	 WHERE evidence > (SELECT coalesce(max(id), 0) FROM evidence);
END;
