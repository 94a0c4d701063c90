//! TLS with a real PostgreSQL server: what each `sslmode` does and refuses, and what is said about it.
//!
//! Each test has a server of its own, and makes the certificates for it.

mod files;

use std::{
    future::Future,
    io::{Read as _, Write as _},
};

use cucurbit::connection::{ConnectOptions, Connection, ConnectionError};
use rcgen::date_time_ymd;

use crate::cluster::{
    Cluster,
    certificate::{Authority, Certificate},
};

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

impl Cluster {
    async fn connect(&self, user: &str, host: &str, query: &str) -> Result<Connection, ConnectionError> {
        let url = format!("postgresql://{user}@{host}:{}/postgres?{query}", self.port);
        Connection::connect(&url.parse().unwrap(), &ConnectOptions::default()).await
    }

    /// Insists that the connection is made, with or without TLS by what the server itself says.
    async fn takes(&self, user: &str, host: &str, query: &str, is_encrypted: bool) {
        let mut connection = match self.connect(user, host, query).await {
            Ok(connection) => connection,
            Err(error) => panic!("{user} {host} {query}: {}", said(&error)),
        };
        let asked = "SELECT ssl::text FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
        let answer = connection.value(asked).await.unwrap();
        assert_eq!(answer.as_deref(), Some(if is_encrypted { "true" } else { "false" }), "{user} {query}");
        connection.close().await.unwrap();
    }

    /// Insists that the connection is refused with these words: causes and advice, a line each.
    async fn refuses(&self, user: &str, host: &str, query: &str, why: &str) {
        let Err(error) = self.connect(user, host, query).await else {
            panic!("{user} {host} {query} is let in");
        };
        let user = user.split_once(':').map_or(user.to_owned(), |(user, _)| format!("{user}:***"));
        let place = format!("postgresql://{user}@{host}:{}/postgres?{query}", self.port);
        assert_eq!(said(&error), format!("cannot connect to {place}\n{why}"));
    }

    /// Insists that the server itself refuses the connection, for a reason that has these words in it.
    async fn objects(&self, user: &str, query: &str, code: &str, why: &str) {
        let Err(error) = self.connect(user, "localhost", query).await else {
            panic!("{user} {query} is let in");
        };
        assert_eq!(error.code().as_deref(), Some(code), "{error}");
        let said = said(&error);
        assert!(said.contains(why) && !said.contains("wr0ng"), "{said}");
        assert!(code != "28000" || error.hint().unwrap().contains("pg_hba.conf"), "{said}");
    }

    /// Writes a certificate and its key for a client, and returns them as parameters.
    fn client(&self, name: &str, client: &Certificate) -> (String, String) {
        let certificate = self.write(&format!("{name}.crt"), &client.certificate);
        let key = self.write(&format!("{name}.key"), &client.key);
        (format!("sslcert={}", certificate.display()), format!("sslkey={}", key.display()))
    }

    /// The words for a server whose certificate nobody that is trusted has signed.
    fn untrusted(&self) -> String {
        let trusted = self.path("trusted.crt");
        format!(
            "the server's certificate is not signed by an authority in `{}`\n\
             the file must hold the certificate of the authority that signed the server's",
            trusted.display()
        )
    }
}

/// Starts a server, makes an authority, and returns `sslrootcert=` with its certificate.
async fn greenhouse() -> (Cluster, Authority, String) {
    let server = Cluster::start().await;
    let authority = Authority::new("Greenhouse");
    let trusted = server.write("trusted.crt", &authority.own.certificate);
    (server, authority, format!("sslrootcert={}", trusted.display()))
}

/// The message, its causes and the advice, a line each.
fn said(error: &ConnectionError) -> String {
    let mut lines = vec![error.to_string()];
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        lines.push(cause.to_string());
        source = cause.source();
    }
    lines.extend(error.hint());
    lines.join("\n")
}

const BOTH: [&str; 2] = ["localhost", "127.0.0.1"];

#[test]
fn each_mode_encrypts_as_it_says() {
    run(async {
        let (server, authority, trusted) = greenhouse().await;
        server.show(&authority.sign("plants", &BOTH), None).await;

        server.takes("postgres", "localhost", "sslmode=disable", false).await;
        for query in ["", "sslmode=allow", "sslmode=prefer", "sslmode=require", "ssl=require", "ssl=true"] {
            server.takes("postgres", "localhost", query, true).await;
        }
        for mode in ["sslmode=require", "sslmode=verify-ca", "sslmode=verify-full", "ssl=verify-full"] {
            for host in BOTH {
                server.takes("guest:s3cret", host, &format!("{mode}&{trusted}"), true).await;
            }
        }
    });
}

