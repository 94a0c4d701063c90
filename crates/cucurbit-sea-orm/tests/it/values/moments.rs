//! Days, times and moments of both crates, before 1970, on leap days and in zones.

use super::ways::*;

pub(super) fn dates() -> [&'static str; 8] {
    [
        "1970-01-01",
        "1969-12-31",
        "2024-02-29",
        "1900-03-01",
        "2000-02-29",
        "0001-01-01",
        "9999-12-31",
        "1582-10-10",
    ]
}

pub(super) fn times() -> [&'static str; 6] {
    ["00:00:00", "23:59:59", "12:34:56.5", "00:00:00.000001", "23:59:59.999999", "01:02:03.100000"]
}

fn moments() -> Vec<String> {
    dates().iter().flat_map(|date| times().map(|time| format!("{date}T{time}"))).collect()
}

fn moments_in(zone: &str) -> Vec<DateTime<FixedOffset>> {
    moments().iter().map(|text| DateTime::parse_from_rfc3339(&format!("{text}{zone}")).unwrap()).collect()
}

fn few<T>(values: impl IntoIterator<Item = T>) -> Vec<T> {
    values.into_iter().step_by(11).collect()
}

ways!(
    date,
    On::Both,
    #[sea_orm()]
    NaiveDate,
    dates().map(|text| text.parse().unwrap())
);
ways!(
    time_of_day,
    On::Both,
    #[sea_orm()]
    NaiveTime,
    times().map(|text| text.parse().unwrap())
);

pub(super) fn naive() -> Vec<NaiveDateTime> {
    moments().iter().map(|text| text.parse().unwrap()).collect()
}

ways!(
    date_time,
    On::Both,
    #[sea_orm()]
    NaiveDateTime,
    naive(),
    few(naive())
);
ways!(
    timestamp,
    On::Both,
    #[sea_orm(column_type = "Timestamp")]
    NaiveDateTime,
    naive(),
    few(naive())
);

pub(super) fn utc() -> Vec<DateTime<Utc>> {
    moments_in("Z").into_iter().map(|moment| moment.to_utc()).collect()
}

ways!(date_time_utc, On::Both, #[sea_orm()] DateTime<Utc>, utc(), few(utc()));

pub(super) fn zoned() -> Vec<DateTime<FixedOffset>> {
    let zones = ["+00:00", "+02:00", "-05:30"].map(moments_in);
    // The first and last years have no room for a zone.
    let has_room = |moment: &DateTime<FixedOffset>| {
        (2..=9998).contains(&sea_orm::sea_query::value::prelude::chrono::Datelike::year(moment))
    };
    zones.into_iter().flatten().filter(has_room).collect()
}

ways!(date_time_tz, On::Both, #[sea_orm()] DateTime<FixedOffset>, zoned(), few(zoned()));
ways!(
    date_time_local,
    On::Both,
    #[sea_orm()]
    DateTime<Local>,
    zoned().into_iter().map(DateTime::<Local>::from).collect::<Vec<_>>(),
    few(zoned()).into_iter().map(DateTime::<Local>::from).collect::<Vec<_>>()
);

pub(super) fn time_date(date: NaiveDate) -> Date {
    let days = date.signed_duration_since(NaiveDate::default()).num_days();
    Date::from_julian_day(i32::try_from(days + 2_440_588).unwrap()).unwrap()
}

pub(super) fn time_time(time: NaiveTime) -> Time {
    use sea_orm::sea_query::value::prelude::chrono::Timelike;
    let part = |number: u32| u8::try_from(number).unwrap();
    Time::from_hms_nano(part(time.hour()), part(time.minute()), part(time.second()), time.nanosecond())
        .unwrap()
}

pub(super) fn primitive() -> Vec<PrimitiveDateTime> {
    naive()
        .into_iter()
        .map(|moment| PrimitiveDateTime::new(time_date(moment.date()), time_time(moment.time())))
        .collect()
}

ways!(
    time_dates,
    On::Both,
    #[sea_orm()]
    Date,
    dates().map(|text| time_date(text.parse().unwrap()))
);
ways!(
    time_times,
    On::Both,
    #[sea_orm()]
    Time,
    times().map(|text| time_time(text.parse().unwrap()))
);
ways!(
    time_date_time,
    On::Both,
    #[sea_orm()]
    PrimitiveDateTime,
    primitive(),
    few(primitive())
);

pub(super) fn offset() -> Vec<OffsetDateTime> {
    primitive().into_iter().map(PrimitiveDateTime::assume_utc).collect()
}

ways!(
    time_date_time_tz,
    On::Both,
    #[sea_orm()]
    OffsetDateTime,
    offset(),
    few(offset())
);
