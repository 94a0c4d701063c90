//! Where Cucurbit differs from Alembic on purpose, and what Alembic's record does not touch.

use cucurbit::revision::{
    Applied, Context, Edges, Graph, GraphError, Heads, HeadsError, Node, PlanError, Purpose, Reach, Resolved,
    Revision, RowChange, Step, Target, TargetError, downgrade, history, stamp, upgrade,
};

use super::read;

/// A trunk a, b and two labelled branches.
const FORK: &str = "a|b<a|c1<b #one|d1<c1|c2<b #two|d2<c2";

fn target(text: &str) -> Target {
    text.parse().unwrap()
}

fn rows(ids: &str) -> Heads {
    Heads::new(ids.split(',').filter(|id| !id.is_empty()))
}

/// The steps as `a>b c>d`, and the rows after them.
fn walked(graph: &Graph, from: &str, steps: &[Step]) -> String {
    let mut applied = Applied::new(graph, rows(from)).unwrap();
    let mut words = Vec::new();
    for step in steps {
        applied.take(step);
        words.push(format!("{}>{}", step.from.join("+"), step.to.join("+")));
    }
    let rows: Vec<&str> = applied.heads().ids().collect();
    words.push("=>".to_owned());
    words.push(rows.join(","));
    words.join(" ")
}

fn up(picture: &str, from: &str, to: &str) -> Result<String, PlanError> {
    let graph = read(picture).unwrap();
    Ok(walked(&graph, from, &upgrade(&graph, &rows(from), &[target(to)])?))
}

fn down(picture: &str, from: &str, to: &str, reach: Reach) -> Result<String, PlanError> {
    let graph = read(picture).unwrap();
    Ok(walked(&graph, from, &downgrade(&graph, &rows(from), &target(to), reach)?))
}

fn stamped(picture: &str, from: &str, to: &[&str]) -> Result<String, PlanError> {
    let graph = read(picture).unwrap();
    let targets: Vec<Target> = to.iter().map(|to| target(to)).collect();
    Ok(walked(&graph, from, &stamp(&graph, &rows(from), &targets)?))
}

fn listed(picture: &str, range: &str, current: Option<&str>) -> Result<String, PlanError> {
    let graph = read(picture).unwrap();
    let revisions = history(&graph, &range.parse().unwrap(), current.map(rows).as_ref())?;
    Ok(graph.ids(&revisions).join(" "))
}

fn shown(picture: &str, text: &str) -> Result<String, TargetError> {
    let graph = read(picture).unwrap();
    let context = Context { graph: &graph, current: None, purpose: Purpose::Show };
    Ok(graph.ids(target(text).resolve(&context)?.revisions()).join(" "))
}

#[test]
fn stamping_the_heads_keeps_the_rows_that_are_heads() {
    assert_eq!(stamped(FORK, "d1,c2", &["heads"]).unwrap(), "c2>d2 => d1,d2");
    assert_eq!(stamped(FORK, "", &["a", "d1", "b"]).unwrap(), ">d1 => d1");
    assert_eq!(stamped(FORK, "d1,d2", &["one@base", "two@b"]).unwrap(), "d1+d2>b => b");
}

#[test]
fn stamp_understands_relative_targets() {
    assert_eq!(stamped(FORK, "d1", &["-1"]).unwrap(), "d1>c1 => c1");
    assert_eq!(stamped(FORK, "a", &["+1"]).unwrap(), "a>b => b");
    assert_eq!(stamped(FORK, "d1,c2", &["two@+1"]).unwrap(), "c2>d2 => d1,d2");
    assert_eq!(stamped(FORK, "", &["one@head-1"]).unwrap(), ">c1 => c1");
    assert_eq!(stamped("a|b1<a|b2<a|m<b1,b2", "m", &["-1"]).unwrap(), "m>b1 m>b2 => b1,b2");
    assert_eq!(stamped("a", "a", &["-1"]).unwrap(), "a> => ");
}

