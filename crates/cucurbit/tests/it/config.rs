//! Which configuration file is found, what it may say, and which connection URL wins.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use cucurbit::{
    config::{Config, ConfigError, Environment, Origin, parse_duration},
    schema::Dialect,
};
use tempfile::TempDir;

const NO_VARIABLES: [(&str, &str); 0] = [];

/// Makes a folder with a `cucurbit.toml` in it.
fn folder_with(text: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("cucurbit.toml"), text).unwrap();
    folder
}

fn load(folder: &Path) -> Result<Config, ConfigError> {
    Config::load(None, &NO_VARIABLES.into_iter().collect(), folder, None)
}

/// The connection URL that a file with this `url` gives, run from another folder with these variables.
fn found_url(
    text: &str,
    argument: Option<&str>,
    variables: &[(&str, &str)],
) -> Result<(String, Origin), ConfigError> {
    let folder = folder_with(text);
    let environment: Environment = variables.iter().copied().collect();
    let file = folder.path().join("cucurbit.toml");
    let config = Config::load(Some(&file), &environment, Path::new("/work-folder"), None)?;
    let resolved = config.url(argument, &environment, Path::new("/work-folder"))?;
    // The name of the folder is another one in each run.
    let shown = resolved.url.to_string().replace(&folder.path().display().to_string(), "/file-folder");
    Ok((shown, resolved.origin))
}

#[track_caller]
fn check_error(text: &str, variables: &[(&str, &str)], message: &str, hint: &str) {
    let error = found_url(text, None, variables).unwrap_err();
    let said = error.to_string();
    let name = said.find("cucurbit.toml").unwrap_or(0);
    let start = said[..name].rfind(' ').map_or(0, |space| space + 1);
    assert_eq!(format!("{}{}", &said[..start], &said[name..]), message);
    assert_eq!(error.hint().unwrap_or_default(), hint);
}

#[test]
fn defect_2_a_placeholder_is_expanded() {
    let url = r#"url = "${DB_URL}""#;
    let (shown, origin) = found_url(url, None, &[("DB_URL", "postgresql://app:s@h/plants")]).unwrap();
    assert_eq!(shown, "postgresql://app:***@h/plants");
    assert!(origin.to_string().ends_with("cucurbit.toml"), "{origin}");

    let parts = r#"url = "sqlite:///${FOLDER}/${NAME}.db?mode=ro""#;
    let (shown, _) = found_url(parts, None, &[("FOLDER", "data"), ("NAME", "plants")]).unwrap();
    assert_eq!(shown, "sqlite:////file-folder/data/plants.db?mode=ro");

    for variables in [&[][..], &[("DB_URL", "")]] {
        check_error(
            url,
            variables,
            "`url` in cucurbit.toml needs the variable `DB_URL`, which is not set",
            "set `DB_URL`, or give `--database-url`",
        );
    }
    for broken in ["sqlite:///${NAME.db", "sqlite:///${}.db", "sqlite:///${A B}.db"] {
        check_error(
            &format!("url = \"{broken}\""),
            &[("NAME", "x")],
            "`url` in cucurbit.toml has a `${` that is not followed by the name of a variable and `}`",
            "write `${NAME}`; a `${` that is meant is `%24{`",
        );
    }
}

#[test]
fn defect_3_database_url_wins_over_the_file() {
    let url = r#"url = "sqlite:///file.db""#;
    let variables =
        [("DATABASE_URL", "sqlite:///variable.db"), ("ALEMBIC_DATABASE_URL", "sqlite:///alembic.db")];
    let (shown, origin) = found_url(url, Some("sqlite:///argument.db"), &variables).unwrap();
    assert_eq!(
        (shown.as_str(), origin.to_string().as_str()),
        ("sqlite:////work-folder/argument.db", "`--database-url`")
    );
    let (shown, origin) = found_url(url, None, &variables).unwrap();
    assert_eq!(
        (shown.as_str(), origin),
        ("sqlite:////work-folder/variable.db", Origin::Variable("DATABASE_URL"))
    );
    let (shown, _) = found_url(url, None, &[]).unwrap();
    assert_eq!(shown, "sqlite:////file-folder/file.db");
    let (shown, _) = found_url("", None, &variables).unwrap();
    assert_eq!(shown, "sqlite:////work-folder/variable.db");
}

