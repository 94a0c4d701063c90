//! The environment variables of a process, with those of a `.env`.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fmt,
    path::{Path, PathBuf},
};

use super::ConfigError;

/// The environment variables of a process, taken once, so that tests can give their own.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<OsString, OsString>,
    /// `.env`, which sets variables where the process has none of the name.
    file: Option<DotEnv>,
}

/// What a `.env` says.
#[derive(Clone)]
struct DotEnv {
    path: PathBuf,
    variables: BTreeMap<String, String>,
    /// Whether it has a line that cannot be read: a variable that is not among the others may stand there.
    is_malformed: bool,
}

/// The file of variables that many tools read.
const DOT_ENV: &str = ".env";

impl Environment {
    /// Takes the variables of this process.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place where the environment is read")]
    pub fn read() -> Self {
        Self { variables: std::env::vars_os().collect(), file: None }
    }

    /// Adds what the nearest `.env` sets, from a folder upwards. The process' own variables come before it. A line of it that
    /// is no variable is an error only where one is looked for and not found.
    ///
    /// # Errors
    ///
    /// When there is a file that cannot be read.
    pub fn with_dot_env(mut self, folder: &Path) -> Result<Self, ConfigError> {
        let Some(path) = folder.ancestors().map(|folder| folder.join(DOT_ENV)).find(|path| path.is_file())
        else {
            return Ok(self);
        };
        let mut file = DotEnv { path, variables: BTreeMap::new(), is_malformed: false };
        let lines = match dotenvy::from_path_iter(&file.path) {
            Ok(lines) => lines,
            Err(error) => return Err(unreadable(&file.path, error)),
        };
        for line in lines {
            match line {
                // As dotenvy's own readers do, the first of several counts.
                Ok((name, value)) => drop(file.variables.entry(name).or_insert(value)),
                Err(dotenvy::Error::Io(source)) => {
                    return Err(ConfigError::Read { path: file.path, source });
                }
                Err(_) => file.is_malformed = true,
            }
        }
        self.file = Some(file);
        Ok(self)
    }

    /// Refuses a `.env` with a line that cannot be read, where a variable was looked for in it and not found.
    pub(super) fn refuse_malformed_file(&self) -> Result<(), ConfigError> {
        match &self.file {
            Some(DotEnv { path, is_malformed: true, .. }) => Err(ConfigError::DotEnv { path: path.clone() }),
            Some(_) | None => Ok(()),
        }
    }

    /// Returns a variable; an empty one counts as not set.
    ///
    /// # Errors
    ///
    /// When it is not UTF-8.
    pub fn get(&self, name: &str) -> Result<Option<&str>, ConfigError> {
        Ok(self.found(name)?.map(|(text, _)| text))
    }

    /// Returns a variable, and the file that sets it if the process does not.
    pub(super) fn found(&self, name: &str) -> Result<Option<(&str, Option<&Path>)>, ConfigError> {
        let is_set = |text: &&str| !text.trim().is_empty();
        if let Some(value) = self.variables.get(std::ffi::OsStr::new(name)) {
            let text = value.to_str().ok_or_else(|| ConfigError::NotText { name: name.to_owned() })?;
            if is_set(&text) {
                return Ok(Some((text, None)));
            }
        }
        let Some(DotEnv { path, variables, is_malformed: _ }) = &self.file else { return Ok(None) };
        let text = variables.get(name).map(String::as_str).filter(is_set);
        Ok(text.map(|text| (text, Some(path.as_path()))))
    }
}

fn unreadable(path: &Path, error: dotenvy::Error) -> ConfigError {
    if let dotenvy::Error::Io(source) = error {
        return ConfigError::Read { path: path.to_owned(), source };
    }
    // What else it says holds the line, and the line may hold a password.
    ConfigError::DotEnv { path: path.to_owned() }
}

impl<K: Into<OsString>, V: Into<OsString>> FromIterator<(K, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(variables: I) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { variables, file: None }
    }
}

/// Names only: values may be passwords.
impl fmt::Debug for Environment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.variables.keys()).finish()
    }
}
