//! Rows and raw SQL: INSERT, and the statements of a script.

use crate::{
    operation::{BulkInsert, Execute, Operation},
    schema::{Ident, TableName, Type},
};

use super::{
    super::{
        super::{
            Before, Mode, Plan, PlanError, Session, Statement,
            lexer::{self, Kind, Part},
            sqlite::sql::list,
        },
        HERE, constant, define, effect, said,
    },
    unsupported,
};

/// How many rows one INSERT writes.
const ROWS_OF_ONE_INSERT: usize = 100;

pub(super) fn bulk_insert(
    before: &Before,
    insert: &BulkInsert,
    operation: &Operation,
    plan: &mut Plan,
) -> Result<(), PlanError> {
    if let Some(reason) = insert.misfit() {
        return Err(PlanError::MalformedRows { operation: operation.describe(), reason });
    }
    let BulkInsert { table, columns, rows } = insert;
    let name = define::table_name(table).map_err(unsupported(operation))?;
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
    let column = said::column_of(said::table_of(&before.schema, table)?, column)?;
    Some(column.ty.on(HERE).clone())
}

pub(super) fn execute(before: &mut Before, execute: &Execute, plan: &mut Plan) -> Result<(), PlanError> {
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
        super::plan(before, means)?;
    }
    Ok(())
}
