//! Runs every line of `conformance/revision-graphs.txt`, recorded from Alembic 1.20.1.
//!
//! Our answer to a call is written in the notation of the file and compared: steps, their order, and the rows
//! afterwards. Errors of commands are compared by their messages, other errors by being errors. Where our answer
//! differs on purpose it stands in `DEVIATIONS`, with the reason; a deviation that no longer deviates fails too.

use std::collections::BTreeSet;

use cucurbit::revision::{
    Applied, Context, Direction, Graph, GraphError, Heads, Interval, Position, Purpose, Reach, Resolved,
    RowChange, Step, Target, TargetRange, between, downgrade, history, stamp, upgrade,
};

use super::read;

mod deviations;
use deviations::DEVIATIONS;

const FILE: &str = include_str!("../../../conformance/revision-graphs.txt");

#[test]
fn every_recorded_call_gives_alembics_answer_or_a_listed_one() {
    let mut graph = Graph::new(Vec::new());
    let mut name = "";
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    let mut lines = 0;
    for line in FILE.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let Some(call_and_answer) = line.strip_prefix("  ") else {
            let (new_name, picture) = line.split_once(" :=").expect("a graph line");
            (name, graph) = (new_name, read(picture));
            continue;
        };
        let (call, expected) = call_and_answer.split_once(" -> ").expect("a call line");
        let call = call.trim();
        lines += 1;
        let ours = answer(&graph, call);
        let agrees =
            agree(call, expected, &ours) && (ours.starts_with("ERR") || rows_agree(&graph, call, expected));
        let key = format!("{name} {call}");
        let listed = DEVIATIONS.iter().find(|deviation| deviation.call == key);
        seen.insert(key.clone());
        match listed {
            None if agrees => {}
            None => wrong.push(format!("{key}\n  expected {expected}\n  ours     {ours}")),
            Some(_) if agrees => wrong.push(format!("{key}\n  no longer deviates; take it off the list")),
            Some(deviation) if deviation.ours == ours => assert!(!deviation.reason.is_empty()),
            Some(deviation) => {
                wrong.push(format!("{key}\n  listed   {}\n  ours     {ours}", deviation.ours));
            }
        }
    }
    for deviation in DEVIATIONS {
        if !seen.contains(deviation.call) {
            wrong.push(format!("{}\n  is listed, but not in the file", deviation.call));
        }
    }
    println!("{lines} calls ran, {} of them with a listed deviation", DEVIATIONS.len());
    assert!(wrong.is_empty(), "{} of {lines} calls:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(lines, FILE.lines().filter(|line| line.starts_with("  ")).count());
}

/// Our answer to a call, in the notation of the file.
fn answer(graph: &Result<Graph, GraphError>, call: &str) -> String {
    let graph = match graph {
        Ok(graph) => graph,
        Err(error) => return format!("ERR {error}"),
    };
    let words: Vec<&str> = call.split_whitespace().collect();
    let result = match words[..] {
        ["heads"] => Ok(ends(graph)),
        ["labels"] => Ok(labels(graph)),
        ["up" | "down" | "stamp", rows, _] => {
            plan(graph, call).map(|steps| steps_and_rows(graph, &Heads::new(list(rows)), &steps))
        }
        ["get", target] => show(graph, target).and_then(|resolved| one(graph, target, &resolved)),
        ["gets", target] => show(graph, target).map(|resolved| ids(graph, resolved.revisions())),
        ["iter", upper, lower, ref flags @ ..] => iterate(graph, upper, lower, flags),
        ["hist", start, end] => lines_of_history(graph, start, end),
        ["current", rows] => lines_of_current(graph, rows),
        _ => panic!("unknown call `{call}`"),
    };
    result.unwrap_or_else(|error| format!("ERR {error}"))
}

/// Compares an answer with the recorded one.
fn agree(call: &str, expected: &str, ours: &str) -> bool {
    let words: Vec<&str> = call.split_whitespace().collect();
    let Some(error) = expected.strip_prefix("ERR ") else {
        let is_plan = matches!(words[0], "up" | "down" | "stamp");
        return match words[0] {
            "stamp" => with_sorted_ids(&without_row_effects(expected)) == ours,
            _ if is_plan => without_row_effects(expected) == ours,
            _ => expected.trim() == ours,
        };
    };
    let Some(ours) = ours.strip_prefix("ERR ") else { return false };
    match error.split_once(": ") {
        // What a person sees of Alembic's commands.
        Some(("CommandError", message)) => message == ours,
        // Inner messages and bare Python errors: ours is a better one.
        Some(_) | None => true,
    }
}

fn plan(graph: &Graph, call: &str) -> Result<Vec<Step>, String> {
    let words: Vec<&str> = call.split_whitespace().collect();
    let heads = Heads::new(list(words[1]));
    let targets: Vec<Target> = list(words[2]).map(|target| target.parse().unwrap()).collect();
    match words[0] {
        "up" => upgrade(graph, &heads, &targets),
        "down" => downgrade(graph, &heads, &targets[0], Reach::Branch),
        _ => stamp(graph, &heads, &targets),
    }
    .map_err(text)
}

