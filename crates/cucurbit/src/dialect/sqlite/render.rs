//! Operations as statements, table by table.
//!
//! What lives here: the order of work and what is done to whole tables and rows. Changes within one table are
//! `alter`; `step` decides which is which. The memory of stored texts moves along, so that a later plan starts from what
//! SQLite then holds.

use crate::{
    operation::{self, BulkInsert, Consent, Execute, Operation, for_dialect},
    schema::{Ident, Schema, Table, TableName, Type},
};

use super::{
    super::{
        Before, Guard, Hazard, HazardKind, Mode, Plan, PlanError, Session, Statement, Trigger,
        lexer::{self, Kind, Part},
        offenders::Rows,
        sql::{list, quoted, string},
    },
    HERE, alter, constant,
    ddl::{CreateTable, index_value},
    definition, effect, enumeration, letters, rename, said,
    step::{Alone, Step, TableStep},
    token::same_name,
    words,
};

/// Turns operations into statements.
pub(in super::super) fn plan(before: &mut Before, operations: &[Operation]) -> Result<Plan, PlanError> {
    let operations = for_dialect(operations, HERE);
    for operation in &operations {
        if let Operation::Irreversible { reason } = operation {
            return Err(PlanError::Irreversible { reason: reason.clone() });
        }
    }
    write_missing_originals(before)?;
    let mut plan = Plan::default();
    let mut rest = operations.as_slice();
    while let Some((first, after)) = rest.split_first() {
        let start = (plan.statements.len(), plan.shortcuts.len());
        let first = in_words_of_the_file(first, before);
        let planned = match Step::of(&first) {
            Step::OfOneTable(step) => {
                let group = group(before, *step, after);
                (0..group.len()).try_for_each(|at| words::refuse_unknown_tables(before, &rest[at..]))?;
                let operations: Vec<&Operation> = group.iter().map(|step| &step.operation).collect();
                words::refuse(before, &operations)?;
                alter::group(before, &group, &mut plan)?;
                operations.into_iter().for_each(|operation| follow(before, operation));
                group.len()
            }
            Step::Alone(alone) => {
                words::refuse_unknown_tables(before, rest)?;
                words::refuse(before, &[&first])?;
                one(before, &alone, (&first, after), &mut plan)?;
                follow(before, &first);
                1
            }
        };
        // Of the SQL of a script nothing is known.
        if !matches!(first, Operation::Execute(_)) {
            effect::say_of_the_rest(&mut plan, start);
        }
        rest = &rest[planned..];
    }
    Ok(plan)
}

/// Takes the changes of one table that come right after each other.
fn group(before: &Before, first: TableStep, after: &[Operation]) -> Vec<TableStep> {
    let table = first.table.clone();
    let next = |next: &Operation| match Step::of(&in_words_of_the_file(next, before)) {
        Step::OfOneTable(step) => letters::is_same(&step.table, &table).then_some(*step),
        Step::Alone(_) => None,
    };
    std::iter::once(first).chain(after.iter().map_while(next)).collect()
}

/// Writes what an operation refers to as the file has it.
fn in_words_of_the_file(operation: &Operation, before: &Before) -> Operation {
    said::without_unkept_name(letters::in_letters_of(operation, &before.schema), before)
}

/// Lets what is known from the scripts follow an operation. What SQL means was planned, and followed, by itself.
fn follow(before: &mut Before, operation: &Operation) {
    if !matches!(operation, Operation::Execute(_)) {
        let operation = letters::in_letters_of(operation, &before.said);
        operation::follow(&mut before.said, &[operation], HERE);
    }
}

/// Offline, and for a schema made by hand, the texts are those that we would write.
fn write_missing_originals(before: &mut Before) -> Result<(), PlanError> {
    let missing: Vec<TableName> = before
        .schema
        .tables
        .keys()
        .filter(|name| !before.originals.tables.contains_key(*name))
        .cloned()
        .collect();
    for name in missing {
        let Some(table) = before.schema.tables.get(&name).cloned() else { continue };
        remember_table(before, &table)
            .map_err(|reason| PlanError::Original { object: name.to_string(), reason })?;
        for index in table.indexes.values() {
            let sql = definition::create_index(&name, index)
                .map_err(|reason| PlanError::Original { object: index.name.to_string(), reason })?;
            before.originals.indexes.insert(index.name.clone(), (name.clone(), sql));
        }
        settle(before, &name)?;
    }
    Ok(())
}

