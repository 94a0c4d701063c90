//! The order in which revisions are listed: newest first, as Alembic's `RevisionMap._topological_sort`.
//!
//! Alembic keeps a list of open heads. It emits the head at hand unless that is an ancestor of another open
//! head; then it jumps to the first such head. After emitting, the head's first parent takes its place in the
//! list and further parents go to the end; where a line ends, the list shrinks and the walk steps back by one.
//! Alembic asks "is it an ancestor" with a set of all ancestors for each open head, which is quadratic. The
//! same order comes here from two facts. A head is an ancestor of an open head exactly when one of its children
//! is not yet emitted. And the *first* open head above a revision only moves to the right, so it can be kept
//! until its own line forks.

use super::graph::{Edges, Graph, RevisionSet};
use super::position::{PerRevision, Position};

/// Lists a set, every revision before its parents and dependencies. `heads` are where to start from.
pub(super) fn newest_first(graph: &Graph, set: &RevisionSet, heads: &[Position]) -> Vec<Position> {
    let members: Vec<Position> = set.iter().collect();
    // A range may have gaps (a revision between two members that is none itself): walk through them silently.
    let above = graph.descendants(&members, Edges::WithDependencies);
    let mut open = graph.ancestors(&members, Edges::WithDependencies);
    open.retain(|position| above.contains(position));
    let mut order = Walk::new(graph, open, heads).run();
    order.retain(|&position| set.contains(position));
    order
}

/// Lists all revisions in the order in which an empty database would run them.
#[cfg(feature = "runtime")]
pub(crate) fn oldest_first(graph: &Graph) -> Vec<Position> {
    let all = graph.ancestors(graph.real_heads(), Edges::WithDependencies);
    newest_first(graph, &all, graph.real_heads()).into_iter().rev().collect()
}

/// An open head's place in Alembic's list. Places are numbered as they are made, which is their order.
struct Slot {
    head: Position,
    /// Changes when this line forks or ends: what was known to lie below it may not any more.
    version: usize,
    is_open: bool,
    previous: Option<usize>,
    next: Option<usize>,
}

struct Walk<'g> {
    graph: &'g Graph,
    /// What is still to be emitted.
    open: RevisionSet,
    /// How many children each revision waits for.
    waiting: PerRevision<usize>,
    slot_of: PerRevision<Option<usize>>,
    slots: Vec<Slot>,
    last: Option<usize>,
    /// The first slot above each revision, and that slot's version at the time.
    above: PerRevision<Option<(usize, usize)>>,
}

impl<'g> Walk<'g> {
    fn new(graph: &'g Graph, open: RevisionSet, heads: &[Position]) -> Self {
        let mut waiting = graph.entries.all(0);
        for position in open.iter() {
            for &parent in graph.normalized_down_revisions(position) {
                waiting[parent] += 1;
            }
        }
        let mut starts = RevisionSet::of(graph, heads);
        starts.retain(|position| open.contains(position));
        starts.extend(open.iter().filter(|&position| waiting[position] == 0));
        let mut walk = Self {
            graph,
            open,
            waiting,
            slot_of: graph.entries.all(None),
            slots: Vec::new(),
            last: None,
            above: graph.entries.all(None),
        };
        for start in starts.iter() {
            walk.append(start);
        }
        walk
    }

    fn run(mut self) -> Vec<Position> {
        let mut order = Vec::new();
        let mut at = self.slots.first().map(|_| 0);
        while let Some(slot) = at {
            let candidate = self.slots[slot].head;
            if self.waiting[candidate] > 0 {
                at = Some(self.first_slot_above(candidate));
            } else {
                order.push(candidate);
                at = self.emit(slot, candidate);
            }
        }
        order
    }

    /// Emits the head of a slot; gives the slot to go on with.
    fn emit(&mut self, slot: usize, candidate: Position) -> Option<usize> {
        self.open.remove(candidate);
        self.slot_of[candidate] = None;
        let parents: Vec<Position> = self
            .graph
            .normalized_down_revisions(candidate)
            .iter()
            .copied()
            .filter(|&parent| self.open.contains(parent))
            .collect();
        for &parent in &parents {
            self.waiting[parent] -= 1;
        }
        let mut fresh = parents.iter().copied().filter(|&parent| self.slot_of[parent].is_none());
        let first = fresh.next();
        let others: Vec<Position> = fresh.collect();
        if parents.len() != 1 {
            self.slots[slot].version += 1;
        }
        let Some(first) = first else { return self.close(slot) };
        self.slots[slot].head = first;
        self.slot_of[first] = Some(slot);
        for other in others {
            self.append(other);
        }
        Some(slot)
    }

    fn append(&mut self, head: Position) {
        let slot = self.slots.len();
        self.slots.push(Slot { head, version: 0, is_open: true, previous: self.last, next: None });
        if let Some(last) = self.last.replace(slot) {
            self.slots[last].next = Some(slot);
        }
        self.slot_of[head] = Some(slot);
    }

    /// Takes a slot out of the list; gives the one before it, or else the one after it.
    fn close(&mut self, slot: usize) -> Option<usize> {
        let Slot { previous, next, .. } = self.slots[slot];
        self.slots[slot].is_open = false;
        if let Some(previous) = previous {
            self.slots[previous].next = next;
        }
        match next {
            Some(next) => self.slots[next].previous = previous,
            None => self.last = previous,
        }
        previous.or(next)
    }

    /// Returns the first slot whose head is a descendant of a revision that waits for one.
    fn first_slot_above(&mut self, start: Position) -> usize {
        // (revision, how many of its children were looked at, the first slot among them)
        let mut stack: Vec<(Position, usize, Option<usize>)> = vec![(start, 0, None)];
        while let Some((revision, looked_at, best)) = stack.pop() {
            let Some(&child) = self.graph.children_and_dependents(revision).get(looked_at) else {
                self.above[revision] = best.map(|slot| (slot, self.slots[slot].version));
                continue;
            };
            let mut found = best;
            if self.open.contains(child) {
                if self.waiting[child] > 0 {
                    let Some(slot) = self.known_slot_above(child) else {
                        stack.push((revision, looked_at, best));
                        stack.push((child, 0, None));
                        continue;
                    };
                    found = smaller(found, slot);
                }
                if let Some(slot) = self.slot_of[child] {
                    found = smaller(found, slot);
                }
            }
            stack.push((revision, looked_at + 1, found));
        }
        self.known_slot_above(start).expect("a waiting revision has an open head above it")
    }

    /// Returns what was found before, unless the line of that slot has forked or ended since.
    fn known_slot_above(&self, revision: Position) -> Option<usize> {
        let (slot, version) = self.above[revision]?;
        let Slot { version: now, is_open, .. } = self.slots[slot];
        (is_open && now == version).then_some(slot)
    }
}

fn smaller(best: Option<usize>, slot: usize) -> Option<usize> {
    Some(best.map_or(slot, |best| best.min(slot)))
}
