//! Lists the revision scripts and the entities.

fn main() {
    cucurbit_build::versions("versions");
    cucurbit_build::entities("crate", "src/lib.rs");
    // While it is developed, the program is small and quickly linked.
    cucurbit_build::without_debug_info();
}
