//! Certificates and keys that cannot be used: each is named before anybody is asked.

use std::{fs, path::Path};

use cucurbit::connection::{ConnectOptions, Connection, ConnectionError, TlsError};
use tempfile::TempDir;

use super::{run, said};
use crate::cluster::certificate::Authority;

/// Port 1 is reserved, and nothing listens on it: what is said is said before a connection.
async fn refused(query: &str) -> ConnectionError {
    let url = format!("postgresql://guest:s3cret@127.0.0.1:1/postgres?sslmode=verify-full&{query}");
    Connection::connect(&url.parse().unwrap(), &ConnectOptions::default()).await.unwrap_err()
}

/// Everything that is said about a file with this text, the file itself being `FILE`.
async fn about(parameter: &str, text: &[u8]) -> String {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, text).unwrap();
    let error = refused(&format!("{parameter}={}", path.display())).await;
    let place = format!(
        "cannot connect to postgresql://guest:***@127.0.0.1:1/postgres?sslmode=verify-full&{parameter}=FILE\n"
    );
    let said = said(&error).replace(&path.display().to_string(), "FILE");
    said.strip_prefix(&place).unwrap_or_else(|| panic!("{said}")).to_owned()
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    run(async {
        let folder = TempDir::new().unwrap();
        for path in [folder.path(), Path::new("/none/of/this.pem")] {
            for parameter in ["sslrootcert", "sslcert", "sslkey"] {
                let error = refused(&format!("{parameter}={}", path.display())).await;
                let message = format!("cannot read `{}`, which the connection URL names", path.display());
                assert_eq!(error.to_string(), message);
                let hint = "correct `sslrootcert`, `sslcert` or `sslkey` in the connection URL";
                assert_eq!(error.hint().as_deref(), Some(hint));
            }
        }
    });
}

#[test]
fn a_file_without_a_certificate_is_named() {
    run(async {
        let authority = Authority::new("Greenhouse").own;
        // A text, nothing, the key in place of the certificate, and the certificate's bytes without their PEM form.
        for text in [&b"buy seeds"[..], b"", authority.key.as_bytes(), b"0\x82\x01\x8d0\x82\x01\x34"] {
            for parameter in ["sslrootcert", "sslcert"] {
                assert_eq!(
                    about(parameter, text).await,
                    format!(
                        "`FILE`, which `{parameter}` names, holds no certificate\n\
                         the file must be in PEM form: text with the line `-----BEGIN CERTIFICATE-----`"
                    )
                );
            }
        }
    });
}

#[test]
fn a_damaged_certificate_is_named() {
    run(async {
        let good = Authority::new("Greenhouse").own.certificate;
        let cut = &good[..good.len() / 2];
        let second = format!("{good}-----BEGIN CERTIFICATE-----\nYnV5IHNlZWRz\n-----END CERTIFICATE-----\n");
        for text in [cut, &second] {
            assert_eq!(
                about("sslrootcert", text.as_bytes()).await,
                "`FILE`, which `sslrootcert` names, holds a certificate that cannot be read\n\
                 the file must be in PEM form: text with the line `-----BEGIN CERTIFICATE-----`"
            );
        }
    });
}

#[test]
fn a_file_without_a_key_is_named() {
    run(async {
        let authority = Authority::new("Greenhouse").own;
        // A key behind a password has another heading.
        let locked = authority.key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
        for text in [authority.certificate.as_str(), &locked, "buy seeds", ""] {
            assert_eq!(
                about("sslkey", text.as_bytes()).await,
                "`FILE`, which `sslkey` names, holds no private key that can be read\n\
                 the file must be in PEM form, with a line such as `-----BEGIN PRIVATE KEY-----`, and without a \
                 password"
            );
        }
    });
}

#[test]
fn the_reason_is_there_for_programs_too() {
    run(async {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("empty");
        fs::write(&path, "").unwrap();
        let error = refused(&format!("sslrootcert={}", path.display())).await;
        let ConnectionError::Tls { source: TlsError::NoCertificate { parameter, path: named }, .. } = &error
        else {
            panic!("{error}");
        };
        assert_eq!((*parameter, named), ("sslrootcert", &path));
        assert!(!format!("{error:?}").contains("s3cret"));
    });
}
