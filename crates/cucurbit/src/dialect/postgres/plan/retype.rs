//! What becomes of the values of a column whose type changes: whether the server knows a way, and which rows stand
//! against it.
//!
//! The server itself is asked: a block assigns each value to a variable of the new type, which takes the casts that
//! ALTER TABLE takes, and nothing can be written in it. An expression that it cannot read then is judged in its turn, by the
//! statement itself.

use crate::{
    dialect::{
        Hazard, HazardKind, PlanError,
        family::needs_using,
        offenders::named,
        postgres::sql::{qualified, quoted},
        postgres::{convert::cast, define::text, types},
    },
    operation::Operation,
    schema::{Column, Dialect, Ident, Table, Type},
};

use super::{
    Planner,
    alter_column::{Changes, is_computed},
};

/// How many characters of a value are shown, and how many rows.
const SHOWN: (u8, u8) = (60, 3);

/// What the answer of a block is read from.
const ANSWER: &str = "cucurbit.unfit";

impl Planner<'_> {
    /// Returns the hazard of values that cannot become values of a new type.
    pub(super) fn cannot_convert(
        &self,
        owner: &Table,
        was: &Column,
        changes: &Changes<'_>,
        operation: &Operation,
    ) -> Result<Option<Hazard>, PlanError> {
        // The values of a column that is computed no more stay.
        let stays_computed = changes.default.is_none() && was.default.as_ref().is_some_and(is_computed);
        if stays_computed || changes.compute() {
            return Ok(None);
        }
        let Some((ty, using)) = changes.ty else { return Ok(None) };
        let (from, to) = (types::stored(was.ty.on(Dialect::Postgres)), types::stored(ty));
        // The server casts arrays of numbers to types of extensions, and to none of ours.
        let is_array_to_own = matches!(from, Type::Array(_))
            && matches!(&to, Type::Enum { name } if self.schema.enums.keys().any(|own| own.name == name.name));
        if using.is_none() && (is_array_to_own || needs_using(&from, &to)) {
            return Err(PlanError::NeedsUsing {
                operation: operation.describe(),
                from: from.to_string(),
                to: to.to_string(),
            });
        }
        if using.is_none() && !may_fail(&from, &to) || self.history.is_new(&owner.name, &was.name) {
            return Ok(None);
        }
        let old = quoted(&was.name);
        let value = match using {
            Some(using) => text(using).to_owned(),
            None => cast(&old, &from, &to).unwrap_or_else(|| old.clone()),
        };
        let spelled = types::spelled(&to);
        let table = &owner.name;
        let looked = Looked {
            table: &qualified(table),
            alias: &quoted(&table.name),
            key: &self.history.key(owner),
            old: &old,
            value: &value,
            ty: &spelled,
        };
        Ok(Some(Hazard {
            kind: HazardKind::CannotConvert { ty: spelled.clone() },
            table: owner.name.clone(),
            column: Some(was.name.clone()),
            probe: looked.probe(),
            offenders: Some(looked.offenders()),
            // A type of a name may come with the same run.
            waits: to.enum_name().is_some() || self.history.waits(table, Some(&was.name)),
        }))
    }
}

/// The rows of a table as they are looked at; all but `key` is SQL.
struct Looked<'l> {
    table: &'l str,
    alias: &'l str,
    key: &'l [Ident],
    old: &'l str,
    value: &'l str,
    ty: &'l str,
}

