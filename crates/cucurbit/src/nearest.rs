//! The known word that an unknown one was probably meant to be.
//!
//! What lives here: the distance between two words. The words themselves live with those who know them.

/// Finds the candidate that differs from `word` in the fewest characters; `None` when none is close.
///
/// A candidate is close when at most a third of its characters, and at least one, would have to change.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (distance(&word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= (candidate.chars().count() / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The number of characters to insert, delete or replace, where two neighbours that changed places count once.
///
/// (Levenshtein's distance with Damerau's transpositions, each pair of characters touched once.)
fn distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=to.len()).collect()];
    for line in 1..=from.len() {
        let mut row = vec![line];
        for at in 1..=to.len() {
            let replaced = rows[line - 1][at - 1] + usize::from(from[line - 1] != to[at - 1]);
            let mut least = replaced.min(rows[line - 1][at] + 1).min(row[at - 1] + 1);
            if line > 1 && at > 1 && from[line - 1] == to[at - 2] && from[line - 2] == to[at - 1] {
                least = least.min(rows[line - 2][at - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[from.len()][to.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_of_the_finger_finds_the_word_and_a_strange_word_finds_none() {
        let known = ["versions", "version_table", "url"];
        assert_eq!(nearest("version", known), Some("versions"));
        assert_eq!(nearest("Version_Tabel", known), Some("version_table"));
        assert_eq!(nearest("urls", known), Some("url"));
        assert_eq!(nearest("ulr", known), Some("url"));
        assert_eq!(nearest("password", known), None);
    }
}
