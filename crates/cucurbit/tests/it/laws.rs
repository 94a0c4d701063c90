//! Laws of comparing and undoing, over small schemas made by chance. Pure: nothing is run.

use std::collections::BTreeMap;

use cucurbit::{
    dialect::{Answer, Answers, Before, Canonical, Dialect, PlanError, Side, Subject},
    diff::{Diff, Filter, diff},
    operation::{apply_all, reverse_all},
    schema::{
        Action, Check, Column, Constraint, Deferral, EnumType, Exclusion, Expression, ForeignKey, Ident,
        Index, IndexKey, IndexPart, Literal, OnConflict, PrimaryKey, Schema, Sequence, SequenceOptions,
        ServerDefault, Table, Type, Unique,
    },
};
use proptest::{
    collection::vec,
    option,
    prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof},
    sample::{select, subsequence},
    test_runner::{Config, TestCaseError, TestRunner},
};

const TABLES: [&str; 4] = ["bed", "plant", "tool", "zone"];
const COLUMNS: [&str; 4] = ["a", "b", "c", "d"];

fn columns() -> BoxedStrategy<Vec<Ident>> {
    subsequence(&COLUMNS[..], 1..=2).prop_map(|names| names.into_iter().map(Ident::from).collect()).boxed()
}

fn name(kind: &'static str) -> BoxedStrategy<Option<Ident>> {
    option::of(0..3_u8)
        .prop_map(move |number| number.map(|number| Ident::new(format!("{kind}_{number}"))))
        .boxed()
}

fn ty() -> BoxedStrategy<Type> {
    let types =
        [Type::BigInteger, Type::Boolean, Type::Integer, Type::Text, Type::String { length: Some(9) }];
    select(Vec::from(types)).boxed()
}

fn default() -> BoxedStrategy<ServerDefault> {
    prop_oneof![
        (-2..9_i64).prop_map(|value| ServerDefault::Literal(Literal::Integer(value))),
        select(&["it's", "x"][..]).prop_map(|text| ServerDefault::Literal(text.into())),
        select(&["now()", "( 1 + 1 )", "null"][..]).prop_map(ServerDefault::expression),
        Just(ServerDefault::computed("a || 'x'")),
    ]
    .boxed()
}

fn column(name: &'static str) -> BoxedStrategy<Column> {
    (
        ty(),
        any::<bool>(),
        on_conflict(),
        option::weighted(0.3, default()),
        option::weighted(0.1, Just("a comment".to_owned())),
    )
        .prop_map(move |(ty, nullable, on_conflict, default, comment)| Column {
            nullable,
            on_conflict,
            default: default.map(|default| of_type(&ty, default)),
            comment,
            ..Column::new(name, ty)
        })
        .boxed()
}

/// A constant that a column of the type can hold: SQLite is given no other.
fn of_type(ty: &Type, default: ServerDefault) -> ServerDefault {
    let is_number = matches!(ty, Type::BigInteger | Type::Integer);
    match &default {
        ServerDefault::Literal(Literal::String(text)) if is_number => {
            ServerDefault::Literal(Literal::String(text.len().to_string()))
        }
        ServerDefault::Literal(literal) if *ty == Type::Boolean => {
            ServerDefault::Literal(Literal::Boolean(*literal == Literal::Integer(1)))
        }
        ServerDefault::Computed { .. }
        | ServerDefault::Expression(_)
        | ServerDefault::Identity(_)
        | ServerDefault::Literal(_)
        | ServerDefault::Serial(_)
        | _ => default,
    }
}

fn on_conflict() -> BoxedStrategy<OnConflict> {
    prop_oneof![4 => Just(OnConflict::Abort), 1 => select(&OnConflict::ALL[..])].boxed()
}

fn deferral() -> BoxedStrategy<Deferral> {
    prop_oneof![
        4 => Just(Deferral::NotDeferrable),
        1 => select(&[Deferral::Immediate, Deferral::Deferred][..]),
    ]
    .boxed()
}