#[test]
fn what_the_server_asks_for_decides_too() {
    run(async {
        let (server, authority, _) = greenhouse().await;
        server.show(&authority.sign("plants", &BOTH), None).await;

        for query in ["sslmode=allow", "sslmode=prefer", "sslmode=require"] {
            server.takes("ciphered", "localhost", query, true).await;
        }
        server.objects("ciphered", "sslmode=disable", "28000", "no encryption").await;
        // As in libpq, `prefer` is content without.
        for query in ["", "sslmode=allow", "sslmode=prefer", "sslmode=disable"] {
            server.takes("uncovered", "localhost", query, false).await;
        }
        server.objects("uncovered", "sslmode=require", "28000", "SSL encryption").await;
        server.objects("nobody", "sslmode=prefer", "28000", "SSL encryption").await;
        server.objects("guest:wr0ng", "sslmode=require", "28P01", "password authentication failed").await;
    });
}

#[test]
fn a_server_without_tls_is_refused_where_tls_is_required() {
    run(async {
        let (server, _, trusted) = greenhouse().await;
        for query in ["", "sslmode=allow", "sslmode=prefer"] {
            server.takes("postgres", "localhost", query, false).await;
        }
        let full = format!("sslmode=verify-full&{trusted}");
        for query in ["sslmode=require", "sslmode=verify-ca", "sslmode=verify-full", &full] {
            let why = "the server does not offer TLS\n`ssl = on` in the server's configuration turns it on; \
                       `sslmode=disable` connects without";
            server.refuses("guest:s3cret", "localhost", query, why).await;
        }
    });
}

#[test]
fn a_socket_has_no_tls_whatever_is_asked_for() {
    run(async {
        let (server, authority, trusted) = greenhouse().await;
        server.show(&authority.sign("plants", &BOTH), None).await;
        for query in ["sslmode=require".to_owned(), format!("sslmode=verify-full&{trusted}")] {
            server.takes("postgres", &server.socket().replace('/', "%2F"), &query, false).await;
        }
    });
}

#[test]
fn a_certificate_for_another_host_is_refused() {
    run(async {
        let (server, authority, trusted) = greenhouse().await;
        let full = format!("sslmode=verify-full&{trusted}");
        server.show(&authority.sign("localhost", &["db.example.org", "10.1.2.3"]), None).await;
        for host in BOTH {
            let why = format!(
                "the server's certificate is not for host `{host}`, but for `db.example.org`, `10.1.2.3`\n\
                 connect to the server by a name in its certificate; `sslmode=verify-ca` does not ask for the host"
            );
            server.refuses("guest:s3cret", host, &full, &why).await;
            server.takes("guest:s3cret", host, &format!("sslmode=verify-ca&{trusted}"), true).await;
        }

        server.show(&authority.sign("localhost", &[]), None).await;
        let why = "the server's certificate is not for host `localhost`, and names no host at all\n\
                   hosts are looked for among a certificate's alternative names (`subjectAltName`), not in its \
                   common name; `sslmode=verify-ca` does not ask for the host";
        server.refuses("guest:s3cret", "localhost", &full, why).await;
    });
}

#[test]
fn of_several_hosts_the_one_with_a_certificate_of_its_own_is_taken() {
    run(async {
        let (server, authority, trusted) = greenhouse().await;
        server.show(&authority.sign("plants", &["127.0.0.1"]), None).await;
        let url = |hosts: &str| {
            format!(
                "postgresql://postgres@{hosts}/postgres?port={}&sslmode=verify-full&{trusted}",
                server.port
            )
        };
        let connect =
            async |url: String| Connection::connect(&url.parse().unwrap(), &ConnectOptions::default()).await;
        let mut connection = connect(url("localhost,127.0.0.1")).await.unwrap();
        assert_eq!(connection.value("SELECT 1").await.unwrap().as_deref(), Some("1"));

        let error = connect(url("localhost,localhost")).await.unwrap_err();
        let ConnectionError::NoHost { attempts, .. } = error else { panic!("{error}") };
        let attempt = format!(
            "localhost:{}: the server's certificate is not for host `localhost`, but for `127.0.0.1`",
            server.port
        );
        assert_eq!(attempts, [attempt.clone(), attempt]);
    });
}

