//! The lock keeps a second session out, and says who holds it.

use cucurbit::{dialect::RunLock, schema::TableName};

use super::Database;

#[tokio::test]
async fn one_session_holds_it_and_the_other_is_told_who() {
    let database = Database::new().await;
    let (mut one, mut other) = (database.connect().await, database.connect().await);
    one.execute("SET application_name = 'cucurbit'").await.unwrap();
    let name = TableName::from("public.alembic_version");
    let (mut held, mut wanted) =
        (RunLock::of(&mut one, &name).await.unwrap(), RunLock::of(&mut other, &name).await.unwrap());
    assert!(held.is_same(&wanted) && !held.is_pooled());
    for another in ["public.another_version", "shop.alembic_version"] {
        assert!(!held.is_same(&RunLock::of(&mut one, &another.into()).await.unwrap()), "{another}");
    }

    assert_eq!(wanted.holder(&mut other).await.unwrap(), None);
    assert!(held.try_take(&mut one).await.unwrap());
    assert!(!wanted.try_take(&mut other).await.unwrap());
    let process = one.value("SELECT pg_backend_pid()").await.unwrap().unwrap();
    let holder = wanted.holder(&mut other).await.unwrap().expect("the first session holds it");
    assert!(holder.starts_with(&format!("process {process} (cucurbit) of ")), "{holder}");

    // A failed statement and a changed search path do not strand it.
    one.execute("SET search_path = nowhere").await.unwrap();
    one.execute("SELECT 1/0").await.expect_err("nothing can be divided by zero");
    assert!(held.give_back(&mut one).await.unwrap());
    assert!(wanted.try_take(&mut other).await.unwrap());
    let not_held = RunLock::of(&mut one, &name).await.unwrap();
    assert!(!not_held.give_back(&mut one).await.unwrap());
}

#[tokio::test]
async fn keys_of_both_signs_are_found_again() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    for key in [-1, 1, i64::MIN, i64::MAX, -5_000_000_000] {
        let mut lock = RunLock::advisory(key);
        assert!(lock.try_take(&mut connection).await.unwrap());
        assert!(lock.holder(&mut connection).await.unwrap().is_some(), "{key}");
        assert!(lock.give_back(&mut connection).await.unwrap());
        assert_eq!(RunLock::advisory(key).holder(&mut connection).await.unwrap(), None);
    }
}
