//! Laws over random graphs, and plans of very large ones.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use cucurbit::revision::{
    Applied, Direction, Edges, Graph, Heads, Interval, Node, Position, Reach, RowChange, Step, Target,
    between, downgrade, stamp, upgrade,
};
use proptest::prelude::*;

/// Graphs of up to 24 revisions with any number of bases, forks, merges and dependencies, in any load order.
fn graphs() -> impl Strategy<Value = Graph> {
    let below = || prop::collection::vec(any::<prop::sample::Index>(), 0..3);
    prop::collection::vec((below(), below(), 0..3u8), 1..24)
        .prop_flat_map(|edges| {
            let order: Vec<usize> = (0..edges.len()).collect();
            (Just(edges), Just(order).prop_shuffle())
        })
        .prop_map(|(edges, order)| {
            let nodes: Vec<Node> = edges
                .iter()
                .enumerate()
                .map(|(place, (parents, dependencies, has_dependencies))| {
                    let pick = |below: &[prop::sample::Index]| -> Vec<String> {
                        if place == 0 {
                            return Vec::new();
                        }
                        below.iter().map(|below| format!("r{}", below.index(place))).collect()
                    };
                    let depends_on = if *has_dependencies == 0 { pick(dependencies) } else { Vec::new() };
                    Node {
                        id: format!("r{place}"),
                        down_revisions: pick(parents),
                        depends_on,
                        ..Node::default()
                    }
                })
                .collect();
            Graph::new(order.into_iter().map(|place| nodes[place].clone()).collect()).unwrap()
        })
}

/// Everything that must be applied before a revision, from what its script says.
fn required(graph: &Graph, id: &str) -> Vec<String> {
    let node = graph.node(graph.position(id).unwrap());
    node.down_revisions.iter().chain(&node.depends_on).cloned().collect()
}

/// The applied revisions that no applied revision needs.
fn tips(graph: &Graph, applied: &BTreeSet<String>) -> BTreeSet<String> {
    let needed: BTreeSet<String> = applied.iter().flat_map(|id| required(graph, id)).collect();
    applied.difference(&needed).cloned().collect()
}

/// Takes the steps; after each, checks that it was possible and that the rows are the tips.
fn walk(graph: &Graph, applied: &mut BTreeSet<String>, steps: &[Step]) -> Result<(), TestCaseError> {
    let mut tracker = Applied::new(graph, Heads::new(tips(graph, applied))).unwrap();
    for step in steps {
        let id = graph.id(step.revision.unwrap()).to_owned();
        match step.direction {
            Direction::Upgrade => {
                prop_assert!(required(graph, &id).iter().all(|below| applied.contains(below)), "{}", step);
                prop_assert!(applied.insert(id));
            }
            Direction::Downgrade => {
                prop_assert!(applied.remove(&id));
                let is_needed = applied.iter().any(|other| required(graph, other).contains(&id));
                prop_assert!(!is_needed, "{}", step);
            }
            Direction::Stamp => prop_assert!(false),
        }
        let mut rows: BTreeSet<String> = tracker.heads().ids().map(str::to_owned).collect();
        for change in tracker.take(step) {
            // Every statement hits exactly one row.
            match change {
                RowChange::Delete(id) => prop_assert!(rows.remove(&id)),
                RowChange::Insert(id) => prop_assert!(rows.insert(id)),
                RowChange::Update { from, to } => {
                    prop_assert!(rows.remove(&from));
                    prop_assert!(rows.insert(to));
                }
            }
        }
        prop_assert_eq!(&rows, &tips(graph, applied));
        prop_assert_eq!(tracker.heads(), &Heads::new(rows));
    }
    Ok(())
}