#[test]
fn a_certificate_of_another_authority_is_refused() {
    run(async {
        let (server, authority, trusted) = greenhouse().await;
        // The second bears the name of the one that is trusted: it is told by its signature.
        for other in [Authority::new("Shed"), Authority::new("Greenhouse")] {
            server.show(&other.sign("plants", &BOTH), None).await;
            for mode in ["require", "verify-ca", "verify-full"] {
                let query = format!("sslmode={mode}&{trusted}");
                server.refuses("guest:s3cret", "localhost", &query, &server.untrusted()).await;
            }
            // Without a certificate to trust, `require` asks nobody who the server is.
            server.takes("guest:s3cret", "localhost", "sslmode=require", true).await;
        }
        for query in ["sslmode=verify-ca", "sslmode=verify-full", "sslrootcert=system"] {
            let why = "the server's certificate is not signed by an authority that is trusted here\n\
                       `sslrootcert` names the certificate of the authority to trust, beside the public ones; \
                       `sslmode=require` encrypts without asking who the server is";
            server.refuses("guest:s3cret", "localhost", query, why).await;
        }

        server.show(&authority.own, None).await;
        let why = "the server's certificate is that of an authority, which cannot be a server's own\n\
                   give the server a certificate of its own, signed by that authority, whose certificate \
                   `sslrootcert` then names; `sslmode=require` encrypts without asking who the server is";
        server.refuses("guest:s3cret", "localhost", &format!("sslmode=verify-ca&{trusted}"), why).await;
    });
}

#[test]
fn an_authority_may_have_a_deputy_and_a_file_several_authorities() {
    run(async {
        let (server, authority, trusted) = greenhouse().await;
        let deputy = authority.deputy("Gardener");
        let alone = deputy.sign("plants", &BOTH);
        server.show(&alone, None).await;
        let query = format!("sslmode=verify-full&{trusted}");
        server.refuses("postgres", "localhost", &query, &server.untrusted()).await;
        let certificate = format!("{}{}", alone.certificate, deputy.own.certificate);
        server.show(&Certificate { certificate, ..alone }, None).await;
        server.takes("postgres", "localhost", &query, true).await;

        let several = format!("{}{}", Authority::new("Shed").own.certificate, authority.own.certificate);
        let several = server.write("several.crt", &several);
        let query = format!("sslmode=verify-full&sslrootcert={}", several.display());
        server.takes("postgres", "localhost", &query, true).await;
    });
}

#[test]
fn a_certificate_is_refused_before_and_after_its_time() {
    run(async {
        let (server, authority, trusted) = greenhouse().await;
        let old = authority.sign_as("plants", &BOTH, |it| it.not_after = date_time_ymd(2020, 2, 29));
        let new = authority.sign_as("plants", &BOTH, |it| it.not_before = date_time_ymd(2999, 2, 28));
        for (certificate, why) in [
            (
                old,
                "the server's certificate has expired (2020-02-29T00:00:00Z)\n\
                 renew the certificate on the server, or set this machine's clock if that is wrong",
            ),
            (
                new,
                "the server's certificate is not valid yet (2999-02-28T00:00:00Z)\n\
                 see whether the clocks of this machine and of the server are right",
            ),
        ] {
            server.show(&certificate, None).await;
            for mode in ["verify-ca", "verify-full"] {
                let query = format!("sslmode={mode}&{trusted}");
                server.refuses("guest:s3cret", "localhost", &query, why).await;
            }
            server.takes("guest:s3cret", "localhost", "sslmode=require", true).await;
        }
    });
}