fn remember_table(before: &mut Before, table: &Table) -> Result<String, String> {
    let sql = definition::create_table(table)?;
    before.originals.tables.insert(table.name.clone(), sql.clone());
    Ok(sql)
}

/// Makes the schema say of a table what its texts say, as reading the file would.
pub(super) fn settle(before: &mut Before, name: &TableName) -> Result<(), PlanError> {
    let Some(sql) = before.originals.tables.get(name) else { return Ok(()) };
    let failed = |object: String, reason: String| PlanError::Original { object, reason };
    let text = CreateTable::read(sql).map_err(|error| failed(name.to_string(), error.to_string()))?;
    let mut table = text.value();
    table.name = name.clone();
    for (index, (_, sql)) in before.originals.indexes.iter().filter(|(_, (owner, _))| owner == name) {
        let value = index_value(index, sql).map_err(|error| failed(index.to_string(), error.to_string()))?;
        table.indexes.insert(index.clone(), value);
    }
    before.schema.tables.remove(name);
    letters::table_as_declared(&mut table, &before.schema.tables);
    before.schema.tables.insert(name.clone(), table);
    Ok(())
}

/// Plans what is planned by itself. `rest` comes after it in the same revision.
fn one(
    before: &mut Before,
    alone: &Alone<'_>,
    (operation, rest): (&Operation, &[Operation]),
    plan: &mut Plan,
) -> Result<(), PlanError> {
    match alone {
        Alone::AlterEnum { name, change } => {
            enumeration::alter(before, name, change, (operation, rest), plan)
        }
        Alone::BulkInsert(insert) => bulk_insert(before, insert, operation, plan),
        Alone::CreateTable(table) => create_table(before, table, operation, plan),
        Alone::DropEnum(name) => {
            words::refuse_used(before, name, operation)?;
            apply(before, operation)
        }
        Alone::DropTable { table, consent } => drop_table(before, table, *consent, operation, plan),
        Alone::Execute(execute) => self::execute(before, execute, plan),
        Alone::Irreversible { reason } => Err(PlanError::Irreversible { reason: (*reason).to_owned() }),
        // SQLite has neither types of one's own, whose columns are text, nor sequences.
        Alone::Known => apply(before, operation),
        Alone::Namespace => Err(unsupported(operation)("a SQLite file has no schemas".to_owned())),
        // What is left of a block for another database is only known.
        Alone::On(operations) => {
            let is_of_schema = |operation: &&Operation| operation.table().is_none();
            for operation in operations.iter().filter(is_of_schema) {
                operation::follow(&mut before.schema, std::slice::from_ref(operation), HERE);
            }
            Ok(())
        }
        Alone::RenameTable { table, to } => rename_table(before, table, to, operation, plan),
        // Code of the script leaves the schema as it is, and is no statement.
        Alone::Run => Ok(()),
    }
}

/// Applies an operation to the schema in memory.
pub(super) fn apply(before: &mut Before, operation: &Operation) -> Result<(), PlanError> {
    operation::apply(&mut before.schema, operation, HERE)
        .map_err(|source| PlanError::Apply { operation: operation.describe(), source })
}

/// Says why SQLite cannot do an operation.
pub(super) fn unsupported(operation: &Operation) -> impl Fn(String) -> PlanError + '_ {
    |reason| PlanError::Unsupported { dialect: HERE, operation: operation.describe(), reason }
}

fn create_table(
    before: &mut Before,
    table: &Table,
    operation: &Operation,
    plan: &mut Plan,
) -> Result<(), PlanError> {
    refuse_second_table(before, &table.name.name).map_err(unsupported(operation))?;
    for column in &table.columns {
        constant::refuse_other_default(&table.name, &column.name, &column.ty, column.default.as_ref())?;
    }
    apply(before, operation)?;
    plan.push(remember_table(before, table).map_err(unsupported(operation))?);
    // A table that is written down with its indexes has them created too.
    for index in table.indexes.values() {
        refuse_second_index(before, &index.name).map_err(unsupported(operation))?;
        let sql = definition::create_index(&table.name, index).map_err(unsupported(operation))?;
        before.originals.indexes.insert(index.name.clone(), (table.name.clone(), sql.clone()));
        plan.push(effect::create_index(&table.name, &index.name, sql));
    }
    settle(before, &table.name)
}

