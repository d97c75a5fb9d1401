-- What was declared, what proves it, what the fund says and pays.

CREATE TABLE declarations (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    doctor      TEXT NOT NULL,
    campaign    INTEGER NOT NULL CHECK (campaign BETWEEN 2000 AND 2100),
    item        TEXT NOT NULL,
    numerator   INTEGER NOT NULL CHECK (numerator >= 0),
    denominator INTEGER NOT NULL CHECK (denominator >= 0),
    declared_on TEXT NOT NULL,
    at          INTEGER NOT NULL,
    author      INTEGER NOT NULL REFERENCES accounts (id)
) STRICT;
CREATE INDEX declarations_by_doctor ON declarations (doctor, campaign, item, id);
CREATE TRIGGER declarations_stay BEFORE UPDATE ON declarations
BEGIN SELECT RAISE (ABORT, 'une déclaration se remplace, elle ne se réécrit pas'); END;
CREATE TRIGGER declarations_are_kept BEFORE DELETE ON declarations
BEGIN SELECT RAISE (ABORT, 'une déclaration se remplace, elle ne se réécrit pas'); END;
CREATE TRIGGER declarations_are_new BEFORE INSERT ON declarations
WHEN EXISTS (SELECT 1 FROM declarations WHERE id = NEW.id)
BEGIN SELECT RAISE (ABORT, 'une déclaration se remplace, elle ne se réécrit pas'); END;

CREATE TABLE statements (
    id          INTEGER PRIMARY KEY,
    doctor      TEXT NOT NULL,
    scheme      TEXT NOT NULL,
    campaign    INTEGER NOT NULL CHECK (campaign BETWEEN 2000 AND 2100),
    received_on TEXT NOT NULL,
    text        TEXT NOT NULL,
    at          INTEGER NOT NULL,
    author      INTEGER NOT NULL REFERENCES accounts (id),
    expires_on  TEXT
) STRICT;
CREATE INDEX statements_by_doctor ON statements (doctor, campaign, id);

CREATE TABLE statement_fields (
    statement INTEGER NOT NULL REFERENCES statements (id) ON DELETE CASCADE,
    name      TEXT NOT NULL,
    value     TEXT NOT NULL,
    PRIMARY KEY (statement, name)
) STRICT, WITHOUT ROWID;

-- The bytes are in a file, under a name drawn at random.
CREATE TABLE documents (
    id          INTEGER PRIMARY KEY,
    file        TEXT NOT NULL UNIQUE,
    name        TEXT NOT NULL,
    kind        TEXT NOT NULL,
    size        INTEGER NOT NULL,
    hash        BLOB NOT NULL,
    declaration INTEGER REFERENCES declarations (id),
    statement   INTEGER REFERENCES statements (id),
    patient     INTEGER REFERENCES patients (id),
    campaign    INTEGER CHECK (campaign BETWEEN 2000 AND 2100),
    indicator   TEXT,
    at          INTEGER NOT NULL,
    author      INTEGER NOT NULL REFERENCES accounts (id),
    expires_on  TEXT,
    CHECK ((declaration IS NOT NULL) + (statement IS NOT NULL) + (patient IS NOT NULL) = 1),
    CHECK ((patient IS NULL) = (campaign IS NULL)),
    CHECK (patient IS NOT NULL OR indicator IS NULL)
) STRICT;
CREATE INDEX documents_by_declaration ON documents (declaration);
CREATE INDEX documents_by_statement ON documents (statement);
CREATE INDEX documents_by_patient ON documents (patient);

CREATE TABLE payments (
    id           INTEGER PRIMARY KEY,
    doctor       TEXT NOT NULL,
    scheme       TEXT NOT NULL,
    campaign     INTEGER NOT NULL CHECK (campaign BETWEEN 2000 AND 2100),
    kind         TEXT NOT NULL,
    label        TEXT NOT NULL,
    cents        INTEGER NOT NULL,
    day          TEXT NOT NULL,
    at           INTEGER NOT NULL,
    author       INTEGER NOT NULL REFERENCES accounts (id),
    cancelled_at INTEGER
) STRICT;
CREATE INDEX payments_by_doctor ON payments (doctor, campaign, day);

-- Windows that a fund prolongs. The last word on one holds.
CREATE TABLE extensions (
    id       INTEGER PRIMARY KEY,
    fund     TEXT NOT NULL,
    scheme   TEXT NOT NULL,
    campaign INTEGER NOT NULL CHECK (campaign BETWEEN 2000 AND 2100),
    window   TEXT NOT NULL,
    until    TEXT NOT NULL,
    source   TEXT NOT NULL,
    at       INTEGER NOT NULL,
    author   INTEGER NOT NULL REFERENCES accounts (id)
) STRICT;

CREATE TABLE mappings (
    kind       TEXT NOT NULL,
    name       TEXT NOT NULL,
    body       TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    author     INTEGER NOT NULL REFERENCES accounts (id),
    PRIMARY KEY (kind, name)
) STRICT, WITHOUT ROWID;

-- What one person likes to see.
CREATE TABLE preferences (
    account INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    key     TEXT NOT NULL,
    value   TEXT NOT NULL,
    PRIMARY KEY (account, key)
) STRICT, WITHOUT ROWID;
