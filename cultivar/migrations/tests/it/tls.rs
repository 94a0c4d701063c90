//! The binary and a server with TLS: a whole upgrade, and what a person reads when it is refused.

use std::{fs, path::Path};

use tempfile::TempDir;

use crate::{
    cluster::{Cluster, certificate::Authority},
    support::{Ran, binary},
};

/// A server that lets `guest` in by TLS and password only, with a database of that user.
async fn greenhouse() -> (Cluster, Authority) {
    let server = Cluster::start().await;
    let mut admin = server.admin().await;
    admin.execute("CREATE DATABASE plants OWNER guest").await.expect("a database");
    admin.close().await.expect("closes");
    (server, Authority::new("Greenhouse"))
}

/// A project's folder: `cucurbit.toml` with this query in its connection URL, and the authority's certificate beside it.
fn project(server: &Cluster, authority: &Authority, query: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("postgresql+asyncpg://guest:${{SECRET}}@localhost:{}/plants?{query}", server.port);
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file");
    write("cucurbit.toml", &format!("url = \"{url}\"\n"));
    write("ca.pem", &authority.own.certificate);
    fs::create_dir(folder.path().join("deep")).expect("a folder");
    folder
}

/// Runs the binary below the project's folder.
fn run(project: &Path, arguments: &[&str]) -> Ran {
    Ran::of(binary(&project.join("deep")).env("SECRET", "s3cret").args(arguments))
}

#[tokio::test]
async fn everything_runs_with_a_certificate_that_is_verified() {
    let (server, authority) = greenhouse().await;
    server.show(&authority.sign("plants", &["localhost"]), None).await;
    let project = project(&server, &authority, "ssl=verify-full&sslrootcert=./ca.pem");
    run(project.path(), &["upgrade"]).exits(0);
    run(project.path(), &["check"]).exits(0);
    let current = run(project.path(), &["current", "--verbose"]).exits(0).stdout;
    assert!(current.starts_with("Current revision(s) for postgresql://guest:***@localhost:"), "{current}");
    run(project.path(), &["downgrade", "base"]).exits(0);
}

#[tokio::test]
async fn what_is_refused_is_said_in_plain_words() {
    let (server, authority) = greenhouse().await;
    let full = project(&server, &authority, "sslmode=verify-full&sslrootcert=ca.pem");
    let require = project(&server, &authority, "sslmode=require");

    let no_tls = "the server does not offer TLS";
    let no_tls_hint =
        "`ssl = on` in the server's configuration turns it on; `sslmode=disable` connects without";
    refused(&server, &full, "sslmode=verify-full&sslrootcert=FOLDER/ca.pem", no_tls, no_tls_hint);
    refused(&server, &require, "sslmode=require", no_tls, no_tls_hint);

    server.show(&authority.sign("plants", &["db.example.org"]), None).await;
    let query = "sslmode=verify-full&sslrootcert=FOLDER/ca.pem";
    let why = "the server's certificate is not for host `localhost`, but for `db.example.org`";
    let hint =
        "connect to the server by a name in its certificate; `sslmode=verify-ca` does not ask for the host";
    refused(&server, &full, query, why, hint);

    server.show(&Authority::new("Shed").sign("plants", &["localhost"]), None).await;
    let why = "the server's certificate is not signed by an authority in `FOLDER/ca.pem`";
    refused(
        &server,
        &full,
        query,
        why,
        "the file must hold the certificate of the authority that signed the server's",
    );
    run(require.path(), &["current"]).exits(0);

    fs::write(full.path().join("ca.pem"), "buy seeds").expect("a file");
    let why = "`FOLDER/ca.pem`, which `sslrootcert` names, holds no certificate";
    let hint = "the file must be in PEM form: text with the line `-----BEGIN CERTIFICATE-----`";
    // Nobody was asked: the words are those of the file's connection URL.
    refused(&server, &full, query, why, hint);
}

/// Insists that every command that asks the database fails with these words and no others.
#[track_caller]
fn refused(server: &Cluster, project: &TempDir, query: &str, why: &str, hint: &str) {
    let folder = project.path().display().to_string();
    for command in [&["upgrade"][..], &["current"], &["check"], &["stamp", "head"]] {
        let ran = run(project.path(), command).exits(1);
        assert_eq!(ran.stdout, "");
        let said = ran.stderr.replace(&folder, "FOLDER");
        // What is before the first colon is the same for all errors.
        let (_, said) = said.split_once(": ").expect("an error");
        assert_eq!(
            said,
            format!(
                "cannot connect to postgresql://guest:***@localhost:{}/plants?{query}\n  caused by: {why}\n  \
                 hint: {hint}\n",
                server.port
            ),
            "{command:?}"
        );
    }
    let ran = run(project.path(), &["check", "--format", "json"]).exits(1);
    assert_eq!(ran.stdout, "");
    let said = ran.stderr.replace(&folder, "FOLDER");
    let said: serde_json::Value = serde_json::from_str(&said).expect("an error is one object");
    assert_eq!((&said["causes"][0], &said["hint"]), (&why.into(), &hint.into()), "{said}");
}

#[tokio::test]
async fn what_the_url_leaves_out_is_in_libpqs_variables() {
    let (server, authority) = greenhouse().await;
    server.show(&authority.sign("plants", &["db.example.org"]), None).await;
    let project = project(&server, &authority, "application_name=plants");
    let by = |mode: &str| {
        let mut command = binary(project.path());
        command.args(["current"]).env("SECRET", "s3cret").env("PGSSLMODE", mode);
        Ran::of(command.env("PGSSLROOTCERT", project.path().join("ca.pem")))
    };
    by("verify-ca").exits(0);
    let refused = by("verify-full").exits(1).stderr;
    assert!(refused.contains("is not for host `localhost`"), "{refused}");
    // The server takes this user by TLS only.
    let refused = by("disable").exits(1).stderr;
    assert!(refused.contains("no pg_hba.conf entry"), "{refused}");
}
