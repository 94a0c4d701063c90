//! Tests of reading and writing connection URLs.

use std::{
    path::{Path, PathBuf},
    str::FromStr as _,
    time::Duration,
};

use sqlx::sqlite::SqliteConnectOptions;

use super::{ConnectionUrl, ConnectionUrlError, Kind, PostgresUrl, Session, SqliteUrl, SqliteUrls};
use crate::schema::Dialect;

fn sqlite(text: &str) -> SqliteUrl {
    match ConnectionUrl::parse(text).unwrap().0 {
        Kind::Sqlite(url) => url,
        Kind::Postgres(_) => panic!("{text} is PostgreSQL"),
    }
}

fn postgres(text: &str) -> PostgresUrl {
    match ConnectionUrl::parse(text).unwrap().0 {
        Kind::Postgres(url) => *url,
        Kind::Sqlite(_) => panic!("{text} is SQLite"),
    }
}

fn hosts(text: &str) -> Vec<String> {
    postgres(text).hosts.iter().map(ToString::to_string).collect()
}

fn error(text: &str) -> ConnectionUrlError {
    ConnectionUrl::parse(text).unwrap_err()
}

#[track_caller]
fn check_file(text: &str, file: Option<&str>) {
    assert_eq!(sqlite(text).file(), file.map(Path::new), "{text}");
}

#[track_caller]
fn check_shown(text: &str, shown: &str) {
    let url = ConnectionUrl::parse(text).unwrap();
    assert_eq!(url.to_string(), shown, "{text}");
    assert_eq!(format!("{url:?}"), format!("ConnectionUrl({shown})"));
}

#[test]
fn a_sqlite_path_is_relative_after_three_slashes_and_absolute_after_four() {
    check_file("sqlite:///./relative.db", Some("./relative.db"));
    check_file("sqlite:///relative.db", Some("relative.db"));
    check_file("sqlite:///data/relative.db", Some("data/relative.db"));
    check_file("sqlite:////absolute.db", Some("/absolute.db"));
    check_file("sqlite:relative.db", Some("relative.db"));
    check_file("sqlite:/absolute.db", Some("/absolute.db"));
    check_file("sqlite://relative.db", Some("relative.db"));
    check_file("sqlite+aiosqlite:///./relative.db", Some("./relative.db"));
    check_file("sqlite+aiosqlite:////absolute.db", Some("/absolute.db"));
    check_file("sqlite:///with%20space%3F.db", Some("with space?.db"));
    check_file("sqlite:///100%.db", Some("100%.db"));
    check_file("sqlite:///file:plants.db?mode=ro&uri=true", Some("plants.db"));
    check_file(r"sqlite:///C:\data\plants.db", Some(r"C:\data\plants.db"));
}

#[test]
fn a_sqlite_database_can_be_in_memory() {
    for text in [
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite::memory:",
        "sqlite+aiosqlite://",
        "sqlite+aiosqlite:///:memory:",
    ] {
        check_file(text, None);
        assert_eq!(ConnectionUrl::parse(text).unwrap().to_string(), "sqlite://", "{text}");
    }
    check_shown("sqlite:///name?mode=memory&cache=shared", "sqlite:///name?mode=memory&cache=shared");
}

#[test]
fn relative_files_are_put_into_the_folder_and_nothing_else_is() {
    let shown =
        |text: &str| ConnectionUrl::parse(text).unwrap().relative_to(Path::new("/srv/app")).to_string();
    assert_eq!(shown("sqlite:///./plants.db"), "sqlite:////srv/app/plants.db");
    assert_eq!(shown("sqlite:///../plants.db?mode=ro"), "sqlite:////srv/app/../plants.db?mode=ro");
    assert_eq!(shown("sqlite:////plants.db"), "sqlite:////plants.db");
    assert_eq!(shown("sqlite://"), "sqlite://");
    assert_eq!(shown("postgresql:///plants"), "postgresql:///plants");
    assert_eq!(
        shown("postgresql://h/d?sslmode=verify-full&sslrootcert=ca.pem&sslcert=/etc/me.crt&sslkey=../me.key"),
        "postgresql://h/d?sslmode=verify-full&sslrootcert=/srv/app/ca.pem&sslcert=/etc/me.crt\
         &sslkey=/srv/app/../me.key"
    );
    assert_eq!(shown("postgresql://h/d?sslrootcert=system"), "postgresql://h/d?sslrootcert=system");
}