fn rarely() -> BoxedStrategy<bool> {
    any::<u8>().prop_map(|number| number < 50).boxed()
}

fn foreign_key() -> BoxedStrategy<ForeignKey> {
    let action = select(&[Action::NoAction, Action::Cascade][..]);
    let target = (select(&TABLES[..]), vec(select(&COLUMNS[..]), 2));
    (name("fk"), columns(), target, action, deferral(), rarely(), comment())
        .prop_map(|(name, columns, (table, referred), on_delete, deferral, is_not_valid, comment)| {
            let referred = referred.into_iter().take(columns.len()).map(Ident::from).collect::<Vec<_>>();
            ForeignKey {
                name,
                on_delete,
                deferral,
                is_not_valid,
                comment,
                ..ForeignKey::new(columns, table, referred)
            }
        })
        .boxed()
}

fn index() -> BoxedStrategy<Index> {
    let key = prop_oneof![
        4 => select(&COLUMNS[..]).prop_map(|column| IndexKey::Column(column.into())),
        1 => select(&["lower(a)", "( b )"][..]).prop_map(|sql| IndexKey::Expression(sql.into())),
    ];
    let predicate = option::weighted(0.2, select(&["a > 0", "b IS NULL"][..]).prop_map(Expression::from));
    let said =
        || option::weighted(0.2, select(&["C", "nocase", "text_ops", "x_ops"][..]).prop_map(str::to_owned));
    let part = (key, said(), said()).prop_map(|(key, collation, operator_class)| IndexPart {
        collation,
        operator_class,
        ..IndexPart::new(key)
    });
    let method = option::weighted(0.2, select(&["gin", "BTREE"][..]).prop_map(str::to_owned));
    let include =
        option::weighted(0.2, Just("d")).prop_map(|column| column.into_iter().map(Ident::from).collect());
    let parameters = option::weighted(0.2, Just(("FillFactor".to_owned(), "70".to_owned())))
        .prop_map(|parameter| parameter.into_iter().collect());
    let stored = (method, include, rarely(), parameters);
    (0..3_u8, vec(part, 1..3), any::<bool>(), predicate, stored, comment())
        .prop_map(|(number, parts, is_unique, predicate, stored, comment)| {
            let (method, include, is_nulls_not_distinct, parameters) = stored;
            Index {
                is_unique,
                predicate,
                method,
                include,
                is_nulls_not_distinct,
                parameters,
                comment,
                ..Index::new(format!("ix_{number}"), parts)
            }
        })
        .boxed()
}

fn exclusion() -> BoxedStrategy<Exclusion> {
    let operators = vec(select(&["=", "&&"][..]).prop_map(str::to_owned), 2);
    (index(), operators, deferral())
        .prop_map(|(index, mut operators, deferral)| {
            operators.truncate(index.parts.len());
            let index = Index { is_unique: false, is_nulls_not_distinct: false, ..index };
            let comment = index.comment.clone();
            let index = Index { comment: None, ..index };
            Exclusion { index, operators, deferral, comment }
        })
        .boxed()
}

fn comment() -> BoxedStrategy<Option<String>> {
    option::weighted(0.2, select(&["a comment", "it's another"][..]).prop_map(str::to_owned)).boxed()
}

fn check() -> BoxedStrategy<Check> {
    (name("ck"), select(&["a > 0", "(b < 7)", "c <> 'it''s'"][..]), rarely(), rarely(), comment())
        .prop_map(|(name, sql, is_no_inherit, is_not_valid, comment)| Check {
            name,
            is_no_inherit,
            is_not_valid,
            comment,
            ..Check::new(sql)
        })
        .boxed()
}

