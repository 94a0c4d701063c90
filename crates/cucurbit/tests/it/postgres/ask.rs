//! The server's words for expressions, and that asking leaves nothing behind.

use cucurbit::{
    connection::Connection,
    dialect::{self, Answer, Question, Side, Subject},
    schema::{EnumType, Index, Schema, Sequence, ServerDefault, TableBuilder, TableName, Type, build::*},
};

use super::Database;

fn question(side: Side, subject: Subject) -> Question {
    Question { side, table: TableName::new("plant"), subject }
}

/// A table as somebody wrote it.
fn written() -> Schema {
    Schema::from_tables([TableBuilder::build("plant", |table| {
        table.column(string("name", 40));
        table.column(integer("height").default_expression("1 + 1"));
        table.column(date_time_tz("at").default_expression("NOW( )"));
        table.column(date_time_tz("since").default_expression("current_timestamp"));
        table.column(
            double("half")
                .server_default(ServerDefault::Computed { expression: "HEIGHT/2".into(), stored: true }),
        );
        table.column(column("mood", Type::Custom { spelling: "no_such_type".into() }));
        table.column(json("raw").default_expression("'{}'"));
        table.check("height>0 and name in ('a','b')");
        table.check("no_such_column > 0");
        table.check("height > 0); DROP TABLE plant; --");
        table.check("mood = 'x'");
        let mut index = Index::new("ix", vec![expression("lower(name)"), key("height")]);
        index.predicate("height>1");
        table.index(index);
    })])
}

fn all_questions(side: Side) -> Vec<Question> {
    let mut subjects: Vec<Subject> = (0..5).map(Subject::Check).collect();
    subjects.extend(["height", "at", "since", "raw", "name"].map(|name| Subject::Default(name.into())));
    subjects.extend([
        Subject::Computed("half".into()),
        Subject::IndexPart("ix".into(), 0),
        Subject::IndexPart("ix".into(), 1),
        Subject::Predicate("ix".into()),
    ]);
    subjects.into_iter().map(|subject| question(side, subject)).collect()
}

async fn check_answers(connection: &mut Connection) {
    let questions = all_questions(Side::To);
    let answers =
        dialect::ask(connection, &Schema::new(), &written(), &questions).await.expect("the server answers");
    let said: Vec<Result<&str, &str>> = questions
        .iter()
        .map(|question| match answers.get(question).expect("each question has an answer") {
            Answer::Canonical(sql) => Ok(sql.as_str()),
            Answer::Refused(reason) => Err(reason.as_str()),
        })
        .collect();
    assert_eq!(
        said,
        [
            Ok(
                "(height > 0) AND ((name)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text]))"
            ),
            Err("column \"no_such_column\" does not exist"),
            Err("`height > 0); DROP TABLE plant; --` is not one expression"),
            Err("type \"no_such_type\" does not exist"),
            Err("table `plant` has no check number 4"),
            Ok("1 + 1"),
            Ok("now()"),
            Ok("CURRENT_TIMESTAMP"),
            Ok("'{}'::json"),
            Err("table `plant` has no expression as the default of `name`"),
            Ok("height / 2"),
            Ok("lower((name)::text)"),
            Ok("\"height\""),
            Ok("height > 1"),
        ]
    );
}

#[tokio::test]
async fn every_question_has_its_own_answer_and_nothing_is_left() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    connection.execute("CREATE TABLE plant (name text)").await.unwrap();
    let before = database.dump();
    check_answers(&mut connection).await;
    assert_eq!(database.dump(), before);
    let left = "SELECT count(*) FROM pg_class WHERE relname LIKE 'cucurbit%'";
    assert_eq!(connection.value(left).await.unwrap().as_deref(), Some("0"));
    // The connection is outside a transaction again.
    connection.execute("VACUUM plant").await.expect("no transaction is open");
}

#[tokio::test]
async fn it_works_inside_a_transaction_and_leaves_that_as_it_is() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    connection.execute("BEGIN").await.unwrap();
    connection.execute("CREATE TABLE made_before (id int)").await.unwrap();
    check_answers(&mut connection).await;
    check_answers(&mut connection).await;
    connection.execute("CREATE TABLE made_after (id int)").await.unwrap();
    connection.execute("COMMIT").await.unwrap();
    let left = "SELECT count(*) FROM pg_class WHERE relname LIKE 'cucurbit%'";
    assert_eq!(connection.value(left).await.unwrap().as_deref(), Some("0"));
    let tables =
        connection.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").await;
    let tables: Vec<_> = tables.unwrap().into_iter().flatten().flatten().collect();
    assert_eq!(tables, ["made_after", "made_before"]);
}

#[tokio::test]
async fn a_role_without_temporary_tables_uses_a_schema_and_one_without_either_is_refused() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    // Roles belong to the whole server: this one is called as the test's own database.
    let here = database.name.clone();
    let role = format!("role_of_{here}");
    connection
        .execute(&format!(
            "REVOKE TEMP ON DATABASE {here} FROM PUBLIC; CREATE ROLE {role}; GRANT CREATE ON DATABASE {here} TO {role};
             SET ROLE {role}"
        ))
        .await
        .unwrap();
    check_answers(&mut connection).await;
    connection
        .execute(&format!("RESET ROLE; REVOKE CREATE ON DATABASE {here} FROM {role}; SET ROLE {role}"))
        .await
        .unwrap();
    let asked = question(Side::From, Subject::Default("at".into()));
    let answers =
        dialect::ask(&mut connection, &written(), &written(), std::slice::from_ref(&asked)).await.unwrap();
    assert!(
        matches!(answers.get(&asked), Some(Answer::Refused(reason)) if reason.contains("permission denied"))
    );
    connection.execute(&format!("RESET ROLE; DROP ROLE {role}")).await.unwrap();
    let left = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'cucurbit%'";
    assert_eq!(connection.value(left).await.unwrap().as_deref(), Some("0"));
}

