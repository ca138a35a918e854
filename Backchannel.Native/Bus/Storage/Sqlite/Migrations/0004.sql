-- The session that holds a claim: the hash of its secret; empty for one that does not live on; null where the claim named none.
ALTER TABLE messages ADD COLUMN claim_session TEXT;