/// `a>b; b+c>d  => [d]`, the ids of a stamp sorted.
fn steps_and_rows(graph: &Graph, heads: &Heads, steps: &[Step]) -> String {
    let mut applied = Applied::new(graph, heads.clone()).unwrap();
    let mut written = Vec::new();
    for step in steps {
        applied.take(step);
        written.push(format!("{}>{}", joined(step, &step.from), joined(step, &step.to)));
    }
    let steps = if written.is_empty() { "(nothing)".to_owned() } else { written.join("; ") };
    let rows: Vec<&str> = applied.heads().ids().collect();
    format!("{steps}  => [{}]", rows.join(","))
}

fn joined(step: &Step, ids: &[String]) -> String {
    let mut ids = ids.to_vec();
    if step.direction == Direction::Stamp {
        ids.sort();
    }
    ids.join("+")
}

/// Takes out `{…}`.
fn without_row_effects(expected: &str) -> String {
    let mut text = String::new();
    let mut is_inside = false;
    for character in expected.chars() {
        match character {
            '{' => is_inside = true,
            '}' => is_inside = false,
            _ if is_inside => {}
            other => text.push(other),
        }
    }
    text
}

/// The rows that a stamp moves were recorded in physical order.
fn with_sorted_ids(expected: &str) -> String {
    let Some((steps, rows)) = expected.split_once("  => ") else { return expected.to_owned() };
    let sorted = steps.split("; ").map(|step| match step.split_once('>') {
        None => step.to_owned(),
        Some((from, to)) => {
            let mut from: Vec<&str> = from.split('+').collect();
            from.sort_unstable();
            format!("{}>{to}", from.join("+"))
        }
    });
    format!("{}  => {rows}", sorted.collect::<Vec<_>>().join("; "))
}

/// After every step our rows are Alembic's, reached by as many inserts, deletes and updates. Which of several rows
/// is updated is random in Alembic.
fn rows_agree(graph: &Result<Graph, GraphError>, call: &str, expected: &str) -> bool {
    let words: Vec<&str> = call.split_whitespace().collect();
    if !matches!(words[0], "up" | "down" | "stamp") || expected.starts_with("(nothing)") {
        return true;
    }
    let graph = graph.as_ref().unwrap();
    let mut applied = Applied::new(graph, Heads::new(list(words[1]))).unwrap();
    let mut theirs: BTreeSet<String> = list(words[1]).map(str::to_owned).collect();
    let (recorded, _) = expected.split_once("=>").unwrap();
    let recorded: Vec<&str> = recorded.trim().split("; ").collect();
    let steps = plan(graph, call).unwrap();
    assert_eq!(recorded.len(), steps.len());
    recorded.iter().zip(&steps).all(|(recorded, step)| {
        let expected = effects(recorded);
        for change in &expected {
            match change {
                RowChange::Delete(id) => assert!(theirs.remove(id)),
                RowChange::Insert(id) => assert!(theirs.insert(id.clone())),
                RowChange::Update { from, to } => assert!(theirs.remove(from) && theirs.insert(to.clone())),
            }
        }
        let before: BTreeSet<String> = applied.heads().ids().map(str::to_owned).collect();
        assert_eq!(applied.heads().changes(graph, step).unwrap(), applied.clone().take(step));
        let changes = applied.take(step);
        assert_eq!(changed(before, &changes), applied.heads().ids().map(str::to_owned).collect());
        let rows: BTreeSet<String> = applied.heads().ids().map(str::to_owned).collect();
        rows == theirs && kinds(&changes) == kinds(&expected)
    })
}

fn changed(mut rows: BTreeSet<String>, changes: &[RowChange]) -> BTreeSet<String> {
    for change in changes {
        match change {
            RowChange::Delete(id) => assert!(rows.remove(id)),
            RowChange::Insert(id) => assert!(rows.insert(id.clone())),
            RowChange::Update { from, to } => assert!(rows.remove(from) && rows.insert(to.clone())),
        }
    }
    rows
}

/// The row effects of a recorded step: those in braces, or the usual one.
fn effects(step: &str) -> Vec<RowChange> {
    let (step, braces) = step.split_once('{').unwrap_or((step, ""));
    if braces.is_empty() {
        return vec![match step.split_once('>').unwrap() {
            ("", to) => RowChange::Insert(to.to_owned()),
            (from, "") => RowChange::Delete(from.to_owned()),
            (from, to) => RowChange::Update { from: from.to_owned(), to: to.to_owned() },
        }];
    }
    let read = |effect: &str| match effect.trim_end_matches('?').split_once(':').unwrap() {
        ("D", id) => RowChange::Delete(id.to_owned()),
        ("I", id) => RowChange::Insert(id.to_owned()),
        (_, update) => {
            let (from, to) = update.split_once('>').unwrap();
            RowChange::Update { from: from.to_owned(), to: to.to_owned() }
        }
    };
    braces.trim_end_matches('}').split(' ').map(read).collect()
}

