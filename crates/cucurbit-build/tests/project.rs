//! A whole project with a `build.rs` of one line, built by Cargo beside a stub of the crate `cucurbit`
//! that has no dependencies: it has only what the generated text names.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The generated text names these things of `cucurbit`, and no others.
const STUB: &str = r#"
pub mod revision { #[derive(Clone, Debug)] pub struct Revision { pub id: &'static str } }
#[derive(Default)] pub struct Op { pub recorded: Vec<&'static str> }
#[derive(Clone)] pub struct Script {
    pub path: &'static str,
    pub doc: &'static str,
    pub revision: revision::Revision,
    pub upgrade: fn(&mut Op),
    pub downgrade: fn(&mut Op),
}
#[macro_export] macro_rules! include_versions { () => { include!(concat!(env!("OUT_DIR"), "/versions.rs")); } }
"#;

/// The strictest lints a project may have: none may fire on a revision or on the list.
const MAIN: &str = r#"//! The project.
#![deny(warnings, missing_docs, unreachable_pub, unnameable_types, elided_lifetimes_in_paths)]
mod versions { cucurbit::include_versions!(); }
fn main() {
    for script in versions::all() {
        let mut op = cucurbit::Op::default();
        (script.upgrade)(&mut op);
        (script.downgrade)(&mut op);
        println!("{:?}", (script.path, script.doc, script.revision.id, op.recorded));
    }
}
"#;

/// Messages that would end a literal, a comment or a line if they were not escaped.
const NASTY: &str = "say \"hi\" \\ */ /* {x} \\u{41} 'a ü 🥒 \u{200b}";

struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    fn new() -> Self {
        let project = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        let helper = env!("CARGO_MANIFEST_DIR");
        project.write("stub/Cargo.toml", "[package]\nname = \"cucurbit\"\nedition = \"2024\"\n");
        project.write("stub/src/lib.rs", STUB);
        project.write(
            "Cargo.toml",
            &format!(
                "[package]\nname = \"project\"\nedition = \"2024\"\n[workspace]\n\
                 [dependencies]\ncucurbit = {{ path = \"stub\" }}\n\
                 [build-dependencies]\ncucurbit-build = {{ path = {helper:?} }}\n"
            ),
        );
        project.write("build.rs", "fn main() { cucurbit_build::versions(\"versions\"); }\n");
        project.write("src/main.rs", MAIN);
        project
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let file = self.path(name);
        std::fs::create_dir_all(file.parent().unwrap_or(Path::new("/"))).expect(name);
        std::fs::write(file, text).expect(name);
    }

    fn run(&self) -> Output {
        Command::new(env!("CARGO"))
            .args(["run", "--offline", "--quiet"])
            .current_dir(self.folder.path())
            .env("CARGO_TARGET_DIR", self.path("target"))
            .env_remove("RUSTFLAGS")
            .output()
            .expect("cargo")
    }

    /// What the project prints: a line for each script.
    fn prints(&self) -> String {
        let output = self.run();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
        assert_eq!(errors, "", "no warnings");
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// What Cargo says when the project does not build.
    fn fails(&self) -> String {
        let output = self.run();
        assert!(!output.status.success(), "built: {}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stderr).expect("UTF-8")
    }
}

fn revision(doc: &str, id: &str) -> String {
    format!(
        "//! {doc}\nuse cucurbit::{{Op, revision::Revision}};\n\n\
         pub const REVISION: Revision = Revision {{ id: {id:?} }};\n\n\
         pub fn upgrade(op: &mut Op) {{\n    op.recorded.push(\"up {id}\");\n}}\n\n\
         pub fn downgrade(op: &mut Op) {{\n    op.recorded.push(\"down {id}\");\n}}\n"
    )
}

fn line(file: &str, doc: &str, id: &str) -> String {
    format!("({:?}, {doc:?}, {id:?}, [\"up {id}\", \"down {id}\"])\n", format!("versions/{file}"))
}

#[test]
fn a_project_follows_its_folder() {
    let project = Project::new();

    let missing = project.fails();
    assert!(missing.contains("versions\", does not exist"), "{missing}");
    assert!(missing.contains("hint: create the folder"), "{missing}");
    assert!(!missing.contains("panicked"), "{missing}");

    project.write("versions/.gitkeep", "");
    assert_eq!(project.prints(), "", "an empty folder is an empty history");

    project.write("versions/b-2 \"x\" \\ ü.rs", &revision(NASTY, "b2"));
    let b = line("b-2 \"x\" \\ ü.rs", NASTY, "b2");
    assert_eq!(project.prints(), b, "a new file is noticed");

    let windows = format!("\u{feff}{}", revision("One.\n//!\n//!  Two.", "a1").replace('\n', "\r\n"));
    project.write("versions/a.rs", &windows);
    project.write("versions/c.rs", &format!("#!/usr/bin/env cargo\n{}", revision("[Shebang](x).", "c3")));
    let a = line("a.rs", "One.\n\n Two.", "a1");
    assert_eq!(project.prints(), format!("{a}{b}{}", line("c.rs", "[Shebang](x).", "c3")));

    project.write("versions/c.rs", &revision("Edited.", "c4"));
    assert_eq!(project.prints(), format!("{a}{b}{}", line("c.rs", "Edited.", "c4")), "an edit is noticed");

    project.write("versions/c.rs", "//! Broken.\n\nnonsense\n");
    let broken = project.fails();
    assert!(broken.contains("versions/c.rs:3:"), "the error points at the revision: {broken}");

    std::fs::remove_file(project.path("versions/c.rs")).expect("c.rs");
    assert_eq!(project.prints(), format!("{a}{b}"), "a removed file is noticed");
}

/// On Linux the debug information is in the program itself.
#[cfg(target_os = "linux")]
#[test]
fn a_program_is_linked_without_debug_information() {
    let project = Project::new();
    project.write("versions/a.rs", &revision("One.", "a1"));
    let bytes = || {
        project.prints();
        project.path("target/debug/project").metadata().expect("the program").len()
    };
    let with = bytes();

    project.write(
        "build.rs",
        "fn main() { cucurbit_build::versions(\"versions\"); cucurbit_build::without_debug_info(); }\n",
    );
    let without = bytes();
    assert!(without * 2 < with, "{with} bytes became {without}");
}