#[test]
fn stamp_puts_overlapping_rows_right() {
    let error = up("x|y ~x", "x,y", "y").unwrap_err();
    assert_eq!(error, HeadsError::Overlap { revision: "y".to_owned(), other: "x".to_owned() }.into());
    assert_eq!(error.hint().unwrap(), "`y` implies `x`, which needs no row: `stamp y` removes it");
    assert_eq!(stamped("x|y ~x", "x,y", &["y"]).unwrap(), "x>y => y");
}

#[test]
fn undoing_one_of_several_rows_asks_which() {
    let check = |picture: &str, from: &str, expected: &[&str]| match down(picture, from, "-1", Reach::Branch)
    {
        Err(PlanError::Target(error)) => {
            assert_eq!(error.to_string(), "Ambiguous downgrade from multiple current revisions");
            let hint = error.hint().unwrap();
            let TargetError::AmbiguousCurrent { candidates, .. } = error else { panic!("{error}") };
            assert_eq!(candidates, expected);
            for candidate in candidates {
                assert!(hint.contains(&candidate));
                // Every candidate is an answer.
                down(picture, from, &candidate, Reach::Branch).unwrap();
            }
        }
        other => panic!("{other:?}"),
    };
    check(FORK, "d1,d2", &["one@-1", "two@-1"]);
    check("a|b1<a|b2<a", "b1,b2", &["b1@-1", "b2@-1"]);
    // A label of the trunk says nothing about which tip is meant.
    check("a #trunk|b1<a|b2<a #two", "b1,b2", &["b1@-1", "two@-1"]);
}

#[test]
fn undoing_a_merge_restores_what_it_merged() {
    let merged = "a|b1<a #one|b2<a|m<b1,b2|n<m";
    assert_eq!(down(merged, "m", "-1", Reach::Branch).unwrap(), "m>b1+b2 => b1,b2");
    assert_eq!(down(merged, "n", "-2", Reach::Branch).unwrap(), "n>m m>b1+b2 => b1,b2");
    let error = down(merged, "n", "-3", Reach::Branch).unwrap_err();
    assert_eq!(error.to_string(), "Ambiguous walk");
    assert_eq!(error.hint().unwrap(), "from m go on to `b1` or `b2`: name it, or its branch");
    // A branch says which way to go on below the merge.
    assert_eq!(down(merged, "n", "b1@-3", Reach::Branch).unwrap(), "n>m m>b1+b2 b1>a => b2");
}

#[test]
fn downgrading_a_branch_stops_at_the_fork() {
    assert_eq!(down(FORK, "d1,d2", "one@base", Reach::Branch).unwrap(), "d1>c1 c1>b => d2");
    assert_eq!(down(FORK, "d1,d2", "one@a", Reach::Branch).unwrap(), "d1>c1 c1>b => d2");
    assert_eq!(down(FORK, "d1", "one@base", Reach::Branch).unwrap(), "d1>c1 c1>b b>a a> => ");
    assert_eq!(down(FORK, "d2", "one@base", Reach::Branch).unwrap(), "=> d2");
    let all = down(FORK, "d1,d2", "one@base", Reach::Everything).unwrap();
    assert_eq!(all, "d1>c1 c1>b d2>c2 c2>b b>a a> => ");
}

#[test]
fn a_relative_downgrade_does_not_cross_a_fork_that_others_stand_on() {
    let error = down(FORK, "d1,d2", "one@-3", Reach::Branch).unwrap_err();
    assert_eq!(
        error,
        PlanError::CrossesFork {
            branch: "one".to_owned(),
            revision: "b".to_owned(),
            others: vec!["d2".to_owned()]
        }
    );
    assert!(error.hint().unwrap().starts_with("downgrade d2 first"));
    assert_eq!(down(FORK, "d1", "one@-3", Reach::Branch).unwrap(), "d1>c1 c1>b b>a => a");
}