#[test]
fn defect_16_alembic_database_url_is_honoured() {
    let url = r#"url = "sqlite:///file.db""#;
    for database_url in [None, Some(("DATABASE_URL", "")), Some(("DATABASE_URL", "  "))] {
        let variables: Vec<_> =
            database_url.into_iter().chain([("ALEMBIC_DATABASE_URL", "sqlite:///alembic.db")]).collect();
        let (shown, origin) = found_url(url, None, &variables).unwrap();
        assert_eq!(shown, "sqlite:////work-folder/alembic.db");
        assert_eq!(origin, Origin::Variable("ALEMBIC_DATABASE_URL"));
    }
}

#[test]
fn defect_21_a_per_cent_sign_in_a_password_works_in_the_file_and_in_variables() {
    let password = "postgresql://app:100%25%(x)s@h/plants";
    let expected = "postgresql://app:***@h/plants";
    assert_eq!(found_url(&format!("url = '{password}'"), None, &[]).unwrap().0, expected);
    assert_eq!(found_url("url = '${X}'", None, &[("X", password)]).unwrap().0, expected);
    assert_eq!(found_url("", None, &[("DATABASE_URL", password)]).unwrap().0, expected);
}

#[test]
fn defect_14_a_password_in_the_configuration_is_never_printed() {
    for text in [
        "url = \"postgresql://app:s3cret@h/plants",
        "url = postgresql://app:s3cret@h/plants",
        "url = \"postgresql://app:s3cret@h/plants?colour=red\"",
        "url = \"postgresql://app:s3cret@h/${\"",
        "url = \"postgresql://app:s3cret@h/plants\"\nurl = 1",
    ] {
        let error = found_url(text, None, &[]).unwrap_err();
        let said = format!("{error} {error:?} {:?}", error.hint());
        assert!(!said.contains("s3cret"), "{said}");
    }
    let folder =
        folder_with("url = \"postgresql://app:s3cret@h/d\"\nscratch_url = \"postgresql://:s3cret@h\"");
    assert!(!format!("{:?}", load(folder.path()).unwrap()).contains("s3cret"));
    let environment: Environment = [("DATABASE_URL", "postgresql://app:s3cret@h/d")].into_iter().collect();
    assert_eq!(format!("{environment:?}"), "{\"DATABASE_URL\"}");
}

#[test]
fn every_key_is_read_and_every_one_has_a_default() {
    let folder = folder_with(
        r#"
        url = "sqlite:///plants.db"
        versions = "revisions/all"
        dialects = ["sqlite", "postgres"]
        version_table = "plant_version"
        file_template = "{revision}_{slug}"
        truncate_slug_length = 20
        lock_wait = "1m 30s"
        scratch_url = "postgresql://${HOST}/postgres"
        "#,
    );
    let config = load(folder.path()).unwrap();
    assert_eq!(config.dialects, [Dialect::Sqlite, Dialect::Postgres]);
    assert_eq!(config.version_table, "plant_version");
    assert_eq!(config.file_template.as_deref(), Some("{revision}_{slug}"));
    assert_eq!(config.truncate_slug_length, Some(20));
    assert_eq!(config.lock_wait, Duration::from_secs(90));
    let project = TempDir::new().unwrap();
    assert_eq!(config.versions_folder(Some(project.path())), folder.path().join("revisions/all"));
    let scratch = config.scratch_url(&[("HOST", "h")].into_iter().collect()).unwrap().unwrap();
    assert_eq!(scratch.url.to_string(), "postgresql://h/postgres");

    let folder = folder_with("");
    let config = load(folder.path()).unwrap();
    assert_eq!(config.dialects, []);
    assert_eq!(config.version_table, "alembic_version");
    assert_eq!(config.file_template, None);
    assert_eq!(config.truncate_slug_length, None);
    assert_eq!(config.lock_wait, Duration::from_secs(60));
    assert_eq!(config.versions_folder(None), folder.path().join("versions"));
    assert_eq!(config.versions_folder(Some(project.path())), project.path().join("versions"));
    assert_eq!(config.scratch_url(&Environment::default()).unwrap(), None);
}

