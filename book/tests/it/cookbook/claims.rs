//! What each recipe of the cookbook claims: queries, with what they give once it was run.

use cucurbit::schema::Dialect;

/// What is true after a recipe.
#[derive(Debug)]
pub(crate) struct Claim {
    /// The heading of the recipe.
    pub(crate) recipe: &'static str,
    /// The databases that it is for.
    pub(crate) on: &'static [Dialect],
    /// Statements that are run before it: rows that only this recipe is about.
    pub(crate) given: &'static [&'static str],
    /// Statements that are run after it: what can be done from now on.
    pub(crate) does: &'static [&'static str],
    /// Queries, and what they give after that.
    pub(crate) gives: &'static [(&'static str, &'static str)],
    /// Statements that are refused after that.
    pub(crate) refuses: &'static [&'static str],
    /// Queries, and what they give after the downgrade.
    pub(crate) then: &'static [(&'static str, &'static str)],
    /// The branch that is downgraded to its base; empty where the database goes back to where it was.
    pub(crate) branch: &'static str,
    /// What becomes of the downgrade.
    pub(crate) undoing: Undoing,
}

/// What becomes of a downgrade.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Undoing {
    /// The schema is what it was.
    Done,
    /// It is refused, with these words.
    Refused(&'static str),
}

const BOTH: &[Dialect] = &Dialect::ALL;
const POSTGRES: &[Dialect] = &[Dialect::Postgres];
const SQLITE: &[Dialect] = &[Dialect::Sqlite];

/// A recipe of which nothing is said yet.
const NOTHING: Claim = Claim {
    recipe: "",
    on: BOTH,
    given: &[],
    does: &[],
    gives: &[],
    refuses: &[],
    then: &[],
    branch: "",
    undoing: Undoing::Done,
};

/// What the recipes claim, in their order.
pub(crate) const CLAIMS: [&[Claim]; 6] = [TABLES, COLUMNS, TYPES, CONSTRAINTS, ROWS, REVISIONS];

const TABLES: &[Claim] = &[
    Claim {
        recipe: "Rename a table",
        gives: &[("SELECT name FROM crop ORDER BY id", "Tomato Roma;Basil;Fern")],
        refuses: &[
            "SELECT * FROM plant",
            "INSERT INTO harvest (plant_id, kilograms, picked_on) VALUES (9, 1, '2026-08-01')",
        ],
        ..NOTHING
    },
    Claim {
        recipe: "Drop a table that holds rows",
        refuses: &["SELECT * FROM harvest"],
        then: &[("SELECT count(*) FROM harvest", "0")],
        ..NOTHING
    },
    Claim {
        recipe: "Put a table aside before it is dropped",
        refuses: &["SELECT * FROM harvest"],
        then: &[("SELECT count(*) FROM harvest", "3")],
        ..NOTHING
    },
    Claim {
        recipe: "Make a many-to-many table of a list in a text",
        gives: &[
            ("SELECT name FROM tag ORDER BY name", "food;red"),
            (
                "SELECT plant_id, name FROM plant_tag JOIN tag ON tag.id = tag_id ORDER BY 1, 2",
                "1|food;1|red;2|food",
            ),
        ],
        refuses: &["SELECT tags FROM plant"],
        then: &[
            ("SELECT tags FROM plant WHERE id = 2", "food"),
            ("SELECT length(tags) FROM plant WHERE id = 1", "8"),
        ],
        ..NOTHING
    },
    Claim {
        recipe: "Comment tables and columns",
        on: POSTGRES,
        gives: &[("SELECT obj_description('harvest'::regclass)", "What was picked, by day")],
        ..NOTHING
    },
    Claim {
        recipe: "Comment tables and columns",
        on: SQLITE,
        gives: &[("SELECT count(*) FROM harvest", "3")],
        ..NOTHING
    },
    Claim {
        recipe: "Keep tables in a schema of their own",
        on: POSTGRES,
        does: &["INSERT INTO archive.harvest (was) VALUES ('x')"],
        gives: &[("SELECT was FROM archive.harvest", "x")],
        refuses: &["SELECT was FROM harvest"],
        ..NOTHING
    },
];