/// Alembic's order as its survey describes it, with a set of all ancestors for every open head.
fn recorded_order(graph: &Graph, heads: &[Position]) -> Vec<Position> {
    let mut todo = graph.ancestors(heads, Edges::WithDependencies);
    let mut open = heads.to_vec();
    open.sort_unstable();
    let mut order = Vec::new();
    let mut at = 0;
    while !open.is_empty() {
        let candidate = open[at];
        let blocker = open.iter().position(|&other| {
            other != candidate && graph.ancestors(&[other], Edges::WithDependencies).contains(candidate)
        });
        if let Some(blocker) = blocker {
            at = blocker;
            continue;
        }
        order.push(candidate);
        todo.remove(candidate);
        let below: Vec<Position> = graph
            .normalized_down_revisions(candidate)
            .iter()
            .copied()
            .filter(|&below| todo.contains(below) && !open.contains(&below))
            .collect();
        match below[..] {
            [] => {
                open.remove(at);
                at = at.saturating_sub(1);
            }
            [first, ref others @ ..] => {
                open[at] = first;
                open.extend_from_slice(others);
            }
        }
    }
    order
}

fn at(graph: &Graph, place: prop::sample::Index) -> Position {
    graph.positions().nth(place.index(graph.len())).unwrap()
}

fn target(text: &str) -> Target {
    text.parse().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn up_to_the_heads_and_down_to_the_base_leaves_no_rows(graph in graphs()) {
        let mut applied = BTreeSet::new();
        let up = upgrade(&graph, &Heads::default(), &[target("heads")]).unwrap();
        prop_assert_eq!(up.len(), graph.len());
        walk(&graph, &mut applied, &up)?;
        prop_assert_eq!(Heads::new(tips(&graph, &applied)), Heads::reached(&graph, graph.real_heads()));
        let down = downgrade(&graph, &Heads::new(tips(&graph, &applied)), &target("base"), Reach::Branch).unwrap();
        prop_assert_eq!(down.len(), graph.len());
        walk(&graph, &mut applied, &down)?;
        prop_assert!(tips(&graph, &applied).is_empty());
    }

    #[test]
    fn every_stop_on_the_way_has_its_tips_as_rows(
        graph in graphs(),
        stops in prop::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 1..6),
    ) {
        let mut applied = BTreeSet::new();
        for (stop, is_up) in stops {
            let id = graph.id(at(&graph, stop)).to_owned();
            let rows = Heads::new(tips(&graph, &applied));
            let was_applied = applied.contains(&id);
            if is_up {
                let steps = upgrade(&graph, &rows, &[target(&id)]).unwrap();
                prop_assert_eq!(steps.is_empty(), was_applied);
                walk(&graph, &mut applied, &steps)?;
            } else {
                let steps = downgrade(&graph, &rows, &target(&id), Reach::Branch);
                prop_assert_eq!(steps.is_ok(), was_applied);
                walk(&graph, &mut applied, &steps.unwrap_or_default())?;
            }
            prop_assert!(applied.contains(&id) || !is_up);
        }
    }

    #[test]
    fn the_linear_order_is_the_recorded_one(graph in graphs()) {
        let all = Interval { includes_lower: false, includes_other_bases: true };
        let order = between(&graph, graph.real_heads(), &[], all).unwrap();
        prop_assert_eq!(order, recorded_order(&graph, graph.real_heads()));
    }

    #[test]
    fn a_range_lists_every_revision_before_what_it_needs(
        graph in graphs(),
        end in any::<prop::sample::Index>(),
        start in any::<prop::sample::Index>(),
    ) {
        let upper = at(&graph, end);
        let below: Vec<Position> = graph.ancestors(&[upper], Edges::WithDependencies).iter().collect();
        let lower = below[start.index(below.len())];
        let interval = Interval { includes_lower: true, includes_other_bases: false };
        let range = between(&graph, &[upper], &[lower], interval).unwrap();
        for (place, &revision) in range.iter().enumerate() {
            let above = graph.descendants(&[revision], Edges::WithDependencies);
            prop_assert!(!range[place + 1..].iter().any(|&later| above.contains(later)));
        }
        prop_assert!(range.contains(&lower));
    }

    #[test]
    fn after_a_stamp_no_row_implies_another_and_the_targets_are_applied(
        graph in graphs(),
        rows in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
        targets in prop::collection::vec(any::<prop::sample::Index>(), 1..4),
    ) {
        let ids = |chosen: &[prop::sample::Index]| -> Vec<String> {
            chosen.iter().map(|&index| graph.id(at(&graph, index)).to_owned()).collect()
        };
        let rows = Heads::reached(&graph, &rows.iter().map(|&row| at(&graph, row)).collect::<Vec<_>>());
        let targets = ids(&targets);
        let wanted: Vec<Target> = targets.iter().map(|id| target(id)).collect();
        let mut applied = Applied::new(&graph, rows.clone()).unwrap();
        for step in stamp(&graph, &rows, &wanted).unwrap() {
            applied.take(&step);
        }
        for id in &targets {
            prop_assert!(applied.contains(graph.position(id).unwrap()));
        }
        let positions = applied.heads().positions(&graph).unwrap();
        prop_assert_eq!(applied.heads(), &Heads::reached(&graph, &positions));
        prop_assert!(stamp(&graph, applied.heads(), &wanted).unwrap().is_empty());
    }
}

