-- 0012: people's rights: who was erased, and by what they are known again should a unit send them once more.

ALTER TABLE contact ADD COLUMN erased_at INTEGER;	-- name and addresses were replaced then; NULL: never

-- No name and no address: HMACs with the key of the tags (engine/erased.h).
CREATE TABLE erased (
	kind		TEXT NOT NULL CHECK (kind = 'address' OR	-- a mailbox that was this person's alone
			    kind = 'shared' OR				-- one that others have too
			    kind = 'name' OR				-- folded name and code of the unit
			    kind = 'kept'),				-- an address that stays in their rows while others have it
	mac		TEXT NOT NULL,
	contact		INTEGER NOT NULL REFERENCES contact,
	at		INTEGER NOT NULL,
	PRIMARY KEY (kind, mac, contact)
) STRICT, WITHOUT ROWID;

-- Every row about a person, not only those that repeat one.
CREATE INDEX roster_row_contact ON roster_row (contact);
