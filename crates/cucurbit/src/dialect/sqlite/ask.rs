//! Answers to the questions of a comparison, for which SQLite has no server: the parser knows. And what a file holds that
//! no driver reads.

use super::{
    super::{Answer, Answers, Question, Side, Subject},
    HERE, constant,
    expression::expression_text,
    said,
    token::quoted_lower,
    types,
};
use crate::{
    connection::{Connection, ConnectionError},
    dialect::sqlite::sql::quoted,
    schema::{Column, Ident, IndexKey, Remark, Schema, ServerDefault, Table, TableName, Type},
};

/// Answers questions from the parser.
pub(super) fn answers(from: &Schema, to: &Schema, questions: &[Question]) -> Answers {
    let mut answers = Answers::default();
    for question in questions {
        let schema = match question.side {
            Side::From => from,
            Side::To => to,
        };
        let text = schema.table(&question.table).and_then(|table| subject(table, &question.subject));
        let answer = match text {
            Some(text) => Answer::Canonical(text),
            None => Answer::Refused(format!("table `{}` has no such expression", question.table)),
        };
        answers.insert(question.clone(), answer);
    }
    answers
}

fn subject(table: &Table, subject: &Subject) -> Option<String> {
    let expression = match subject {
        Subject::Check(place) => &table.checks().nth(*place)?.expression,
        Subject::Computed(name) | Subject::Default(name) => {
            let default = table.column(name)?.default.as_ref()?;
            if let ServerDefault::Literal(literal) = default {
                return Some(constant::plain(literal));
            }
            default.sql()?
        }
        Subject::IndexPart(name, place) => match &table.indexes.get(name)?.parts.get(*place)?.key {
            IndexKey::Column(column) => return Some(quoted_lower(column.as_str())),
            IndexKey::Expression(expression) => expression,
        },
        Subject::Predicate(name) => table.indexes.get(name)?.predicate.as_ref()?,
    };
    Some(expression_text(expression.on(HERE)))
}

/// The columns that a file declares by a word of JSON under which SQLite makes numbers of texts (datatype3.html, 3.1).
const OLD_JSON: &str = "SELECT m.name, i.name, i.type FROM sqlite_schema m JOIN pragma_table_info(m.name) i \
     WHERE m.type = 'table' AND upper(i.type) IN ('JSON', 'JSONB') ORDER BY m.name, i.cid";

/// The columns of which the declared word does not tell whether they hold UUIDs as 16 bytes or as texts: `CHAR(32)` is what
/// SQLAlchemy calls a UUID, and is no difference.
const UUIDS: &str = "SELECT m.name, i.name, i.type FROM sqlite_schema m JOIN pragma_table_info(m.name) i \
     WHERE m.type = 'table' AND (upper(i.type) LIKE '%CHAR%32%' OR upper(i.type) LIKE 'UUID%') ORDER BY m.name, i.cid";

/// Finds columns that hold what no driver reads as the type that they shall have: numbers in columns of JSON, texts in
/// columns of UUIDs, and bytes of UUIDs in columns of texts.
pub(in super::super) async fn misread(
    connection: &mut Connection,
    wanted: &Schema,
) -> Result<Vec<Remark>, ConnectionError> {
    let mut remarks = Vec::new();
    for (query, is_it) in [(OLD_JSON, is_json as fn(&Type) -> bool), (UUIDS, is_uuid)] {
        // Without such a column nothing is asked.
        let mut columns = wanted.tables.values().flat_map(|table| &table.columns);
        if !columns.any(|column| is_it(column.ty.on(HERE))) {
            continue;
        }
        for row in connection.rows(query).await? {
            let [Some(table), Some(column), Some(declared)] = row.as_slice() else { continue };
            let Some((of_it, column)) = find(wanted, table, column) else { continue };
            if let Some(found) = Misread::of(&types::read(declared), column.ty.on(HERE)) {
                remarks.extend(found.remark(connection, of_it, column).await?);
            }
        }
    }
    Ok(remarks)
}

fn is_json(ty: &Type) -> bool {
    matches!(ty, Type::Json | Type::Jsonb)
}

fn is_uuid(ty: &Type) -> bool {
    matches!(ty, Type::Uuid | Type::Char { length: Some(32) })
}

/// Finds a column of a file among those that are wanted.
fn find<'w>(wanted: &'w Schema, table: &str, column: &str) -> Option<(&'w Table, &'w Column)> {
    let of_it = said::table_of(wanted, &TableName::new(table))?;
    Some((of_it, said::column_of(of_it, &Ident::new(column))?))
}

/// Values that no driver reads as the type of their column.
struct Misread {
    /// By `typeof`.
    condition: &'static str,
    what: &'static str,
    read_as: &'static str,
    cure: Cure,
}

/// What makes values of them that are read.
#[derive(Clone, Copy)]
enum Cure {
    /// A UUID has 36 characters as a text, and its 32 digits fit.
    Digits,
    /// The type, as a script writes it, is set again.
    Type(&'static str),
}

impl Misread {
    /// Says what there may be in a column that a file declares as one type and that shall be of another.
    fn of(declared: &Type, wanted: &Type) -> Option<Self> {
        let (json, form) = (
            "the file declares it by a word under which SQLite makes numbers of texts, and",
            "its values have another form than its type says:",
        );
        let (condition, what, read_as, cure) = if is_json(declared) && is_json(wanted) {
            ("IN ('integer', 'real')", json, "JSON", Cure::Type("Type::Json"))
        } else if is_uuid(declared) && *wanted == Type::Uuid {
            ("= 'text'", form, "16 bytes of a UUID", Cure::Type("Type::Uuid"))
        } else if is_uuid(declared) && is_uuid(wanted) {
            ("= 'blob'", form, "a text", Cure::Digits)
        } else {
            // Another type is a difference.
            return None;
        };
        Some(Self { condition, what, read_as, cure })
    }

    /// Says how many rows hold one, and how they are mended; nothing if there are none.
    async fn remark(
        &self,
        connection: &mut Connection,
        table: &Table,
        column: &Column,
    ) -> Result<Option<Remark>, ConnectionError> {
        let Self { condition, what, read_as, cure } = self;
        let (name, column) = (&table.name.name, &column.name);
        let asked =
            format!("SELECT count(*) FROM {} WHERE typeof({}) {condition}", quoted(name), quoted(column));
        let count = connection.value(&asked).await?.unwrap_or_default();
        let rows = match count.as_str() {
            "0" => return Ok(None),
            "1" => "1 row holds one".to_owned(),
            _ => format!("{count} rows hold one"),
        };
        let (table_in_script, column_in_script) = (in_script(name), in_script(column));
        let cure = match cure {
            Cure::Type(ty) => format!(
                "`op.alter_column({table_in_script}, {column_in_script}).ty({ty})` in a revision declares it again and converts them"
            ),
            Cure::Digits => {
                let (name, column) = (quoted(name), quoted(column));
                let update = format!(
                    "UPDATE {name} SET {column} = lower(hex({column})) WHERE typeof({column}) = 'blob'"
                );
                format!("`op.execute({update:?})` in a revision makes texts of them")
            }
        };
        let text =
            format!("column {name}.{column}: {what} {rows}, which no driver reads as {read_as}; {cure}");
        Ok(Some(Remark { table: table.name.clone(), column: column.clone(), dialect: HERE, text }))
    }
}

/// Writes a name as a script does.
fn in_script(name: &Ident) -> String {
    format!("{:?}", name.as_str())
}