#[test]
fn a_downgrade_takes_along_what_depends_on_it() {
    let two = "x1 #x|x2<x1|y1 #y|y2<y1 ~x2";
    assert_eq!(down(two, "y2", "x@base", Reach::Branch).unwrap(), "y2>y1 x2>x1 x1> => y1");
    // The target has no row, being implied; nothing above it is applied.
    assert_eq!(down("x1|x2<x1|y ~x1", "y", "x1", Reach::Branch).unwrap(), "=> y");
}

#[test]
fn the_smallest_id_is_the_row_that_is_updated() {
    let graph = read("base0|c<base0|a<base0|b<base0|m<c,a,b").unwrap();
    let merge = &upgrade(&graph, &rows("a,b,c"), &[target("m")]).unwrap()[0];
    let update = |from: &str, to: &str| RowChange::Update { from: from.to_owned(), to: to.to_owned() };
    let delete = |id: &str| RowChange::Delete(id.to_owned());
    let insert = |id: &str| RowChange::Insert(id.to_owned());
    let expected = [delete("b"), delete("c"), update("a", "m")];
    assert_eq!(rows("c,b,a").changes(&graph, merge).unwrap(), expected);
    let unmerge = &downgrade(&graph, &rows("m"), &target("-1"), Reach::Branch).unwrap()[0];
    let expected = [insert("b"), insert("c"), update("m", "a")];
    assert_eq!(rows("m").changes(&graph, unmerge).unwrap(), expected);
}

#[test]
fn an_unknown_row_is_the_same_error_everywhere() {
    let graph = read(FORK).unwrap();
    let heads = rows("d1,ffff");
    let error = HeadsError::UnknownRevision { revision: "ffff".to_owned() };
    assert_eq!(error.to_string(), "Can't locate revision identified by 'ffff'");
    assert!(error.hint().unwrap().contains("stamp --purge"));
    assert_eq!(heads.current(&graph), Err(error.clone()));
    assert_eq!(upgrade(&graph, &heads, &[target("heads")]), Err(error.clone().into()));
    assert_eq!(downgrade(&graph, &heads, &target("base"), Reach::Branch), Err(error.clone().into()));
    assert_eq!(stamp(&graph, &heads, &[target("heads")]), Err(error.into()));
    assert!(history(&graph, &"current:".parse().unwrap(), Some(&heads)).is_err());
}

#[test]
fn the_same_targets_mean_the_same_to_every_command() {
    assert_eq!(shown(FORK, "one@head-1").unwrap(), "c1");
    assert_eq!(shown(FORK, "a+1").unwrap(), "b");
    assert_eq!(shown(FORK, "heads").unwrap(), "d1 d2");
    assert_eq!(shown(FORK, "base").unwrap(), "");
    assert_eq!(up(FORK, "b", "current+1").unwrap_err().to_string(), "Ambiguous walk");
    assert_eq!(up(FORK, "a", "current+1").unwrap(), "a>b => b");
    assert_eq!(up(FORK, "", "one@head").unwrap(), ">a a>b b>c1 c1>d1 => d1");
    assert_eq!(down(FORK, "d1,d2", "two@head-1", Reach::Branch).unwrap(), "d2>c2 => c2,d1");
    assert_eq!(listed(FORK, "b:", None).unwrap(), "d1 c1 d2 c2 b");
    assert_eq!(listed(FORK, "d1@head:", None).unwrap(), "d1");
    assert_eq!(listed(FORK, "d1@-1:", None).unwrap(), "d1 c1");
    assert_eq!(listed(FORK, "a+1:c1", None).unwrap(), "c1 b");
}

