-- Beds, and the plants in them.
CREATE TABLE bed (
    id BIGSERIAL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    kind VARCHAR(20) NOT NULL DEFAULT 'raised' CHECK (kind IN ('raised', 'flat')),
    made_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

CREATE TABLE plant (
    id BIGSERIAL PRIMARY KEY,
    bed_id BIGINT NOT NULL REFERENCES bed (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    price NUMERIC(8, 2) NOT NULL DEFAULT 0,
    labels JSONB
);
CREATE INDEX plant_bed_id_idx ON plant (bed_id);
