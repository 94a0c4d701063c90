//! Forms of connection URLs on a server of the test's own: passwords that are asked for, sockets, a primary and its
//! standby, IPv6, and what is left behind for a pooler.

use std::{future::Future, net::TcpListener};

use cucurbit::{
    Op,
    connection::{ConnectOptions, Connection, ConnectionError},
    runtime::Migrator,
};

use crate::{
    cluster::Cluster,
    support::{script, scripts},
};

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

async fn connect(url: &str) -> Result<Connection, ConnectionError> {
    Connection::connect(&url.parse().unwrap(), &ConnectOptions::default()).await
}

async fn value(connection: &mut Connection, sql: &str) -> String {
    connection.value(sql).await.unwrap().unwrap_or_default()
}

#[test]
fn users_and_passwords_may_have_every_character() {
    run(async {
        let server = Cluster::start().await;
        let (user, password) = ("g%40rt%2Fn%3Ar", "a%40b%2Fc%3Ad%25e+f%3Fg%26h=%C3%BC%20%23");
        let at = format!("127.0.0.1:{}", server.port);
        for url in [
            format!("postgresql://{user}:{password}@{at}/postgres"),
            format!("postgresql+asyncpg://{user}:{password}@{at}/postgres"),
            format!("postgresql+psycopg://{user}:{password}@{at}/postgres?application_name=x"),
            format!("postgres://{at}/?user={user}&password={password}&dbname=postgres"),
        ] {
            let mut connection = connect(&url).await.unwrap();
            assert_eq!(value(&mut connection, "SELECT current_user").await, "g@rt/n:r", "{url}");
        }

        let error = connect(&format!("postgresql://{user}:{password}x@{at}/postgres")).await.unwrap_err();
        assert_eq!(error.code().as_deref(), Some("28P01"));
        assert_eq!(error.to_string(), format!("cannot connect to postgresql://{user}:***@{at}/postgres"));
        assert!(!format!("{error:?}").contains("a@b"), "{error:?}");
        // The same answer when there is another host: it is not asked.
        let several = format!("postgresql://{user}:wr0ng@{at},{at}/postgres");
        let error = connect(&several).await.unwrap_err();
        assert!(matches!(error, ConnectionError::Connect { .. }), "{error}");
    });
}

#[test]
fn a_socket_is_found_in_its_folder_in_both_spellings() {
    run(async {
        let server = Cluster::start().await;
        let (socket, port) = (server.socket(), server.port);
        for url in [
            format!("postgresql://postgres@/postgres?host={socket}&port={port}"),
            format!("postgresql+asyncpg://postgres@/postgres?host={socket}:{port}"),
            format!("postgresql+psycopg://postgres@:{port}/postgres?host={}", socket.replace('/', "%2F")),
            format!("postgresql://postgres@{}:{port}/postgres", socket.replace('/', "%2F")),
        ] {
            let mut connection = connect(&url).await.unwrap_or_else(|error| panic!("{url}: {error}"));
            assert_eq!(value(&mut connection, "SELECT inet_server_addr()::text").await, "", "{url}");
        }
    });
}

#[test]
fn an_ipv6_host_is_written_in_brackets() {
    // A machine without IPv6 cannot tell.
    if TcpListener::bind("[::1]:0").is_err() {
        return;
    }
    run(async {
        let server = Cluster::start().await;
        for host in
            [format!("[::1]:{}/postgres", server.port), format!("/postgres?host=::1&port={}", server.port)]
        {
            let mut connection = connect(&format!("postgresql://postgres@{host}")).await.unwrap();
            assert_eq!(value(&mut connection, "SELECT host(inet_server_addr())").await, "::1", "{host}");
        }
    });
}

/// Port 1 is reserved, and nothing listens on it.
const CLOSED: &str = "127.0.0.1:1";

#[test]
fn of_a_primary_and_its_standby_the_one_that_is_asked_for_is_taken() {
    run(async {
        let (primary, standby) = (Cluster::start().await, Cluster::start().await);
        standby.become_standby();
        let [read_write, read_only] = [&primary, &standby].map(|server| format!("127.0.0.1:{}", server.port));
        for (wanted, is_standby) in [
            ("primary", "f"),
            ("read-write", "f"),
            ("standby", "t"),
            ("read-only", "t"),
            ("prefer-standby", "t"),
        ] {
            for hosts in [[&read_write, &read_only], [&read_only, &read_write]] {
                let url = format!(
                    "postgresql://postgres@{CLOSED},{},{}/postgres?target_session_attrs={wanted}",
                    hosts[0], hosts[1]
                );
                let mut connection = connect(&url).await.unwrap();
                let answer = value(&mut connection, "SELECT pg_is_in_recovery()").await;
                assert_eq!(answer, is_standby, "{url}");
            }
        }
        // Any will do: the first that answers.
        for (first, second, is_standby) in [(&read_write, &read_only, "f"), (&read_only, &read_write, "t")] {
            let mut connection =
                connect(&format!("postgresql://postgres@{CLOSED},{first},{second}/postgres")).await.unwrap();
            assert_eq!(value(&mut connection, "SELECT pg_is_in_recovery()").await, is_standby);
        }
        // Without a standby, `prefer-standby` takes what there is; the others say what they found.
        let url = |wanted: &str| {
            format!("postgresql://postgres@{CLOSED},{read_write}/postgres?target_session_attrs={wanted}")
        };
        connect(&url("prefer-standby")).await.unwrap();
        let error = connect(&url("standby")).await.unwrap_err().to_string();
        let start = format!("none of the hosts of {} can be used: {CLOSED}: ", url("standby"));
        assert!(error.starts_with(&start), "{error}");
        assert!(error.ends_with(&format!("; {read_write}: the server is not `standby`")), "{error}");
    });
}

/// What a pooler that mixes sessions (pgbouncer's transaction pooling) would give to the next client.
#[test]
fn nothing_is_prepared_in_a_session_that_a_pooler_may_give_to_others() {
    run(async {
        let server = Cluster::start().await;
        let url = format!(
            "postgresql+asyncpg://postgres@127.0.0.1:{}/postgres?prepared_statement_cache_size=0\
             &target_session_attrs=read-write",
            server.port
        );
        let mut connection = connect(&url).await.unwrap();
        fn plants(op: &mut Op) {
            op.execute("CREATE TABLE plant (id int)");
        }
        let scripts = scripts(&[script("a1", &[], plants, plants)]);
        let report =
            Migrator::on(&mut connection, &scripts).upgrade(&["head".parse().unwrap()]).await.unwrap();
        assert_eq!(value(&mut connection, "SELECT count(*) FROM alembic_version").await, "1", "{report:?}");
        let prepared = "SELECT count(*)::text FROM pg_prepared_statements";
        assert_eq!(value(&mut connection, prepared).await, "0");
    });
}