impl Looked<'_> {
    /// What is wrong with a value, and no error of a database that cannot be asked.
    const UNFIT: &'static str =
        "data_exception OR integrity_constraint_violation OR raise_exception OR datatype_mismatch";

    /// Asks whether one of the values cannot be assigned.
    fn probe(&self) -> String {
        let Self { table, old, value, ty, .. } = self;
        let unfit = Self::UNFIT;
        format!(
            "DO $cucurbit$ #variable_conflict use_column\n\
             DECLARE cucurbit_value {ty}; cucurbit_unfit boolean := false;\n\
             BEGIN\n\
             BEGIN\n\
             PERFORM set_config('transaction_read_only', 'on', true);\n\
             FOR cucurbit_value IN SELECT {value} FROM {table} WHERE {old} IS NOT NULL LOOP END LOOP;\n\
             RAISE SQLSTATE 'CU000';\n\
             EXCEPTION WHEN {unfit} THEN cucurbit_unfit := true; WHEN OTHERS THEN NULL;\n\
             END;\n\
             PERFORM set_config('{ANSWER}', cucurbit_unfit::int::text, true);\n\
             END $cucurbit$;\n\
             SELECT current_setting('{ANSWER}')"
        )
    }

    /// Asks for the first rows whose values cannot be assigned, and how many there are.
    fn offenders(&self) -> String {
        let Self { table, alias, key, old, value, ty } = self;
        let (letters, rows) = SHOWN;
        let unfit = Self::UNFIT;
        let named = |column: &Ident| {
            named(Dialect::Postgres, column.as_str(), &format!("{alias}.{}::text", quoted(column)))
        };
        let (order, named) = match key {
            [] => ("ctid".to_owned(), "'ctid = ' || cucurbit_place::text".to_owned()),
            key => (
                key.iter().map(quoted).collect::<Vec<_>>().join(", "),
                key.iter().map(named).collect::<Vec<_>>().join(" || ', ' || "),
            ),
        };
        format!(
            "DO $cucurbit$ #variable_conflict use_column\n\
             DECLARE cucurbit_row {table}%ROWTYPE; cucurbit_place tid; cucurbit_value {ty};\n\
             cucurbit_count bigint := 0; cucurbit_first jsonb := '[]';\n\
             BEGIN\n\
             BEGIN\n\
             PERFORM set_config('transaction_read_only', 'on', true);\n\
             FOR cucurbit_place IN SELECT ctid FROM {table} WHERE {old} IS NOT NULL ORDER BY {order} LOOP\n\
             SELECT * INTO cucurbit_row FROM {table} WHERE ctid = cucurbit_place;\n\
             BEGIN\n\
             cucurbit_value := (SELECT {value} FROM (SELECT (cucurbit_row).*) AS {alias});\n\
             EXCEPTION WHEN {unfit} THEN\n\
             cucurbit_count := cucurbit_count + 1;\n\
             IF cucurbit_count <= {rows} THEN\n\
             cucurbit_first := cucurbit_first || (SELECT jsonb_build_object('key', {named}, 'value', \
             quote_literal(left({old}::text, {letters}))) FROM (SELECT (cucurbit_row).*) AS {alias});\n\
             END IF;\n\
             END;\n\
             END LOOP;\n\
             RAISE SQLSTATE 'CU000';\n\
             EXCEPTION WHEN SQLSTATE 'CU000' THEN NULL;\n\
             END;\n\
             PERFORM set_config('{ANSWER}', jsonb_build_object('count', cucurbit_count, 'first', cucurbit_first)::text, \
             true);\n\
             END $cucurbit$;\n\
             SELECT one ->> 'key', one ->> 'value', unfit ->> 'count' \
             FROM (SELECT current_setting('{ANSWER}')::jsonb AS unfit) AS answer, \
             jsonb_array_elements(unfit -> 'first') AS one"
        )
    }
}

/// Tells whether some value of a type is none of another; where that is not sure, it may be.
fn may_fail(from: &Type, to: &Type) -> bool {
    let whole = |ty: &Type| {
        [(Type::SmallInteger, 5), (Type::Integer, 10), (Type::BigInteger, 19)]
            .iter()
            .find(|(one, _)| one == ty)
            .map(|(_, digits)| *digits)
    };
    match (from, to) {
        (from, to) if from == to => false,
        (from, Type::Array(element)) if *from == **element => false,
        (_, Type::Text | Type::String { length: None }) => false,
        (_, Type::Char { .. } | Type::String { .. }) => {
            !matches!((from.length(), to.length()), (Some(was), Some(now)) if was <= now)
        }
        (Type::Boolean, _) | (_, Type::Boolean) if whole(from).or(whole(to)).is_some() => false,
        (_, Type::Double | Type::Float) if whole(from).is_some() || *from == Type::Real => false,
        (_, Type::Decimal { precision: None }) if whole(from).is_some() => false,
        (Type::Decimal { .. }, Type::Decimal { precision: None }) => false,
        (Type::Decimal { precision: Some(was) }, Type::Decimal { precision: Some(now) }) => {
            was.1 > now.1 || i64::from(was.0) - i64::from(was.1) > i64::from(now.0) - i64::from(now.1)
        }
        (_, Type::Decimal { precision: Some((all, scale)) }) if whole(from).is_some() => {
            whole(from).is_none_or(|digits| i64::from(*all) - i64::from(*scale) < digits)
        }
        (Type::Jsonb, Type::Json)
        | (Type::Char { .. } | Type::String { .. } | Type::Text, Type::Binary)
        | (
            Type::Date | Type::DateTime { .. } | Type::DateTimeTz { .. } | Type::Time { .. } | Type::Interval,
            Type::Date | Type::DateTime { .. } | Type::DateTimeTz { .. } | Type::Time { .. } | Type::Interval,
        ) => false,
        (from, to) => match (whole(from), whole(to)) {
            (Some(was), Some(now)) => was > now,
            (Some(_) | None, None) | (None, Some(_)) => true,
        },
    }
}
