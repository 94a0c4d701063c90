//! The graph of revisions: which steps lead where, in which order, and what the version table holds afterwards.

mod conformance; // Every line of Alembic's recorded behaviour, and the list of differences.
mod deliberate; // What differs from Alembic on purpose, one test for each decision.
mod laws; // What holds for every graph: random ones, and very large ones.

use cucurbit::revision::{Graph, GraphError, Node};

/// Reads the notation of `conformance/revision-graphs.txt`: `id<parent,parent ~dependency #label | …`.
fn read(picture: &str) -> Result<Graph, GraphError> {
    let nodes = picture.split('|').map(str::trim).filter(|node| !node.is_empty()).map(read_node);
    Graph::new(nodes.collect())
}

fn read_node(picture: &str) -> Node {
    let list = |names: &str| names.split(',').map(str::to_owned).collect::<Vec<_>>();
    let mut node = Node::default();
    for (place, word) in picture.split(' ').enumerate() {
        match (place, word.split_at(1)) {
            (0, _) => match word.split_once('<') {
                Some((id, parents)) => {
                    node.id = id.to_owned();
                    node.down_revisions = list(parents);
                }
                None => node.id = word.to_owned(),
            },
            (_, ("~", names)) => node.depends_on = list(names),
            (_, ("#", label)) => node.branch_labels.push(label.to_owned()),
            _ => panic!("`{picture}` is not a node"),
        }
    }
    node
}
