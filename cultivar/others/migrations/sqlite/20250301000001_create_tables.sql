-- Beds, and the plants in them.
CREATE TABLE bed (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    kind VARCHAR(20) NOT NULL DEFAULT 'raised' CHECK (kind IN ('raised', 'flat')),
    made_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE plant (
    id INTEGER PRIMARY KEY,
    bed_id INTEGER NOT NULL REFERENCES bed (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    price NUMERIC(8, 2) NOT NULL DEFAULT 0,
    labels TEXT
);
CREATE INDEX plant_bed_id_idx ON plant (bed_id);
