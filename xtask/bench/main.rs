//! The command line of a project of the benchmarks, whose models are as many tables as `BENCH_TABLES` says.

use std::{convert::Infallible, process::ExitCode};

use cucurbit::{
    Env,
    prelude::*,
    schema::{Schema, TableBuilder},
};

mod versions {
    cucurbit::include_versions!();
}

/// The same tables as in `models.py`.
fn models() -> Result<Schema, Infallible> {
    let number = std::env::var("BENCH_TABLES").ok().and_then(|number| number.parse().ok());
    let is_asked = std::env::var("BENCH_ASKED").is_ok_and(|value| value == "yes");
    Ok(Schema::from_tables((0..number.unwrap_or(1)).map(|at| table(at, is_asked && at % 10 == 0))))
}

fn table(at: usize, is_asked: bool) -> cucurbit::schema::Table {
    let name = format!("t{at:05}");
    TableBuilder::build(name.as_str(), |table| {
        table.column(integer("id").serial());
        table.column(string("name", 100));
        table.column(string("email", 120).nullable());
        table.column(text("body").nullable());
        table.column(float("amount"));
        table.column(boolean("active"));
        if is_asked {
            table.column(integer("count").default_expression("(1+2)"));
            table.check("amount>=0 AND amount<1000").named(format!("ck_{name}"));
        } else {
            table.column(integer("count"));
        }
        table.column(date_time("created_at"));
        table.column(date_time("updated_at"));
        table.column(integer("parent_id").nullable());
        table.primary_key(["id"]);
        table.foreign_key(["parent_id"], format!("t{:05}", at.saturating_sub(1)).as_str(), ["id"]);
        table.index(Index::new(format!("ix_{name}_name"), vec![key("name")]));
        table.index(Index::new(
            format!("ix_{name}_parent_created"),
            vec![key("parent_id"), key("created_at")],
        ));
    })
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let env = Env::new(versions::all()).project(env!("CARGO_MANIFEST_DIR")).models(models);
    cucurbit::cli::main(env).await
}
