ALTER TABLE plant ADD COLUMN note TEXT;
CREATE UNIQUE INDEX plant_name_in_bed ON plant (bed_id, lower(name)) WHERE price > 0;
