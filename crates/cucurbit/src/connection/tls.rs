//! TLS to a PostgreSQL server: why it failed, in plain words.
//!
//! What lives here: the files that a connection URL names, looked at before there is a connection, and the meaning of
//! rustls' errors, which sqlx passes on inside of its own. Which mode is asked for is `connect.rs`'s business.

use std::{
    error::Error as StdError,
    fs, io,
    path::{Path, PathBuf},
};

use rustls::{
    AlertDescription, CertificateError, RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, UnixTime, pem::PemObject as _},
};
use thiserror::Error;

use super::{ConnectionError, url::PostgresUrl};

/// Why TLS with a server did not come about.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The server shows the certificate of an authority as its own.
    #[error("the server's certificate is that of an authority, which cannot be a server's own")]
    Authority,
    /// A file holds an invalid certificate.
    #[error("`{}`, which `{parameter}` names, holds a certificate that cannot be read", path.display())]
    BadCertificate {
        /// The parameter of the connection URL.
        parameter: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// The server does not take the client's certificate, or hung up while it was shown it.
    #[error("{}", refused(alert.as_deref()))]
    ClientRefused {
        /// The name of the alert that the server sent; `None` where it hung up without a word.
        alert: Option<String>,
    },
    /// The server's certificate is too old.
    #[error("the server's certificate has expired{}", at(since.as_deref()))]
    Expired {
        /// When, in UTC, where that is known.
        since: Option<String>,
    },
    /// A certificate without its key, or a key without its certificate.
    #[error("`{given}` is given without `{missing}`")]
    Half {
        /// The parameter that is there.
        given: &'static str,
        /// The parameter that is not.
        missing: &'static str,
    },
    /// Client and server have no version or cipher in common.
    #[error("the server offers no version of TLS, or no cipher, that is accepted here")]
    Incompatible {
        /// What rustls says.
        source: Box<dyn StdError + Send + Sync>,
    },
    /// The key is another one's.
    #[error("the key of `sslkey` does not belong to the certificate of `sslcert`")]
    KeyMismatch,
    /// A file holds no certificate.
    #[error("`{}`, which `{parameter}` names, holds no certificate", path.display())]
    NoCertificate {
        /// The parameter of the connection URL.
        parameter: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// A file holds no private key.
    #[error("`{}`, which `sslkey` names, holds no private key that can be read", path.display())]
    NoKey {
        /// The file.
        path: PathBuf,
    },
    /// The server speaks no TLS.
    #[error("the server does not offer TLS")]
    NotOffered,
    /// The server's certificate is not valid yet.
    #[error("the server's certificate is not valid yet{}", at(from.as_deref()))]
    NotYetValid {
        /// From when on it is, in UTC, where that is known.
        from: Option<String>,
    },
    /// Anything else.
    #[error("TLS with the server failed")]
    Other {
        /// What rustls or sqlx says.
        source: Box<dyn StdError + Send + Sync>,
    },
    /// No authority that is trusted has signed the server's certificate.
    #[error("the server's certificate is not signed by {}", authority(trusted.as_deref()))]
    Untrusted {
        /// The file of `sslrootcert`; `None` where the connection URL names none.
        trusted: Option<PathBuf>,
    },
    /// The server's certificate is another host's.
    #[error("the server's certificate is not for host `{host}`, {}", instead(names))]
    WrongHost {
        /// The host of the connection URL.
        host: String,
        /// The hosts and IP addresses that the certificate is for.
        names: Vec<String>,
    },
}

fn at(time: Option<&str>) -> String {
    time.map(|time| format!(" ({time})")).unwrap_or_default()
}

fn refused(alert: Option<&str>) -> String {
    match alert {
        Some(alert) => format!("the server does not accept the certificate of `sslcert` ({alert})"),
        None => {
            "the server broke off the connection, and may not accept the certificate of `sslcert`".to_owned()
        }
    }
}

fn authority(trusted: Option<&Path>) -> String {
    match trusted {
        Some(path) => format!("an authority in `{}`", path.display()),
        None => "an authority that is trusted here".to_owned(),
    }
}

fn instead(names: &[String]) -> String {
    if names.is_empty() {
        return "and names no host at all".to_owned();
    }
    format!("but for {}", names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))
}

