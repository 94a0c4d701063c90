//! Answers to the questions of a comparison, for which SQLite has no server: the parser knows. And what a file holds that
//! no driver reads.

use super::{
    super::{Answer, Answers, Question, Side, Subject},
    HERE, constant,
    expression::expression_text,
    token::{quoted_lower, same_name},
};
use crate::{
    connection::{Connection, ConnectionError},
    dialect::sql::quoted,
    schema::{Ident, IndexKey, Remark, Schema, ServerDefault, Table, Type},
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
        Subject::Check(place) => &table.checks.get(*place)?.expression,
        Subject::Computed(name) | Subject::Default(name) => match table.column(name)?.default.as_ref()? {
            ServerDefault::Computed { expression, stored: _ } | ServerDefault::Expression(expression) => {
                expression
            }
            ServerDefault::Literal(literal) => return Some(constant::plain(literal)),
            ServerDefault::Identity(_) | ServerDefault::Serial(_) => return None,
        },
        Subject::IndexPart(name, place) => match &table.indexes.get(name)?.parts.get(*place)?.key {
            IndexKey::Column(column) => return Some(quoted_lower(column.as_str())),
            IndexKey::Expression(expression) => expression,
        },
        Subject::Predicate(name) => table.indexes.get(name)?.predicate.as_ref()?,
    };
    Some(expression_text(expression.on(HERE)))
}

/// The columns that a file declares by a word of JSON under which SQLite makes numbers of texts (datatype3.html, 3.1).
const OLD_JSON: &str = "SELECT m.name, i.name FROM sqlite_schema m JOIN pragma_table_info(m.name) i \
     WHERE m.type = 'table' AND upper(i.type) IN ('JSON', 'JSONB') ORDER BY m.name, i.cid";

/// Finds columns that shall hold JSON and hold numbers, which no driver reads as JSON.
pub(in super::super) async fn misread(
    connection: &mut Connection,
    wanted: &Schema,
) -> Result<Vec<Remark>, ConnectionError> {
    let mut remarks = Vec::new();
    for row in connection.rows(OLD_JSON).await? {
        let [Some(table), Some(column)] = row.as_slice() else { continue };
        let (name, column) = (Ident::new(table.as_str()), Ident::new(column.as_str()));
        let of_it = wanted.tables.values().find(|wanted| same_name(&wanted.name.name, &name));
        let Some(of_it) = of_it else { continue };
        let wanted = of_it.columns.iter().find(|other| same_name(&other.name, &column));
        if !wanted.is_some_and(|wanted| matches!(wanted.ty.on(HERE), Type::Json | Type::Jsonb)) {
            continue;
        }
        let asked = format!(
            "SELECT count(*) FROM {} WHERE typeof({}) IN ('integer', 'real')",
            quoted(&name),
            quoted(&column)
        );
        let count = connection.value(&asked).await?.unwrap_or_default();
        let rows = match count.as_str() {
            "0" => continue,
            "1" => "1 row holds one".to_owned(),
            _ => format!("{count} rows hold one"),
        };
        let text = format!(
            "column {name}.{column}: the file declares it by a word under which SQLite makes numbers of texts, and {rows}, \
             which no driver reads as JSON; `op.alter_column({}, {}).ty(Type::Json)` in a revision declares it anew and \
             makes texts of them",
            in_script(&name),
            in_script(&column)
        );
        remarks.push(Remark { table: of_it.name.clone(), column, dialect: HERE, text });
    }
    Ok(remarks)
}

/// Writes a name as a script does.
fn in_script(name: &Ident) -> String {
    format!("{:?}", name.as_str())
}