fn table(name_of: &'static str) -> BoxedStrategy<Table> {
    let mandatory = COLUMNS.map(column);
    let include =
        || option::weighted(0.2, Just("d")).prop_map(|column| column.into_iter().map(Ident::from).collect());
    let key = (name("pk"), columns(), include(), deferral(), on_conflict(), comment()).prop_map(
        |(name, columns, include, deferral, on_conflict, comment)| PrimaryKey {
            name,
            columns,
            include,
            deferral,
            on_conflict,
            comment,
        },
    );
    let key = option::of(key);
    let unique = (name("uq"), columns(), include(), rarely(), deferral(), on_conflict(), comment()).prop_map(
        |(name, columns, include, is_nulls_not_distinct, deferral, on_conflict, comment)| Unique {
            name,
            columns,
            include,
            is_nulls_not_distinct,
            deferral,
            on_conflict,
            comment,
        },
    );
    (
        mandatory,
        option::of(column("e")),
        option::of(column("f")),
        key,
        vec(unique, 0..3),
        vec(foreign_key(), 0..3),
        vec(check(), 0..3),
        (vec(index(), 0..3), vec(exclusion(), 0..2)),
        option::weighted(0.2, Just("a comment".to_owned())),
        any::<[bool; 2]>(),
    )
        .prop_map(
            move |(columns, e, f, primary_key, uniques, foreign_keys, checks, indexed, comment, set)| {
                let (indexes, mut exclusions) = indexed;
                let mut table = Table::new(name_of);
                table.columns = columns.into_iter().chain(e).chain(f).collect();
                // A key that is said twice is one key to some databases.
                let uniques = distinct(uniques, |unique| unique.columns.clone()).into_iter();
                let key = primary_key.clone();
                let is_other = |unique: &Unique| key.as_ref().is_none_or(|key| key.columns != unique.columns);
                table.constraints.extend(primary_key);
                table.constraints.extend(uniques.filter(is_other));
                for column in table.columns.iter_mut() {
                    let is_in_key = key.as_ref().is_some_and(|key| key.columns.contains(&column.name));
                    column.nullable &= !is_in_key;
                }
                // An unnamed foreign key is known by its columns and what it refers to.
                table.constraints.extend(distinct(foreign_keys, |key| {
                    (key.columns.clone(), key.referred_table.clone(), key.referred_columns.clone())
                }));
                table.constraints.extend(distinct(checks, |check| check.expression.base.clone()));
                let named = |index: Index| (Ident::new(format!("{}_{name_of}", index.name)), index);
                table.indexes = indexes
                    .into_iter()
                    .map(named)
                    .map(|(name, index)| (name.clone(), Index { name, ..index }))
                    .collect();
                for exclusion in &mut exclusions {
                    exclusion.index.name = format!("{}_{name_of}_excl", exclusion.index.name).into();
                }
                table.constraints.extend(exclusions);
                table.comment = comment;
                [table.options.is_strict, table.options.is_unlogged] = set;
                with_names_once(table)
            },
        )
        .boxed()
}

fn distinct<T, K: Ord>(list: Vec<T>, key: impl Fn(&T) -> K) -> Vec<T> {
    let by_key: BTreeMap<K, T> = list.into_iter().map(|item| (key(&item), item)).collect();
    by_key.into_values().collect()
}

/// Two constraints of a table never have one name.
fn with_names_once(mut table: Table) -> Table {
    let mut taken = Vec::new();
    let mut once = |name: &mut Option<Ident>| match name {
        Some(chosen) if taken.contains(chosen) => *name = None,
        Some(chosen) => taken.push(chosen.clone()),
        None => {}
    };
    table.constraints.uniques_mut().for_each(|unique| once(&mut unique.name));
    table.constraints.foreign_keys_mut().for_each(|key| once(&mut key.name));
    table.constraints.checks_mut().for_each(|check| once(&mut check.name));
    table
}

