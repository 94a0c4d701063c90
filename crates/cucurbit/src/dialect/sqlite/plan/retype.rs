//! What becomes of the values of a column whose type changes.

use crate::{
    operation::ColumnChange,
    schema::{Expression, Ident, ServerDefault, Type},
};

use super::{
    super::{
        super::{Effect, Hazard, HazardKind, PlanError, Statement, family::needs_using, sqlite::sql::quoted},
        HERE,
        convert::{self, Conversion},
        expression::is_expression,
        types,
    },
    alter::Work,
    column_probe,
    step::changes_of,
    unsupported,
};

/// How many characters of a value are shown.
const SHOWN: usize = 60;

impl Work<'_> {
    /// Notes how the values of a column become values of another type, and which rows stand against it.
    pub(super) fn convert(
        &mut self,
        column: &Ident,
        ty: &Type,
        using: Option<&Expression>,
    ) -> Result<(), PlanError> {
        let now = self.text.column(column);
        let Some((from, is_generated)) = now.map(|now| (types::read(now.declared()), now.is_generated()))
        else {
            return Ok(());
        };
        if self.added.contains(column) || self.becomes(true) || (is_generated && !self.becomes(false)) {
            return Ok(());
        }
        let is_rowid = self.text.is_rowid(column);
        let own = self.fills.get(column).cloned().unwrap_or_else(|| quoted(column));
        let enum_values = ty.enum_name().and_then(|name| self.before.schema.enums.get(name));
        let enum_values = enum_values.map(|known| known.values.clone());
        let enum_values = enum_values.as_deref();
        let (old, conversion) = match using {
            Some(using) => {
                let using = using.on(HERE);
                if !is_expression(using) {
                    let reason = format!(
                        "`{using}` is no expression of SQLite; `.using(…)` takes one for each database: \
                         `Expression::from(\"…\").with(Dialect::Sqlite, \"…\")`"
                    );
                    return Err(unsupported(self.operation)(reason));
                }
                let old = format!("({using})");
                let conversion = convert::conversion(&old, None, ty, enum_values);
                let conversion = conversion.unwrap_or(Conversion { value: old.clone(), can_fail: false });
                (old, Some(conversion))
            }
            None if needs_using(&from, ty) => {
                return Err(PlanError::NeedsUsing {
                    operation: self.operation.describe(),
                    from: from.to_string(),
                    to: ty.to_string(),
                });
            }
            None if is_rowid && from == Type::Integer => {
                // It has 64 bits under the one spelling INTEGER, and stays the rowid under any other integer.
                let conversion = convert::conversion(&own, Some(&Type::BigInteger), ty, enum_values);
                if convert::is_integer(ty) {
                    self.looks_for_values(column, &own, conversion.as_ref(), ty, false);
                    if let Some(condition) = conversion.and_then(|conversion| conversion.failing(&own)) {
                        // Nothing is done to the table; the reader of the statements is told how many there are.
                        let looks = format!("SELECT count(*) FROM {} WHERE {condition}", self.name);
                        let effect = Effect::none().scans(&self.table);
                        self.push(Statement::new(looks).effect(effect));
                    }
                    return Ok(());
                }
                (own.clone(), conversion)
            }
            None => (own.clone(), convert::conversion(&own, Some(&from), ty, enum_values)),
        };
        let Some(conversion) = conversion else { return Ok(()) };
        self.looks_for_values(column, &old, Some(&conversion), ty, using.is_some());
        let words = format!("{}.{column} cannot become {ty}", self.table);
        self.fills.insert(column.clone(), conversion.filling(&old, &words));
        Ok(())
    }

    /// Tells whether a change of the default makes a column computed, or plain.
    fn becomes(&self, computed: bool) -> bool {
        changes_of(self.operation).iter().any(|change| {
            matches!(change, ColumnChange::SetDefault(default)
                if matches!(default, Some(ServerDefault::Computed { .. })) == computed)
        })
    }

    /// Adds the hazard of values that cannot be converted.
    fn looks_for_values(
        &mut self,
        column: &Ident,
        old: &str,
        conversion: Option<&Conversion>,
        ty: &Type,
        waits: bool,
    ) {
        let Some(condition) = conversion.and_then(|conversion| conversion.failing(old)) else { return };
        let name = quoted(column);
        let probe = column_probe(&self.name, column, &condition, "NULL");
        let offenders = self.offenders(&condition, &format!("substr(quote({name}), 1, {SHOWN})"));
        self.hazards.push(Hazard {
            kind: HazardKind::CannotConvert { ty: ty.to_string() },
            table: self.table.clone(),
            column: Some(column.clone()),
            probe,
            offenders: Some(offenders),
            waits,
        });
    }
}
