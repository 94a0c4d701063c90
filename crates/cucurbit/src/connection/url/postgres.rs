//! The connection URL of a PostgreSQL server.
//!
//! What lives here: libpq's URI and the parameters that can be honoured. Source: the PostgreSQL manual,
//! section "Connection Strings" of libpq. What is left out here is found by sqlx, which reads libpq's variables.

use std::{
    fmt,
    net::Ipv6Addr,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    ConnectionUrlError,
    text::{ALL, HOSTS, NAME, decode, encode, parameters, query},
};
use crate::{mask, nearest::nearest};

/// What is after `postgresql:`. An absent field is left to libpq's variables and defaults.
#[derive(Clone, Default, PartialEq, Eq)]
pub(in crate::connection) struct PostgresUrl {
    pub(in crate::connection) user: Option<String>,
    pub(in crate::connection) password: Option<String>,
    /// In the order in which they are tried; empty for the default one.
    pub(in crate::connection) hosts: Vec<Host>,
    pub(in crate::connection) database: Option<String>,
    pub(in crate::connection) application_name: Option<String>,
    pub(in crate::connection) connect_timeout: Option<Duration>,
    pub(in crate::connection) options: Option<String>,
    /// One of [`SSL_MODES`], which is what sqlx calls it too.
    pub(in crate::connection) ssl_mode: Option<&'static str>,
    pub(in crate::connection) ssl_root_certificate: Option<PathBuf>,
    pub(in crate::connection) ssl_certificate: Option<PathBuf>,
    pub(in crate::connection) ssl_key: Option<PathBuf>,
    pub(in crate::connection) session: Session,
    pub(in crate::connection) statement_cache: Option<usize>,
}

/// One server: a name, an IP address, or the folder of a Unix socket.
#[derive(Clone, Default, PartialEq, Eq)]
pub(in crate::connection) struct Host {
    pub(in crate::connection) name: Option<String>,
    pub(in crate::connection) port: Option<u16>,
}

/// The parameter `target_session_attrs`: which of the hosts will do.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::connection) enum Session {
    #[default]
    Any,
    PreferStandby,
    Primary,
    ReadOnly,
    ReadWrite,
    Standby,
}

pub(super) const PARAMETERS: [&str; 19] = [
    "application_name",
    "channel_binding",
    "connect_timeout",
    "dbname",
    "gssencmode",
    "host",
    "options",
    "password",
    "port",
    "prepared_statement_cache_size",
    "ssl",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "statement-cache-capacity",
    "statement_cache_size",
    "target_session_attrs",
    "user",
];

/// Parameters of libpq and of other drivers that cannot be honoured. To ignore them would be to promise what is
/// not kept. Those without a word of their own are in [`LEFT_OUT`].
const UNSUPPORTED: [(&str, &str); 12] = [
    ("client_encoding", "leave it out: it is always UTF-8"),
    ("fallback_application_name", "write `application_name`"),
    ("hostaddr", "write the IP address as the host"),
    ("load_balance_hosts", "leave it out: hosts are tried in their order"),
    ("passfile", "leave it out and set the variable `PGPASSFILE`"),
    ("pgbouncer", "write `statement-cache-capacity=0`"),
    ("prepareThreshold", "write `statement-cache-capacity=0`"),
    ("prepare_threshold", "write `statement-cache-capacity=0`"),
    ("requiressl", "write `sslmode=require`"),
    ("service", "write host, port, user and database into the connection URL"),
    ("sslpassword", "give a key without a password in `sslkey`"),
    ("timeout", "write `connect_timeout`"),
];

/// The rest of libpq's parameters (PostgreSQL manual, "Parameter Key Words"), and SQLAlchemy's for asyncpg.
const LEFT_OUT: [&str; 31] = [
    "async_fallback",
    "command_timeout",
    "gssdelegation",
    "gsslib",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "krbsrvname",
    "max_protocol_version",
    "min_protocol_version",
    "oauth_client_id",
    "oauth_client_secret",
    "oauth_issuer",
    "oauth_scope",
    "replication",
    "require_auth",
    "requirepeer",
    "scram_client_key",
    "scram_server_key",
    "servicefile",
    "ssl_max_protocol_version",
    "ssl_min_protocol_version",
    "sslcertmode",
    "sslcompression",
    "sslcrl",
    "sslcrldir",
    "sslkeylogfile",
    "sslnegotiation",
    "sslsni",
    "tcp_user_timeout",
];