impl TlsError {
    /// Returns advice on what to change, where there is some.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Authority => {
                "give the server a certificate of its own, signed by that authority, whose certificate \
                 `sslrootcert` then names; `sslmode=require` encrypts without asking who the server is"
            }
            Self::BadCertificate { .. } | Self::NoCertificate { .. } => {
                "the file must be in PEM form: text with the line `-----BEGIN CERTIFICATE-----`"
            }
            Self::ClientRefused { .. } => {
                "the server's `ssl_ca_file` must hold the authority that signed it, and it must not have expired"
            }
            Self::Expired { .. } => {
                "renew the certificate on the server, or set this machine's clock if that is wrong"
            }
            Self::Half { .. } => "a client certificate needs both `sslcert` and `sslkey`",
            Self::Incompatible { .. } => {
                "TLS 1.2 and TLS 1.3 are spoken here: see `ssl_max_protocol_version`"
            }
            Self::KeyMismatch => "name the two files that were made together",
            Self::NoKey { .. } => {
                "the file must be in PEM form, with a line such as `-----BEGIN PRIVATE KEY-----`, and without \
                 a password"
            }
            Self::NotOffered => {
                "`ssl = on` in the server's configuration turns it on; `sslmode=disable` connects without"
            }
            Self::NotYetValid { .. } => "see whether the clocks of this machine and of the server are right",
            Self::Other { .. } => return None,
            Self::Untrusted { trusted: Some(_) } => {
                "the file must hold the certificate of the authority that signed the server's"
            }
            Self::Untrusted { trusted: None } => {
                "`sslrootcert` names the certificate of the authority to trust, beside the public ones; \
                 `sslmode=require` encrypts without asking who the server is"
            }
            Self::WrongHost { names, .. } if names.is_empty() => {
                "hosts are looked for among a certificate's alternative names (`subjectAltName`), not in its \
                 common name; `sslmode=verify-ca` does not ask for the host"
            }
            Self::WrongHost { .. } => {
                "connect to the server by a name in its certificate; `sslmode=verify-ca` does not ask for the host"
            }
        };
        Some(hint.to_owned())
    }
}

/// Takes what TLS says out of sqlx's error.
fn within(error: &sqlx::Error) -> Option<&(dyn StdError + 'static)> {
    // What goes wrong while the socket is spoken to comes as the socket's error.
    if let sqlx::Error::Io(error) = error {
        let inner: &(dyn StdError + 'static) = error.get_ref()?;
        return inner.is::<rustls::Error>().then_some(inner);
    }
    if let sqlx::Error::Tls(error) = error { Some(error.as_ref()) } else { None }
}

/// Tells whether a connection that failed with TLS may be opened without: it was TLS that failed, or pg_hba.conf may
/// object to it (`hostnossl`). What the connection URL says wrongly is not passed over.
pub(super) fn may_work_without(error: &sqlx::Error, url: &PostgresUrl) -> bool {
    match explain(error, url, "") {
        Some(TlsError::Half { .. } | TlsError::KeyMismatch) => false,
        Some(_) => true,
        None => error.as_database_error().is_some_and(|error| error.code().as_deref() == Some("28000")),
    }
}

/// Finds out why TLS failed; `None` when an error has nothing to do with TLS.
pub(super) fn explain(error: &sqlx::Error, url: &PostgresUrl, host: &str) -> Option<TlsError> {
    // Which of the two is missing is known here only: the other may be in libpq's variable.
    if let (sqlx::Error::Configuration(_), Some(half)) = (error, half(url)) {
        return Some(half);
    }
    // Who shows a certificate goes on talking before the server has looked at it, and then may not get to hear why
    // the server has hung up.
    if let (sqlx::Error::Io(error), Some(_)) = (error, &url.ssl_certificate)
        && HUNG_UP.contains(&error.kind())
    {
        return Some(TlsError::ClientRefused { alert: None });
    }
    let error = within(error)?;
    let Some(error) = error.downcast_ref::<rustls::Error>() else {
        // sqlx has no type for this; whatever else it says is passed on.
        let said = error.to_string();
        let is_refusal = said == "server does not support TLS";
        return Some(if is_refusal { TlsError::NotOffered } else { TlsError::Other { source: said.into() } });
    };
    Some(meaning(error, url, host))
}

/// How a connection ends that the other side has closed.
const HUNG_UP: [io::ErrorKind; 4] = [
    io::ErrorKind::BrokenPipe,
    io::ErrorKind::ConnectionAborted,
    io::ErrorKind::ConnectionReset,
    io::ErrorKind::UnexpectedEof,
];

/// A certificate without its key, or a key without its certificate.
fn half(url: &PostgresUrl) -> Option<TlsError> {
    match (&url.ssl_certificate, &url.ssl_key) {
        (Some(_), None) => Some(TlsError::Half { given: "sslcert", missing: "sslkey" }),
        (None, Some(_)) => Some(TlsError::Half { given: "sslkey", missing: "sslcert" }),
        (Some(_), Some(_)) | (None, None) => None,
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "rustls may name more errors; they are passed on")]
fn meaning(error: &rustls::Error, url: &PostgresUrl, host: &str) -> TlsError {
    use rustls::Error as Rustls;
    match error {
        Rustls::InvalidCertificate(error) => refusal(error, url, host),
        Rustls::InconsistentKeys(_) => TlsError::KeyMismatch,
        Rustls::PeerIncompatible(_)
        | Rustls::AlertReceived(AlertDescription::ProtocolVersion | AlertDescription::HandshakeFailure) => {
            TlsError::Incompatible { source: Box::new(error.clone()) }
        }
        // What else can displease a server is the certificate of the client.
        Rustls::AlertReceived(alert) if url.ssl_certificate.is_some() => {
            TlsError::ClientRefused { alert: Some(format!("{alert:?}")) }
        }
        _ => TlsError::Other { source: Box::new(error.clone()) },
    }
}

/// What is wrong with a server's certificate.
#[expect(clippy::wildcard_enum_match_arm, reason = "rustls may name more errors; they are passed on")]
fn refusal(error: &CertificateError, url: &PostgresUrl, host: &str) -> TlsError {
    match error {
        CertificateError::Expired => TlsError::Expired { since: None },
        CertificateError::ExpiredContext { not_after, .. } => TlsError::Expired { since: time(*not_after) },
        CertificateError::NotValidYet => TlsError::NotYetValid { from: None },
        CertificateError::NotValidYetContext { not_before, .. } => {
            TlsError::NotYetValid { from: time(*not_before) }
        }
        CertificateError::NotValidForName => TlsError::WrongHost { host: host.to_owned(), names: Vec::new() },
        CertificateError::NotValidForNameContext { presented, .. } => TlsError::WrongHost {
            host: host.to_owned(),
            names: presented.iter().map(|name| plain(name).to_owned()).collect(),
        },
        // Where another authority of the same name is trusted, it is the signature that does not fit.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            let is_file = |path: &&PathBuf| path.as_path() != Path::new(SYSTEM);
            TlsError::Untrusted { trusted: url.ssl_root_certificate.as_ref().filter(is_file).cloned() }
        }
        // rustls does not export the error's type; it is written as its name.
        CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
            TlsError::Authority
        }
        _ => TlsError::Other { source: Box::new(rustls::Error::InvalidCertificate(error.clone())) },
    }
}