/// Refuses a table under a name that only differs in its letters from another one's.
fn refuse_second_table(before: &Before, name: &Ident) -> Result<(), String> {
    letters::refuse_second(before.schema.tables.keys().map(|other| &other.name), name)
}

/// Refuses an index under a name that only differs in its letters from another one's.
pub(super) fn refuse_second_index(before: &Before, name: &Ident) -> Result<(), String> {
    letters::refuse_second(before.originals.indexes.keys(), name)
}

fn drop_table(
    before: &mut Before,
    table: &TableName,
    consent: Consent,
    operation: &Operation,
    plan: &mut Plan,
) -> Result<(), PlanError> {
    let children = children(&before.schema, table);
    apply(before, operation)?;
    let name = definition::table_name(table).map_err(unsupported(operation))?;
    let mut statement = Statement::new(format!("DROP TABLE {name}"));
    if !consent.is_given {
        statement = statement.hazard(Hazard {
            kind: HazardKind::LosesData,
            table: table.clone(),
            column: None,
            probe: format!("SELECT EXISTS (SELECT 1 FROM {name})"),
            offenders: None,
            waits: false,
        });
    }
    if !children.is_empty() {
        // With foreign keys on, DROP TABLE first deletes all rows, and the children's with them.
        statement = statement.session(Session::ForeignKeysOff).guard(Guard::KeepsRows { of: children });
    }
    plan.statements.push(statement);
    before.originals.tables.remove(table);
    before.originals.indexes.retain(|_, (owner, _)| owner != table);
    before.originals.triggers.retain(|_, trigger| !same_name(&trigger.table, &table.name));
    Ok(())
}

/// Returns the other tables that refer to a table.
pub(super) fn children(schema: &Schema, table: &TableName) -> Vec<TableName> {
    let refers = |other: &&Table| {
        other.name != *table
            && other.foreign_keys().any(|key| same_name(&key.referred_table.name, &table.name))
    };
    schema.tables.values().filter(refers).map(|other| other.name.clone()).collect()
}

fn rename_table(
    before: &mut Before,
    table: &TableName,
    to: &Ident,
    operation: &Operation,
    plan: &mut Plan,
) -> Result<(), PlanError> {
    refuse_second_table(before, to).map_err(unsupported(operation))?;
    let schema = before.schema.clone();
    apply(before, operation)?;
    let name = definition::table_name(table).map_err(unsupported(operation))?;
    plan.statements.extend(rename::probes(&before.originals, &table.name, true));
    rename::table(&mut before.originals, &schema, table, to)
        .map_err(|(object, error)| PlanError::Original { object, reason: error.to_string() })?;
    let rename = format!("ALTER TABLE {name} RENAME TO {}", quoted(to));
    // A broken trigger on the table itself would stay on a table that is not there, which spoils the file.
    let is_own = |trigger: &Trigger| same_name(&trigger.table, to) && !trigger.sql.is_empty();
    let own: Vec<(Ident, String)> = before
        .originals
        .triggers
        .iter()
        .filter(|(_, trigger)| is_own(trigger))
        .map(|(name, trigger)| (name.clone(), trigger.sql.clone()))
        .collect();
    own.iter().for_each(|(trigger, _)| plan.push(format!("DROP TRIGGER {}", quoted(trigger))));
    plan.statements.extend(rename::statements(&before.originals, Statement::new(rename)));
    own.into_iter().for_each(|(_, sql)| plan.push(sql));
    for name in before.schema.tables.keys().cloned().collect::<Vec<_>>() {
        settle(before, &name)?;
    }
    Ok(())
}

/// How many rows one INSERT writes.
const ROWS_OF_ONE_INSERT: usize = 100;