#[test]
fn a_client_shows_its_certificate() {
    run(async {
        let (server, authority, trusted) = greenhouse().await;
        server.show(&authority.sign("plants", &BOTH), Some(&authority.own)).await;
        let (certificate, key) = server.client("gardener", &authority.sign("gardener", &[]));
        let (of_another, key_of_another) = server.client("another", &authority.sign("another", &[]));
        for mode in [String::new(), "sslmode=require".to_owned(), format!("sslmode=verify-full&{trusted}")] {
            let separator = if mode.is_empty() { "" } else { "&" };
            let query = format!("{mode}{separator}{certificate}&{key}");
            server.takes("gardener", "localhost", &query, true).await;
        }
        server.objects("gardener", "sslmode=require", "28000", "requires a valid client certificate").await;
        let query = format!("sslmode=require&{of_another}&{key_of_another}");
        server.objects("gardener", &query, "28000", "certificate authentication failed").await;

        let query = format!("sslmode=require&{certificate}&{key_of_another}");
        let why = "the key of `sslkey` does not belong to the certificate of `sslcert`\n\
                   name the two files that were made together";
        server.refuses("gardener", "localhost", &query, why).await;
        for (given, missing, parameter) in [("sslcert", "sslkey", &certificate), ("sslkey", "sslcert", &key)]
        {
            let why = format!(
                "`{given}` is given without `{missing}`\na client certificate needs both `sslcert` and `sslkey`"
            );
            server.refuses("gardener", "localhost", &format!("sslmode=require&{parameter}"), &why).await;
            // Nor is it passed over where this user would be let in without.
            server.refuses("postgres", "localhost", &format!("sslmode=prefer&{parameter}"), &why).await;
        }
    });
}

#[test]
fn a_client_of_an_authority_that_the_server_does_not_know_is_told_so() {
    run(async {
        let (server, authority, _) = greenhouse().await;
        server.show(&authority.sign("plants", &BOTH), Some(&authority.own)).await;
        let (certificate, key) = server.client("stranger", &Authority::new("Shed").sign("gardener", &[]));
        let query = format!("sslmode=require&{certificate}&{key}");
        for newest in ["TLSv1.3", "TLSv1.2"] {
            server.set(&[("ssl_max_protocol_version", newest)]).await;
            let Err(error) = server.connect("gardener", "localhost", &query).await else {
                panic!("a stranger is let in");
            };
            // The client may be talking still when the server hangs up, and then does not hear why.
            let said = said(&error);
            let told = "\nthe server does not accept the certificate of `sslcert` (UnknownCA)\n";
            let untold =
                "\nthe server broke off the connection, and may not accept the certificate of `sslcert`\n";
            assert!(said.contains(told) || said.contains(untold), "{newest}: {said}");
            assert!(said.ends_with(CLIENTS_HINT), "{newest}: {said}");
        }
    });
}

const CLIENTS_HINT: &str =
    "\nthe server's `ssl_ca_file` must hold the authority that signed it, and it must not have expired";

#[test]
fn a_server_that_hangs_up_on_a_certificate_is_said_to_have_done_so() {
    run(async {
        let folder = tempfile::TempDir::new().unwrap();
        let client = Authority::new("Shed").sign("gardener", &[]);
        let [certificate, key] = [("crt", &client.certificate), ("key", &client.key)].map(|(name, text)| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path.display().to_string()
        });
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        // It agrees to TLS and goes away.
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.read_exact(&mut [0; 8]).unwrap();
            stream.write_all(b"S").unwrap();
        });
        let url = format!(
            "postgresql://gardener@127.0.0.1:{port}/postgres?sslmode=require&sslcert={certificate}&sslkey={key}"
        );
        let error = Connection::connect(&url.parse().unwrap(), &ConnectOptions::default()).await.unwrap_err();
        let why = "the server broke off the connection, and may not accept the certificate of `sslcert`";
        let said = said(&error);
        assert!(said.starts_with(&format!("cannot connect to {url}\n{why}\n")), "{said}");
        assert!(said.ends_with(CLIENTS_HINT), "{said}");
        server.join().unwrap();
    });
}

#[test]
fn a_server_with_versions_of_old_is_refused() {
    run(async {
        let (server, authority, _) = greenhouse().await;
        server.show(&authority.sign("plants", &BOTH), None).await;
        server.set(&[("ssl_min_protocol_version", "TLSv1"), ("ssl_max_protocol_version", "TLSv1.1")]).await;
        let why = "the server offers no version of TLS, or no cipher, that is accepted here\n\
                   received fatal alert: ProtocolVersion\n\
                   TLS 1.2 and TLS 1.3 are spoken here: see `ssl_max_protocol_version`";
        server.refuses("guest:s3cret", "localhost", "sslmode=require", why).await;
        server.takes("postgres", "localhost", "sslmode=prefer", false).await;
        server.set(&[("ssl_max_protocol_version", "TLSv1.2")]).await;
        server.takes("postgres", "localhost", "sslmode=require", true).await;
    });
}
