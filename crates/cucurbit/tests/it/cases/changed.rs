//! Two texts beside each other, for people.

/// Lines shown before and after those that differ.
const AROUND: usize = 3;

/// Shows the lines in which two texts differ: `-` was expected, `+` is there.
pub(super) fn changed(expected: &str, actual: &str) -> String {
    let (expected, actual): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), actual.lines().collect());
    let shortest = expected.len().min(actual.len());
    let pairs = expected.iter().zip(&actual);
    let head = pairs.take_while(|(one, other)| one == other).count();
    let pairs = expected.iter().rev().zip(actual.iter().rev());
    let tail = pairs.take_while(|(one, other)| one == other).count().min(shortest - head);

    let mut text = String::new();
    let mut show = |mark: &str, lines: &[&str]| {
        text.extend(lines.iter().map(|line| format!("    {mark} {line}\n")));
    };
    show(" ", &expected[head.saturating_sub(AROUND)..head]);
    show("-", &expected[head..expected.len() - tail]);
    show("+", &actual[head..actual.len() - tail]);
    show(" ", &expected[expected.len() - tail..][..tail.min(AROUND)]);
    text
}

/// Sets lines in.
pub(super) fn lines(text: &str) -> String {
    text.lines().map(|line| format!("      {line}\n")).collect()
}
