//! The files of a new migrations package.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use super::{
    File,
    around::{Application, Around},
};
use crate::{arguments::Ci, error::Failure};

/// A package that is to be written.
#[derive(Clone, Debug)]
pub(crate) struct Package {
    /// Its name.
    pub(crate) name: String,
    /// Its folder.
    pub(crate) home: PathBuf,
    /// What is around it. Without an application its models are SQL.
    pub(crate) around: Around,
    /// Whose CI runs the recipe.
    pub(crate) ci: Option<Ci>,
}

/// Returns the files of the package, and those that lie beside it.
pub(crate) fn of_package(package: &Package) -> Result<Vec<File>, Failure> {
    let in_rust = package.name.replace('-', "_");
    let filled = |template: &str| template.replace("{crate}", &in_rust);
    let new = |path: &str, text: String| File { path: package.home.join(path), text, is_edited: false };
    let mut files = vec![
        new("Cargo.toml", manifest(package)?),
        new("build.rs", include_str!("template/build.rs.txt").to_owned()),
        new("src/main.rs", filled(include_str!("template/main.rs.txt"))),
        new("cucurbit.toml", filled(&configuration(package))),
        new("versions/.gitkeep", String::new()),
        new(".gitignore", "/target\n*.db\n*.db-shm\n*.db-wal\n".to_owned()),
    ];
    files.push(new(
        "src/lib.rs",
        filled(&match &package.around.application {
            Some(application) => with_entities(package, application),
            None => include_str!("template/lib_sql.rs.txt").to_owned(),
        }),
    ));
    if package.around.application.is_none() {
        files.push(new("schema.sql", include_str!("template/schema.sql.txt").to_owned()));
    }
    let beside = package.around.workspace.as_ref().unwrap_or(&package.home);
    files.extend(package.ci.map(|ci| recipe(ci, beside, &package.name)));
    Ok(files)
}

fn recipe(ci: Ci, beside: &Path, name: &str) -> File {
    let (path, text) = match ci {
        Ci::Github => (".github/workflows/migrations.yml", include_str!("template/github.yml.txt")),
        Ci::Gitlab => (".gitlab-ci.yml", include_str!("template/gitlab.yml.txt")),
    };
    File { path: beside.join(path), text: text.replace("{package}", name), is_edited: false }
}

/// Writes `cucurbit.toml`, with every key.
fn configuration(package: &Package) -> String {
    let dialects = match package.around.dialects.as_slice() {
        [] => "\"sqlite\"".to_owned(),
        some => some.iter().map(|dialect| format!("\"{dialect}\"")).collect::<Vec<_>>().join(", "),
    };
    let url = match package.around.dialects.as_slice() {
        ["postgres"] => "# url = \"postgresql://localhost/garden\"",
        _ if package.around.reads_as_sqlx => "url = \"sqlite://app.db\"",
        _ => "url = \"sqlite:///./app.db\"",
    };
    let models = match package.around.application {
        Some(_) => "",
        None => "\n# The models: a file of SQL, or a folder of such files.\nmodels = \"schema.sql\"\n",
    };
    let sqlite_urls = if package.around.reads_as_sqlx {
        "sqlite_urls = \"sqlx\""
    } else {
        "# sqlite_urls = \"sqlalchemy\""
    };
    include_str!("template/cucurbit.toml.txt")
        .replace("{url}", url)
        .replace("{dialects}", &dialects)
        .replace("{models}", models)
        .replace("{sqlite_urls}", sqlite_urls)
}

/// Writes the library of a package whose models are entities.
fn with_entities(package: &Package, application: &Application) -> String {
    let (root, modules) = match &application.library {
        Some(library) => (format!("{library}::"), String::new()),
        None => (String::new(), taken_in(package, application)),
    };
    let mut entities = String::new();
    for entity in &application.entities {
        writeln!(entities, "        {root}{},", entity.module.join("::"))
            .expect("writing to a String cannot fail");
    }
    include_str!("template/lib_sea_orm.rs.txt")
        .replace("{modules}", &modules)
        .replace("{entities}", &entities)
}

/// What the migrations do not use of the application's modules is no fault of theirs.
const UNUSED: &str = "#[allow(dead_code, unused_imports, reason = \"the application uses it\")]";

