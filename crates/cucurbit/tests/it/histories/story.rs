//! Histories made by chance: numbers become revisions, each with operations that fit what the ones before it made.
//!
//! The same scripts are for both databases. Every operation has what undoes it.

use std::collections::BTreeMap;

use cucurbit::{
    operation::{
        BulkInsert, Change, ColumnChange, Consent, EnumChange, Execute, Operation, SequenceChange, apply,
        reverse,
    },
    schema::{
        Check, Column, ConstraintRef, Dialect, EnumPlace, EnumType, ForeignKey, Ident, Index, Literal,
        Object, ObjectId, ObjectName, PrimaryKey, Schema, Sequence, ServerDefault, Table, TableName, Type,
        Unique,
    },
};

/// What one operation is made of.
pub(super) type Seed = (u8, u8, u8, u8);

/// What a revision does and what undoes it.
#[derive(Clone, Debug, Default)]
pub(super) struct Revision {
    pub(super) upgrade: Vec<Operation>,
    pub(super) downgrade: Vec<Operation>,
    /// What the scripts have made by then, in their own words.
    pub(super) after: Schema,
}

const TABLES: [&str; 4] = ["bed", "plant", "tool", "zone"];
const COLUMNS: [&str; 5] = ["a", "b", "c", "d", "e"];
const ENUMS: [&str; 2] = ["mood", "stage"];
const VALUES: [&str; 5] = ["ok", "sad", "old", "it's", "new"];
const SEQUENCES: [&str; 2] = ["invoice", "ticket"];
const COMMENTS: [&str; 2] = ["a comment", "it's \"another\""];

/// What a history has made so far.
#[derive(Default)]
struct Story {
    schema: Schema,
    /// The last number that was given to something.
    number: u32,
    /// Whether SQL of unknown effect has made tables.
    has_unknown: bool,
    /// What each table that was made was called then, with a number where the server's names for it were taken.
    /// The names of its key and its sequence do not follow a new one.
    born: BTreeMap<TableName, String>,
}

/// Makes revisions of numbers.
pub(super) fn history(seeds: &[Vec<Seed>]) -> Vec<Revision> {
    let mut story = Story::default();
    seeds.iter().map(|seeds| story.revision(seeds)).collect()
}

/// Tells whether a history holds SQL whose effect nobody knows.
pub(super) fn is_opaque(history: &[Revision]) -> bool {
    let is_raw = |operation: &Operation| matches!(operation, Operation::Execute(Execute { sql, means: None, .. }) if sql.starts_with("CREATE"));
    history.iter().flat_map(|revision| &revision.upgrade).any(is_raw)
}

fn pick<T>(all: &[T], number: u8) -> Option<&T> {
    if all.is_empty() { None } else { all.get(usize::from(number) % all.len()) }
}

fn comment(number: u8) -> Option<String> {
    COMMENTS.get(usize::from(number) % 3).map(|text| (*text).to_owned())
}

