-- Who may enter, with what, and what they did. Moments are milliseconds of
-- UTC since 1970, days are text (2026-12-31), sealed columns hold what
-- `seal.rs` makes of an identifier or a secret.

CREATE TABLE accounts (
    id            INTEGER PRIMARY KEY,
    login         TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    role          TEXT NOT NULL,
    -- The doctor whose amounts the account may see, for the role medecin.
    doctor        TEXT,
    password      TEXT,
    totp          BLOB,
    -- The last step of which a code was taken: no earlier one is, and not that one again.
    totp_step     INTEGER,
    created_at    INTEGER NOT NULL,
    enrolled_at   INTEGER,
    disabled_at   INTEGER,
    CHECK (doctor IS NULL OR role = 'medecin')
) STRICT;

CREATE TABLE account_lists (
    account INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    doctor  TEXT NOT NULL,
    PRIMARY KEY (account, doctor)
) STRICT, WITHOUT ROWID;

CREATE TABLE consents (
    id           INTEGER PRIMARY KEY,
    -- The doctor who lets another compare himself with her.
    giver        TEXT NOT NULL,
    receiver     TEXT NOT NULL,
    given_at     INTEGER NOT NULL,
    withdrawn_at INTEGER,
    CHECK (giver <> receiver)
) STRICT;
CREATE UNIQUE INDEX consents_in_force ON consents (giver, receiver) WHERE withdrawn_at IS NULL;

CREATE TABLE recovery_codes (
    account INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    hash    BLOB NOT NULL,
    used_at INTEGER,
    PRIMARY KEY (account, hash)
) STRICT, WITHOUT ROWID;

-- A code given once, to choose a password; without an account, the code of the
-- first start.
CREATE TABLE invitations (
    hash       BLOB PRIMARY KEY,
    account    INTEGER UNIQUE REFERENCES accounts (id) ON DELETE CASCADE,
    totp       BLOB,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    hash       BLOB PRIMARY KEY,
    id         INTEGER NOT NULL UNIQUE,
    account    INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    address    TEXT NOT NULL,
    opened_at  INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_account ON sessions (account);

CREATE TABLE settings (
    key        TEXT PRIMARY KEY,
    value      TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    author     INTEGER REFERENCES accounts (id)
) STRICT, WITHOUT ROWID;

-- No reference to accounts or patients: what happened stays, whatever becomes of them.
CREATE TABLE audit (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    account INTEGER,
    address TEXT,
    action  TEXT NOT NULL,
    object  TEXT,
    patient INTEGER,
    outcome TEXT NOT NULL,
    -- For a chain of hashes over the lines.
    chain   BLOB
) STRICT;
CREATE INDEX audit_by_account ON audit (account, seq);
CREATE INDEX audit_by_patient ON audit (patient, seq) WHERE patient IS NOT NULL;
CREATE TRIGGER audit_keeps_lines BEFORE UPDATE ON audit
BEGIN SELECT RAISE (ABORT, 'le journal ne se modifie pas'); END;
CREATE TRIGGER audit_loses_no_line BEFORE DELETE ON audit
BEGIN SELECT RAISE (ABORT, 'le journal ne se modifie pas'); END;
-- REPLACE would delete without asking the trigger above.
CREATE TRIGGER audit_takes_new_lines BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE seq = NEW.seq)
BEGIN SELECT RAISE (ABORT, 'le journal ne se modifie pas'); END;