#[test]
fn a_mistake_in_the_file_is_shown_with_its_place() {
    check_error(
        "\n  versoins = \"x\"\n",
        &[],
        "cucurbit.toml:2:3: unknown key `versoins`",
        "did you mean `versions`?",
    );
    check_error(
        "[alembic]\nurl = \"sqlite://\"\n",
        &[],
        "cucurbit.toml:1:2: unknown key `alembic`",
        "the keys are `dialects`, `file_template`, `lock_wait`, `models`, `post_write_hooks`, `scratch_url`, `sqlite_urls`, `truncate_slug_length`, `url`, \
         `version_table`, `versions`",
    );
    check_error(
        "versions = \"ü\"\nlock_wait = 60",
        &[],
        "cucurbit.toml:2:13: invalid type: integer `60`, expected a string",
        "",
    );
    check_error(
        "lock_wait = \"soon\"",
        &[],
        "cucurbit.toml:1:13: `soon` is not a duration: write `60s` or `5m`",
        "",
    );
    check_error(
        "dialects = [\"postgresql\"]",
        &[],
        "cucurbit.toml:1:12: unknown dialect `postgresql`: there are `postgres` and `sqlite`",
        "",
    );
    check_error("dialects = []", &[], "cucurbit.toml:1:12: `dialects` must name at least one", "");
    check_error("version_table = \"\"", &[], "cucurbit.toml:1:17: the value is empty", "");
}

#[test]
fn a_bad_url_says_where_it_came_from_and_the_next_one_is_not_taken() {
    let url = r#"url = "sqlite:///file.db""#;
    let error = found_url(url, None, &[("DATABASE_URL", "mysql://h/d")]).unwrap_err();
    assert_eq!(error.to_string(), "cannot read the connection URL in the variable `DATABASE_URL`");
    assert_eq!(error.hint().unwrap(), "SQLite and PostgreSQL are supported: `sqlite:` and `postgresql://`");
    // As when a script passes a variable that is not set: nothing else may be upgraded instead.
    let error = found_url(url, Some(""), &[]).unwrap_err();
    assert_eq!(error.to_string(), "cannot read the connection URL in `--database-url`");
}

#[test]
fn the_file_is_searched_in_the_argument_the_variable_upwards_and_in_the_manifest_folder() {
    let project = folder_with("version_table = 'upwards'");
    let manifest = folder_with("version_table = 'manifest'");
    let inner = project.path().join("a/b");
    fs::create_dir_all(&inner).unwrap();
    let named = |name: &str| -> PathBuf {
        fs::write(inner.join(name), format!("version_table = '{name}'")).unwrap();
        PathBuf::from(name)
    };
    let (argument, variable) = (named("argument.toml"), named("variable.toml"));
    let environment: Environment = [("CUCURBIT_CONFIG", &variable)].into_iter().collect();
    let nothing = Environment::default();
    let empty: Environment = [("CUCURBIT_CONFIG", "")].into_iter().collect();
    let elsewhere = TempDir::new().unwrap();

    let table = |argument: Option<&Path>, environment: &Environment, from: &Path| {
        Config::load(argument, environment, from, Some(manifest.path())).unwrap().version_table
    };
    assert_eq!(table(Some(&argument), &environment, &inner), "argument.toml");
    assert_eq!(table(None, &environment, &inner), "variable.toml");
    assert_eq!(table(None, &nothing, &inner), "upwards");
    assert_eq!(table(None, &empty, project.path()), "upwards");
    assert_eq!(table(None, &nothing, elsewhere.path()), "manifest");
}

#[test]
fn a_named_file_must_exist_and_a_found_one_need_not() {
    let folder = TempDir::new().unwrap();
    let missing = Path::new("other.toml");
    let error = Config::load(Some(missing), &Environment::default(), folder.path(), None).unwrap_err();
    assert_eq!(error.to_string(), format!("cannot read {}", folder.path().join(missing).display()));

    let gone = folder.path().join("gone");
    let config = Config::load(None, &Environment::default(), folder.path(), Some(&gone)).unwrap();
    assert_eq!(config.file, None);
    assert_eq!(config.versions_folder(None), folder.path().join("versions"));
    let given = config.url(Some("sqlite:///a.db"), &Environment::default(), folder.path()).unwrap();
    assert_eq!(given.url.file(), Some(folder.path().join("a.db").as_path()));
    let error = config.url(None, &Environment::default(), folder.path()).unwrap_err();
    assert_eq!(error.to_string(), "no connection URL is configured");
    assert_eq!(
        error.hint().unwrap(),
        "give `--database-url`, set `DATABASE_URL`, or write `url = \"sqlite:///file.db\"` into cucurbit.toml"
    );
}