fn sql(text: impl Into<String>) -> Operation {
    Operation::Execute(Execute::new(text))
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn on(dialect: Dialect, operations: Vec<Operation>) -> Operation {
    Operation::On { dialect, operations }
}

fn alter_enum(name: &ObjectName, change: EnumChange) -> Operation {
    Operation::Alter(Change::Enum { name: name.clone(), change })
}

/// An operation; what undoes it, where that is not its reverse.
type Deed = (Operation, Option<Vec<Operation>>);

fn plain(operation: Operation) -> Vec<Deed> {
    vec![(operation, None)]
}

impl Story {
    fn revision(&mut self, seeds: &[Seed]) -> Revision {
        let mut revision = Revision::default();
        let mut undone = Vec::new();
        for seed in seeds {
            for (operation, undo) in self.deeds(*seed).unwrap_or_default() {
                let mut after = self.schema.clone();
                if apply(&mut after, &operation, Dialect::Postgres).is_err() {
                    continue;
                }
                let undo = match undo {
                    Some(undo) => undo,
                    None => reverse(&self.schema, &operation, Dialect::Postgres).expect("it has a reverse"),
                };
                undone.push(undo);
                revision.upgrade.push(operation);
                self.schema = after;
            }
        }
        undone.reverse();
        revision.downgrade = undone.into_iter().flatten().collect();
        revision.after = self.schema.clone();
        revision
    }

    fn next(&mut self) -> u32 {
        self.number += 1;
        self.number
    }

    fn table(&self, number: u8) -> Option<&Table> {
        pick(&self.schema.tables().values().collect::<Vec<_>>(), number).copied()
    }

    fn deeds(&mut self, (kind, x, y, z): Seed) -> Option<Vec<Deed>> {
        Some(match kind % 26 {
            0 | 1 => self.create_enum(x, y, z),
            2 | 3 => self.add_value(x, y, z)?,
            4 | 5 => self.rename_value(x, y, z)?,
            6 => self.set_values(x, y, z)?,
            7 => {
                let id = ObjectId::Enum(pick(&self.enum_names(), x)?.clone());
                plain(match z % 2 {
                    0 => Operation::Comment { id, text: comment(y) },
                    _ => Operation::Rename { id, to: Ident::new(format!("enum_{}", self.next())) },
                })
            }
            8 => self.drop_enum(x)?,
            9 => self.sequence(x, y, z),
            10..=12 => self.create_table(x, y, z),
            13 | 14 => self.add_column(x, y, z)?,
            15 => self.alter_column(x, y, z)?,
            16 => self.drop_column(x, y)?,
            17 => self.index(x, y, z)?,
            18 | 19 => self.constraint(x, y, z)?,
            20 => self.foreign_key(x, y)?,
            21 => self.whole_table(x, y, z)?,
            22 | 23 => self.rows(x, y, z)?,
            24 => self.known_sql(x, y)?,
            _ => self.rows_by_sql(x, y)?,
        })
    }

    fn enum_names(&self) -> Vec<ObjectName> {
        self.schema.enums().keys().cloned().collect()
    }

    fn create_enum(&self, x: u8, y: u8, z: u8) -> Vec<Deed> {
        let name = ENUMS[usize::from(x) % ENUMS.len()];
        let mut new = EnumType::new(name, VALUES.iter().take(1 + usize::from(y) % 3).copied());
        new.comment = comment(z);
        plain(Operation::create(new))
    }

    fn add_value(&self, x: u8, y: u8, z: u8) -> Option<Vec<Deed>> {
        let name = pick(&self.enum_names(), x)?.clone();
        let other = pick(&self.schema.enums()[&name].values, z)?.clone();
        let place = match z % 3 {
            0 => EnumPlace::Last,
            1 => EnumPlace::Before(other),
            _ => EnumPlace::After(other),
        };
        let value = (*pick(&VALUES, y)?).to_owned();
        // Rows may come to have the value until the way back.
        let values = self.schema.enums()[&name].values.clone();
        let first = values.first()?.clone();
        let back = |replacements| {
            let values = values.clone();
            alter_enum(&name, EnumChange::SetValues { values, replacements, consent: Consent::NONE })
        };
        let replaced = back(vec![(value.clone(), first.clone())]);
        let undo = if self.has_unknown {
            let replaced = on(Dialect::Postgres, vec![replaced]);
            vec![self.by_hand(&name, &value, &first), on(Dialect::Sqlite, vec![back(Vec::new())]), replaced]
        } else {
            vec![replaced]
        };
        let change = EnumChange::AddValue { value, place };
        Some(vec![(alter_enum(&name, change), Some(undo))])
    }

    /// The columns that hold values of a type: table, column, whether a list of them.
    fn held(&self, name: &ObjectName) -> Vec<(TableName, Ident, bool)> {
        let mut held = Vec::new();
        for table in self.schema.tables().values() {
            for column in table.columns.iter().filter(|column| column.ty.base.enum_name() == Some(name)) {
                let is_list = matches!(column.ty.base, Type::Array(_));
                held.push((table.name.clone(), column.name.clone(), is_list));
            }
        }
        held
    }

    /// What a person writes for SQLite in the place of a new name for a value.
    fn by_hand(&self, name: &ObjectName, old: &str, new: &str) -> Operation {
        let updates = self.held(name).into_iter().map(|(table, column, is_list)| {
            let (old, new) = (quoted(old), quoted(new));
            sql(match is_list {
                false => format!("UPDATE {table} SET {column} = {new} WHERE {column} = {old}"),
                true => format!(
                    "UPDATE {table} SET {column} = (SELECT json_group_array(iif(value = {old}, {new}, value)) \
                     FROM json_each({column})) WHERE {column} IS NOT NULL"
                ),
            })
        });
        on(Dialect::Sqlite, updates.collect())
    }

    /// A change of values, which SQLite is told by hand where somebody chose so, or has to.
    fn values_change(
        &self,
        name: &ObjectName,
        change: EnumChange,
        moved: (&str, &str),
        by_hand: bool,
    ) -> Vec<Deed> {
        let (old, new) = moved;
        let is_rename = matches!(change, EnumChange::RenameValue { .. });
        let alter = alter_enum(name, change);
        let has_default = self
            .schema
            .tables()
            .values()
            .flat_map(|table| &table.columns)
            .any(|column| column.ty.base.enum_name() == Some(name) && column.default.is_some());
        if !(by_hand || self.has_unknown) || has_default {
            return if self.has_unknown { Vec::new() } else { plain(alter) };
        }
        let back = reverse(&self.schema, &alter, Dialect::Postgres).expect("it has a reverse");
        let back_by_hand = if is_rename { vec![self.by_hand(name, new, old)] } else { Vec::new() };
        vec![
            (on(Dialect::Postgres, vec![alter]), Some(vec![on(Dialect::Postgres, back)])),
            (self.by_hand(name, old, new), Some(back_by_hand)),
        ]
    }

    fn rename_value(&self, x: u8, y: u8, z: u8) -> Option<Vec<Deed>> {
        let name = pick(&self.enum_names(), x)?.clone();
        let values = &self.schema.enums()[&name].values;
        let (value, to) = (pick(values, y)?.clone(), (*pick(&VALUES, z)?).to_owned());
        if values.contains(&to) {
            return None;
        }
        let change = EnumChange::RenameValue { value: value.clone(), to: to.clone() };
        Some(self.values_change(&name, change, (&value, &to), z.is_multiple_of(2)))
    }

    fn set_values(&self, x: u8, y: u8, z: u8) -> Option<Vec<Deed>> {
        let name = pick(&self.enum_names(), x)?.clone();
        let mut values = self.schema.enums()[&name].values.clone();
        if values.len() < 2 {
            return None;
        }
        let gone = values.remove(usize::from(y) % values.len());
        let turns = usize::from(z) % values.len();
        values.rotate_left(turns);
        let instead = pick(&values, y)?.clone();
        let replacements = vec![(gone.clone(), instead.clone())];
        let change = EnumChange::SetValues { values, replacements, consent: Consent::NONE };
        Some(self.values_change(&name, change, (&gone, &instead), z.is_multiple_of(2)))
    }

    fn drop_enum(&self, x: u8) -> Option<Vec<Deed>> {
        let name = pick(&self.enum_names(), x)?.clone();
        self.held(&name).is_empty().then(|| plain(Operation::drop(ObjectId::Enum(name))))
    }

    fn sequence(&mut self, x: u8, y: u8, z: u8) -> Vec<Deed> {
        let there: Vec<ObjectName> = self.schema.sequences().keys().cloned().collect();
        let number = self.next();
        let name = match pick(&there, x) {
            Some(there) if !z.is_multiple_of(3) => there.clone(),
            Some(_) | None => ObjectName::new(SEQUENCES[usize::from(x) % SEQUENCES.len()]),
        };
        let id = ObjectId::Sequence(name.clone());
        let mut sequence = Sequence::new(name.clone());
        let step = i64::from(1 + y % 3);
        sequence.increment(step);
        sequence.comment = comment(z);
        plain(match (there.contains(&name), y % 5) {
            (false, _) => Operation::create(sequence),
            (true, 0) => Operation::drop(id),
            (true, 1) => Operation::Rename { id, to: Ident::new(format!("sequence_{number}")) },
            (true, 2) => Operation::Comment { id, text: comment(z) },
            (true, 3) => Operation::Alter(Change::Sequence {
                name,
                changes: vec![SequenceChange::SetComment(comment(z))],
            }),
            (true, _) => {
                Operation::Alter(Change::Sequence { name, changes: vec![SequenceChange::SetIncrement(step)] })
            }
        })
    }

    fn column(&self, name: &str, y: u8, z: u8) -> Column {
        let of_enum = pick(&self.enum_names(), z).cloned();
        let mut column = match (y % 7, of_enum) {
            (0 | 1, Some(name_of)) => {
                let value = self.schema.enums()[&name_of].values.first().cloned();
                let mut column = Column::new(name, Type::Enum { name: name_of });
                let default = value
                    .filter(|_| z.is_multiple_of(4))
                    .map(|value| ServerDefault::Literal(Literal::String(value)));
                column.default = default;
                column
            }
            (2, Some(name_of)) => {
                Column::new(name, Type::array(Type::Enum { name: name_of })).on(Dialect::Sqlite, Type::Json)
            }
            (3, _) => Column::new(name, Type::Integer).default(7),
            (4, _) => Column::new(name, Type::string(20)),
            (5, _) => Column::new(name, Type::Uuid),
            _ => Column::new(name, Type::Text).default("it's"),
        };
        column.nullable = true;
        column.comment = comment(y.wrapping_add(z));
        column
    }

    fn create_table(&mut self, x: u8, y: u8, z: u8) -> Vec<Deed> {
        let mut table = Table::new(TABLES[usize::from(x) % TABLES.len()]);
        table.columns.push(Column::new("id", Type::Integer).serial());
        for (place, name) in COLUMNS.iter().enumerate().take(1 + usize::from(y) % 4) {
            let place = u8::try_from(place).expect("there are few");
            table.columns.push(self.column(name, y.wrapping_add(place * 3), z.wrapping_add(place)));
        }
        let mut key = PrimaryKey::new(["id"]);
        key.comment = comment(z);
        table.constraints.push(key);
        table.comment = comment(x.wrapping_add(y));
        if self.schema.table(&table.name).is_none() {
            let name = &table.name.name;
            let names = (0_u8..).map(|number| if number == 0 { String::new() } else { number.to_string() });
            let is_free = |born: &String| !self.born.values().any(|other| other == born);
            let born = names.map(|number| format!("{name}_{{}}{number}")).find(is_free);
            self.born.insert(table.name.clone(), born.expect("numbers do not end"));
        }
        plain(Operation::create(table))
    }

    /// A table as it was before it was dropped, with the names that PostgreSQL gave.
    fn table_again(&self, table: &Table) -> Vec<Operation> {
        let born = &self.born[&table.name];
        let mut named = table.clone();
        for key in named.constraints.primary_keys_mut() {
            key.name = Some(born.replace("{}", "pkey").into());
        }
        for column in &mut named.columns {
            if let Some(ServerDefault::Serial(serial)) = &mut column.default {
                serial.name = Some(Ident::new(born.replace("{}", &format!("{}_seq", column.name))));
            }
        }
        vec![
            on(Dialect::Postgres, vec![Operation::create(named)]),
            on(Dialect::Sqlite, vec![Operation::create(table.clone())]),
        ]
    }

    fn add_column(&self, x: u8, y: u8, z: u8) -> Option<Vec<Deed>> {
        let table = self.table(x)?;
        let name = COLUMNS.iter().find(|name| table.column(&Ident::from(**name)).is_none())?;
        let column = self.column(name, y, z);
        Some(plain(Operation::create(Object::column(&table.name, column))))
    }

    /// Columns on which nothing stands.
    fn free(table: &Table) -> Vec<&Column> {
        let is_free = |column: &&Column| {
            let name = &column.name;
            let in_checks = table.checks().any(|check| check.expression.base.contains(name.as_str()));
            let in_keys = table.uniques().any(|unique| unique.columns.contains(name))
                || table.foreign_keys().any(|key| key.columns.contains(name));
            let in_indexes = format!("{:?}", table.indexes).contains(&format!("Ident(\"{name}\")"));
            !table.is_in_primary_key(name) && !in_checks && !in_keys && !in_indexes
        };
        table.columns.iter().filter(is_free).collect()
    }

    fn alter_column(&mut self, x: u8, y: u8, z: u8) -> Option<Vec<Deed>> {
        let number = self.next();
        let table = self.table(x)?;
        let column = (*pick(&Self::free(table), y)?).clone();
        let to_text = || ColumnChange::SetType { ty: Type::Text.into(), using: None };
        let changes = match (z % 5, &column.ty.base) {
            (0, Type::Integer) => vec![ColumnChange::SetType { ty: Type::BigInteger.into(), using: None }],
            (0, Type::String { .. }) => vec![to_text()],
            (1, Type::Integer) => {
                vec![ColumnChange::SetDefault(Some(ServerDefault::Literal(Literal::Integer(8))))]
            }
            (2, _) => vec![ColumnChange::Rename { to: Ident::new(format!("x{number}")) }],
            (3, Type::Enum { .. }) => vec![ColumnChange::SetDefault(None)],
            _ => vec![ColumnChange::SetComment(comment(z.wrapping_add(y)))],
        };
        Some(plain(Operation::alter_column(&table.name, column.name, changes)))
    }

    fn drop_column(&self, x: u8, y: u8) -> Option<Vec<Deed>> {
        let table = self.table(x)?;
        let column = &pick(&Self::free(table), y)?.name;
        Some(plain(Operation::drop_with_data(ObjectId::column(&table.name, column))))
    }

    fn index(&mut self, x: u8, y: u8, z: u8) -> Option<Vec<Deed>> {
        let number = self.next();
        let table = self.table(x)?;
        let names: Vec<&Ident> = table.indexes.keys().collect();
        let id = pick(&names, y).map(|name| ObjectId::index(&table.name, *name));
        Some(plain(match (id, z % 4) {
            (Some(id), 0) => Operation::drop(id),
            (Some(id), 1) => Operation::Rename { id, to: Ident::new(format!("ix_{number}")) },
            (Some(id), 2) => Operation::Comment { id, text: comment(y) },
            (Some(_) | None, _) => {
                let column = pick(&table.columns, y).filter(|column| !is_list(column))?;
                let key = cucurbit::schema::build::key(column.name.as_str());
                let mut index = Index::new(format!("ix_{number}"), vec![key]);
                index.comment = comment(z);
                Operation::create(Object::index(&table.name, index))
            }
        }))
    }

    fn constraint(&mut self, x: u8, y: u8, z: u8) -> Option<Vec<Deed>> {
        let number = self.next();
        let table = self.table(x)?;
        let of = &table.name;
        let named: Vec<Ident> = table
            .checks()
            .map(|check| &check.name)
            .chain(table.uniques().map(|one| &one.name))
            .flatten()
            .cloned()
            .collect();
        let id = pick(&named, y).map(|name| ObjectId::constraint(of, ConstraintRef::Named(name.clone())));
        Some(plain(match (id, z % 5) {
            (Some(id), 0) => Operation::drop(id),
            (Some(id), 1) => Operation::Rename { id, to: Ident::new(format!("c_{number}")) },
            (Some(id), 2) => Operation::Comment { id, text: comment(y) },
            (_, 3) => {
                let mut check = Check::new("id > 0");
                check.named(format!("ck_{number}"));
                check.comment = comment(y);
                Operation::create(Object::constraint(of, check))
            }
            (_, _) => {
                let column = pick(&table.columns, y).filter(|column| !is_list(column))?;
                let mut unique = Unique::new(["id", column.name.as_str()]);
                if column.name == "id" {
                    return None;
                }
                unique.named(format!("uq_{number}"));
                unique.comment = comment(z);
                Operation::create(Object::constraint(of, unique))
            }
        }))
    }

    fn foreign_key(&mut self, x: u8, y: u8) -> Option<Vec<Deed>> {
        let number = self.next();
        let (table, other) = (self.table(x)?.name.clone(), self.table(y)?.name.clone());
        let mut column = Column::new(format!("f{number}"), Type::Integer);
        column.nullable = true;
        let mut foreign_key = ForeignKey::new([column.name.clone()], other, ["id"]);
        foreign_key.named(format!("fk_{number}"));
        foreign_key.comment = comment(y);
        let add = Operation::create(Object::column(&table, column));
        Some(vec![(add, None), (Operation::create(Object::constraint(table, foreign_key)), None)])
    }

    fn whole_table(&mut self, x: u8, y: u8, z: u8) -> Option<Vec<Deed>> {
        let number = self.next();
        let table = self.table(x)?;
        let name = table.name.clone();
        let mut others = self.schema.tables().values().filter(|other| other.name != name);
        let is_referred = others.any(|other| other.foreign_keys().any(|key| key.referred_table == name));
        if z.is_multiple_of(4) && !is_referred {
            let again = self.table_again(table);
            self.born.remove(&name);
            return Some(vec![(Operation::drop_with_data(ObjectId::Table(name)), Some(again))]);
        }
        Some(plain(match z % 4 {
            1 => {
                let to = Ident::new(format!("t{number}"));
                let born = self.born.remove(&name)?;
                self.born.insert(TableName::new(to.as_str()), born);
                Operation::Rename { id: ObjectId::Table(name), to }
            }
            _ => Operation::Comment { id: ObjectId::Table(name), text: comment(y) },
        }))
    }

    fn rows(&mut self, x: u8, y: u8, z: u8) -> Option<Vec<Deed>> {
        let id = i64::from(self.next());
        let table = self.table(x)?;
        let mut columns = vec![Ident::from("id")];
        let mut row = vec![Literal::Integer(id)];
        for column in &table.columns {
            let value = if let Type::Enum { name } = &column.ty.base {
                pick(&self.schema.enums()[name].values, y).cloned().map(Literal::String)
            } else if matches!(column.ty.base, Type::Text | Type::String { .. }) {
                Some(Literal::String(format!("text {z}")))
            } else {
                None
            };
            if let Some(value) = value {
                columns.push(column.name.clone());
                row.push(value);
            }
        }
        let insert = BulkInsert { table: table.name.clone(), columns, rows: vec![row] };
        let delete = sql(format!("DELETE FROM {} WHERE id = {id}", table.name));
        let mut deeds = vec![(Operation::BulkInsert(insert), Some(vec![delete]))];
        deeds.extend(self.list_of_values(x, y, id));
        Some(deeds)
    }

    /// Puts lists of values into the row that was just made, as each database writes them.
    fn list_of_values(&self, x: u8, y: u8, id: i64) -> Vec<Deed> {
        let Some(table) = self.table(x) else { return Vec::new() };
        let lists = table.columns.iter().filter(|column| is_list(column)).filter_map(|column| {
            let values = &self.schema.enums()[column.ty.base.enum_name()?].values;
            let (one, other) = (pick(values, y)?, pick(values, y.wrapping_add(1))?);
            let set = |list: String| {
                sql(format!("UPDATE {} SET {} = {list} WHERE id = {id}", table.name, column.name))
            };
            let name = column.ty.base.enum_name()?;
            let array = format!("ARRAY[{}, {}]::{name}[]", quoted(one), quoted(other));
            let json = format!("json_array({}, {})", quoted(one), quoted(other));
            let each = vec![on(Dialect::Postgres, vec![set(array)]), on(Dialect::Sqlite, vec![set(json)])];
            Some(each.into_iter().map(|operation| (operation, Some(Vec::new()))))
        });
        lists.flatten().collect()
    }

    fn known_sql(&mut self, x: u8, y: u8) -> Option<Vec<Deed>> {
        let number = self.next();
        if y.is_multiple_of(6) {
            self.has_unknown = true;
            let (create, drop) =
                (format!("CREATE TABLE raw_{number} (id INTEGER)"), format!("DROP TABLE raw_{number}"));
            return Some(vec![(sql(create), Some(vec![sql(drop)]))]);
        }
        let table = self.table(x)?;
        let index = Index::new(format!("ix_{number}"), vec![cucurbit::schema::build::key("id")]);
        let mut create = Execute::new(format!("CREATE INDEX {} ON {} (id)", index.name, table.name));
        let object = Object::index(&table.name, index);
        let drop = Operation::drop(object.id());
        create.means = Some(vec![Operation::create(object)]);
        Some(vec![(Operation::Execute(create), Some(vec![drop]))])
    }

    fn rows_by_sql(&self, x: u8, y: u8) -> Option<Vec<Deed>> {
        let table = self.table(x)?;
        let is_text = |column: &&Column| column.ty.base == Type::Text;
        let column = &table.columns.iter().find(is_text)?.name;
        let update = sql(format!("UPDATE {} SET {column} = 'text {y}'", table.name));
        Some(vec![(update, Some(Vec::new()))])
    }
}

fn is_list(column: &Column) -> bool {
    matches!(column.ty.base, Type::Array(_))
}