const COLUMNS: &[Claim] = &[
    Claim {
        recipe: "Add a column with NOT NULL to a table with rows",
        gives: &[("SELECT label FROM plant ORDER BY id", "TOMATO ROMA;BASIL;FERN")],
        refuses: &["UPDATE plant SET label = NULL"],
        ..NOTHING
    },
    Claim {
        recipe: "Add a column with a default",
        does: &["INSERT INTO plant (name, light, planted_at) VALUES ('Mint', 'sun', '2026-05-01 08:00:00')"],
        gives: &[("SELECT count(*) FROM plant WHERE NOT is_archived", "4")],
        ..NOTHING
    },
    Claim {
        recipe: "Give an existing column a default",
        does: &["INSERT INTO plant (name) VALUES ('Mint')"],
        gives: &[
            ("SELECT light FROM plant WHERE name = 'Mint' AND planted_at > '2026-05-01 08:00:00'", "sun"),
            ("SELECT light FROM plant ORDER BY id", "sun;sun;shade;sun"),
        ],
        ..NOTHING
    },
    Claim {
        recipe: "Refuse NULL in a column that has some",
        gives: &[("SELECT variety FROM plant ORDER BY id", "Roma;unknown;unknown")],
        refuses: &["UPDATE plant SET variety = NULL"],
        ..NOTHING
    },
    Claim {
        recipe: "Rename a column",
        gives: &[("SELECT title FROM plant ORDER BY id", "Tomato Roma;Basil;Fern")],
        refuses: &["SELECT name FROM plant"],
        ..NOTHING
    },
    Claim {
        recipe: "Split a column",
        gives: &[("SELECT species, cultivar FROM plant ORDER BY id", "Tomato|Roma;Basil|;Fern|")],
        refuses: &["SELECT name FROM plant"],
        then: &[("SELECT name FROM plant ORDER BY id", "Tomato Roma;Basil;Fern")],
        ..NOTHING
    },
    Claim {
        recipe: "Merge two columns",
        gives: &[("SELECT label FROM bed ORDER BY id", "roof (clay);yard")],
        refuses: &["SELECT soil FROM bed"],
        then: &[("SELECT name, soil FROM bed ORDER BY id", "roof (clay)|-;yard|-")],
        ..NOTHING
    },
    Claim {
        recipe: "Move a column to another table",
        gives: &[("SELECT soil FROM plant ORDER BY id", "clay;clay;-")],
        refuses: &["SELECT soil FROM bed"],
        then: &[("SELECT soil FROM bed ORDER BY id", "clay;-")],
        ..NOTHING
    },
    Claim {
        recipe: "Add a computed column",
        does: &["UPDATE harvest SET kilograms = 2 WHERE id = 1"],
        gives: &[("SELECT grams FROM harvest ORDER BY id", "2000;2250;100")],
        refuses: &["UPDATE harvest SET grams = 1"],
        ..NOTHING
    },
    Claim {
        recipe: "Drop a column",
        refuses: &["SELECT soil FROM bed"],
        then: &[("SELECT soil FROM bed ORDER BY id", "-;-")],
        ..NOTHING
    },
];