fn bulk_insert(
    before: &Before,
    insert: &BulkInsert,
    operation: &Operation,
    plan: &mut Plan,
) -> Result<(), PlanError> {
    if let Some(reason) = insert.misfit() {
        return Err(PlanError::MalformedRows { operation: operation.describe(), reason });
    }
    let BulkInsert { table, columns, rows } = insert;
    let name = definition::table_name(table).map_err(unsupported(operation))?;
    let types: Vec<Option<Type>> = columns.iter().map(|column| column_type(before, table, column)).collect();
    for rows in rows.chunks(ROWS_OF_ONE_INSERT) {
        let mut written = Vec::with_capacity(rows.len());
        for row in rows {
            let mut values = Vec::with_capacity(row.len());
            for (place, literal) in row.iter().enumerate() {
                values.push(match (types.get(place), columns.get(place)) {
                    (Some(Some(ty)), Some(column)) => constant::written_in_file(ty, literal)
                        .map_err(|refused| refused.at(table, column, ty, &literal.to_string()))?,
                    (_, _) => constant::plain(literal),
                });
            }
            written.push(format!("({})", values.join(", ")));
        }
        let sql = format!("INSERT INTO {name} ({}) VALUES\n    {}", list(columns), written.join(",\n    "));
        plan.push(Statement::new(sql).effect(effect::writes().writes(table)));
    }
    Ok(())
}

/// Finds the type of a column of a table that is there.
fn column_type(before: &Before, table: &TableName, column: &Ident) -> Option<Type> {
    let table = before.schema.tables.values().find(|other| same_name(&other.name.name, &table.name))?;
    let column = table.columns.iter().find(|other| same_name(&other.name, column))?;
    Some(column.ty.on(HERE).clone())
}

fn execute(before: &mut Before, execute: &Execute, plan: &mut Plan) -> Result<(), PlanError> {
    let Execute { sql, is_outside_transaction, means } = execute;
    let mode = if *is_outside_transaction { Mode::OutsideTransaction } else { Mode::InTransaction };
    for Part { sql, line, leeway: _, is_watched: _ } in lexer::statements(sql, HERE)? {
        let kind = lexer::kind(sql, HERE);
        if kind == Kind::EndsTransaction && mode == Mode::OutsideTransaction {
            return Err(PlanError::OwnTransaction { statement: lexer::masked(sql, HERE).sql, line });
        }
        let needs_none = match kind {
            Kind::EndsTransaction | Kind::NeedsNoTransaction => true,
            Kind::ChangesSchema | Kind::ReadsOrWritesRows | Kind::Unknown => false,
        };
        if needs_none && mode == Mode::InTransaction {
            return Err(PlanError::NeedsNoTransaction { statement: lexer::masked(sql, HERE).sql });
        }
        plan.statements.push(Statement { mode, ..Statement::new(sql) }.session(Session::Changed));
    }
    if let Some(means) = means.as_ref().filter(|means| !means.is_empty()) {
        // What the SQL means is applied to the texts as well; its statements are its author's.
        self::plan(before, means)?;
    }
    Ok(())
}

/// Asks whether a column holds what a condition says.
///
/// The subquery lends the column's name a harmless value: before anything runs, a column that an earlier revision
/// will make or rename is not there yet, and SQLite would take its name in quotes for text.
pub(super) fn column_probe(table: &str, column: &Ident, condition: &str, harmless: &str) -> String {
    let column = quoted(column);
    format!(
        "SELECT EXISTS (SELECT 1 FROM (SELECT {harmless} AS {column}) \
         WHERE EXISTS (SELECT 1 FROM {table} WHERE {column} {condition}))"
    )
}

/// Writes the query that shows the rows of a table for which a condition holds, each with a value.
pub(super) fn offenders(owner: Option<&Table>, table: &str, condition: &str, value: &str) -> String {
    let key = owner.and_then(|owner| owner.primary_key());
    let key = key.map(|key| key.columns.as_slice()).unwrap_or_default();
    Rows { table, key, place: "rowid", condition }.query(value)
}

/// Writes a name as text.
pub(super) fn name_text(name: &Ident) -> String {
    string(name.as_str())
}
