-- What was done for the patients of each list.

CREATE TABLE patients (
    -- Drawn at random: it stands for the patient in addresses and in the journal.
    id        INTEGER PRIMARY KEY,
    -- The doctor whose list it is: a patient of two lists is two lines.
    list      TEXT NOT NULL,
    sealed    BLOB,
    -- Equal for equal keys, and nothing else.
    lookup    BLOB,
    added_at  INTEGER NOT NULL,
    -- An erased patient keeps neither key nor events.
    erased_at INTEGER,
    UNIQUE (list, lookup),
    CHECK ((sealed IS NULL) = (erased_at IS NOT NULL) AND (lookup IS NULL) = (sealed IS NULL))
) STRICT;

-- A change: one thing that one person did, to one patient or to many.
CREATE TABLE changes (
    id          INTEGER PRIMARY KEY,
    at          INTEGER NOT NULL,
    author      INTEGER NOT NULL REFERENCES accounts (id),
    -- The change that this one undoes.
    undoes      INTEGER REFERENCES changes (id)
) STRICT;

-- Append-only; the present state is what follows from them.
CREATE TABLE events (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    change      INTEGER NOT NULL REFERENCES changes (id),
    patient     INTEGER NOT NULL REFERENCES patients (id),
    campaign    INTEGER NOT NULL CHECK (campaign BETWEEN 2000 AND 2100),
    -- None: all gaps of the patient.
    indicator   TEXT,
    kind        TEXT NOT NULL CHECK (kind IN ('suivi', 'caisse', 'annulation')),
    state       TEXT,
    reason      TEXT,
    owner       INTEGER REFERENCES accounts (id),
    appointment TEXT,
    review      TEXT,
    note        TEXT,
    mark        TEXT,
    undoes      INTEGER REFERENCES events (id),
    CHECK ((kind = 'suivi') = (state IS NOT NULL)),
    CHECK ((kind = 'annulation') = (undoes IS NOT NULL)),
    CHECK (kind = 'caisse' OR mark IS NULL)
) STRICT;
CREATE INDEX events_by_patient ON events (patient, campaign, id);
CREATE INDEX events_by_change ON events (change);
CREATE TRIGGER events_stay BEFORE UPDATE ON events
BEGIN SELECT RAISE (ABORT, 'les relances ne se réécrivent pas'); END;
CREATE TRIGGER events_are_kept BEFORE DELETE ON events
WHEN (SELECT erased_at FROM patients WHERE id = OLD.patient) IS NULL
BEGIN SELECT RAISE (ABORT, 'les relances ne se réécrivent pas'); END;
CREATE TRIGGER events_are_new BEFORE INSERT ON events
WHEN EXISTS (SELECT 1 FROM events WHERE id = NEW.id)
BEGIN SELECT RAISE (ABORT, 'les relances ne se réécrivent pas'); END;

-- Forms already taken: the same one sent again counts once.
CREATE TABLE requests (
    account    INTEGER NOT NULL REFERENCES accounts (id),
    key        TEXT NOT NULL,
    -- Of what was asked: a key does not serve for two things.
    hash       BLOB NOT NULL,
    result     INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (account, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX requests_by_expiry ON requests (expires_at);
