//! A connection URL of PostgreSQL: the places it leads to, and whether a server answers at one of them.
//!
//! Whether the server lets us in is not asked here, for that takes passwords and TLS; the tests will tell.

use std::fmt;
use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Duration;

/// One place where a server may listen.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place {
    Tcp { host: String, port: u16 },
    Socket { file: PathBuf },
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } => write!(formatter, "{host}:{port}"),
            Self::Socket { file } => write!(formatter, "{}", file.display()),
        }
    }
}

/// The places of a connection URL such as `postgresql://user@host:5432/name?host=/run/postgresql`.
///
/// Source: PostgreSQL manual, "Connection URIs" (libpq): several hosts, sockets as encoded hosts or as a parameter.
pub(super) fn places(url: &str) -> Result<Vec<Place>, String> {
    let (scheme, rest) = url.split_once("://").ok_or("it has no `://`")?;
    // `postgresql+asyncpg://` and its like are what SQLAlchemy writes.
    let (kind, _driver) = scheme.split_once('+').unwrap_or((scheme, ""));
    if !["postgres", "postgresql"].contains(&kind) {
        return Err(format!("it begins with `{scheme}://`"));
    }
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let authority = rest.split('/').next().unwrap_or_default();
    let hosts = authority.rsplit_once('@').map_or(authority, |(_secret, hosts)| hosts);

    let parameter = |name: &str| {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(key, _)| *key == name).map(|(_, value)| decoded(value)).next_back()
    };
    let port = parameter("port").map_or(Ok(5432), |port| number(&port))?;
    if let Some(host) = parameter("host") {
        return host.split(',').map(|host| place(host, port)).collect();
    }
    hosts.split(',').map(|host| authority_place(host, port)).collect()
}

/// A place as it is written before the path: `host`, `host:port`, `[::1]:port` or an encoded folder.
fn authority_place(text: &str, default: u16) -> Result<Place, String> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => rest.split_once(']').ok_or("a `[` has no `]`")?,
        None => text.find(':').map_or((text, ""), |colon| text.split_at(colon)),
    };
    let port = match port.strip_prefix(':') {
        Some(port) if !port.is_empty() => number(port)?,
        Some(_) | None => default,
    };
    place(&decoded(host), port)
}

fn place(host: &str, port: u16) -> Result<Place, String> {
    Ok(match host {
        "" => Place::Tcp { host: "localhost".to_owned(), port },
        folder if folder.starts_with('/') => {
            Place::Socket { file: PathBuf::from(folder).join(format!(".s.PGSQL.{port}")) }
        }
        host => Place::Tcp { host: host.to_owned(), port },
    })
}

fn number(port: &str) -> Result<u16, String> {
    // Not shown: in a connection URL that is not well formed it may be a part of the password.
    port.parse().map_err(|_| "its port is not a number up to 65535".to_owned())
}

/// The text with `%2F` and its like resolved.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let pair = after.get(..2).filter(|_| *first == b'%').and_then(|pair| std::str::from_utf8(pair).ok());
        match pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The first of the places where PostgreSQL answers; else what is the matter with each.
pub(super) fn first_that_answers(places: &[Place]) -> Result<&Place, String> {
    let mut problems = Vec::new();
    for place in places {
        match ask(place) {
            Ok(()) => return Ok(place),
            Err(error) => problems.push(format!("{place}: {error}")),
        }
    }
    Err(problems.join("; "))
}

const PATIENCE: Duration = Duration::from_secs(5);

fn ask(place: &Place) -> std::io::Result<()> {
    match place {
        Place::Socket { file } => {
            let stream = UnixStream::connect(file)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            greet(stream)
        }
        Place::Tcp { host, port } => {
            let mut last = std::io::Error::other("the name has no address");
            for url in (host.as_str(), *port).to_socket_addrs()? {
                let stream = TcpStream::connect_timeout(&url, PATIENCE);
                let greeted = stream.and_then(|stream| {
                    stream.set_read_timeout(Some(PATIENCE))?;
                    greet(stream)
                });
                match greeted {
                    Ok(()) => return Ok(()),
                    Err(error) => last = error,
                }
            }
            Err(last)
        }
    }
}

/// Asks for TLS: any server of PostgreSQL says `S` or `N` to that, before it knows who asks.
///
/// Source: PostgreSQL manual, "Message Formats", SSLRequest.
fn greet(mut stream: impl Read + Write) -> std::io::Result<()> {
    let (length, request) = (8_u32, 80_877_103_u32);
    stream.write_all(&[length.to_be_bytes(), request.to_be_bytes()].concat())?;
    let mut answer = [0];
    stream.read_exact(&mut answer)?;
    match answer {
        [b'S' | b'N'] => Ok(()),
        [other] => Err(std::io::Error::other(format!("not a PostgreSQL server (it answered {other:#04x})"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(url: &str) -> Result<Vec<String>, String> {
        places(url).map(|places| places.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn urls_lead_to_places() {
        let urls: &[(&str, &[&str])] = &[
            ("postgresql://postgres@127.0.0.1:5433/postgres", &["127.0.0.1:5433"]),
            ("postgres://u:p%40:x@db.example/name", &["db.example:5432"]),
            ("postgresql+asyncpg://u@h:1/n?ssl=require", &["h:1"]),
            ("postgresql://", &["localhost:5432"]),
            ("postgresql:///name", &["localhost:5432"]),
            ("postgresql://u@[::1]:6000/n", &["::1:6000"]),
            ("postgresql://[::1]/n", &["::1:5432"]),
            ("postgresql://a:1,b,c:3/n", &["a:1", "b:5432", "c:3"]),
            ("postgresql://u@%2Ftmp%2Fa:7/n", &["/tmp/a/.s.PGSQL.7"]),
            ("postgresql:///n?host=/run/postgresql&port=9", &["/run/postgresql/.s.PGSQL.9"]),
            ("postgresql://x/n?sslmode=disable&host=y", &["y:5432"]),
        ];
        for (url, expected) in urls {
            assert_eq!(shown(url).unwrap_or_else(|problem| vec![problem]), *expected, "of {url}");
        }
    }

    #[test]
    fn what_is_no_url_says_why_without_its_password() {
        for url in [
            "",
            "localhost:5432",
            "mysql://u:secret@h/n",
            "postgresql://u:secret@h:x/n",
            "postgresql://[::1/n",
        ] {
            let problem = places(url).expect_err(url);
            assert!(!problem.contains("secret"), "{problem}");
        }
    }

    #[test]
    fn a_place_answers_when_it_speaks_postgresql() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let here = Place::Tcp { host: "127.0.0.1".to_owned(), port };
        let server = std::thread::spawn(move || {
            for answer in [b"N", b"H"] {
                let (mut stream, _) = listener.accept().expect("a client");
                let mut request = [0; 8];
                stream.read_exact(&mut request).expect("a request");
                assert_eq!(request, [0, 0, 0, 8, 4, 210, 22, 47], "the SSLRequest of the manual");
                stream.write_all(answer).expect("an answer");
            }
        });
        assert_eq!(first_that_answers(std::slice::from_ref(&here)), Ok(&here));
        let problem = first_that_answers(std::slice::from_ref(&here)).expect_err("some other server");
        assert!(problem.contains("not a PostgreSQL server (it answered 0x48)"), "{problem}");
        server.join().expect("both asked");
        let problem = first_that_answers(std::slice::from_ref(&here)).expect_err("no server listens");
        assert!(problem.starts_with(&format!("127.0.0.1:{port}: ")), "{problem}");
    }
}
