//! Text that is safe for a terminal: control characters as escapes, passwords as `***`.
//!
//! Names of objects, rows of the version table and what a server says are untrusted, and a terminal
//! obeys control characters. Everything that is printed for people goes through here; JSON and SQL are for programs.

use crate::mask;

/// Writes a text as one line: a line break in it is an escape too.
pub(super) fn line(text: &str) -> String {
    mask::text(&escaped(text, |_| false))
}

/// Writes a text that has lines of its own.
pub(super) fn lines(text: &str) -> String {
    mask::text(&escaped(text, |letter| matches!(letter, '\n' | '\t')))
}

/// Writes JSON, whose texts may hold what a terminal obeys: as its own escapes, which are read back as the same.
pub(super) fn json(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter != '\n' && is_obeyed(letter) {
            let mut units = [0; 2];
            let escapes = letter.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}"));
            shown.extend(escapes);
        } else {
            shown.push(letter);
        }
    }
    shown
}

fn escaped(text: &str, is_kept: impl Fn(char) -> bool) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_obeyed(letter) && !is_kept(letter) {
            shown.extend(letter.escape_default());
        } else {
            shown.push(letter);
        }
    }
    shown
}

/// Tells whether a terminal does something else with a character than to show it: controls (C0, DEL, C1), breaks of lines,
/// marks that change the direction of writing, and invisible characters. Joiners stay.
fn is_obeyed(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_shown_and_letters_stay() {
        assert_eq!(line("x\ny\r\u{1b}[2J\u{9b}1m\u{202e}z\t"), r"x\ny\r\u{1b}[2J\u{9b}1m\u{202e}z\t");
        assert_eq!(lines("x\n\ty\r"), "x\n\ty\\r");
        for text in ["größe", "日本語", "🌱", "👩\u{200d}🌾", "می\u{200c}شود", "a\\nb", "`x` 'y'"]
        {
            assert_eq!(line(text), text);
        }
    }

    #[test]
    fn json_reads_back_as_the_same() {
        let text = "x\u{9b}\u{7f}\u{202e}\u{e0041}\u{1b}";
        let written = serde_json::to_string(text).expect("a text");
        let shown = json(&written);
        assert!(!shown.contains(is_obeyed), "{shown}");
        assert_eq!(serde_json::from_str::<String>(&shown).expect("JSON"), text);
    }
}