#[test]
fn a_busy_timeout_is_in_milliseconds_and_a_timeout_in_seconds() {
    assert_eq!(sqlite("sqlite:///a.db?busy_timeout=250").busy_timeout, Some(Duration::from_millis(250)));
    assert_eq!(sqlite("sqlite:///a.db?timeout=1.5").busy_timeout, Some(Duration::from_millis(1500)));
    assert!(
        matches!(error("sqlite:///a.db?timeout=-1"), ConnectionUrlError::BadValue { name, .. } if name == "timeout")
    );
}

#[test]
fn defect_4_urls_with_an_async_driver_work() {
    for text in ["sqlite:///./a.db", "sqlite+aiosqlite:///./a.db", "sqlite+pysqlite:///./a.db"] {
        assert_eq!(ConnectionUrl::parse(text).unwrap().dialect(), Dialect::Sqlite);
        check_file(text, Some("./a.db"));
    }
    let plain = postgres("postgresql://u:p@h/d");
    for driver in ["postgres", "postgresql+asyncpg", "postgresql+psycopg", "postgresql+psycopg2"] {
        let text = format!("{driver}://u:p@h/d");
        assert_eq!(ConnectionUrl::parse(&text).unwrap().dialect(), Dialect::Postgres);
        assert!(postgres(&text) == plain, "{text}");
    }
    assert!(postgres("POSTGRESQL://h/d").ssl_mode.is_none());
}

#[test]
fn defect_21_a_per_cent_sign_in_a_password_works() {
    let password = |text: &str| postgres(text).password.unwrap();
    assert_eq!(password("postgresql://u:100%25@h/d"), "100%");
    assert_eq!(password("postgresql://u:a%40b%2Fc%3Ad@h/d"), "a@b/c:d");
    assert_eq!(password("postgresql://u:a+b@h/d"), "a+b");
    assert_eq!(password("postgresql://u:50%@h/d"), "50%");
    assert_eq!(password("postgresql://u:a%zb@h/d"), "a%zb");
    assert_eq!(password("postgresql://u:a@b#c@h/d"), "a@b#c");
    assert_eq!(password("postgresql://u@h/d?password=a%2Bb+c"), "a+b+c");
    assert_eq!(password("postgresql://u:gr%C3%BCn@h/d"), "grün");
    assert_eq!(error("postgresql://u:%FF@h/d"), ConnectionUrlError::BadText { part: "password" });
}

#[test]
fn a_user_is_decoded_as_a_password_is() {
    for text in ["postgresql://g%40rt%2Fn%C3%A9r:p@h/d", "postgresql://h/d?user=g%40rt%2Fn%C3%A9r&password=p"]
    {
        assert_eq!(postgres(text).user.unwrap(), "g@rt/nér");
        check_shown(text, "postgresql://g%40rt%2Fn%C3%A9r:***@h/d");
    }
    assert!(postgres("postgresql://:p@h/d").user.is_none());
}