pub(crate) fn schema() -> BoxedStrategy<Schema> {
    let tables = select(&TABLES[..]).prop_flat_map(|name| table(name).prop_map(move |table| (name, table)));
    let namespaces = subsequence(&["farm", "shop"][..], 0..=2);
    (vec(tables, 0..4), vec(enum_type(), 0..3), vec(sequence(), 0..3), namespaces)
        .prop_map(|(tables, enums, sequences, namespaces)| {
            let tables: BTreeMap<&str, Table> = tables.into_iter().collect();
            let names: Vec<&str> = tables.keys().copied().collect();
            let tables = tables.into_values().map(|mut table| {
                // A foreign key refers to what is there.
                let leads_out = |one: &Constraint| {
                    matches!(one, Constraint::ForeignKey(key) if !names.contains(&key.referred_table.name.as_str()))
                };
                table.constraints.retain(|one| !leads_out(one));
                of_enums(&mut table, &enums);
                table
            });
            // What lies in a namespace that is not there could not be.
            let lies = |one: &Sequence| one.name.schema.as_ref().is_none_or(|of| namespaces.contains(&of.as_str()));
            let sequences = sequences.into_iter().filter(lies);
            let schema = Schema::from_tables(tables).with_enums(enums.clone()).with_sequences(sequences);
            schema.with_namespaces(namespaces.iter().copied())
        })
        .boxed()
}

fn sequence() -> BoxedStrategy<Sequence> {
    let ty = select(Vec::from([Type::BigInteger, Type::Integer]));
    let number = |values: std::ops::Range<i64>| option::weighted(0.4, values);
    (
        select(&["one", "two", "shop.two"][..]),
        ty,
        number(1..4),
        number(-2..3),
        number(1..3),
        any::<bool>(),
        comment(),
    )
        .prop_map(|(name, ty, start, increment, cache, is_cycling, comment)| {
            let increment = increment.filter(|step| *step != 0);
            // Downwards a sequence begins below zero.
            let start = start.map(|start| start * increment.map_or(1, i64::signum));
            let options =
                SequenceOptions { start, increment, cache, is_cycling, ..SequenceOptions::default() };
            Sequence { ty, options, comment, ..Sequence::new(name) }
        })
        .boxed()
}

fn enum_type() -> BoxedStrategy<EnumType> {
    let values = subsequence(&["bad", "good", "new", "old"][..], 0..=4).prop_shuffle();
    (select(&["mood", "stage"][..]), values, comment())
        .prop_map(|(name, values, comment)| EnumType { comment, ..EnumType::new(name, values) })
        .boxed()
}

/// Makes some columns of a table enums of the types that there are.
fn of_enums(table: &mut Table, enums: &[EnumType]) {
    let (Some(first), Some(last)) = (enums.first(), enums.last()) else { return };
    let columns = table.columns.iter_mut().filter(|column| column.default.is_none());
    for column in columns.filter(|column| column.ty.base == Type::Text) {
        column.ty = match column.nullable {
            true => Type::Enum { name: first.name.clone() }.into(),
            false => Type::array(Type::Enum { name: last.name.clone() }).on(Dialect::Sqlite, Type::Json),
        };
    }
}

/// Compares; the server of these tests takes every text for an expression of its own.
fn compare(from: &Canonical, to: &Canonical) -> Diff {
    let first = diff(from, to, &Answers::default(), &Filter::default());
    let mut answers = Answers::default();
    for question in &first.questions {
        let side = match question.side {
            Side::From => from,
            Side::To => to,
        };
        let table = &side.form().tables()[&question.table];
        let default = |column: &Ident| table.column(column).and_then(|column| column.default.clone());
        let carrier = |name: &Ident| table.index(name).expect("it was asked about");
        let text = match &question.subject {
            Subject::Check(place) => {
                table.checks().nth(*place).expect("it was asked about").expression.base.clone()
            }
            Subject::Computed(column) | Subject::Default(column) => match default(column) {
                Some(ServerDefault::Computed { expression, .. } | ServerDefault::Expression(expression)) => {
                    expression.base
                }
                other => panic!("{other:?} was asked about"),
            },
            Subject::IndexPart(index, place) => match &carrier(index).parts[*place].key {
                IndexKey::Expression(expression) => expression.base.clone(),
                IndexKey::Column(column) => panic!("column {column} was asked about"),
            },
            Subject::Predicate(index) => carrier(index).predicate.clone().expect("it was asked about").base,
        };
        answers.insert(question.clone(), Answer::Canonical(text));
    }
    let second = diff(from, to, &answers, &Filter::default());
    assert_eq!(second.questions, [], "one batch of questions is enough");
    second
}