impl PostgresUrl {
    pub(super) fn parse(rest: &str) -> Result<Self, ConnectionUrlError> {
        let rest = rest.strip_prefix("//").ok_or(ConnectionUrlError::NoSlashes)?;
        let (authority, tail) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (path, query) = tail.split_once('?').unwrap_or((tail, ""));
        let mut url = Self::default();
        let hosts = match authority.rsplit_once('@') {
            // As below, where the password holds an `@` before the slash: what follows is no host then.
            Some((user, _)) if user.contains(':') && path.contains('@') => {
                return Err(ConnectionUrlError::Unencoded);
            }
            Some((user, hosts)) => {
                url.set_user(user)?;
                hosts
            }
            // A password with a slash in it: the rest must not be taken for a database and be printed.
            None if path.contains('@') => return Err(ConnectionUrlError::Unencoded),
            None => authority,
        };
        url.hosts = split_hosts(hosts).map_err(|error| url.without_host(error))?;
        url.database = filled(decode(path.strip_prefix('/').unwrap_or(path), "database")?);
        let (mut hosts, mut ports) = (Vec::new(), Vec::new());
        let parameters = parameters(query)?;
        // The unknown name after a password may be the rest of it, cut off at an `&`: it is not repeated.
        let has_password = parameters.iter().any(|(name, _)| name == "password");
        for (name, value) in parameters {
            match name.as_str() {
                "host" => hosts.extend(split_hosts(&encode(&value, HOSTS).to_string())?),
                "port" => ports.extend(value.split(',').map(str::to_owned)),
                _ => {
                    if let Err(error) = url.set(name, value) {
                        let is_unknown = matches!(error, ConnectionUrlError::UnknownParameter { .. });
                        // So may a name before an `@` be: a `?` in the password began the parameters then.
                        let is_cut_off = has_password || query.contains('@');
                        return Err(if is_cut_off && is_unknown {
                            ConnectionUrlError::Unencoded
                        } else {
                            error
                        });
                    }
                }
            }
        }
        if !hosts.is_empty() {
            // As in libpq, the parameter takes the place of the hosts, and their ports stay.
            let before = std::mem::replace(&mut url.hosts, hosts);
            if ports.is_empty() && before.iter().any(|host| host.port.is_some()) {
                ports =
                    before.iter().map(|host| host.port.map_or(String::new(), |p| p.to_string())).collect();
            }
        }
        url.set_ports(&ports)?;
        Ok(url)
    }

    /// Relative certificates and keys are put into the folder, as SQLite's files are.
    pub(super) fn relative_to(mut self, folder: &Path) -> Self {
        let paths = [&mut self.ssl_root_certificate, &mut self.ssl_certificate, &mut self.ssl_key];
        // `sslrootcert=system` is the name of a list, not of a file.
        for path in paths.into_iter().flatten().filter(|path| path.as_path() != Path::new("system")) {
            *path = folder.join(&*path);
        }
        self
    }

    /// A host behind a password may be the rest of it, where the `@` that was meant is missing.
    fn without_host(&self, error: ConnectionUrlError) -> ConnectionUrlError {
        if self.password.is_some() && matches!(error, ConnectionUrlError::BadPort { .. }) {
            ConnectionUrlError::BadPort { host: None }
        } else {
            error
        }
    }

    fn set_user(&mut self, text: &str) -> Result<(), ConnectionUrlError> {
        let (user, password) = match text.split_once(':') {
            Some((user, password)) => (user, Some(password)),
            None => (text, None),
        };
        self.user = filled(decode(user, "user")?);
        self.password = password.map(|password| decode(password, "password")).transpose()?.and_then(filled);
        Ok(())
    }

    /// As in libpq, one port is for all hosts, and several are one for each. A port beside its host stays.
    fn set_ports(&mut self, ports: &[String]) -> Result<(), ConnectionUrlError> {
        if ports.is_empty() {
            return Ok(());
        }
        if self.hosts.is_empty() {
            self.hosts.push(Host::default());
        }
        if ports.len() != 1 && ports.len() != self.hosts.len() {
            return Err(ConnectionUrlError::PortCount { hosts: self.hosts.len(), ports: ports.len() });
        }
        for (host, text) in self.hosts.iter_mut().zip(ports.iter().cycle()) {
            let given = port(text, host.name.as_deref().unwrap_or_default())?;
            host.port = host.port.or(given);
        }
        Ok(())
    }

