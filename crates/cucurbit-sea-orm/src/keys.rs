//! How the rows of a table are numbered where its entity does not say it. No other keys.

use cucurbit::schema::{ColumnType, Ident, Identity, Serial, ServerDefault, Table, Type};
use sea_orm::sea_query::{Alias, ColumnDef, PostgresQueryBuilder, Table as SeaOrmTable};

use crate::read::Entity;

/// How the database numbers the rows of tables with one key of integers: one line for all models of a project.
///
/// ```
/// # mod plant {
/// #     use sea_orm::entity::prelude::*;
/// #     #[sea_orm::model]
/// #     #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
/// #     #[sea_orm(table_name = "plant")]
/// #     pub struct Model {
/// #         #[sea_orm(primary_key)]
/// #         pub id: i32,
/// #     }
/// #     impl ActiveModelBehavior for ActiveModel {}
/// # }
/// use cucurbit::schema::{Serial, ServerDefault};
/// use cucurbit_sea_orm::{Keys, models};
///
/// let schema = models![keys = Keys::Serial; plant]?;
/// let table = schema.table(&"plant".into()).expect("the entity has this table");
/// assert_eq!(table.columns[0].default, Some(ServerDefault::Serial(Serial::new())));
/// # Ok::<(), cucurbit_sea_orm::ModelError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keys {
    /// As SeaORM itself creates them: an identity column on PostgreSQL (`SERIAL` with SeaORM's feature
    /// `postgres-use-serial-pk`), `AUTOINCREMENT` on SQLite.
    #[default]
    AsSeaOrm,
    /// An identity column on PostgreSQL, the rowid without `AUTOINCREMENT` on SQLite.
    Identity,
    /// As SQLAlchemy creates them: `SERIAL` on PostgreSQL, the rowid without `AUTOINCREMENT` on SQLite.
    Serial,
}

impl Keys {
    /// Returns what numbers the rows by this column, if anything does.
    ///
    /// SeaORM says of every key of one column whose Rust type it does not know as text or UUID that it is numbered;
    /// only an integer can be.
    pub(crate) fn numbering(self, entity: &Entity, name: &Ident, ty: &ColumnType) -> Option<ServerDefault> {
        let is_numbered = entity.is_numbered
            && entity.key == [name.clone()]
            && matches!(ty.base, Type::BigInteger | Type::Integer | Type::SmallInteger);
        let identity = ServerDefault::Identity(Identity::default());
        is_numbered.then(|| match self {
            Self::AsSeaOrm if does_sea_orm_use_serial() => ServerDefault::Serial(Serial::new()),
            Self::AsSeaOrm | Self::Identity => identity,
            Self::Serial => ServerDefault::Serial(Serial::new()),
        })
    }

    /// Tells whether SQLite never gives a number twice: where there is a key that it numbers.
    pub(crate) fn is_autoincrement(self, table: &Table) -> bool {
        let is_key = |name: &Ident| table.primary_key().is_some_and(|key| key.columns == [name.clone()]);
        let is_numbered = |default: &Option<ServerDefault>| {
            matches!(default, Some(ServerDefault::Identity(_) | ServerDefault::Serial(_)))
        };
        let has_numbered_key =
            table.columns.iter().any(|column| is_key(&column.name) && is_numbered(&column.default));
        match self {
            Self::AsSeaOrm => has_numbered_key && !table.options.is_without_rowid,
            Self::Identity | Self::Serial => false,
        }
    }
}

/// Asks SeaORM, because the answer is a feature of another crate.
fn does_sea_orm_use_serial() -> bool {
    let mut id = ColumnDef::new(Alias::new("id"));
    id.integer().auto_increment();
    let statement = SeaOrmTable::create().table(Alias::new("t")).col(&mut id).to_string(PostgresQueryBuilder);
    statement.contains("serial")
}