#[test]
fn the_ends_of_a_range_count_from_each_other() {
    let line = "a|b<a|c<b|d<c";
    assert_eq!(listed(line, ":", None).unwrap(), "d c b a");
    assert_eq!(listed(line, "-1:c", None).unwrap(), "c b");
    assert_eq!(listed(line, "-1:", None).unwrap(), "d c");
    assert_eq!(listed(line, "-99:c", None).unwrap(), "c b a");
    assert_eq!(listed(line, "b:+1", None).unwrap(), "c b");
    assert_eq!(listed(line, ":+2", None).unwrap(), "b a");
    assert_eq!(listed(line, "-1:current", Some("c")).unwrap(), "c b");
    assert_eq!(listed(line, "current:", Some("c")).unwrap(), "d c");
    assert_eq!(listed(line, ":current", Some("")).unwrap(), "");
    assert_eq!(listed(FORK, "-1:", None).unwrap(), "d1 c1 d2 c2");
    let error = listed(line, "c:b", None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Requested range c:b does not refer to ancestor/descendant revisions along the same branch"
    );
    assert!(matches!(
        listed(line, "current:", None),
        Err(PlanError::Target(TargetError::NeedsDatabase { target })) if target == "current"
    ));
}

#[test]
fn a_target_outside_of_the_history_is_an_error_with_a_name() {
    let line = "a|b<a";
    let too_far = PlanError::Target(TargetError::WalkedTooFar { target: "head+1".to_owned() });
    assert_eq!(up(line, "", "head+1"), Err(too_far));
    assert_eq!(up(line, "a", "a-1").unwrap(), "=> a");
    assert!(matches!(up(line, "a", "a-2"), Err(PlanError::Target(TargetError::WalkedTooFar { .. }))));
    let error = down(line, "a", "b", Reach::Branch).unwrap_err();
    assert_eq!(error.hint().unwrap(), "applied: a and what is below");
    let error = down("a|b1<a|b2<a", "b1,b2", "heads", Reach::Branch).unwrap_err();
    assert!(matches!(error, PlanError::MultipleTargets { revisions, .. } if revisions == ["b1", "b2"]));
    assert_eq!(shown(line, "zz").unwrap_err().to_string(), "Can't locate revision identified by 'zz'");
    assert!(shown(line, "zz").unwrap_err().hint().unwrap().contains("four characters"));
}

