//! Lists the revision scripts.

fn main() {
    cucurbit_build::versions("versions");
    // While it is developed, the program is small and quickly linked.
    cucurbit_build::without_debug_info();
}