/// The form with everything sorted whose order is no difference.
fn settled(dialect: Dialect, schema: &Schema) -> Schema {
    let mut form = dialect.canonical(schema).form().clone();
    for table in form.tables_mut() {
        table.columns.sort_by(|one, other| one.name.cmp(&other.name));
        table.constraints.sort_by_key(|constraint| {
            let mut unnamed = constraint.clone();
            unnamed.forget_name();
            (format!("{unnamed:?}"), constraint.name().cloned())
        });
        // Nobody chose it, so it may be any.
        table.primary_key_mut().into_iter().for_each(|key| key.name = None);
        table.constraints.uniques_mut().for_each(|unique| unique.name = None);
        table.constraints.foreign_keys_mut().for_each(|key| key.name = None);
        table.constraints.checks_mut().for_each(|check| check.name = None);
    }
    form
}

fn law(dialect: Dialect, from: &Schema, to: &Schema) -> Result<(), TestCaseError> {
    let fail = |words: &str, error: &dyn std::fmt::Debug| TestCaseError::fail(format!("{words}: {error:#?}"));
    let (canonical_from, canonical_to) = (dialect.canonical(from), dialect.canonical(to));
    for same in [&canonical_from, &canonical_to] {
        let nothing = compare(same, same);
        if !nothing.is_empty() {
            return Err(fail("a schema differs from itself", &nothing));
        }
    }
    let way = compare(&canonical_from, &canonical_to).operations;
    let mut there = canonical_from.as_written().clone();
    apply_all(&mut there, &way, dialect).map_err(|error| fail("does not fit", &(error, &way)))?;
    let left = compare(&dialect.canonical(&there), &canonical_to);
    if !left.is_empty() {
        return Err(fail("is not enough", &(left.operations, &way)));
    }
    proptest::prop_assert_eq!(settled(dialect, &there), settled(dialect, to), "after {:#?}", way);

    let back = reverse_all(canonical_from.as_written(), &way, dialect)
        .map_err(|error| fail("has no reverse", &(error, &way)))?;
    apply_all(&mut there, &back, dialect).map_err(|error| fail("cannot be undone", &(error, &way, &back)))?;
    let left = compare(&dialect.canonical(&there), &canonical_from);
    if !left.is_empty() {
        return Err(fail("is not undone", &(left.operations, &way, &back)));
    }
    proptest::prop_assert_eq!(settled(dialect, &there), settled(dialect, from), "after {:#?}", back);

    // What is emitted can be planned in its order.
    let mut before = Before::default();
    let create = compare(&dialect.canonical(Schema::new()), &canonical_from).operations;
    match dialect.plan(&mut before, &create) {
        Ok(_) => {}
        // What cannot be made cannot be changed either.
        Err(PlanError::Unsupported { .. }) => return Ok(()),
        Err(error) => return Err(fail("cannot be made", &(error, &create))),
    }
    match dialect.plan(&mut before, &way) {
        // A column that others stand on cannot become a computed one, and no value says what it would be as a list.
        Ok(_) | Err(PlanError::NeedsUsing { .. } | PlanError::Unsupported { .. }) => Ok(()),
        Err(error) => Err(fail("cannot be planned", &(error, &way))),
    }
}

fn check_law(dialect: Dialect) {
    let mut runner = TestRunner::new(Config { cases: 400, failure_persistence: None, ..Config::default() });
    let result = runner.run(&(schema(), schema()), |(from, to)| law(dialect, &from, &to));
    if let Err(error) = result {
        panic!("{dialect}: {error}");
    }
}

#[test]
fn what_is_found_leads_from_one_schema_to_the_other_and_back_on_postgres() {
    check_law(Dialect::Postgres);
}

#[test]
fn what_is_found_leads_from_one_schema_to_the_other_and_back_on_sqlite() {
    check_law(Dialect::Sqlite);
}