fn kinds(changes: &[RowChange]) -> [usize; 3] {
    let mut counts = [0; 3];
    for change in changes {
        counts[match change {
            RowChange::Delete(_) => 0,
            RowChange::Insert(_) => 1,
            RowChange::Update { .. } => 2,
        }] += 1;
    }
    counts
}

fn show(graph: &Graph, target: &str) -> Result<Resolved, String> {
    let target: Target = target.parse().map_err(text)?;
    target.resolve(&Context { graph, current: None, purpose: Purpose::Show }).map_err(text)
}

fn one(graph: &Graph, target: &str, resolved: &Resolved) -> Result<String, String> {
    match resolved.revisions() {
        [] => Ok("None".to_owned()),
        [revision] => Ok(graph.id(*revision).to_owned()),
        several => Err(format!("Multiple heads for '{target}': {}", ids(graph, several))),
    }
}

fn iterate(graph: &Graph, upper: &str, lower: &str, flags: &[&str]) -> Result<String, String> {
    let has = |flag: &str| flags.iter().any(|flags| flags.split(',').any(|other| other == flag));
    let is_list = |ends: &str| ends.starts_with('[');
    if has("inclusive") && !is_list(upper) && !is_list(lower) && !has("implicit_base") {
        // These are ranges of `history`.
        let end = |end: &str| (end != "-").then(|| end.parse::<Target>().unwrap());
        return history(graph, &TargetRange { start: end(lower), end: end(upper) }, None)
            .map(|revisions| ids(graph, &revisions))
            .map_err(text);
    }
    let resolve = |ends: &str| -> Result<Vec<Position>, String> {
        let mut all = Vec::new();
        for end in list(ends).filter(|end| *end != "-") {
            all.extend_from_slice(show(graph, end)?.revisions());
        }
        Ok(all)
    };
    let interval = Interval { includes_lower: has("inclusive"), includes_other_bases: has("implicit_base") };
    between(graph, &resolve(upper)?, &resolve(lower)?, interval)
        .map(|revisions| ids(graph, &revisions))
        .map_err(text)
}

fn lines_of_history(graph: &Graph, start: &str, end: &str) -> Result<String, String> {
    let ends = [start, end].map(|end| if end == "-" { "" } else { end });
    let range: TargetRange = ends.join(":").parse().map_err(text)?;
    let revisions = history(graph, &range, None).map_err(text)?;
    let lines = revisions.into_iter().map(|revision| {
        let parents = graph.ids(graph.down_revisions(revision)).join(", ");
        let parents = if parents.is_empty() { "<base>" } else { &parents };
        let dependencies = in_parentheses(&graph.ids(graph.dependencies(revision)));
        let labels = in_parentheses(graph.labels(revision));
        format!("{parents}{dependencies} -> {}{labels}{}", graph.id(revision), marks(graph, revision))
    });
    Ok(lines.collect::<Vec<_>>().join(" / "))
}

fn lines_of_current(graph: &Graph, rows: &str) -> Result<String, String> {
    let current = Heads::new(list(rows)).current(graph).map_err(|error| error.to_string())?;
    let lines =
        current.into_iter().map(|revision| format!("{}{}", graph.id(revision), marks(graph, revision)));
    Ok(lines.collect::<Vec<_>>().join(" / "))
}

fn marks(graph: &Graph, revision: Position) -> String {
    let head = match (graph.is_real_head(revision), graph.is_head(revision)) {
        (true, _) => " (head)",
        (false, true) => " (effective head)",
        (false, false) => "",
    };
    let branch = if graph.is_branch_point(revision) { " (branchpoint)" } else { "" };
    let merge = if graph.is_merge_point(revision) { " (mergepoint)" } else { "" };
    format!("{head}{branch}{merge}")
}

fn in_parentheses(names: &[String]) -> String {
    if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) }
}

fn ends(graph: &Graph) -> String {
    let ends = [
        ("heads", graph.heads(), None),
        ("real_heads", graph.real_heads(), Some(graph.heads())),
        ("bases", graph.bases(), None),
        ("real_bases", graph.real_bases(), Some(graph.bases())),
    ];
    let written = ends
        .into_iter()
        .filter(|(_, these, usual)| usual.is_none_or(|usual| usual != *these))
        .map(|(name, these, _)| format!("{name}={}", ids(graph, these)));
    written.collect::<Vec<_>>().join(" ")
}

fn labels(graph: &Graph) -> String {
    let quoted =
        |names: &[String]| names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
    let entries: Vec<String> = graph
        .positions()
        .map(|revision| format!("{:?}: [{}]", graph.id(revision), quoted(graph.labels(revision))))
        .collect();
    format!("{{{}}}", entries.join(", "))
}

fn ids(graph: &Graph, revisions: &[Position]) -> String {
    format!("[{}]", graph.ids(revisions).join(","))
}

/// `[a,b]`, or one word.
fn list(words: &str) -> impl Iterator<Item = &str> {
    words.trim_matches(['[', ']']).split(',').filter(|word| !word.is_empty())
}

fn text(error: impl std::error::Error) -> String {
    error.to_string()
}
