-- What is written to the fund about a statement. Each writing is kept, and the
-- last word holds.

CREATE TABLE claims (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    statement INTEGER NOT NULL REFERENCES statements (id) ON DELETE CASCADE,
    body      TEXT NOT NULL,
    at        INTEGER NOT NULL,
    author    INTEGER NOT NULL REFERENCES accounts (id)
) STRICT;
CREATE INDEX claims_by_statement ON claims (statement, id);
CREATE TRIGGER claims_stay BEFORE UPDATE ON claims
BEGIN SELECT RAISE (ABORT, 'une réclamation se remplace, elle ne se réécrit pas'); END;