const TYPES: &[Claim] = &[
    Claim {
        recipe: "Change a type, and say how values become it",
        gives: &[("SELECT height + 1 FROM plant ORDER BY id", "121;31;-")],
        then: &[("SELECT height FROM plant ORDER BY id", "120;30;-")],
        ..NOTHING
    },
    Claim {
        recipe: "Make a text longer",
        does: &["UPDATE bed SET name = 'a bed whose name is longer than forty characters' WHERE id = 1"],
        gives: &[(
            "SELECT name FROM bed ORDER BY id",
            "a bed whose name is longer than forty characters;yard",
        )],
        then: &[("SELECT name FROM bed ORDER BY id", "a bed whose name is longer than forty ch;yard")],
        ..NOTHING
    },
    Claim {
        recipe: "Give times a time zone",
        gives: &[("SELECT id FROM plant WHERE planted_at = '2026-04-01T08:00:00+00:00'", "1")],
        then: &[("SELECT id FROM plant WHERE planted_at = '2026-04-01 08:00:00'", "1")],
        ..NOTHING
    },
    Claim {
        recipe: "Make an enum type of a text",
        gives: &[("SELECT CAST(light AS TEXT) FROM plant ORDER BY id", "sun;sun;shade")],
        ..NOTHING
    },
    Claim {
        recipe: "Add a value to an enum type",
        does: &["UPDATE bed SET exposure = 'east' WHERE id = 1"],
        gives: &[("SELECT CAST(exposure AS TEXT) FROM bed ORDER BY id", "east;north")],
        then: &[("SELECT CAST(exposure AS TEXT) FROM bed ORDER BY id", "south;north")],
        ..NOTHING
    },
    Claim {
        recipe: "Rename a value of an enum type",
        gives: &[("SELECT CAST(exposure AS TEXT) FROM bed ORDER BY id", "sunny;north")],
        then: &[("SELECT CAST(exposure AS TEXT) FROM bed ORDER BY id", "south;north")],
        ..NOTHING
    },
    Claim {
        recipe: "Remove a value from an enum type",
        gives: &[("SELECT CAST(exposure AS TEXT) FROM bed ORDER BY id", "south;south")],
        ..NOTHING
    },
    Claim {
        recipe: "Replace numbers by UUIDs as keys",
        gives: &[(
            "SELECT name, count(*) FROM plant JOIN harvest ON plant_id = plant.id GROUP BY name ORDER BY name",
            "Basil|1;Tomato Roma|2",
        )],
        refuses: &["UPDATE harvest SET plant_id = NULL", "INSERT INTO plant SELECT * FROM plant"],
        undoing: Undoing::Refused("the numbers of the plants are gone"),
        ..NOTHING
    },
];

const CONSTRAINTS: &[Claim] = &[
    Claim {
        recipe: "Add a foreign key where rows have no parent",
        given: &["UPDATE plant SET bed_id = 99 WHERE id = 3"],
        gives: &[("SELECT bed_id FROM plant ORDER BY id", "1;1;-")],
        refuses: &["UPDATE plant SET bed_id = 99"],
        ..NOTHING
    },
    Claim {
        recipe: "Add a foreign key to a large table",
        on: POSTGRES,
        gives: &[("SELECT convalidated FROM pg_constraint WHERE conname = 'fk_plant_bed'", "t")],
        refuses: &["UPDATE plant SET bed_id = 99"],
        ..NOTHING
    },
    Claim {
        recipe: "Add a foreign key to a large table",
        on: SQLITE,
        refuses: &["UPDATE plant SET bed_id = 99"],
        ..NOTHING
    },
    Claim {
        recipe: "Add a unique constraint where rows are equal",
        given: &["INSERT INTO bed (name, exposure) VALUES ('roof', 'north')"],
        gives: &[("SELECT name FROM bed ORDER BY id", "roof;yard;roof 3")],
        refuses: &["UPDATE bed SET name = 'yard'"],
        ..NOTHING
    },
    Claim {
        recipe: "Add a check",
        does: &["UPDATE harvest SET kilograms = 3"],
        refuses: &["UPDATE harvest SET kilograms = 0"],
        ..NOTHING
    },
    Claim {
        recipe: "Add a check to a large table",
        on: POSTGRES,
        gives: &[("SELECT convalidated FROM pg_constraint WHERE conname = 'ck_harvest_kilograms'", "t")],
        refuses: &["UPDATE harvest SET kilograms = 0"],
        ..NOTHING
    },
    Claim {
        recipe: "Add a check to a large table",
        on: SQLITE,
        refuses: &["UPDATE harvest SET kilograms = 0"],
        ..NOTHING
    },
    Claim {
        recipe: "Change a primary key",
        gives: &[("SELECT plant_id FROM harvest ORDER BY plant_id, picked_on", "1;1;2")],
        refuses: &["SELECT id FROM harvest", "INSERT INTO harvest SELECT * FROM harvest"],
        then: &[("SELECT id FROM harvest ORDER BY id", "1;2;3")],
        ..NOTHING
    },
    Claim {
        recipe: "Create an index while others write",
        on: POSTGRES,
        gives: &[(
            "SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_harvest_picked_on'::regclass",
            "t",
        )],
        ..NOTHING
    },
    Claim {
        recipe: "Create an index while others write",
        on: SQLITE,
        refuses: &["CREATE INDEX ix_harvest_picked_on ON harvest (picked_on)"],
        ..NOTHING
    },
    Claim {
        recipe: "Create an index on some rows only",
        does: &[
            "UPDATE plant SET variety = 'Genovese' WHERE name = 'Basil'",
            "UPDATE plant SET name = 'Basil'  WHERE id < 3",
        ],
        gives: &[("SELECT count(*) FROM plant WHERE name = 'Basil'", "2")],
        refuses: &["UPDATE plant SET name = 'Basil', variety = NULL"],
        ..NOTHING
    },
    Claim {
        recipe: "Create an index on an expression",
        gives: &[("SELECT id FROM plant WHERE lower(name) = 'basil'", "2")],
        refuses: &["CREATE INDEX ix_plant_lower_name ON plant (name)"],
        ..NOTHING
    },
];