#[test]
fn a_partial_id_must_be_the_beginning_of_one_name() {
    let names = "abcd1|abce2<abcd1 #abx|abx9<abce2";
    assert_eq!(shown(names, "abcd").unwrap(), "abcd1");
    // Names of up to three characters are only found whole.
    assert_eq!(shown(names, "abx").unwrap(), "abce2");
    match shown(names, "ab") {
        Err(TargetError::AmbiguousIdentifier { candidates, .. }) => {
            assert_eq!(candidates, ["abcd1", "abce2", "abx9"]);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_graph_is_refused_with_the_ids_at_fault() {
    let error = |picture: &str| read(picture).unwrap_err();
    let owned = str::to_owned;
    assert_eq!(error("a|b<a|a"), GraphError::DuplicateId { revision: owned("a"), first: 0, second: 2 });
    assert_eq!(error("a|b<zz"), GraphError::MissingParent { revision: owned("b"), missing: owned("zz") });
    assert_eq!(
        error("a|b ~zz"),
        GraphError::MissingDependency { revision: owned("b"), missing: owned("zz") }
    );
    assert_eq!(error("a|b<a,c|c<b|d<c"), GraphError::Cycle { revisions: vec![owned("b"), owned("c")] });
    assert_eq!(
        error("a|b<a ~d|c|d<c ~b"),
        GraphError::DependencyCycle { revisions: vec![owned("b"), owned("d")] }
    );
    assert_eq!(error("a #x ~x"), GraphError::DependencySelfLoop { revision: owned("a") });
    assert!(matches!(error("a|b<a #a"), GraphError::DuplicateLabel { other, .. } if other == "a"));
    assert!(matches!(error("a #x@y"), GraphError::InvalidLabel { revision, .. } if revision == "a"));
    assert!(error("a|b<a|a").hint().is_some());
}

#[test]
fn a_label_reaches_ancestors_in_one_plain_line_only() {
    let labels = |picture: &str, id: &str| {
        let graph = read(picture).unwrap();
        graph.labels(graph.position(id).unwrap()).to_vec()
    };
    assert_eq!(labels("a|b<a #x|c<b", "a"), ["x"]);
    assert_eq!(labels("a|b<a #x|c<b", "c"), ["x"]);
    // Alembic starts from the last descendant, so a fork above keeps the label from ancestors too.
    assert!(labels("a|b<a #x|c1<b|c2<b", "a").is_empty());
    assert!(labels("a|b<a #x|c<b|d1<c|d2<c", "a").is_empty());
    assert!(labels("a|b<a #x|c<b|d ~c|e ~c", "a").is_empty());
    assert!(labels("a|b1<a|b2<a|m<b1,b2 #x", "b1").is_empty());
    assert_eq!(labels("a #x|b<a #y", "b"), ["x", "y"]);
}

#[test]
fn a_step_reads_as_alembic_logs_it() {
    const FIRST: Revision = Revision::new("aa").created("2025-11-06T12:43:40Z").branch_labels(&["x"]);
    const SECOND: Revision = Revision::new("bb").revises(&["aa"]);
    const THIRD: Revision = Revision::new("cc").depends_on(&["x"]);
    assert_eq!(FIRST.create_date(), Some("2025-11-06T12:43:40Z"));
    assert_eq!((FIRST.labels(), THIRD.dependencies()), (&["x"][..], &["x"][..]));
    let nodes =
        vec![Node::new(&FIRST, ""), Node::new(&SECOND, "Add a table.\n\nBecause."), Node::from(&THIRD)];
    let graph = Graph::new(nodes).unwrap();
    assert_eq!(graph.ids(graph.dependencies(graph.position("cc").unwrap())), ["aa"]);
    let steps = upgrade(&graph, &Heads::default(), &[target("bb")]).unwrap();
    let lines: Vec<String> = steps.iter().map(Step::to_string).collect();
    assert_eq!(lines, ["Running upgrade  -> aa", "Running upgrade aa -> bb, Add a table."]);
    let steps = downgrade(&graph, &rows("bb"), &target("-1"), Reach::Branch).unwrap();
    assert_eq!(steps[0].to_string(), "Running downgrade bb -> aa, Add a table.");
    let steps = stamp(&graph, &rows("bb"), &[target("base")]).unwrap();
    assert_eq!(steps[0].to_string(), "Running stamp_revision bb -> ");
}

#[test]
fn what_the_graph_answers() {
    let graph = read("a|b1<a|b2<a|m<b1,b2 ~x|x").unwrap();
    let at = |id| graph.position(id).unwrap();
    assert_eq!(graph.ids(&graph.branch_points()), ["a"]);
    assert_eq!(graph.ids(&graph.merge_points()), ["m"]);
    assert_eq!(graph.ids(graph.children(at("a"))), ["b1", "b2"]);
    assert_eq!(graph.ids(graph.normalized_down_revisions(at("m"))), ["b1", "b2", "x"]);
    let below = |edges| graph.ancestors(&[at("m")], edges).iter().count();
    assert_eq!((below(Edges::DownRevisions), below(Edges::WithDependencies)), (4, 5));
    assert_eq!(
        (graph.is_head(at("x")), graph.is_real_head(at("x")), graph.is_base(at("x"))),
        (true, false, true)
    );
    // A dependency that an ancestor declares is left out.
    let graph = read("a|b<a ~x|c<b ~x,y|x|y").unwrap();
    let at = |id| graph.position(id).unwrap();
    assert_eq!(graph.ids(graph.normalized_down_revisions(at("c"))), ["b", "y"]);
    let context = Context { graph: &graph, current: Some(&rows("b")), purpose: Purpose::Downgrade };
    assert_eq!(target("-1").resolve(&context), Ok(Resolved::Undo { lowest: at("b"), branch: None }));
}