/// Takes in the modules of an application that is no library, by their files.
fn taken_in(package: &Package, application: &Application) -> String {
    let tops: BTreeSet<(&String, &PathBuf)> = application
        .entities
        .iter()
        .filter_map(|entity| Some((entity.module.first()?, &entity.top)))
        .collect();
    let mut text = String::from(
        "\n// No other package can use these modules of the application: they are compiled here, too.\n",
    );
    for (name, file) in tops {
        let path = relative(&package.home.join("src"), file);
        writeln!(text, "{UNUSED}\n#[path = {path:?}]\nmod {name};").expect("writing to a String cannot fail");
    }
    text
}

/// Writes the package's manifest.
fn manifest(package: &Package) -> Result<String, Failure> {
    let shared = Shared::read(package.around.workspace.as_deref())?;
    let edition = if shared.has_edition { "edition.workspace = true" } else { "edition = \"2024\"" };
    let mut text = format!(
        "[package]\nname = \"{}\"\nversion = \"0.1.0\"\n{edition}\npublish = false\n\n\
         [dependencies]\n",
        package.name
    );
    let mut lines = vec![cucurbit("cucurbit", ", features = [\"cli\"]")];
    if let Some(application) = &package.around.application {
        lines.push(cucurbit("cucurbit-sea-orm", ""));
        if application.library.is_some() {
            let path = relative(&package.home, &application.folder);
            lines.push(format!("{} = {{ path = {path:?} }}", application.package));
        } else {
            lines.extend(dependencies_of(application)?);
        }
    }
    let tokio = "features = [\"macros\", \"rt\"]";
    if !lines.iter().any(|line| line.starts_with("tokio ")) {
        lines.push(match shared.has_tokio {
            true => format!("tokio = {{ workspace = true, {tokio} }}"),
            false => format!("tokio = {{ version = \"1\", {tokio} }}"),
        });
    }
    lines.sort();
    text.push_str(&lines.join("\n"));
    text.push_str("\n\n[build-dependencies]\n");
    text.push_str(&cucurbit("cucurbit-build", ""));
    text.push('\n');
    if package.around.workspace.is_none() {
        text.push_str("\n[workspace]\n");
    }
    Ok(text)
}

/// Returns the lines of the dependencies of an application whose modules are compiled here.
fn dependencies_of(application: &Application) -> Result<Vec<String>, Failure> {
    let path = application.folder.join("Cargo.toml");
    let document = super::workspace::read(&path)?;
    let Some(table) = document.get("dependencies").and_then(|item| item.as_table_like()) else {
        return Ok(Vec::new());
    };
    let line = |(name, item): (&str, &toml_edit::Item)| format!("{name} = {}", item.to_string().trim());
    Ok(table.iter().map(line).collect())
}

/// What a workspace gives to its members.
#[derive(Debug, Default)]
struct Shared {
    has_edition: bool,
    has_tokio: bool,
}

impl Shared {
    fn read(workspace: Option<&Path>) -> Result<Self, Failure> {
        let Some(folder) = workspace else { return Ok(Self::default()) };
        let document = super::workspace::read(&folder.join("Cargo.toml"))?;
        let Some(workspace) = document.get("workspace") else { return Ok(Self::default()) };
        let has = |table: &str, key: &str| workspace.get(table).and_then(|table| table.get(key)).is_some();
        Ok(Self { has_edition: has("package", "edition"), has_tokio: has("dependencies", "tokio") })
    }
}

/// Writes a dependency on one of our crates: by its path where this program was built from a checkout that is still
/// there, else by the version of this program.
fn cucurbit(name: &str, more: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name(name);
    let version = env!("CARGO_PKG_VERSION");
    if folder.join("Cargo.toml").is_file() && folder.ends_with(Path::new("crates").join(name)) {
        return format!("{name} = {{ path = {:?}{more} }}", folder.display().to_string());
    }
    if more.is_empty() {
        format!("{name} = \"{version}\"")
    } else {
        format!("{name} = {{ version = \"{version}\"{more} }}")
    }
}

/// Writes a path from one folder to another, with `/`; where they share nothing, the whole path.
pub(crate) fn relative(from: &Path, to: &Path) -> String {
    let shared = from.components().zip(to.components()).take_while(|(one, other)| one == other).count();
    if shared <= 1 {
        return to.display().to_string();
    }
    let up = from.components().skip(shared).map(|_| "..".to_owned());
    let down = to.components().skip(shared).map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}

/// Reads a file that may not be there.
pub(crate) fn text(path: &Path) -> Result<String, Failure> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(source) => Err(Failure::File { verb: "read", path: path.to_owned(), source }),
    }
}