    fn set(&mut self, name: String, value: String) -> Result<(), ConnectionUrlError> {
        match (name.as_str(), value.as_str()) {
            ("application_name", _) => self.application_name = Some(value),
            ("connect_timeout", _) => match value.parse() {
                // Zero means to wait for ever.
                Ok(seconds) => self.connect_timeout = (seconds > 0).then(|| Duration::from_secs(seconds)),
                Err(_) => return Err(ConnectionUrlError::bad(name, value, "a number of seconds")),
            },
            ("dbname", _) => self.database = filled(value),
            ("user", _) => self.user = filled(value),
            ("password", _) => self.password = filled(value),
            ("options", _) => self.options = filled(value),
            ("sslmode", _) => self.ssl_mode = Some(ssl_mode(name, &value)?),
            // asyncpg's name of the same thing.
            ("ssl", "true" | "True" | "1") => self.ssl_mode = Some("require"),
            ("ssl", "false" | "False" | "0") => self.ssl_mode = Some("disable"),
            ("ssl", _) => self.ssl_mode = Some(ssl_mode(name, &value)?),
            ("sslrootcert", _) => self.ssl_root_certificate = Some(PathBuf::from(value)),
            ("sslcert", _) => self.ssl_certificate = Some(PathBuf::from(value)),
            ("sslkey", _) => self.ssl_key = Some(PathBuf::from(value)),
            ("target_session_attrs", _) => match SESSIONS.iter().find(|(known, _)| *known == value) {
                Some((_, session)) => self.session = *session,
                None => {
                    let expected =
                        "`any`, `read-write`, `read-only`, `primary`, `standby` or `prefer-standby`";
                    return Err(ConnectionUrlError::bad(name, value, expected));
                }
            },
            // sqlx's name, SQLAlchemy's for asyncpg and asyncpg's own; 0 is for a pooler that mixes sessions.
            ("statement-cache-capacity" | "prepared_statement_cache_size" | "statement_cache_size", _) => {
                match value.parse() {
                    Ok(size) => self.statement_cache = Some(size),
                    Err(_) => return Err(ConnectionUrlError::bad(name, value, "a number of statements")),
                }
            }
            // What the driver does anyway may be asked for.
            ("channel_binding" | "gssencmode", "disable" | "prefer") => {}
            ("channel_binding" | "gssencmode", _) => {
                return Err(ConnectionUrlError::bad(name, value, "`disable` or `prefer`"));
            }
            _ => return Err(unknown(name)),
        }
        Ok(())
    }

    /// The parameters that are written, in a fixed order.
    fn parameters(&self, is_whole: bool) -> Vec<(&'static str, String)> {
        let masked = |text: &str| if is_whole { text.to_owned() } else { mask::text(text) };
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.to_string_lossy().into_owned());
        let session = Some(self.session).filter(|session| *session != Session::Any);
        [
            ("application_name", self.application_name.clone()),
            ("connect_timeout", self.connect_timeout.map(|timeout| timeout.as_secs().to_string())),
            ("options", self.options.as_deref().map(masked)),
            ("sslmode", self.ssl_mode.map(str::to_owned)),
            ("sslrootcert", path(&self.ssl_root_certificate)),
            ("sslcert", path(&self.ssl_certificate)),
            ("sslkey", path(&self.ssl_key)),
            ("target_session_attrs", session.map(|session| session.name().to_owned())),
            ("statement-cache-capacity", self.statement_cache.map(|size| size.to_string())),
        ]
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| (name, value)))
        .collect()
    }
}

const SESSIONS: [(&str, Session); 6] = [
    ("any", Session::Any),
    ("prefer-standby", Session::PreferStandby),
    ("primary", Session::Primary),
    ("read-only", Session::ReadOnly),
    ("read-write", Session::ReadWrite),
    ("standby", Session::Standby),
];

/// The values of `sslmode`.
const SSL_MODES: [&str; 6] = ["allow", "disable", "prefer", "require", "verify-ca", "verify-full"];

impl Session {
    pub(in crate::connection) fn name(self) -> &'static str {
        SESSIONS.iter().find(|(_, session)| *session == self).map_or("any", |(name, _)| *name)
    }
}

