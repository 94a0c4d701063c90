//! The lock keeps a second session out, and says who holds it.

use cucurbit::dialect;

use super::Database;

#[tokio::test]
async fn one_session_holds_it_and_the_other_is_told_who() {
    let database = Database::new().await;
    let (mut one, mut other) = (database.connect().await, database.connect().await);
    one.execute("SET application_name = 'cucurbit'").await.unwrap();
    let key = dialect::lock_key(&mut one, "alembic_version").await.unwrap();
    assert_eq!(dialect::lock_key(&mut other, "alembic_version").await.unwrap(), key);
    assert_ne!(dialect::lock_key(&mut other, "another_version").await.unwrap(), key);

    assert_eq!(dialect::lock_holder(&mut other, key).await.unwrap(), None);
    assert!(dialect::try_lock(&mut one, key).await.unwrap());
    assert!(!dialect::try_lock(&mut other, key).await.unwrap());
    let process = one.value("SELECT pg_backend_pid()").await.unwrap().unwrap();
    let holder = dialect::lock_holder(&mut other, key).await.unwrap().expect("the first session holds it");
    assert!(holder.starts_with(&format!("process {process} (cucurbit) of ")), "{holder}");

    // A failed statement and a changed search path do not strand it.
    one.execute("SET search_path = nowhere").await.unwrap();
    one.execute("SELECT 1/0").await.expect_err("nothing can be divided by zero");
    assert!(dialect::unlock(&mut one, key).await.unwrap());
    assert!(dialect::try_lock(&mut other, key).await.unwrap());
    assert!(!dialect::unlock(&mut one, key).await.unwrap());
}

#[tokio::test]
async fn keys_of_both_signs_are_found_again() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    for key in [-1, 1, i64::MIN, i64::MAX, -5_000_000_000] {
        assert!(dialect::try_lock(&mut connection, key).await.unwrap());
        assert!(dialect::lock_holder(&mut connection, key).await.unwrap().is_some(), "{key}");
        assert!(dialect::unlock(&mut connection, key).await.unwrap());
        assert_eq!(dialect::lock_holder(&mut connection, key).await.unwrap(), None);
    }
}
