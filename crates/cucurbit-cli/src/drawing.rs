//! `graph FILE`: the graph of the revisions as a drawing, in the format that the file's ending names.

use std::{
    fmt::Write as _,
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use cucurbit::revision::{Graph, Position};

use crate::error::{Failure, say};

/// What a drawing in text says of itself: a file without it was not drawn, and is not overwritten.
const MARK: &str = "Drawn by `cucurbit graph`";

/// The format of a drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// Graphviz' language.
    Dot,
    /// A page of Markdown with a Mermaid diagram, as GitHub and GitLab show it.
    Markdown,
    /// Mermaid's language.
    Mermaid,
    /// A picture that the program `dot` makes, by its name for the format.
    Picture(&'static str),
}

/// The endings of files, and what they mean.
const ENDINGS: [(&str, Format); 8] = [
    ("dot", Format::Dot),
    ("gv", Format::Dot),
    ("md", Format::Markdown),
    ("mermaid", Format::Mermaid),
    ("mmd", Format::Mermaid),
    ("pdf", Format::Picture("pdf")),
    ("png", Format::Picture("png")),
    ("svg", Format::Picture("svg")),
];

/// Draws a graph into a file.
///
/// # Errors
///
/// When the ending is unknown, the file was not drawn by us, `dot` is not there or fails, or the file cannot be written.
pub(crate) fn draw(graph: &Graph, file: &Path) -> Result<(), Failure> {
    let drawing = match format(file)? {
        Format::Dot => format!("// {MARK}.\n{}", dot(graph)).into_bytes(),
        Format::Markdown => format!("<!-- {MARK}. -->\n\n```mermaid\n{}```\n", mermaid(graph)).into_bytes(),
        Format::Mermaid => format!("%% {MARK}.\n{}", mermaid(graph)).into_bytes(),
        Format::Picture(kind) => picture(kind, &dot(graph))?,
    };
    fs::write(file, drawing).map_err(|source| Failure::File {
        verb: "write",
        path: file.to_owned(),
        source,
    })?;
    let (count, noun) = (graph.len(), if graph.len() == 1 { "revision" } else { "revisions" });
    say(&format!("Drew {count} {noun} into {}", file.display()));
    Ok(())
}

/// Reads the format from the ending, and refuses a file that was not drawn.
fn format(file: &Path) -> Result<Format, Failure> {
    let ending = file.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    let Some((_, format)) = ENDINGS.iter().find(|(known, _)| *known == ending) else {
        let known = ENDINGS.map(|(ending, _)| format!("`.{ending}`")).join(", ");
        return Err(Failure::Ending { path: file.to_owned(), known });
    };
    let is_picture = matches!(format, Format::Picture(_));
    // A picture is nothing that people write by hand.
    if !is_picture && file.exists() && !fs::read_to_string(file).is_ok_and(|text| text.contains(MARK)) {
        return Err(Failure::NotDrawn { path: file.to_owned() });
    }
    Ok(*format)
}

/// Lists the arrows: from a revision to the one that follows it; dotted, to one that needs it.
fn arrows(graph: &Graph) -> Vec<(Position, Position, bool)> {
    let of = |to: Position| {
        let follows = graph.down_revisions(to).iter().map(move |&from| (from, to, false));
        follows.chain(graph.dependencies(to).iter().map(move |&from| (from, to, true)))
    };
    graph.positions().flat_map(of).collect()
}

/// Lists what is written into the box of a revision.
fn lines(graph: &Graph, at: Position) -> Vec<String> {
    let node = graph.node(at);
    let labels = match node.branch_labels.as_slice() {
        [] => String::new(),
        labels => format!(" ({})", labels.join(", ")),
    };
    let title = Some(node.doc.clone()).filter(|title| !title.is_empty());
    std::iter::once(format!("{}{labels}", node.id)).chain(title).collect()
}

fn dot(graph: &Graph) -> String {
    let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
    let mut text = String::from("digraph revisions {\n    node [shape=box];\n");
    for at in graph.positions() {
        let lines: Vec<String> = lines(graph, at).iter().map(|line| quoted(line)).collect();
        line(&mut text, &format!("\"{}\" [label=\"{}\"];", quoted(graph.id(at)), lines.join("\\n")));
    }
    for (from, to, is_dependency) in arrows(graph) {
        let style = if is_dependency { " [style=dashed]" } else { "" };
        line(&mut text, &format!("\"{}\" -> \"{}\"{style};", quoted(graph.id(from)), quoted(graph.id(to))));
    }
    text + "}\n"
}

fn mermaid(graph: &Graph) -> String {
    // Mermaid's own escapes; an id may be a word of its language, and is no name of a box.
    let quoted = |text: &str| {
        text.replace('#', "#35;")
            .replace('"', "#quot;")
            .replace('<', "#lt;")
            .replace('>', "#gt;")
            .replace('`', "#96;")
    };
    let all: Vec<Position> = graph.positions().collect();
    let name = |at: Position| format!("r{}", all.iter().position(|other| *other == at).unwrap_or_default());
    let mut text = String::from("flowchart TB\n");
    for &at in &all {
        let lines: Vec<String> = lines(graph, at).iter().map(|line| quoted(line)).collect();
        line(&mut text, &format!("{}[\"{}\"]", name(at), lines.join("<br>")));
    }
    for (from, to, is_dependency) in arrows(graph) {
        let arrow = if is_dependency { "-.->" } else { "-->" };
        line(&mut text, &format!("{} {arrow} {}", name(from), name(to)));
    }
    text
}

fn line(text: &mut String, line: &str) {
    writeln!(text, "    {line}").expect("writing to a String cannot fail");
}

/// Has the program `dot` draw a picture.
fn picture(kind: &str, dot: &str) -> Result<Vec<u8>, Failure> {
    let failed = |source| Failure::NoDot { source };
    let mut command = Command::new("dot");
    command.arg(format!("-T{kind}")).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(failed)?;
    let (input, text) = (child.stdin.take(), dot.to_owned());
    // It may answer before it has read everything.
    let writer = std::thread::spawn(move || input.map(|mut input| input.write_all(text.as_bytes())));
    let output = child.wait_with_output().map_err(failed)?;
    drop(writer.join());
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(Failure::Dot { reason: String::from_utf8_lossy(&output.stderr).trim().to_owned() })
}
