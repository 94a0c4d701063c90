//! Lists the revision scripts.

fn main() {
    cucurbit_build::versions("versions");
}