#[tokio::test]
async fn a_default_is_never_evaluated() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    connection
        .execute(
            "CREATE SEQUENCE s; CREATE FUNCTION bang() RETURNS int STABLE LANGUAGE plpgsql AS \
        $$BEGIN RAISE EXCEPTION 'evaluated'; END$$",
        )
        .await
        .unwrap();
    let schema = Schema::from_tables([TableBuilder::build("plant", |table| {
        table.column(integer("a").default_expression("nextval('s')"));
        table.column(integer("b").default_expression("bang()"));
        table.column(integer("c").default_expression("1/0"));
    })]);
    let questions: Vec<_> =
        ["a", "b", "c"].map(|name| question(Side::From, Subject::Default(name.into()))).into_iter().collect();
    let answers = dialect::ask(&mut connection, &schema, &schema, &questions).await.unwrap();
    let said: Vec<_> = questions.iter().map(|question| answers.get(question).cloned()).collect();
    let canonical = |sql: &str| Some(Answer::Canonical(sql.to_owned()));
    assert_eq!(said, [canonical("nextval('s'::regclass)"), canonical("bang()"), canonical("1 / 0")]);
    assert_eq!(connection.value("SELECT is_called FROM s").await.unwrap().as_deref(), Some("f"));
}

#[tokio::test]
async fn a_standby_refuses_with_its_reason() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    // What a standby does to every transaction.
    connection.execute("SET default_transaction_read_only = on").await.unwrap();
    let questions = ["at", "since"].map(|name| question(Side::From, Subject::Default(name.into())));
    let answers = dialect::ask(&mut connection, &written(), &written(), &questions).await.unwrap();
    for question in &questions {
        let answer = answers.get(question);
        assert!(
            matches!(answer, Some(Answer::Refused(reason)) if reason.contains("read-only")),
            "{answer:?}"
        );
    }
}

#[tokio::test]
async fn both_sides_are_asked_of_tables_of_one_name() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    let side = |default: &str| {
        Schema::from_tables([TableBuilder::build("plant", |table| {
            table.column(text("name").default_expression(default));
        })])
    };
    let questions = [Side::From, Side::To].map(|side| question(side, Subject::Default("name".into())));
    let answers =
        dialect::ask(&mut connection, &side("'a--b'"), &side("lower('B')"), &questions).await.unwrap();
    assert_eq!(answers.get(&questions[0]), Some(&Answer::Canonical("'a--b'::text".into())));
    assert_eq!(answers.get(&questions[1]), Some(&Answer::Canonical("lower('B'::text)".into())));
}

/// A side whose defaults take values of a sequence that stands alone and of one that a column owns, and cast to a type.
fn counting(sequence: &str, table: &str, value: &str) -> Schema {
    let plant = TableBuilder::build("plant", |one| {
        one.column(big_integer("a").default_expression(format!("nextval('{sequence}') * 2")));
        one.column(big_integer("b").default_expression(format!("nextval('{table}_id_seq') * 2")));
        one.column(text("c").default_expression(format!("('{value}'::mood)::text")));
    });
    let numbered = TableBuilder::build(table, |one| one.column(integer("id").serial()));
    Schema::from_tables([plant, numbered])
        .with_sequences([Sequence::new(sequence)])
        .with_enums([EnumType::new("mood", [value])])
}

#[tokio::test]
async fn each_side_is_asked_beside_its_own_sequences_and_types_whatever_is_there() {
    let (from, to) = (counting("one", "tree", "sad"), counting("other", "bush", "ok"));
    let subject = |name: &str| Subject::Default(name.into());
    let questions =
        [Side::From, Side::To].map(|side| ["a", "b", "c"].map(|name| question(side, subject(name))));
    let wanted = ["one", "tree", "sad", "other", "bush", "ok"];
    let there = "SELECT (SELECT count(*) FROM pg_class) || ' ' || (SELECT count(*) FROM pg_enum)";
    for made in [
        "",
        "CREATE SEQUENCE one; CREATE TABLE tree (id serial); CREATE TYPE mood AS ENUM ('sad')",
        "CREATE SEQUENCE other; CREATE TABLE bush (id serial); CREATE TYPE mood AS ENUM ('ok')",
    ] {
        let database = Database::new().await;
        let mut connection = database.connect().await;
        connection.execute(made).await.unwrap();
        let before = connection.value(there).await.unwrap();
        let answers = dialect::ask(&mut connection, &from, &to, questions.as_flattened()).await.unwrap();
        for (question, wanted) in questions.as_flattened().iter().zip(wanted) {
            let answer = answers.get(question);
            let is_told = matches!(answer, Some(Answer::Canonical(text)) if text.contains(wanted));
            assert!(is_told, "with `{made}`: {question:?} {answer:?}");
        }
        assert_eq!(connection.value(there).await.unwrap(), before, "with `{made}`");
    }
}
