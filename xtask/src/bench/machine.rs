//! What the figures were measured on, without its name.

use std::process::Command;

/// Cores, memory, the system and the programs that took part, one line each.
pub(super) fn describe(server: &str) -> Vec<String> {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let memory = first_line("/proc/meminfo", "MemTotal:").and_then(|kib| {
        let kib: u64 = kib.trim().strip_suffix(" kB")?.trim().parse().ok()?;
        Some(format!("{} GiB of memory", kib.div_ceil(1 << 20)))
    });
    let system = first_line("/etc/os-release", "PRETTY_NAME=").map(|name| name.trim_matches('"').to_owned());
    let processor = first_line("/proc/cpuinfo", "model name")
        .map(|name| name.trim_start_matches([' ', '\t', ':']).to_owned());
    let machine = [Some(format!("{cores} cores")), processor, memory, system];
    let mut lines = vec![machine.into_iter().flatten().collect::<Vec<_>>().join(", ")];
    lines.push(format!("PostgreSQL {server}, `fsync` off"));
    for (program, argument) in [("rustc", "--version"), ("sqlite3", "--version"), ("psql", "--version")] {
        if let Ok(output) = Command::new(program).arg(argument).output() {
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            let is_number = |word: &&str| word.starts_with(|first: char| first.is_ascii_digit());
            lines.push(format!("{program} {}", text.split_whitespace().find(is_number).unwrap_or_default()));
        }
    }
    lines
}

/// What follows a word at the beginning of a line of a file.
fn first_line(file: &str, start: &str) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    text.lines().find_map(|line| line.strip_prefix(start)).map(str::to_owned)
}