#[test]
fn defect_14_a_password_is_never_printed() {
    check_shown("postgres://u:s3cret@h:5/d?sslmode=require", "postgresql://u:***@h:5/d?sslmode=require");
    check_shown("postgresql://h/d?user=u&password=s3cret", "postgresql://u:***@h/d");
    check_shown("postgresql://:s3cret@h/d", "postgresql://:***@h/d");
    // Each holds a mistake; no message, no hint and no debug form repeats any part of the password.
    for text in [
        "postgresql://u:s3/cret@h/d",
        "postgresql://u:s3?cret@h/d",
        "postgresql://u:12/s3cret@h/d",
        "postgresql://u:12?s3cret@h/d",
        "postgresql://u:s3cret@h:port/d",
        "postgresql://u:s3cret%FF@h/d",
        "postgresql://u:s3cret@h/d?ssl_mode=require",
        "postgresql://h/d?password=x&s3cret=1",
        "postgresql:u:s3cret@h/d",
        "u@s3cret:5432/d",
        "//u:s3cret@h/d",
        "u:s3cret@h/d",
        "mysql://u:s3cret@h/d",
    ] {
        let error = error(text);
        let said = format!("{error} {error:?} {:?}", error.hint());
        assert!(!said.contains("s3") && !said.contains("cret"), "{text}: {said}");
    }
}

#[test]
fn hosts_are_names_ip_addresses_and_sockets_one_or_several() {
    assert_eq!(hosts("postgresql:///d"), Vec::<String>::new());
    assert_eq!(hosts("postgresql://h/d"), ["h"]);
    assert_eq!(hosts("postgresql://u@h1:5432,h2:5433/d"), ["h1:5432", "h2:5433"]);
    assert_eq!(hosts("postgresql://[::1]:5433/d"), ["[::1]:5433"]);
    assert_eq!(hosts("postgresql://[::1],[fe80::2]:6/d"), ["[::1]", "[fe80::2]:6"]);
    assert_eq!(hosts("postgresql://%2Frun%2Fpostgresql:6/d"), ["%2Frun%2Fpostgresql:6"]);
    assert_eq!(hosts("postgresql:///d?host=/run/postgresql"), ["%2Frun%2Fpostgresql"]);
    assert_eq!(hosts("postgresql://u@/d?host=h1&port=6&host=h2&port=7"), ["h1:6", "h2:7"]);
    assert_eq!(hosts("postgresql://u@/d?host=h1:6&host=h2:7"), ["h1:6", "h2:7"]);
    assert_eq!(hosts("postgresql:///d?host=h1,h2&port=6"), ["h1:6", "h2:6"]);
    assert_eq!(hosts("postgresql:///d?host=::1&port=6"), ["[::1]:6"]);
    assert_eq!(hosts("postgresql:///d?port=6"), [":6"]);
    assert_eq!(hosts("postgresql://u@:6/d?host=/run/postgresql"), ["%2Frun%2Fpostgresql:6"]);
    assert_eq!(hosts("postgresql://h:6/d?host=a,b:7"), ["a:6", "b:7"]);
    assert_eq!(hosts("postgresql://h1:6,h2/d?host=a,b"), ["a:6", "b"]);
    assert_eq!(hosts("postgresql://h:6/d?host=a&port=7"), ["a:7"]);
    assert_eq!(
        error("postgresql:///d?host=a,b,c&port=1,2"),
        ConnectionUrlError::PortCount { hosts: 3, ports: 2 }
    );
    assert_eq!(error("postgresql://[::1/d"), ConnectionUrlError::BadHost);
    for port in ["0", "65536", "-1", "five"] {
        let expected = ConnectionUrlError::BadPort { host: Some("h".to_owned()) };
        assert_eq!(error(&format!("postgresql://h:{port}/d")), expected);
    }
}