fn ssl_mode(parameter: String, value: &str) -> Result<&'static str, ConnectionUrlError> {
    SSL_MODES.into_iter().find(|known| *known == value).ok_or_else(|| {
        let expected = "`disable`, `allow`, `prefer`, `require`, `verify-ca` or `verify-full`";
        ConnectionUrlError::bad(parameter, value.to_owned(), expected)
    })
}

/// Reads `h1:5432,[::1]:5433,%2Frun%2Fpostgresql`.
fn split_hosts(text: &str) -> Result<Vec<Host>, ConnectionUrlError> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    text.split(',').map(split_host).collect()
}

fn split_host(text: &str) -> Result<Host, ConnectionUrlError> {
    let (name, after) = match text.strip_prefix('[') {
        Some(inside) => inside.split_once(']').ok_or(ConnectionUrlError::BadHost)?,
        // Two colons: an IPv6 address without brackets, as the parameter `host` may hold it.
        None if text.matches(':').count() > 1 => (text, ""),
        None => text.split_at(text.find(':').unwrap_or(text.len())),
    };
    let name = decode(name, "host")?;
    if !may_be_host(&name) {
        return Err(ConnectionUrlError::Unencoded);
    }
    let port = match after.strip_prefix(':') {
        Some(digits) => port(digits, &name)?,
        None if after.is_empty() => None,
        None => return Err(ConnectionUrlError::BadHost),
    };
    Ok(Host { name: filled(name), port })
}

/// Tells whether a host can be called so: anything else is a password whose `@` is missing, and is not repeated.
fn may_be_host(name: &str) -> bool {
    let is_folder = name.starts_with(['/', '@']);
    // `fe80::1%eth0`: what stands behind the per cent sign is the network card.
    let is_ipv6 = || name.split('%').next().is_some_and(|url| url.parse::<Ipv6Addr>().is_ok());
    let is_name = || name.chars().all(|letter| letter.is_alphanumeric() || "._-".contains(letter));
    is_folder || is_ipv6() || is_name()
}

/// Reads a port; an empty text is the default one.
fn port(text: &str, host: &str) -> Result<Option<u16>, ConnectionUrlError> {
    match text.parse() {
        Ok(port) if port > 0 => Ok(Some(port)),
        Ok(_) | Err(_) if !text.is_empty() => {
            Err(ConnectionUrlError::BadPort { host: Some(host.to_owned()) })
        }
        Ok(_) | Err(_) => Ok(None),
    }
}

fn filled(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

fn unknown(name: String) -> ConnectionUrlError {
    let known = UNSUPPORTED.iter().find(|(known, _)| *known == name).map(|(_, instead)| *instead);
    match known.or_else(|| LEFT_OUT.contains(&name.as_str()).then_some("leave it out")) {
        Some(instead) => ConnectionUrlError::UnsupportedParameter { name, instead },
        None => {
            let nearest = nearest(&name, PARAMETERS);
            ConnectionUrlError::UnknownParameter { name, nearest }
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match mask::word(self.name.as_deref().unwrap_or_default()).as_str() {
            name if name.contains(':') => write!(formatter, "[{name}]")?,
            name => write!(formatter, "{}", encode(name, NAME))?,
        }
        match self.port {
            Some(port) => write!(formatter, ":{port}"),
            None => Ok(()),
        }
    }
}

impl PostgresUrl {
    /// Writes it whole, as drivers read it, or as it may be shown: without its password and what may hold another one.
    pub(super) fn spelled(&self, is_whole: bool) -> String {
        let word = |text: &str| if is_whole { text.to_owned() } else { mask::word(text) };
        let mut text = "postgresql://".to_owned();
        if self.user.is_some() || self.password.is_some() {
            let user = word(self.user.as_deref().unwrap_or_default());
            text.push_str(&encode(&user, ALL).to_string());
            if let Some(password) = &self.password {
                text.push(':');
                text.push_str(&if is_whole { encode(password, ALL).to_string() } else { "***".to_owned() });
            }
            text.push('@');
        }
        let hosts: Vec<String> = self.hosts.iter().map(Host::to_string).collect();
        text.push_str(&hosts.join(","));
        if let Some(database) = &self.database {
            // libpq takes a whole connection URL for a database, and its variables may hold one.
            text.push('/');
            text.push_str(&encode(&word(database), NAME).to_string());
        }
        text.push_str(&query(&self.parameters(is_whole)));
        text
    }
}

impl fmt::Display for PostgresUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.spelled(false))
    }
}
