//! Many structs as one schema, and what only shows when they stand together.

use std::{any, collections::BTreeMap};

use super::{Declared, Model, ModelError};
use crate::schema::{ColumnType, EnumType, ForeignKey, Ident, ObjectName, Schema, Table, TableName, Type};

/// The structs collected so far: what [`tables!`](crate::tables!) calls, for lists that are not written out.
#[derive(Debug, Default)]
pub struct Models {
    listed: Vec<Listed>,
    /// The tables that are not the project's.
    external: BTreeMap<TableName, Table>,
}

/// A struct with its table.
#[derive(Debug)]
struct Listed {
    rust: &'static str,
    table: Table,
    enums: Vec<EnumType>,
    /// A column that was declared twice.
    twice: Option<Ident>,
}

impl Models {
    /// Makes an empty collection.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a struct.
    #[must_use]
    pub fn add<M: Model>(mut self) -> Self {
        self.listed.push(listed::<M>());
        self
    }

    /// Names a struct whose table is not the project's: foreign keys may refer to it, and it is never made, dropped,
    /// altered or compared.
    #[must_use]
    pub fn external<M: Model>(mut self) -> Self {
        let Listed { mut table, .. } = listed::<M>();
        table.constraints.retain(|constraint| constraint.key().is_some());
        for column in &mut table.columns {
            // Its enum types are not the project's either.
            if column.ty.base.enum_name().is_some() {
                column.ty = ColumnType::same(Type::Text);
            }
        }
        self.external.insert(table.name.clone(), table);
        self
    }

    /// Returns the schema of all of them.
    ///
    /// # Errors
    ///
    /// If two structs have one table, a table declares a column or a constraint twice, two indexes have one name, a
    /// foreign key refers to a table or a column that is not there, or two Rust types are one enum type with other values.
    pub fn schema(self) -> Result<Schema, ModelError> {
        self.refuse_two_structs()?;
        for one in &self.listed {
            refuse_twice(one)?;
            self.refuse_missing_references(one)?;
        }
        self.refuse_shared_index_names()?;
        let enums = self.enums()?;
        let tables = self.listed.into_iter().map(|one| one.table);
        Ok(Schema::from_tables(tables).with_enums(enums).with_external(self.external.into_values()))
    }

    fn refuse_two_structs(&self) -> Result<(), ModelError> {
        let mut taken: BTreeMap<&TableName, &'static str> = BTreeMap::new();
        for Listed { rust, table, .. } in &self.listed {
            if self.external.contains_key(&table.name) {
                return Err(ModelError::ExternalAndListed { table: table.name.clone(), model: rust });
            }
            if let Some(first) = taken.insert(&table.name, rust) {
                return Err(ModelError::TwoStructs { table: table.name.clone(), first, second: rust });
            }
        }
        Ok(())
    }

    fn refuse_missing_references(&self, one: &Listed) -> Result<(), ModelError> {
        let model = one.rust;
        for ForeignKey { columns, referred_table, referred_columns, .. } in one.table.foreign_keys() {
            let listed = self.listed.iter().map(|other| &other.table);
            let Some(table) =
                listed.chain(self.external.values()).find(|other| other.name == *referred_table)
            else {
                return Err(ModelError::ReferredTableMissing { model, table: referred_table.clone() });
            };
            if let Some(column) = referred_columns.iter().find(|name| table.column(name).is_none()) {
                let (table, column) = (referred_table.clone(), column.clone());
                return Err(ModelError::ReferredColumnMissing { model, table, column });
            }
            if columns.len() != referred_columns.len() {
                let (columns, referred) = (columns.clone(), referred_columns.clone());
                return Err(ModelError::ForeignKeyColumns {
                    model,
                    columns,
                    table: referred_table.clone(),
                    referred,
                });
            }
        }
        Ok(())
    }

    fn refuse_shared_index_names(&self) -> Result<(), ModelError> {
        let mut taken: BTreeMap<(Option<&Ident>, &Ident), &'static str> = BTreeMap::new();
        for Listed { rust, table, .. } in &self.listed {
            for index in table.indexes.keys() {
                if let Some(first) = taken.insert((table.name.schema.as_ref(), index), rust) {
                    return Err(ModelError::IndexNameTaken { index: index.clone(), first, second: rust });
                }
            }
        }
        Ok(())
    }

    fn enums(&self) -> Result<Vec<EnumType>, ModelError> {
        let mut found: BTreeMap<&ObjectName, (&EnumType, &'static str)> = BTreeMap::new();
        for Listed { rust, enums, .. } in &self.listed {
            for one in enums {
                let (first_type, first) = *found.entry(&one.name).or_insert((one, rust));
                if first_type != one {
                    return Err(ModelError::EnumTwice { name: one.name.clone(), first, second: rust });
                }
            }
        }
        Ok(found.into_values().map(|(one, _)| one.clone()).collect())
    }
}

fn listed<M: Model>() -> Listed {
    let mut declared = Declared::new(M::table_name());
    M::declare(&mut declared);
    let twice = declared.columns.iter().find(|(_, times)| **times > 1).map(|(name, _)| name.clone());
    let (table, enums) = declared.finish();
    Listed { rust: any::type_name::<M>(), table, enums, twice }
}

/// Refuses what a table declares twice: the database would, too, or it would keep one of them.
fn refuse_twice(Listed { rust: model, table, twice, enums: _ }: &Listed) -> Result<(), ModelError> {
    if let Some(column) = twice.clone() {
        return Err(ModelError::ColumnTwice { model, column });
    }
    let references = table.constraint_references();
    for (position, reference) in references.iter().enumerate() {
        if references[..position].contains(reference) {
            return Err(ModelError::ConstraintTwice { model, constraint: reference.in_words() });
        }
    }
    Ok(())
}
