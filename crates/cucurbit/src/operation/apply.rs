//! The meaning of each operation, in memory.
//!
//! No SQL and no database: `apply` is what `diff`, `reverse` and every plan agree upon.

use crate::schema::{Constraint, ConstraintRef, Dialect, ForeignKey, Schema, Table};

use super::{ApplyError, Operation, kind, said};

/// Applies a list of operations in order.
///
/// # Errors
///
/// The first operation that does not fit; the schema then holds what the ones before it did.
pub fn apply_all(schema: &mut Schema, operations: &[Operation], dialect: Dialect) -> Result<(), ApplyError> {
    operations.iter().try_for_each(|operation| apply(schema, operation, dialect))
}

/// Applies one operation to a schema in memory.
///
/// `On` blocks for another dialect do nothing, except that what only one database keeps is known on the others. SQL
/// does what its `.means()` says and otherwise nothing: to know what SQL does, run it and reflect.
///
/// # Errors
///
/// When the operation names what is not there, or makes what is there already; the schema is then unchanged.
pub fn apply(schema: &mut Schema, operation: &Operation, dialect: Dialect) -> Result<(), ApplyError> {
    match operation {
        Operation::Alter(change) => kind::alter(schema, change),
        Operation::BulkInsert(_) | Operation::Irreversible { .. } | Operation::Run { .. } => Ok(()),
        Operation::Comment { id, text } => kind::comment(schema, id, text.as_ref()),
        Operation::Create { object, backfill: _, concurrency: _ } => kind::create(schema, object),
        Operation::Drop { id, consent: _, concurrency: _ } => kind::drop(schema, id),
        Operation::Execute(execute) => {
            all_or_none(schema, execute.means.as_deref().unwrap_or_default(), dialect)
        }
        Operation::On { dialect: only, operations } => {
            if *only == dialect {
                all_or_none(schema, &said::own(operations, dialect), dialect)?;
            } else if only.stores_more_than(dialect) {
                let known = said::only_known(operations, *only, dialect);
                said::follow_known(schema, &known, *only, dialect);
            }
            Ok(())
        }
        Operation::Rename { id, to } => kind::rename(schema, id, to),
    }
}

fn all_or_none(schema: &mut Schema, operations: &[Operation], dialect: Dialect) -> Result<(), ApplyError> {
    let mut after = schema.clone();
    apply_all(&mut after, operations, dialect)?;
    *schema = after;
    Ok(())
}

/// Finds the constraint that a reference means, as [`resolve_constraint`] does.
pub(crate) fn find_constraint<'t>(table: &'t Table, constraint: &ConstraintRef) -> Option<&'t Constraint> {
    resolve_constraint(table, constraint).map(|place| &table.constraints[place])
}

/// Finds the constraint that a reference means: its place among the table's constraints.
///
/// One that is meant by what it is need not be unnamed in the table: a database chooses a name. Of
/// several that fit, an unnamed one is taken first.
#[must_use]
pub fn resolve_constraint(table: &Table, constraint: &ConstraintRef) -> Option<usize> {
    let list = &table.constraints;
    let find = |fits: &dyn Fn(&Constraint) -> bool| {
        let unnamed = list.iter().position(|one| fits(one) && one.name().is_none());
        unnamed.or_else(|| list.iter().position(fits))
    };
    match constraint {
        ConstraintRef::Check { expression } => {
            find(&|one| matches!(one, Constraint::Check(check) if check.expression == *expression))
        }
        ConstraintRef::ForeignKey { columns, referred } => {
            let refers = |key: &ForeignKey| referred.as_ref().is_none_or(|to| key.refers_to(to));
            find(&|one| matches!(one, Constraint::ForeignKey(key) if key.columns == *columns && refers(key)))
        }
        // SQLite takes a primary key's name for another constraint's too.
        ConstraintRef::Named(name) => list
            .iter()
            .position(|one| one.name() == Some(name) && !matches!(one, Constraint::PrimaryKey(_)))
            .or_else(|| list.iter().position(|one| one.name() == Some(name))),
        ConstraintRef::PrimaryKey => list.iter().position(|one| matches!(one, Constraint::PrimaryKey(_))),
        ConstraintRef::Unique { columns } => {
            find(&|one| matches!(one, Constraint::Unique(unique) if unique.columns == *columns))
        }
    }
}