#[test]
fn the_parameters_of_libpq_and_of_drivers_are_read() {
    let mode = |text: &str| postgres(&format!("postgresql:///d?{text}")).ssl_mode;
    assert!(mode("sslmode=verify-full") == Some("verify-full"));
    assert!(mode("ssl=require") == Some("require"));
    assert!(mode("ssl=true") == Some("require"));
    assert!(mode("ssl=false") == Some("disable"));
    for name in ["allow", "disable", "prefer", "require", "verify-ca", "verify-full"] {
        assert!(mode(&format!("ssl={name}")) == Some(name), "{name}");
        assert!(mode(&format!("sslmode={name}")) == Some(name), "{name}");
        check_shown(
            &format!("postgresql+asyncpg://h/d?ssl={name}"),
            &format!("postgresql://h/d?sslmode={name}"),
        );
    }
    for name in ["statement-cache-capacity", "prepared_statement_cache_size", "statement_cache_size"] {
        assert_eq!(postgres(&format!("postgresql://h/d?{name}=0")).statement_cache, Some(0), "{name}");
    }
    assert!(mode("sslmode=require&channel_binding=prefer&gssencmode=disable") == Some("require"));
    let url = postgres(
        "postgresql://h?dbname=d&user=u&application_name=a%20b&connect_timeout=3&options=-c%20geqo=off\
         &target_session_attrs=read-write&prepared_statement_cache_size=0",
    );
    assert_eq!(url.connect_timeout, Some(Duration::from_secs(3)));
    assert_eq!(url.options.as_deref(), Some("-c geqo=off"));
    assert!(url.session == Session::ReadWrite);
    assert_eq!(
        url.to_string(),
        "postgresql://u@h/d?application_name=a%20b&connect_timeout=3&options=-c%20geqo%3Doff\
         &target_session_attrs=read-write&statement-cache-capacity=0"
    );
    assert!(ConnectionUrl::parse(&url.to_string()).unwrap().0 == Kind::Postgres(Box::new(url)));
}

#[track_caller]
fn check_error(text: &str, message: &str, hint: &str) {
    let error = error(text);
    assert_eq!(error.to_string(), message, "{text}");
    assert_eq!(error.hint().unwrap_or_default(), hint, "{text}");
}

#[test]
fn an_error_names_what_is_wrong_and_says_what_to_write() {
    check_error(
        "postgresql://h/d?ssl_mode=require",
        "unknown parameter `ssl_mode` in the connection URL",
        "did you mean `sslmode`?",
    );
    check_error("postgresql://h/d?colour=red", "unknown parameter `colour` in the connection URL", "");
    check_error(
        "sqlite:///a.db?caches=shared",
        "unknown parameter `caches` in the connection URL",
        "did you mean `cache`?",
    );
    check_error(
        "postgresql://h/d?passfile=x",
        "parameter `passfile` of the connection URL is not supported",
        "leave it out and set the variable `PGPASSFILE`",
    );
    check_error(
        "postgresql://h/d?pgbouncer=true",
        "parameter `pgbouncer` of the connection URL is not supported",
        "write `statement-cache-capacity=0`",
    );
    check_error(
        "postgresql://h/d?keepalives_count=3",
        "parameter `keepalives_count` of the connection URL is not supported",
        "leave it out",
    );
    check_error(
        "postgresql://h/d?sslmode=verify_full",
        "parameter `sslmode` of the connection URL cannot be `verify_full`",
        "it can be `disable`, `allow`, `prefer`, `require`, `verify-ca` or `verify-full`",
    );
    check_error(
        "postgresql+asyncpg://h/d?ssl=yes",
        "parameter `ssl` of the connection URL cannot be `yes`",
        "it can be `disable`, `allow`, `prefer`, `require`, `verify-ca` or `verify-full`",
    );
    check_error(
        "postgresql://h/d?target_session_attrs=master",
        "parameter `target_session_attrs` of the connection URL cannot be `master`",
        "it can be `any`, `read-write`, `read-only`, `primary`, `standby` or `prefer-standby`",
    );
    check_error(
        "postgresql://h/d?channel_binding=require",
        "parameter `channel_binding` of the connection URL cannot be `require`",
        "it can be `disable` or `prefer`",
    );
    check_error(
        "sqlite:///a.db?mode=w",
        "parameter `mode` of the connection URL cannot be `w`",
        "it can be `ro`, `rw`, `rwc` or `memory`",
    );
    check_error(
        "postgresql+asyncpgs://h/d",
        "unknown scheme `postgresql+asyncpgs` in the connection URL",
        "did you mean `postgresql+asyncpg`?",
    );
    check_error(
        "mysql://h/d",
        "unknown scheme `mysql` in the connection URL",
        "SQLite and PostgreSQL are supported: `sqlite:` and `postgresql://`",
    );
    for text in ["sqlite:", "sqlite:///", "sqlite:///?mode=ro"] {
        assert_eq!(error(text), ConnectionUrlError::NoFile, "{text}");
    }
    assert_eq!(error("plants.db"), ConnectionUrlError::NoScheme);
    assert_eq!(error(""), ConnectionUrlError::NoScheme);
    assert_eq!(error("postgresql:plants"), ConnectionUrlError::NoSlashes);
}

