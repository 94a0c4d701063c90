//! The known word that an unknown one was probably meant to be.
//!
//! What lives here: the distance between two words. The words themselves live with those who know them.

/// Finds the candidate that differs from `word` in the fewest letters; `None` when none is close.
///
/// A candidate is close when at most a third of its letters, and at least one, would have to change.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (distance(&word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= (candidate.chars().count() / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's distance: the number of letters to insert, delete or replace.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, letter) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (position, other) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *other);
            diagonal = row[position + 1];
            row[position + 1] = replaced.min(diagonal + 1).min(row[position] + 1);
        }
    }
    row[to.len()]
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
        assert_eq!(nearest("password", known), None);
    }
}
