//! Schemas in the one form in which memory and disk can be compared with `==`.
//!
//! Stricter than `diff`, which has its own opinion of what is a difference.

use cucurbit::{
    connection::Connection,
    dialect::{self, Answer, Question, Side, Subject},
    schema::{Ident, Index, IndexKey, Schema, ServerDefault, Table},
};

/// The canonical form of a schema with every expression in the server's words, and columns and constraints sorted.
pub(crate) async fn settled(connection: &mut Connection, schema: &Schema) -> Schema {
    let form = connection.dialect().canonical(schema).form().clone();
    let questions: Vec<Question> = form.tables().values().flat_map(questions).collect();
    let answers = dialect::ask(connection, &form, &form, &questions).await.expect("the server answers");
    let mut settled = form;
    for question in &questions {
        let table = settled.table_mut(&question.table).expect("it was asked about");
        let canonical = match answers.get(question) {
            Some(Answer::Canonical(sql)) => sql.as_str().into(),
            Some(Answer::Refused(reason)) => panic!("{question:?} was refused: {reason}"),
            None => panic!("{question:?} has no answer"),
        };
        match &question.subject {
            Subject::Check(place) => {
                let check = table.constraints.checks_mut().nth(*place).expect("it was asked about");
                check.expression = canonical;
            }
            Subject::Computed(name) | Subject::Default(name) => {
                match &mut table.column_mut(name).expect("it was asked about").default {
                    Some(
                        ServerDefault::Computed { expression, .. } | ServerDefault::Expression(expression),
                    ) => {
                        *expression = canonical;
                    }
                    other => panic!("{other:?} was asked about"),
                }
            }
            Subject::IndexPart(name, place) => {
                carrier(table, name).parts[*place].key = IndexKey::Expression(canonical);
            }
            Subject::Predicate(name) => {
                carrier(table, name).predicate = Some(canonical);
            }
        }
    }
    for table in settled.tables_mut() {
        table.columns.sort_by(|one, other| one.name.cmp(&other.name));
        table.constraints.sort_by_key(|constraint| {
            let mut unnamed = constraint.clone();
            unnamed.forget_name();
            (format!("{unnamed:?}"), constraint.name().cloned())
        });
    }
    settled
}

/// Finds an index, also that of an exclusion.
fn carrier<'t>(table: &'t mut Table, name: &Ident) -> &'t mut Index {
    let carriers = table.constraints.exclusions_mut().map(|exclusion| &mut exclusion.index);
    let mut indexes = table.indexes.values_mut().chain(carriers);
    indexes.find(|index| index.name == *name).expect("it was asked about")
}

/// Asks about every expression of a table.
pub(crate) fn questions(table: &Table) -> Vec<Question> {
    let mut subjects: Vec<Subject> = (0..table.checks().count()).map(Subject::Check).collect();
    for column in &table.columns {
        match &column.default {
            Some(ServerDefault::Computed { .. }) => subjects.push(Subject::Computed(column.name.clone())),
            Some(ServerDefault::Expression(_)) => subjects.push(Subject::Default(column.name.clone())),
            Some(ServerDefault::Identity(_) | ServerDefault::Literal(_) | ServerDefault::Serial(_) | _)
            | None => {}
        }
    }
    let carriers = table.exclusions().map(|exclusion| &exclusion.index);
    for index in table.indexes.values().chain(carriers) {
        for (place, part) in index.parts.iter().enumerate() {
            if matches!(part.key, IndexKey::Expression(_)) {
                subjects.push(Subject::IndexPart(index.name.clone(), place));
            }
        }
        if index.predicate.is_some() {
            subjects.push(Subject::Predicate(index.name.clone()));
        }
    }
    let question = |subject| Question { side: Side::From, table: table.name.clone(), subject };
    subjects.into_iter().map(question).collect()
}