/// The page that lists them, where the workspace is there.
fn page() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/CONNECTION_URLS.md");
    std::fs::read_to_string(root).unwrap()
}

#[test]
fn the_page_lists_every_parameter() {
    let page = page();
    for name in super::postgres::PARAMETERS.iter().chain(&super::sqlite::PARAMETERS) {
        let is_there =
            page.lines().any(|line| line.starts_with("| `") && line.contains(&format!("`{name}`")));
        assert!(is_there, "`{name}` is missing in docs/CONNECTION_URLS.md");
    }
}

#[test]
fn every_url_of_the_page_can_be_read() {
    let page = page();
    let section = page.split("## Forms").nth(1).unwrap().split("\n## ").next().unwrap();
    let mut count = 0;
    for row in section.lines().filter(|line| line.starts_with("| `")) {
        let urls = row.split('|').nth(1).unwrap();
        for text in urls.split('`').skip(1).step_by(2) {
            ConnectionUrl::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            count += 1;
        }
    }
    assert!(count > 15, "{count} connection URLs were found");
}

/// What sqlx reads: the file, `None` for memory, or that it takes it for no connection URL of SQLite.
fn by_sqlx(text: &str) -> Result<Option<PathBuf>, ()> {
    // Its drivers are chosen by the scheme; the parser itself would take the rest for a file.
    if !text.starts_with("sqlite:") {
        return Err(());
    }
    let options = SqliteConnectOptions::from_str(text).map_err(drop)?;
    let is_in_memory = format!("{options:?}").contains("in_memory: true");
    Ok((!is_in_memory).then(|| options.get_filename().to_owned()))
}

#[test]
fn the_page_says_what_sqlx_and_what_cucurbit_read() {
    let page = page();
    let table = page.split("| URL | SQLAlchemy |").nth(1).unwrap().split("\n\n").next().unwrap();
    let mut count = 0;
    for row in table.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> =
            row.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`')).collect();
        let [text, _, sqlx, here, here_as_sqlx] = cells[..] else { panic!("{row}") };
        let written = |cell: &str| match cell {
            "an error" => Err(()),
            "memory" => Ok(None),
            path => Ok(Some(PathBuf::from(path))),
        };
        let by_us = |urls| {
            ConnectionUrl::parse_as(text, urls).map(|found| found.file().map(Path::to_owned)).map_err(drop)
        };
        assert_eq!(by_sqlx(text), written(sqlx), "sqlx: {text}");
        assert_eq!(by_us(SqliteUrls::Sqlalchemy), written(here), "here: {text}");
        assert_eq!(by_us(SqliteUrls::Sqlx), written(here_as_sqlx), "here, as sqlx: {text}");
        if let (Ok(found), true) = (by_sqlx(text), by_us(SqliteUrls::Sqlx).is_ok()) {
            assert_eq!(by_us(SqliteUrls::Sqlx), Ok(found), "with the key it is sqlx's file: {text}");
        }
        count += 1;
    }
    assert!(count > 10, "{count} forms were found");
}