/// Plans up and down; the quadratic order took minutes for these, so the limit is generous.
fn plan_both_ways(name: &str, nodes: Vec<Node>) {
    let started = Instant::now();
    let graph = Graph::new(nodes).unwrap();
    let built = started.elapsed();
    let up = upgrade(&graph, &Heads::default(), &[target("heads")]).unwrap();
    let planned = started.elapsed() - built;
    let mut applied = Applied::new(&graph, Heads::default()).unwrap();
    for step in &up {
        applied.take(step);
    }
    let down = downgrade(&graph, applied.heads(), &target("base"), Reach::Branch).unwrap();
    for step in &down {
        applied.take(step);
    }
    assert!(applied.heads().is_empty());
    assert_eq!((up.len(), down.len()), (graph.len(), graph.len()));
    println!(
        "{name}: {} revisions, graph {built:?}, upgrade plan {planned:?}, all {:?}",
        graph.len(),
        started.elapsed()
    );
    assert!(started.elapsed() < Duration::from_secs(10), "{name} is not planned in linear time");
}

fn node(id: String, parents: &[String], depends_on: &[String]) -> Node {
    Node { id, down_revisions: parents.to_vec(), depends_on: depends_on.to_vec(), ..Node::default() }
}

#[test]
fn ten_thousand_revisions_in_a_line() {
    let id = |place: usize| format!("r{place:05}");
    let parents = |place: usize| if place == 0 { Vec::new() } else { vec![id(place - 1)] };
    plan_both_ways("line", (0..10_000).map(|place| node(id(place), &parents(place), &[])).collect());
}

#[test]
fn a_ladder_of_merges() {
    let mut nodes = vec![node("m0".to_owned(), &[], &[])];
    for rung in 1..=1_200 {
        let below = [format!("m{}", rung - 1)];
        let sides = [format!("a{rung}"), format!("b{rung}")];
        nodes.extend(sides.iter().map(|side| node(side.clone(), &below, &[])));
        nodes.push(node(format!("m{rung}"), &sides, &[]));
    }
    assert_eq!(nodes.len(), 3_601);
    plan_both_ways("ladder", nodes);
}

#[test]
fn a_trunk_with_a_head_at_every_revision() {
    let mut nodes = Vec::new();
    for place in 0..5_000usize {
        let below = if place == 0 { Vec::new() } else { vec![format!("t{}", place - 1)] };
        nodes.push(node(format!("t{place}"), &below, &[]));
        nodes.push(node(format!("h{place}"), &[format!("t{place}")], &[]));
    }
    plan_both_ways("comb", nodes);
}

#[test]
fn two_lines_that_depend_on_each_other_at_every_revision() {
    let mut nodes = Vec::new();
    for place in 0..5_000usize {
        let below = |line: &str| if place == 0 { Vec::new() } else { vec![format!("{line}{}", place - 1)] };
        nodes.push(node(format!("a{place}"), &below("a"), &below("b")));
        nodes.push(node(format!("b{place}"), &below("b"), &[]));
    }
    plan_both_ways("crossing", nodes);
}

#[test]
fn five_thousand_branches_of_one_base() {
    let mut nodes = vec![node("base0".to_owned(), &[], &[])];
    for place in 0..5_000 {
        nodes.push(node(format!("l{place}"), &["base0".to_owned()], &[]));
        nodes.push(node(format!("h{place}"), &[format!("l{place}")], &[]));
    }
    plan_both_ways("fan", nodes);
}
