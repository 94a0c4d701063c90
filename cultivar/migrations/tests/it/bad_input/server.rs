//! PostgreSQL servers that do not answer or refuse.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    thread,
};

use insta::assert_snapshot;

use super::{refused, refused_by, refused_without_database};
use crate::support::{Database, Kind, binary};

/// What is said when the connection URL is this, which is no database of the test's.
fn url(url: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    refused_without_database(folder.path(), binary(folder.path()).env("DATABASE_URL", url).arg("upgrade"))
}

#[test]
fn a_port_where_nobody_listens() {
    // Port 1 is reserved, and nothing listens on it.
    assert_snapshot!(url("postgresql://gardener:secret@127.0.0.1:1/garden"), @r"
    exit 1
    --- stderr
    error[unreachable]: cannot connect to postgresql://gardener:***@127.0.0.1:1/garden
      caused by: Connection refused
      hint: is the server running, and is the port the right one?
    ");
    assert_snapshot!(url("postgresql://gardener:secret@127.0.0.1:1,127.0.0.1:2/garden"), @r"
    exit 1
    --- stderr
    error[no-usable-host]: none of the hosts of postgresql://gardener:***@127.0.0.1:1,127.0.0.1:2/garden can be used: 127.0.0.1:1: Connection refused; 127.0.0.1:2: Connection refused
      hint: see the reason after each host; `target_session_attrs` says which kind is accepted
    ");
    assert_snapshot!(url("postgresql://gardener@/garden?host=/nowhere"), @r"
    exit 1
    --- stderr
    error[unreachable]: cannot connect to postgresql://gardener@%2Fnowhere:5432/garden
      caused by: No such file or directory
      hint: is the server running, and is its socket in that folder?
    ");
}

/// Answers every connection with an error, as a server does that asks for a password: the throw-away server of the
/// tests lets everybody in.
fn server_that_refuses(state: &'static str, words: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    // The test's process ends it.
    thread::spawn(move || {
        for connection in listener.incoming() {
            let answered = connection.and_then(|mut connection| refuse(&mut connection, state, words));
            answered.expect("the client reads the answer");
        }
    });
    port
}

/// PostgreSQL's protocol, version 3: a message's length, then what it is; an error is fields, each with a letter.
fn refuse(connection: &mut TcpStream, state: &str, words: &str) -> std::io::Result<()> {
    loop {
        let mut length = [0; 4];
        connection.read_exact(&mut length)?;
        let length = usize::try_from(u32::from_be_bytes(length)).expect("64 bits");
        let mut message = vec![0; length.saturating_sub(4)];
        connection.read_exact(&mut message)?;
        // A request for TLS has this number in place of a version; it is asked again without.
        if message == 80_877_103_u32.to_be_bytes() {
            connection.write_all(b"N")?;
            continue;
        }
        let mut fields = Vec::new();
        for (letter, text) in [(b'S', "FATAL"), (b'V', "FATAL"), (b'C', state), (b'M', words)] {
            fields.push(letter);
            fields.extend(text.as_bytes());
            fields.push(0);
        }
        fields.push(0);
        let length = u32::try_from(fields.len() + 4).expect("a short message");
        connection.write_all(b"E")?;
        connection.write_all(&length.to_be_bytes())?;
        return connection.write_all(&fields);
    }
}

#[test]
fn a_server_that_does_not_let_in() {
    let url = |state, words| {
        let port = server_that_refuses(state, words);
        url(&format!("postgresql://gardener:secret@127.0.0.1:{port}/garden"))
            .replace(&port.to_string(), "<port>")
    };
    assert_snapshot!(url("28P01", "password authentication failed for user \"gardener\""), @r#"
    exit 1
    --- stderr
    error[wrong-password]: cannot connect to postgresql://gardener:***@127.0.0.1:<port>/garden
      caused by: password authentication failed for user "gardener" (code 28P01)
      hint: check the user and the password, which comes from the connection URL (`@` is written `%40` there), `PGPASSWORD` or the password file
    "#);
    assert_snapshot!(url("28000", "role \"gardener\" does not exist"), @r#"
    exit 1
    --- stderr
    error[user-refused]: cannot connect to postgresql://gardener:***@127.0.0.1:<port>/garden
      caused by: role "gardener" does not exist (code 28000)
      hint: check the user in the connection URL (the default is the user of the system), or create it: `CREATE ROLE … LOGIN`
    "#);
    assert_snapshot!(url("53300", "sorry, too many clients already"), @r"
    exit 1
    --- stderr
    error[too-many-connections]: cannot connect to postgresql://gardener:***@127.0.0.1:<port>/garden
      caused by: sorry, too many clients already (code 53300)
      hint: the server has no connection left: close another one
    ");
    assert_snapshot!(url("57P03", "the database system is starting up"), @r"
    exit 1
    --- stderr
    error[server-starting]: cannot connect to postgresql://gardener:***@127.0.0.1:<port>/garden
      caused by: the database system is starting up (code 57P03)
      hint: the server is starting or stopping: try again
    ");
    assert_snapshot!(url("42501", "permission denied for database \"garden\""), @r#"
    exit 1
    --- stderr
    error[no-permission]: cannot connect to postgresql://gardener:***@127.0.0.1:<port>/garden
      caused by: permission denied for database "garden" (code 42501)
      hint: connect as a user who may, or ask the owner for a grant
    "#);
}

#[tokio::test]
async fn an_unknown_database_of_postgres() {
    let mut database = Database::new(Kind::Postgres).await;
    let known = database.url.clone();
    database.url += "_none";
    let mut command = binary(database.folder.path());
    command.env("DATABASE_URL", &database.url).arg("upgrade");
    database.url = known;
    assert_snapshot!(refused_by(&database, &mut command).await, @r#"
    exit 1
    --- stderr
    error[unknown-database]: cannot connect to postgresql://postgres@<server>/<database>_none
      caused by: database "<database>_none" does not exist (code 3D000)
      hint: correct the name; or create the database: `database create`
    "#);
}

/// A role of the test's own, which may read and nothing else.
async fn reader(database: &Database) -> (String, String) {
    let role = format!("{}_reader", database.name());
    database
        .execute(&format!(
            "CREATE ROLE {role} LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC; \
             REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}",
            database.name()
        ))
        .await;
    let (_, authority) = database.url.split_once("://").expect("a scheme");
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    (format!("postgresql://{role}:secret@{authority}"), role)
}

#[tokio::test]
async fn a_role_of_postgres_that_may_not() {
    let empty = Database::new(Kind::Postgres).await;
    let full = Database::new(Kind::Postgres).await;
    full.migrate(&["upgrade", "109317dd2a2f"]).exits(0);
    let said = async |database: &Database, arguments: &[&str]| {
        let (url, role) = reader(database).await;
        let said = refused(database, &[arguments, &["--database-url", &url]].concat()).await;
        database.execute(&format!("DROP OWNED BY {role}; DROP ROLE {role}")).await;
        said
    };
    assert_snapshot!(said(&empty, &["upgrade"]).await, @r#"
    exit 1
    --- stderr
    error[no-permission]: the database refused `CREATE TABLE IF NOT EXISTS "public"."alembic_version" (
            version_num VARCHAR(32) NOT NULL,
            CONSTRAINT "alembic_version_pkc" PRIMARY KEY (version_num)
        )`
      caused by: permission denied for schema public (code 42501)
      hint: connect as a user who may, or ask the owner for a grant
    "#);
    assert_snapshot!(said(&empty, &["stamp", "head"]).await, @r#"
    exit 1
    --- stderr
    error[no-permission]: the database refused `CREATE TABLE IF NOT EXISTS "public"."alembic_version" (
            version_num VARCHAR(32) NOT NULL,
            CONSTRAINT "alembic_version_pkc" PRIMARY KEY (version_num)
        )`
      caused by: permission denied for schema public (code 42501)
      hint: connect as a user who may, or ask the owner for a grant
    "#);
    assert_snapshot!(said(&full, &["upgrade"]).await, @r#"
    exit 1
    --- stderr
    error[no-permission]: revision `6e5b1d353dd6` failed and was rolled back
      caused by: the database refused `LOCK TABLE "public"."alembic_version" IN EXCLUSIVE MODE`
      caused by: permission denied for table alembic_version (code 42501)
      hint: connect as a user who may, or ask the owner for a grant
    "#);
    assert_snapshot!(said(&full, &["downgrade", "base"]).await, @r#"
    exit 1
    --- stderr
    error[no-permission]: revision `109317dd2a2f` failed and was rolled back
      caused by: the database refused `LOCK TABLE "public"."alembic_version" IN EXCLUSIVE MODE`
      caused by: permission denied for table alembic_version (code 42501)
      hint: connect as a user who may, or ask the owner for a grant
    "#);
    assert_snapshot!(said(&full, &["stamp", "head"]).await, @r#"
    exit 1
    --- stderr
    error[no-permission]: revision `7d3c2a91e5f4` failed and was rolled back
      caused by: the database refused `LOCK TABLE "public"."alembic_version" IN EXCLUSIVE MODE`
      caused by: permission denied for table alembic_version (code 42501)
      hint: connect as a user who may, or ask the owner for a grant
    "#);
}

#[tokio::test]
async fn a_server_of_postgres_that_only_reads() {
    let database = Database::new(Kind::Postgres).await;
    database.migrate(&["upgrade", "109317dd2a2f"]).exits(0);
    let url = format!("{}?options=-cdefault_transaction_read_only%3Don", database.url);
    assert_snapshot!(refused(&database, &["upgrade", "--database-url", &url]).await, @r#"
    exit 1
    --- stderr
    error[read-only]: the database refused `SELECT 1 FROM "public"."alembic_version" WHERE false FOR UPDATE`
      caused by: cannot execute SELECT FOR UPDATE in a read-only transaction (code 25006)
      hint: the server is a standby, or its transactions are read only: connect to the one that writes
    "#);
    let url = format!("{}?target_session_attrs=standby", database.url);
    assert_snapshot!(refused(&database, &["upgrade", "--database-url", &url]).await, @r"
    exit 1
    --- stderr
    error[wrong-server-kind]: the server at postgresql://postgres@<server>/<database>?target_session_attrs=standby is not `standby`
      hint: name another host, or leave `target_session_attrs` out
    ");
    let url = format!("{}?options=-csearch_path%3Dnowhere", database.url);
    assert_snapshot!(refused(&database, &["upgrade", "--database-url", &url]).await, @r"
    exit 1
    --- stderr
    error[no-schema]: none of the schemas in the search path `nowhere` exists
      hint: create the schema, or set `search_path` in the connection URL's `options`
    ");
}