/// Takes a name out of rustls' notation: `DnsName("db.example.org")`, `IpAddress(127.0.0.1)`.
fn plain(name: &str) -> &str {
    let inside = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    inside.unwrap_or(name).trim_matches('"')
}

fn time(time: UnixTime) -> Option<String> {
    let seconds = i64::try_from(time.as_secs()).ok()?;
    jiff::Timestamp::from_second(seconds).ok().map(|time| time.to_string())
}

/// The value of `sslrootcert` that is no file: the public authorities.
pub(super) const SYSTEM: &str = "system";

/// Looks at the files that a connection URL names. sqlx would say neither which of them is wrong nor, where one holds
/// nothing at all, that anything is.
///
/// # Errors
///
/// When one cannot be read or holds something else.
pub(super) fn check_files(url: &PostgresUrl) -> Result<(), ConnectionError> {
    let failed = |source| ConnectionError::Tls { url: url.to_string(), source };
    let root = url.ssl_root_certificate.as_deref();
    if let Some(path) = root.filter(|path| *path != Path::new(SYSTEM)) {
        check_certificates("sslrootcert", path, &read(path)?).map_err(failed)?;
    }
    if let Some(path) = &url.ssl_certificate {
        check_certificates("sslcert", path, &read(path)?).map_err(failed)?;
    }
    if let Some(path) = &url.ssl_key
        && PrivateKeyDer::from_pem_slice(&read(path)?).is_err()
    {
        return Err(failed(TlsError::NoKey { path: path.clone() }));
    }
    Ok(())
}

fn check_certificates(parameter: &'static str, path: &Path, pem: &[u8]) -> Result<(), TlsError> {
    let mut is_empty = true;
    for certificate in CertificateDer::pem_slice_iter(pem) {
        is_empty = false;
        let is_good = certificate.is_ok_and(|certificate| RootCertStore::empty().add(certificate).is_ok());
        if !is_good {
            return Err(TlsError::BadCertificate { parameter, path: path.to_owned() });
        }
    }
    if is_empty { Err(TlsError::NoCertificate { parameter, path: path.to_owned() }) } else { Ok(()) }
}

/// Reads a file, and names it when that fails.
fn read(path: &Path) -> Result<Vec<u8>, ConnectionError> {
    fs::read(path).map_err(|source| ConnectionError::Unreadable { path: path.to_owned(), source })
}
