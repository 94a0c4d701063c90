//! The files of a new migrations package.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    path::{Component, Path, PathBuf},
};

use cucurbit::connection::url::SqliteUrls;
use toml_edit::{Array, InlineTable, Item, Value};

use super::{
    File,
    around::{Application, Around},
    database::{Database, First},
    entities::{Entity, Kind},
    told::PASSWORD,
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
    /// The database that it is started beside.
    pub(crate) database: Option<Database>,
}

impl Package {
    /// Whose reading of SQLite's connection URLs counts in it.
    pub(crate) fn sqlite_urls(&self) -> SqliteUrls {
        if self.around.reads_as_sqlx { SqliteUrls::Sqlx } else { SqliteUrls::Sqlalchemy }
    }
}

/// The kind of what a schema needs and SQL can create by its name alone.
pub(super) const EXTENSION: &str = "EXTENSION";

/// Returns the files of the package, and those that lie beside it.
pub(crate) fn of_package(package: &Package) -> Result<Vec<File>, Failure> {
    let in_rust = package.name.replace('-', "_");
    let filled = |template: &str| template.replace("{crate}", &in_rust);
    let new = |path: &str, text: String| File { path: package.home.join(path), text, is_edited: false };
    let mut files = vec![
        new("Cargo.toml", manifest(package)?),
        new("build.rs", build(package)),
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
        files.push(new("schema.sql", schema(package.database.as_ref())));
    }
    if let Some(First { file, text, .. }) =
        package.database.as_ref().and_then(|database| database.first.as_ref())
    {
        files.push(new(&format!("versions/{file}"), text.clone()));
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

/// Writes `schema.sql`: the tables of a database, or how to write some.
fn schema(database: Option<&Database>) -> String {
    let Some(Database { sql, needed, first: Some(_), .. }) = database else {
        return include_str!("template/schema.sql.txt").to_owned();
    };
    let extensions: BTreeSet<&String> =
        needed.iter().filter(|need| need.kind == EXTENSION).map(|need| &need.name).collect();
    let mut text = String::from(include_str!("template/schema_found.sql.txt"));
    for name in extensions {
        writeln!(text, "\nCREATE EXTENSION IF NOT EXISTS \"{}\";", name.replace('"', "\"\""))
            .expect("writing to a String cannot fail");
    }
    writeln!(text, "\n{}", sql.trim_end()).expect("writing to a String cannot fail");
    text
}

/// Writes the key `url` of `cucurbit.toml` for a database that is there.
fn url_of(database: &Database) -> String {
    let Some(url) = &database.url else {
        return "# It holds what must be secret: set DATABASE_URL.".to_owned();
    };
    let password = if database.has_password {
        format!("# The password is not here: {PASSWORD}.\n")
    } else {
        String::new()
    };
    format!("{password}url = {}", toml_edit::Value::from(url.as_str()))
}

/// Writes `cucurbit.toml`, with every key.
fn configuration(package: &Package) -> String {
    let dialects = match (package.around.dialects.as_slice(), &package.database) {
        (_, Some(database)) => format!("\"{}\"", database.dialect.name()),
        ([], None) => "\"sqlite\"".to_owned(),
        (some, None) => some.iter().map(|dialect| format!("\"{dialect}\"")).collect::<Vec<_>>().join(", "),
    };
    let url = match (package.around.dialects.as_slice(), &package.database) {
        (_, Some(database)) => url_of(database),
        (["postgres"], None) => "# url = \"postgresql://localhost/garden\"".to_owned(),
        _ if package.around.reads_as_sqlx => "url = \"sqlite://app.db\"".to_owned(),
        _ => "url = \"sqlite:///./app.db\"".to_owned(),
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
        .replace("{url}", &url)
        .replace("{dialects}", &dialects)
        .replace("{models}", models)
        .replace("{sqlite_urls}", sqlite_urls)
}

/// The modules in which all models lie: as this package names them, and the file in which each is written.
fn modules(application: &Application) -> BTreeSet<(&str, &Path)> {
    match &application.library {
        Some(library) => BTreeSet::from([(library.as_str(), application.root.as_path())]),
        None => application
            .entities
            .iter()
            .filter_map(|entity| Some((entity.path.first()?.as_str(), entity.top.as_path())))
            .collect(),
    }
}

/// Returns the application of a package whose models are entities of SeaORM.
fn sea_orm(package: &Package) -> Option<&Application> {
    package.around.application.as_ref().filter(|application| application.kind == Kind::Entities)
}

/// Writes the build script, which lists entities: new ones need no edit of the package.
fn build(package: &Package) -> String {
    let mut entities = String::new();
    for (module, file) in sea_orm(package).into_iter().flat_map(modules) {
        let file = relative(&package.home, file);
        writeln!(entities, "    cucurbit_build::entities({module:?}, {file:?});")
            .expect("writing to a String cannot fail");
    }
    let what = if entities.is_empty() { "" } else { " and the entities" };
    include_str!("template/build.rs.txt").replace("{what}", what).replace("{entities}", &entities)
}

/// Writes the library of a package whose models are in Rust.
fn with_entities(package: &Package, application: &Application) -> String {
    let (root, taken_in) = match &application.library {
        Some(library) => (format!("{library}::"), String::new()),
        None => (String::new(), taken_in(package, application)),
    };
    let models = match application.kind {
        Kind::Entities => {
            let all = modules(application).into_iter().map(|(module, _)| format!("{module}::*"));
            all.collect::<Vec<_>>().join("; ")
        }
        Kind::Structs => {
            // rustfmt puts a list of one on its line, and leaves the comma there.
            let comma = if application.entities.len() == 1 { "" } else { "," };
            let line = |entity: &Entity| format!("        {root}{}{comma}\n", entity.path.join("::"));
            application.entities.iter().map(line).collect()
        }
    };
    let template = match application.kind {
        Kind::Entities => include_str!("template/lib_sea_orm.rs.txt"),
        Kind::Structs => include_str!("template/lib_structs.rs.txt"),
    };
    template.replace("{modules}", &taken_in).replace("{entities}", &models)
}

/// What the migrations do not use of the application's modules is no fault of theirs.
const UNUSED: &str = "#[allow(dead_code, unused_imports, reason = \"the application uses it\")]";

/// Takes in the modules of an application that is no library, by their files.
fn taken_in(package: &Package, application: &Application) -> String {
    let mut text = String::from(
        "\n// No other package can use these modules of the application: they are compiled here, too.\n",
    );
    for (name, file) in modules(application) {
        let path = relative(&package.home.join("src"), file);
        writeln!(text, "{UNUSED}\n#[path = {path:?}]\nmod {name};").expect("writing to a String cannot fail");
    }
    text
}

/// Writes the package's manifest.
fn manifest(package: &Package) -> Result<String, Failure> {
    let edition = if gives_edition(package.around.workspace.as_deref())? {
        "edition.workspace = true"
    } else {
        "edition = \"2024\""
    };
    let mut text = format!(
        "[package]\nname = \"{}\"\nversion = \"0.1.0\"\n{edition}\npublish = false\n\n\
         [dependencies]\n",
        package.name
    );
    let mut lines = Vec::new();
    match package.around.application.as_ref().map(|application| (application.kind, application)) {
        Some((Kind::Structs, application)) => lines.push(own_cucurbit(package, application)?),
        Some((Kind::Entities, _)) => {
            lines.extend([cucurbit("cucurbit", CLI), cucurbit("cucurbit-sea-orm", "")]);
        }
        None => lines.push(cucurbit("cucurbit", CLI)),
    }
    if let Some(application) = &package.around.application {
        if application.library.is_some() {
            let path = relative(&package.home, &application.folder);
            lines.push(format!("{} = {{ path = {path:?} }}", application.package));
        } else {
            let own = dependencies_of(package, application)?;
            lines.extend(
                own.into_iter()
                    .filter(|(name, _)| name != "cucurbit")
                    .map(|(name, text)| format!("{name} = {text}")),
            );
        }
    }
    lines.sort();
    text.push_str(&lines.join("\n"));
    text.push_str("\n\n[build-dependencies]\n");
    let lists_entities = sea_orm(package).is_some();
    let features = if lists_entities { ", features = [\"entities\"]" } else { "" };
    text.push_str(&cucurbit("cucurbit-build", features));
    text.push('\n');
    if package.around.workspace.is_none() {
        text.push_str("\n[workspace]\n");
    }
    Ok(text)
}

/// The feature with the command line.
const CLI: &str = ", features = [\"cli\"]";

/// Writes the dependency on cucurbit as an application says it, which derives `Table` by the same one.
fn own_cucurbit(package: &Package, application: &Application) -> Result<String, Failure> {
    let own = dependencies_of(package, application)?.into_iter().find(|(name, _)| name == "cucurbit");
    let text = own.map(|(_, text)| text).unwrap_or_else(|| format!("{:?}", env!("CARGO_PKG_VERSION")));
    let item = text.parse::<Value>().map(Item::Value).unwrap_or_default();
    let mut dependency = dependency(&item);
    dependency.remove("default-features");
    let features = dependency.entry("features").or_insert(Value::Array(Array::new()));
    if let Some(features) = features.as_array_mut() {
        for feature in ["cli", "derive"] {
            if !features.iter().any(|there| there.as_str() == Some(feature)) {
                features.push(feature);
            }
        }
        features.fmt();
    }
    Ok(format!("cucurbit = {}", short(dependency)))
}

/// Returns the names of the dependencies of an application whose modules are compiled here, and what is said of each.
fn dependencies_of(package: &Package, application: &Application) -> Result<Vec<(String, String)>, Failure> {
    let document = super::workspace::read(&application.folder.join("Cargo.toml"))?;
    let Some(table) = document.get("dependencies").and_then(Item::as_table_like) else {
        return Ok(Vec::new());
    };
    let shared = super::workspace::read(&application.workspace.join("Cargo.toml"))?;
    let shared = |name: &str| shared.get("workspace")?.get("dependencies")?.get(name);
    let line = |(name, item): (&str, &Item)| {
        let mut dependency = dependency(item);
        place(&mut dependency, package, &application.folder);
        let is_shared = dependency.get("workspace").is_some_and(|value| value.as_bool() == Some(true));
        if let (true, None, Some(item)) = (is_shared, &package.around.workspace, shared(name)) {
            dependency = joined(item, dependency, package, &application.workspace);
        }
        (name.to_owned(), short(dependency))
    };
    Ok(table.iter().map(line).collect())
}

/// Takes a dependency of the workspace with what a member says of it, for a package that is no member.
fn joined(of_workspace: &Item, of_member: InlineTable, package: &Package, workspace: &Path) -> InlineTable {
    let mut whole = dependency(of_workspace);
    place(&mut whole, package, workspace);
    for (key, value) in of_member.iter().filter(|(key, _)| *key != "workspace") {
        match (whole.get_mut(key).and_then(Value::as_array_mut), value.as_array()) {
            // Features are added to those of the workspace.
            (Some(features), Some(more)) => {
                features.extend(more.iter().cloned());
                features.fmt();
            }
            _ => drop(whole.insert(key, value.clone())),
        }
    }
    whole
}

/// Reads a dependency, in whichever of its forms it is written.
fn dependency(item: &Item) -> InlineTable {
    if let Some(version) = item.as_str() {
        return InlineTable::from_iter([("version", version)]);
    }
    item.clone().into_table().map(toml_edit::Table::into_inline_table).unwrap_or_default()
}

/// Makes the path of a dependency one from the new package.
fn place(dependency: &mut InlineTable, package: &Package, from: &Path) {
    if let Some(path) = dependency.get("path").and_then(Value::as_str) {
        let path = relative(&package.home, &normal(&from.join(path)));
        dependency.insert("path", path.into());
    }
}

/// Writes a dependency; one that says its version alone as that.
fn short(mut dependency: InlineTable) -> String {
    if let (1, Some(version)) = (dependency.len(), dependency.get("version")) {
        return version.to_string().trim().to_owned();
    }
    dependency.fmt();
    dependency.to_string().trim().to_owned()
}

/// Tells whether a workspace gives its members an edition.
fn gives_edition(workspace: Option<&Path>) -> Result<bool, Failure> {
    let Some(folder) = workspace else { return Ok(false) };
    let document = super::workspace::read(&folder.join("Cargo.toml"))?;
    let package = document.get("workspace").and_then(|workspace| workspace.get("package"));
    Ok(package.and_then(|package| package.get("edition")).is_some())
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

/// Returns a path without `.` and `..`, which need not be there.
pub(crate) fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(normal.components().next_back(), Some(Component::Normal(_))) => {
                normal.pop();
            }
            Component::Normal(_) | Component::ParentDir | Component::Prefix(_) | Component::RootDir => {
                normal.push(part);
            }
        }
    }
    normal
}

/// Reads a file that may not be there.
pub(crate) fn text(path: &Path) -> Result<String, Failure> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(source) => Err(Failure::File { verb: "read", path: path.to_owned(), source }),
    }
}
