//! The revisions of a project, read from its scripts without building them: for drawings and for completions, which have to
//! be there at once.
//!
//! Only what a script says in literals is read, as every script that Cucurbit writes does; of another one it is said that
//! it cannot be read.

use std::{
    fs,
    path::{Path, PathBuf},
};

use cucurbit::{
    config::{Config, Environment},
    revision::{Graph, Node},
};
use syn::{Expr, ExprCall, Item, Lit};

use crate::{error::Failure, project};

/// Finds the folder of the scripts of the project that a folder is in.
///
/// # Errors
///
/// When there is no project, or there are several.
pub(crate) fn folder(working: &Path, package: Option<&str>) -> Result<PathBuf, Failure> {
    let project = project::find(working, package)?.ok_or(Failure::NoProject)?;
    let home = project.manifest.parent().unwrap_or(working);
    let configuration = Config::load(None, &Environment::default(), home, Some(home))?;
    Ok(configuration.versions_folder(Some(home)))
}

/// Reads the scripts of a folder as a graph.
///
/// # Errors
///
/// When the folder or a script cannot be read, or they make no graph.
pub(crate) fn graph(folder: &Path) -> Result<Graph, Failure> {
    let nodes = files(folder)?.iter().map(|file| node(file)).collect::<Result<Vec<Node>, Failure>>()?;
    Graph::new(nodes).map_err(|source| Failure::Graph { source })
}

/// Lists the scripts of a folder, sorted.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let failed = |source| Failure::File { verb: "read", path: folder.to_owned(), source };
    let entries = fs::read_dir(folder).map_err(failed)?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, _>>().map_err(failed)?;
    // As `cucurbit_build` tells scripts from other files.
    files.retain(|file| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        name.ends_with(".rs") && !name.starts_with(['.', '#']) && !file.is_dir()
    });
    files.sort();
    Ok(files)
}

/// Reads a script: its `REVISION`, and the first line of its message.
fn node(file: &Path) -> Result<Node, Failure> {
    let text = fs::read_to_string(file).map_err(|source| Failure::File {
        verb: "read",
        path: file.to_owned(),
        source,
    })?;
    let unreadable = |reason: String| Failure::Script { path: file.to_owned(), reason };
    let parsed = syn::parse_file(&text).map_err(|error| unreadable(error.to_string()))?;
    let revision = parsed.items.iter().find_map(|item| {
        let Item::Const(item) = item else { return None };
        (item.ident == "REVISION").then_some(&*item.expr)
    });
    let revision = revision.ok_or_else(|| unreadable("it has no `REVISION`".to_owned()))?;
    let mut node = Node { doc: title(&text), ..Node::default() };
    read(revision, &mut node)
        .ok_or_else(|| unreadable("its `REVISION` is not written in literals".to_owned()))?;
    Ok(node)
}

/// Returns the first line of a script's message: of its `//!` comment, as `cucurbit_build` finds it.
fn title(text: &str) -> String {
    let lines = text
        .lines()
        .map(str::trim)
        .skip_while(|line| line.is_empty() || (line.starts_with("//") && !line.starts_with("//!")));
    lines.map_while(|line| line.strip_prefix("//!")).map(str::trim).next().unwrap_or_default().to_owned()
}

/// Reads `Revision::new("…").revises(&["…"])…` into a node; `None` for anything else.
fn read(expression: &Expr, node: &mut Node) -> Option<()> {
    if let Expr::Call(ExprCall { args, .. }) = expression {
        node.id = text(args.first()?)?;
        return Some(());
    }
    let Expr::MethodCall(call) = expression else { return None };
    read(&call.receiver, node)?;
    let argument = call.args.first()?;
    match call.method.to_string().as_str() {
        "revises" => node.down_revisions = texts(argument)?,
        "depends_on" => node.depends_on = texts(argument)?,
        "branch_labels" => node.branch_labels = texts(argument)?,
        "created" => {}
        _ => return None,
    }
    Some(())
}

fn text(expression: &Expr) -> Option<String> {
    let Expr::Lit(literal) = expression else { return None };
    let Lit::Str(text) = &literal.lit else { return None };
    Some(text.value())
}

fn texts(expression: &Expr) -> Option<Vec<String>> {
    let Expr::Reference(reference) = expression else { return None };
    let Expr::Array(array) = &*reference.expr else { return None };
    array.elems.iter().map(text).collect()
}
