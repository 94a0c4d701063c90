//! The folder of a throw-away cluster: where one can be that its owner reaches, with room for a socket's name.

use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::owner::Owner;
use crate::report::Failure;

/// The longest path that leaves room for the name of a socket: macOS ends it at 103 bytes.
const LONGEST: usize = 103 - "/.s.PGSQL.65535".len();

/// An empty folder that the owner, and no other user, can reach.
pub(super) fn make(owner: &Owner) -> Result<PathBuf, Failure> {
    let mut problems = Vec::new();
    for base in [std::env::temp_dir(), PathBuf::from("/tmp"), PathBuf::from("/var/tmp")] {
        match make_in(&base, owner) {
            Ok(folder) => return Ok(folder),
            Err(problem) => problems.push(format!("{}: {problem}", base.display())),
        }
    }
    Err(Failure::new(format!("no folder will do for a throw-away PostgreSQL: {}", problems.join("; ")))
        .hint("set TMPDIR to a folder that every user can enter, with a short path"))
}

fn make_in(base: &Path, owner: &Owner) -> std::io::Result<PathBuf> {
    let base = base.canonicalize()?;
    let folder = base.join(format!("cucurbit-postgres-{}", std::process::id()));
    if folder.as_os_str().len() > LONGEST || folder.to_str().is_none() {
        return Err(std::io::Error::other("the path is too long for a socket, or not UTF-8"));
    }
    // Fails where something of that name is there already, a link that another user placed included.
    std::fs::DirBuilder::new().mode(0o700).create(&folder)?;
    let reached = owner.take(&folder).and_then(|()| owner.command(Path::new("true"), &folder).status());
    match reached {
        Ok(_) => Ok(folder),
        Err(error) => {
            std::fs::remove_dir(&folder)?;
            Err(error)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_the_owners_alone_and_short() {
        use std::os::unix::fs::PermissionsExt;
        let folder = make_in(&std::env::temp_dir(), &Owner::Me).expect("a folder");
        let mode = folder.metadata().expect("a folder").permissions().mode();
        std::fs::remove_dir(&folder).expect("an empty folder");
        assert_eq!(mode & 0o777, 0o700);

        let long = std::env::temp_dir().join(format!("cucurbit-long-{}", std::process::id()));
        let longer = long.join("x".repeat(LONGEST));
        std::fs::create_dir_all(&longer).expect("a long folder");
        let problem = make_in(&longer, &Owner::Me).expect_err("no room for a socket");
        std::fs::remove_dir_all(&long).expect("our own folder");
        assert!(problem.to_string().contains("too long"), "{problem}");
    }
}
