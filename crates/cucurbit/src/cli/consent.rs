//! Asks before a database is dropped.

use std::io::{self, IsTerminal as _};

use crate::{config::ResolvedUrl, error::Error};

use super::print;

/// Asks whether a database may be dropped, unless that was said by an option. Without a terminal it has to be said.
pub(super) fn to_drop(ResolvedUrl { url, .. }: &ResolvedUrl, is_given: bool) -> Result<(), Error> {
    if is_given {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        let message =
            format!("`{url}` would be dropped with everything in it, which has to be said: `--yes`");
        return Err(Error::Usage { message });
    }
    let answer = print::asked(&format!("Drop `{url}` with everything in it? [y/N] "));
    match answer.trim().to_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Error::Usage { message: "nothing was dropped".to_owned() }),
    }
}