const ROWS: &[Claim] = &[
    Claim {
        recipe: "Insert rows that every database needs",
        gives: &[(
            "SELECT id, name, soil FROM bed ORDER BY id",
            "1|roof|clay;2|yard|-;3|terrace|sand;4|window|-",
        )],
        then: &[("SELECT name FROM bed ORDER BY id", "roof;yard")],
        ..NOTHING
    },
    Claim {
        recipe: "Fill a column by code",
        gives: &[("SELECT slug FROM plant ORDER BY id", "tomato-roma;basil;fern")],
        refuses: &["UPDATE plant SET slug = NULL"],
        ..NOTHING
    },
    Claim {
        recipe: "Fill a large table in batches",
        on: POSTGRES,
        given: &[
            "INSERT INTO plant (name, light, planted_at) SELECT 'Row', 'sun', now() FROM generate_series(1, 25000)",
        ],
        gives: &[("SELECT count(*) FROM plant WHERE search = lower(name)", "25003")],
        refuses: &["UPDATE plant SET search = NULL"],
        ..NOTHING
    },
    Claim {
        recipe: "Keep values for the way back",
        refuses: &["SELECT soil FROM bed"],
        then: &[("SELECT soil FROM bed ORDER BY id", "clay;-")],
        ..NOTHING
    },
];

const REVISIONS: &[Claim] = &[
    Claim {
        recipe: "Run SQL that no operation is for",
        gives: &[("SELECT name FROM sunny ORDER BY id", "Tomato Roma;Basil")],
        ..NOTHING
    },
    Claim {
        recipe: "Do something on one database only",
        on: POSTGRES,
        refuses: &["CREATE INDEX ix_plant_words ON plant (name)"],
        ..NOTHING
    },
    Claim {
        recipe: "Do something on one database only",
        on: SQLITE,
        does: &["CREATE INDEX ix_plant_words ON plant (name)", "DROP INDEX ix_plant_words"],
        ..NOTHING
    },
    Claim {
        recipe: "Say that a revision cannot be undone",
        gives: &[("SELECT count(*) FROM harvest", "2")],
        undoing: Undoing::Refused("the harvests before July were deleted"),
        ..NOTHING
    },
    Claim {
        recipe: "Merge two heads",
        gives: &[
            ("SELECT version_num FROM alembic_version", "3e46e0000003"),
            ("SELECT count(colour) FROM plant", "0"),
            ("SELECT count(length) FROM bed", "0"),
        ],
        ..NOTHING
    },
    Claim {
        recipe: "Depend on a revision of another branch",
        does: &["INSERT INTO purchase (plant_id) VALUES (1)"],
        gives: &[("SELECT plant_id FROM purchase", "1")],
        branch: "shop",
        ..NOTHING
    },
];