#[test]
fn a_length_of_time_needs_a_unit() {
    assert_eq!(parse_duration("60s").unwrap(), Duration::from_secs(60));
    assert_eq!(parse_duration("500ms").unwrap(), Duration::from_millis(500));
    assert_eq!(parse_duration("0s").unwrap(), Duration::ZERO);
    for text in ["60", "-1s", "soon", ""] {
        let error = parse_duration(text).unwrap_err();
        assert_eq!(error.to_string(), format!("`{text}` is not a duration"));
    }
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_text_is_an_error_only_when_it_is_asked_for() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};

    let folder = folder_with("url = 'sqlite:///a.db'");
    let bytes = OsStr::from_bytes(b"sqlite:///\xff.db");
    let environment: Environment = [("DATABASE_URL", bytes)].into_iter().collect();
    let config = Config::load(None, &environment, folder.path(), None).unwrap();
    assert!(config.url(Some("sqlite://"), &environment, folder.path()).is_ok());
    let error = config.url(None, &environment, folder.path()).unwrap_err();
    assert_eq!(error.to_string(), "the variable `DATABASE_URL` is not UTF-8 text");
}

#[test]
fn dot_env_comes_after_the_process_and_before_the_file() {
    let folder = folder_with("url = \"sqlite:///of_file.db\"");
    let inner = folder.path().join("src");
    fs::create_dir(&inner).unwrap();
    fs::write(folder.path().join(".env"), "# Ours.\nDATABASE_URL='sqlite:///of_env.db'\nexport OTHER=1\n")
        .unwrap();
    let found = |variables: &[(&str, &str)]| {
        let environment: Environment = variables.iter().copied().collect();
        let environment = environment.with_dot_env(&inner).unwrap();
        load(&inner).unwrap().url(None, &environment, &inner).unwrap()
    };
    // Its files lie beside it, from wherever a command is run.
    let of_env = found(&[]);
    assert_eq!(of_env.url.file(), Some(&*folder.path().join("of_env.db")));
    assert_eq!(
        of_env.origin.to_string(),
        format!("`DATABASE_URL` in {}", folder.path().join(".env").display())
    );
    assert_eq!(found(&[("DATABASE_URL", " ")]).origin, of_env.origin, "what is empty is not set");
    let own = found(&[("DATABASE_URL", "sqlite:///own.db")]);
    assert_eq!(
        (own.url.file(), own.origin),
        (Some(&*inner.join("own.db")), Origin::Variable("DATABASE_URL"))
    );
    // `ALEMBIC_DATABASE_URL` of the process is still second.
    assert_eq!(found(&[("ALEMBIC_DATABASE_URL", "sqlite:///second.db")]).origin, of_env.origin);
}

#[test]
fn a_mistake_in_dot_env_is_told_without_the_line() {
    let folder = folder_with("");
    fs::write(folder.path().join(".env"), "DATABASE_URL=postgresql://app:secret word@h/plants\n").unwrap();
    let environment = Environment::default().with_dot_env(folder.path()).unwrap();
    // What needs no variable is not stopped by it, nor is what finds another.
    assert_eq!(environment.get("OTHER").unwrap(), None);
    let url = |from_argument| Config::default().url(from_argument, &environment, folder.path());
    assert!(url(Some("sqlite:///garden.db")).is_ok());
    let error = url(None).unwrap_err();
    let said = format!("{error} {error:?} {:?}", error.hint());
    assert!(said.contains("/.env has a line that is not `NAME=value`") && !said.contains("secret"), "{said}");
    fs::write(folder.path().join(".env"), "DATABASE_URL='postgresql://app:secret word@h/plants'\n").unwrap();
    let environment = Environment::default().with_dot_env(folder.path()).unwrap();
    assert_eq!(environment.get("DATABASE_URL").unwrap(), Some("postgresql://app:secret word@h/plants"));
    // There need be none.
    fs::remove_file(folder.path().join(".env")).unwrap();
    assert_eq!(
        Environment::default().with_dot_env(folder.path()).unwrap().get("DATABASE_URL").unwrap(),
        None
    );
}
