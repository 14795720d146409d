-- 0013: what the desk asks often: the rows of a file that are more than accepted, the mails that wait for somebody's look.

-- Accepted are all the others: records less these.
CREATE INDEX roster_row_odd ON roster_row (roster, disposition) WHERE disposition <> 'accept';

-- What a person made of a mail that no rule could place.
ALTER TABLE inbound ADD COLUMN decision TEXT NOT NULL DEFAULT '' CHECK (decision = '' OR decision = 'attached' OR
			    decision = 'not_ours' OR decision = 'seen');	-- '': nobody has decided; seen: of a reply
ALTER TABLE inbound ADD COLUMN decided_at INTEGER;
ALTER TABLE inbound ADD COLUMN contact INTEGER REFERENCES contact;	-- attached: the person
-- Lists of them are made from these alone: the messages themselves may be large.
CREATE INDEX inbound_waiting ON inbound (id, decision, fate) WHERE decision = '' AND (fate = 'unmatched' OR fate = 'forged');
CREATE INDEX inbound_replies ON inbound (id, decision, fate) WHERE decision = '' AND fate = 'reply';
CREATE INDEX inbound_decided ON inbound (id, decision, contact) WHERE decision <> '';
-- From whom a reply is.
CREATE INDEX evidence_reply ON evidence (inbound) WHERE kind = 'reply';
