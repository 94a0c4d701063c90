//! Operations of every verb and kind, made by proptest, with the names and texts that break things.

use std::collections::BTreeSet;

use cucurbit::{
    operation::{
        BulkInsert, Change, ColumnChange, Concurrency, Consent, ConstraintChange, EnumChange, Execute,
        Operation, SequenceChange, TableChange,
    },
    schema::{
        Action, Check, Column, Constraint, ConstraintRef, Constraints, Deferral, Dialect, EnumPlace,
        EnumType, Exclusion, ForeignKey, Ident, Identity, Index, IndexKey, IndexPart, Literal, Match, Nulls,
        Object, ObjectId, OnConflict, Order, PrimaryKey, Referred, Schema, Sequence, SequenceOptions, Serial,
        ServerDefault, Table, TableName, TableOption, TableOptions, Type, Unique, Variants,
    },
};
use proptest::{
    collection::{btree_map, vec},
    option,
    prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof},
    sample::select,
};

/// Texts that somebody may write, and some that nobody should.
pub(crate) const TEXTS: [&str; 24] = [
    "",
    "plant",
    "name",
    "grows 'fast'",
    "a \"quoted\" word",
    "back\\slash",
    "\"#",
    "a\"##b\"#c",
    "two\nlines",
    "  indented\n\n    twice  \n",
    "dos\r\nline",
    "lone\rreturn",
    "tab\there",
    "nul\0byte",
    "größe",
    "植物 🌱",
    "e\u{301}",
    "\u{301}",
    "left\u{202e}thgir",
    "{braces} {} %d %(rev)s",
    "*/ end /* begin // line",
    "a.b",
    ".",
    "fn main() { return; }",
];

fn text() -> BoxedStrategy<String> {
    prop_oneof![4 => select(&TEXTS[..]).prop_map(str::to_owned), 1 => "\\PC{0,12}"].boxed()
}

fn ident() -> BoxedStrategy<Ident> {
    prop_oneof![3 => "[a-z][a-z_]{0,11}", 1 => text()].prop_map(Ident::new).boxed()
}

fn idents() -> BoxedStrategy<Vec<Ident>> {
    vec(ident(), 0..4).boxed()
}

pub(crate) fn table_name() -> BoxedStrategy<TableName> {
    let name =
        prop_oneof![6 => select(&["plant", "breeder", "strain"][..]).prop_map(Ident::from), 1 => ident()];
    (option::weighted(0.2, ident()), name).prop_map(|(schema, name)| TableName { schema, name }).boxed()
}

fn dialect() -> BoxedStrategy<Dialect> {
    select(&Dialect::ALL[..]).boxed()
}

fn variants<T: Clone + std::fmt::Debug + 'static>(value: BoxedStrategy<T>) -> BoxedStrategy<Variants<T>> {
    let others = vec((dialect(), value.clone()), 0..3);
    (value, others)
        .prop_map(|(base, others)| Variants { base, variants: others.into_iter().collect() })
        .boxed()
}

fn expression() -> BoxedStrategy<Variants<String>> {
    variants(prop_oneof![Just("lower(name) <> ''".to_owned()), text()].boxed())
}

fn ty() -> BoxedStrategy<Type> {
    let plain = [
        Type::BigInteger,
        Type::Binary,
        Type::Boolean,
        Type::Date,
        Type::Double,
        Type::Float,
        Type::Integer,
        Type::Interval,
        Type::Json,
        Type::Jsonb,
        Type::Real,
        Type::SmallInteger,
        Type::Text,
        Type::Uuid,
    ];
    let number = || option::of(any::<u32>());
    prop_oneof![
        6 => proptest::sample::select(Vec::from(plain)),
        1 => number().prop_map(|length| Type::Char { length }),
        2 => number().prop_map(|length| Type::String { length }),
        1 => number().prop_map(|precision| Type::DateTime { precision }),
        1 => number().prop_map(|precision| Type::DateTimeTz { precision }),
        1 => number().prop_map(|precision| Type::Time { precision }),
        1 => option::of(any::<(u32, i32)>()).prop_map(|precision| Type::Decimal { precision }),
        1 => text().prop_map(|spelling| Type::Custom { spelling }),
        1 => table_name().prop_map(|name| Type::Enum { name }),
    ]
    .prop_recursive(2, 4, 1, |element| element.prop_map(|element| Type::Array(Box::new(element))))
    .boxed()
}

pub(crate) fn literal() -> BoxedStrategy<Literal> {
    prop_oneof![
        any::<bool>().prop_map(Literal::Boolean),
        any::<i64>().prop_map(Literal::Integer),
        (-3..100_i64).prop_map(Literal::Integer),
        Just(Literal::Null),
        any::<f64>().prop_map(|number| Literal::Number(number.to_string())),
        select(&["1.10", "0.5", "-0", "1e400", "NaN", "inf", "5", "five", "1_0.0"][..])
            .prop_map(|digits| Literal::Number(digits.to_owned())),
        text().prop_map(Literal::String),
    ]
    .boxed()
}

fn sequence_options() -> BoxedStrategy<SequenceOptions> {
    let number = || option::weighted(0.3, any::<i64>());
    (number(), number(), number(), number(), number(), any::<bool>())
        .prop_map(|(start, increment, minimum, maximum, cache, is_cycling)| SequenceOptions {
            start,
            increment,
            minimum,
            maximum,
            cache,
            is_cycling,
        })
        .boxed()
}

fn sequence_change() -> BoxedStrategy<SequenceChange> {
    let number = || option::of(any::<i64>());
    prop_oneof![
        any::<i64>().prop_map(SequenceChange::SetCache),
        comment().prop_map(SequenceChange::SetComment),
        any::<bool>().prop_map(SequenceChange::SetCycle),
        any::<i64>().prop_map(SequenceChange::SetIncrement),
        number().prop_map(SequenceChange::SetMaximum),
        number().prop_map(SequenceChange::SetMinimum),
        number().prop_map(SequenceChange::SetStart),
        ty().prop_map(SequenceChange::SetType),
    ]
    .boxed()
}

fn sequence() -> BoxedStrategy<Sequence> {
    (table_name(), ty(), sequence_options(), comment())
        .prop_map(|(name, ty, options, comment)| Sequence { name, ty, options, comment })
        .boxed()
}

fn serial() -> BoxedStrategy<Serial> {
    let number = select(&[Type::BigInteger, Type::Integer, Type::SmallInteger][..]);
    (option::of(ident()), option::of(number), sequence_options())
        .prop_map(|(name, ty, options)| Serial { name, ty, options })
        .boxed()
}

fn on_conflict() -> BoxedStrategy<OnConflict> {
    select(&OnConflict::ALL[..]).boxed()
}

fn server_default() -> BoxedStrategy<ServerDefault> {
    let identity = (any::<bool>(), sequence_options());
    prop_oneof![
        (expression(), any::<bool>())
            .prop_map(|(expression, stored)| ServerDefault::Computed { expression, stored }),
        expression().prop_map(ServerDefault::Expression),
        identity.prop_map(|(always, options)| ServerDefault::Identity(Identity { always, options })),
        literal().prop_map(ServerDefault::Literal),
        serial().prop_map(ServerDefault::Serial),
    ]
    .boxed()
}

pub(crate) fn column() -> BoxedStrategy<Column> {
    let rare = || option::weighted(0.2, text());
    (ident(), variants(ty()), any::<bool>(), on_conflict(), option::of(server_default()), rare(), rare())
        .prop_map(|(name, ty, nullable, on_conflict, default, collation, comment)| Column {
            name,
            ty,
            nullable,
            on_conflict,
            default,
            collation,
            comment,
        })
        .boxed()
}

fn comment() -> BoxedStrategy<Option<String>> {
    option::weighted(0.2, text()).boxed()
}

fn name() -> BoxedStrategy<Option<Ident>> {
    option::of(ident()).boxed()
}

/// Columns that are mostly not named.
fn few() -> BoxedStrategy<Vec<Ident>> {
    prop_oneof![3 => Just(Vec::new()), 1 => idents()].boxed()
}

fn deferral() -> BoxedStrategy<Deferral> {
    select(&[Deferral::NotDeferrable, Deferral::Immediate, Deferral::Deferred][..]).boxed()
}

fn primary_key() -> BoxedStrategy<PrimaryKey> {
    (name(), idents(), few(), deferral(), on_conflict(), comment())
        .prop_map(|(name, columns, include, deferral, on_conflict, comment)| PrimaryKey {
            name,
            columns,
            include,
            deferral,
            on_conflict,
            comment,
        })
        .boxed()
}

fn unique() -> BoxedStrategy<Unique> {
    (name(), idents(), few(), any::<bool>(), deferral(), on_conflict(), comment())
        .prop_map(|(name, columns, include, is_nulls_not_distinct, deferral, on_conflict, comment)| Unique {
            name,
            columns,
            include,
            is_nulls_not_distinct,
            deferral,
            on_conflict,
            comment,
        })
        .boxed()
}

fn check() -> BoxedStrategy<Check> {
    (name(), expression(), any::<bool>(), any::<bool>(), comment())
        .prop_map(|(name, expression, is_no_inherit, is_not_valid, comment)| Check {
            name,
            expression,
            is_no_inherit,
            is_not_valid,
            comment,
        })
        .boxed()
}

fn foreign_key() -> BoxedStrategy<ForeignKey> {
    let action = || {
        select(
            &[Action::Cascade, Action::NoAction, Action::Restrict, Action::SetDefault, Action::SetNull][..],
        )
    };
    let matching = select(&[Match::Simple, Match::Full][..]);
    (
        name(),
        idents(),
        (table_name(), idents()),
        (action(), few(), action()),
        matching,
        deferral(),
        (any::<bool>(), comment()),
    )
        .prop_map(|(name, columns, referred, actions, matching, deferral, (is_not_valid, comment))| {
            let (referred_table, referred_columns) = referred;
            let (on_delete, on_delete_columns, on_update) = actions;
            ForeignKey {
                name,
                columns,
                referred_table,
                referred_columns,
                on_delete,
                on_delete_columns,
                on_update,
                matching,
                deferral,
                is_not_valid,
                comment,
            }
        })
        .boxed()
}

fn index() -> BoxedStrategy<Index> {
    let key = prop_oneof![
        3 => ident().prop_map(IndexKey::Column),
        1 => expression().prop_map(IndexKey::Expression),
    ];
    let order = prop_oneof![4 => Just(Order::Ascending), 1 => Just(Order::Descending)];
    let nulls = option::weighted(0.2, select(&[Nulls::First, Nulls::Last][..]));
    let rare = || option::weighted(0.2, text());
    let part =
        (key, rare(), rare(), order, nulls).prop_map(|(key, collation, operator_class, order, nulls)| {
            IndexPart { key, collation, operator_class, order, nulls }
        });
    let stored = (rare(), few(), any::<bool>(), btree_map(text(), text(), 0..2));
    (ident(), any::<bool>(), vec(part, 0..4), stored, option::of(expression()), comment())
        .prop_map(|(name, is_unique, parts, stored, predicate, comment)| {
            let (method, include, is_nulls_not_distinct, parameters) = stored;
            // What a database alone says is said by nobody else.
            let is_invalid = false;
            Index {
                name,
                is_unique,
                method,
                parts,
                include,
                is_nulls_not_distinct,
                parameters,
                predicate,
                is_invalid,
                comment,
            }
        })
        .boxed()
}

fn exclusion() -> BoxedStrategy<Exclusion> {
    (index(), vec(text(), 4), deferral(), comment())
        .prop_map(|(index, mut operators, deferral, comment)| {
            operators.truncate(index.parts.len());
            // An exclusion's index has words of its own for these.
            let index = Index { is_unique: false, is_nulls_not_distinct: false, comment: None, ..index };
            Exclusion { index, operators, deferral, comment }
        })
        .boxed()
}

fn table() -> BoxedStrategy<Table> {
    let options = any::<[bool; 4]>().prop_map(|set| {
        let mut options = TableOptions::default();
        TableOption::ALL.into_iter().zip(set).for_each(|(option, is_set)| options.set(option, is_set));
        options
    });
    let indexes = prop_oneof![5 => Just(Vec::new()), 1 => vec(index(), 0..3)];
    let constraints = (
        option::of(primary_key()),
        vec(unique(), 0..3),
        vec(foreign_key(), 0..3),
        vec(check(), 0..3),
        vec(exclusion(), 0..2),
    );
    (table_name(), vec(column(), 0..5), constraints, indexes, option::weighted(0.3, text()), options)
        .prop_map(|(name, mut columns, constraints, indexes, comment, options)| {
            let mut seen = BTreeSet::new();
            columns.retain(|column| seen.insert(column.name.clone()));
            let (primary_key, uniques, foreign_keys, checks, exclusions) = constraints;
            let mut constraints: Constraints = primary_key.into_iter().collect();
            constraints.extend(uniques);
            constraints.extend(foreign_keys);
            constraints.extend(checks);
            constraints.extend(exclusions);
            let indexes = indexes.into_iter().map(|index| (index.name.clone(), index)).collect();
            Table { name, columns, constraints, indexes, comment, options }
        })
        .boxed()
}

/// A schema of any things of one name each.
pub(crate) fn schema() -> BoxedStrategy<Schema> {
    let tables = || vec(table(), 0..3);
    (tables(), vec(enum_type(), 0..3), vec(sequence(), 0..3), vec(ident(), 0..3), tables())
        .prop_map(|(tables, enums, sequences, namespaces, external)| {
            let schema = Schema::from_tables(tables).with_enums(enums).with_sequences(sequences);
            schema.with_namespaces(namespaces).with_external(external)
        })
        .boxed()
}

fn column_change() -> BoxedStrategy<ColumnChange> {
    prop_oneof![
        Just(ColumnChange::LosesData),
        ident().prop_map(|to| ColumnChange::Rename { to }),
        option::of(text()).prop_map(ColumnChange::SetCollation),
        option::of(text()).prop_map(ColumnChange::SetComment),
        option::of(server_default()).prop_map(ColumnChange::SetDefault),
        option::of(expression()).prop_map(|backfill| ColumnChange::SetNotNull { backfill }),
        Just(ColumnChange::SetNullable),
        on_conflict().prop_map(ColumnChange::SetOnConflict),
        (variants(ty()), option::of(expression()))
            .prop_map(|(ty, using)| ColumnChange::SetType { ty, using }),
    ]
    .boxed()
}

fn constraint_ref() -> BoxedStrategy<ConstraintRef> {
    prop_oneof![
        expression().prop_map(|expression| ConstraintRef::Check { expression }),
        (idents(), option::of((table_name(), idents()))).prop_map(|(columns, referred)| {
            let referred = referred.map(|(table, columns)| Referred { table, columns });
            ConstraintRef::ForeignKey { columns, referred }
        }),
        ident().prop_map(ConstraintRef::Named),
        Just(ConstraintRef::PrimaryKey),
        idents().prop_map(|columns| ConstraintRef::Unique { columns }),
    ]
    .boxed()
}

fn constraint_change() -> BoxedStrategy<ConstraintChange> {
    prop_oneof![deferral().prop_map(ConstraintChange::SetDeferral), Just(ConstraintChange::Validate)].boxed()
}

fn constraint() -> BoxedStrategy<Constraint> {
    prop_oneof![
        primary_key().prop_map(Constraint::PrimaryKey),
        unique().prop_map(Constraint::Unique),
        foreign_key().prop_map(Constraint::ForeignKey),
        check().prop_map(Constraint::Check),
        exclusion().prop_map(Constraint::from),
    ]
    .boxed()
}

fn consent() -> BoxedStrategy<Consent> {
    any::<bool>().prop_map(|is_given| Consent { is_given }).boxed()
}

fn concurrency() -> BoxedStrategy<Concurrency> {
    any::<bool>().prop_map(|is_concurrent| Concurrency { is_concurrent }).boxed()
}

fn enum_type() -> BoxedStrategy<EnumType> {
    (table_name(), vec(text(), 0..4), comment())
        .prop_map(|(name, values, comment)| EnumType { name, values, comment })
        .boxed()
}

fn enum_change() -> BoxedStrategy<EnumChange> {
    let place = prop_oneof![
        text().prop_map(EnumPlace::After),
        text().prop_map(EnumPlace::Before),
        Just(EnumPlace::Last),
    ];
    prop_oneof![
        (text(), place).prop_map(|(value, place)| EnumChange::AddValue { value, place }),
        (text(), text()).prop_map(|(value, to)| EnumChange::RenameValue { value, to }),
        (vec(text(), 0..4), vec((text(), text()), 0..3), consent()).prop_map(
            |(values, replacements, consent)| EnumChange::SetValues { values, replacements, consent }
        ),
    ]
    .boxed()
}

fn column_id() -> BoxedStrategy<ObjectId> {
    (table_name(), ident()).prop_map(|(table, name)| ObjectId::Column { table, name }).boxed()
}

fn constraint_id() -> BoxedStrategy<ObjectId> {
    (table_name(), constraint_ref())
        .prop_map(|(table, constraint)| ObjectId::Constraint { table, constraint })
        .boxed()
}

fn index_id() -> BoxedStrategy<ObjectId> {
    (table_name(), ident()).prop_map(|(table, name)| ObjectId::Index { table, name }).boxed()
}

/// What stands beside tables.
fn id_of_type() -> BoxedStrategy<ObjectId> {
    prop_oneof![
        table_name().prop_map(ObjectId::Enum),
        ident().prop_map(ObjectId::Namespace),
        table_name().prop_map(ObjectId::Sequence),
    ]
    .boxed()
}

fn id() -> BoxedStrategy<ObjectId> {
    prop_oneof![
        1 => column_id(),
        2 => constraint_id(),
        1 => index_id(),
        1 => table_name().prop_map(ObjectId::Table),
        3 => id_of_type(),
    ]
    .boxed()
}

fn change() -> BoxedStrategy<Change> {
    let column = (table_name(), ident(), vec(column_change(), 0..4))
        .prop_map(|(table, column, changes)| Change::Column { table, column, changes });
    let constraint = (table_name(), constraint_ref(), constraint_change())
        .prop_map(|(table, constraint, change)| Change::Constraint { table, constraint, change });
    let option = (select(&TableOption::ALL[..]), any::<bool>())
        .prop_map(|(option, is_set)| TableChange::SetOption { option, is_set });
    prop_oneof![
        3 => column,
        1 => constraint,
        1 => (table_name(), enum_change()).prop_map(|(name, change)| Change::Enum { name, change }),
        1 => (table_name(), vec(sequence_change(), 0..4))
            .prop_map(|(name, changes)| Change::Sequence { name, changes }),
        1 => (table_name(), option).prop_map(|(table, change)| Change::Table { table, change }),
    ]
    .boxed()
}

/// New objects. Only a column is filled, and only an index is made while others write.
fn create() -> BoxedStrategy<Operation> {
    let column = (table_name(), column(), option::of(expression())).prop_map(|(table, column, backfill)| {
        let concurrency = Concurrency::default();
        Operation::Create { object: Object::Column { table, column }, backfill, concurrency }
    });
    let index = (table_name(), index(), concurrency()).prop_map(|(table, index, concurrency)| {
        Operation::Create { object: Object::Index { table, index }, backfill: None, concurrency }
    });
    let constraint =
        (table_name(), constraint()).prop_map(|(table, constraint)| Object::Constraint { table, constraint });
    prop_oneof![
        2 => column,
        4 => constraint.prop_map(Operation::create),
        1 => index,
        1 => enum_type().prop_map(Operation::create),
        1 => ident().prop_map(|name| Operation::create(Object::Namespace(name))),
        1 => sequence().prop_map(Operation::create),
        1 => table().prop_map(Operation::create),
    ]
    .boxed()
}

/// Objects that go. Only those with rows may lose them, and only an index goes while others write.
fn drop() -> BoxedStrategy<Operation> {
    let with_rows = prop_oneof![column_id(), table_name().prop_map(ObjectId::Table)];
    prop_oneof![
        2 => (with_rows, consent()).prop_map(|(id, consent)| {
            Operation::Drop { id, consent, concurrency: Concurrency::default() }
        }),
        1 => (index_id(), concurrency()).prop_map(|(id, concurrency)| {
            Operation::Drop { id, consent: Consent::NONE, concurrency }
        }),
        2 => constraint_id().prop_map(Operation::drop),
        2 => id_of_type().prop_map(Operation::drop),
    ]
    .boxed()
}

/// What is no object's.
fn statement() -> BoxedStrategy<Operation> {
    let rows = prop_oneof![
        vec(vec(literal(), 0..4), 0..4),
        vec(vec(any::<i64>().prop_map(Literal::Integer), 2), 1..4),
        vec(vec(text().prop_map(Literal::String), 2), 1..4),
    ];
    prop_oneof![
        (table_name(), idents(), rows).prop_map(|(table, columns, rows)| {
            Operation::BulkInsert(BulkInsert { table, columns, rows })
        }),
        (text(), any::<bool>()).prop_map(|(sql, is_outside_transaction)| {
            Operation::Execute(Execute { sql, is_outside_transaction, means: None })
        }),
        text().prop_map(|reason| Operation::Irreversible { reason }),
    ]
    .boxed()
}

/// Makes lists of operations, some of them inside one another.
pub(crate) fn operations() -> BoxedStrategy<Vec<Operation>> {
    let flat = prop_oneof![
        4 => change().prop_map(Operation::Alter),
        2 => (id(), option::of(text())).prop_map(|(id, text)| Operation::Comment { id, text }),
        5 => create(),
        3 => drop(),
        2 => (id(), ident()).prop_map(|(id, to)| Operation::Rename { id, to }),
        1 => statement(),
    ]
    .boxed();
    let nested = flat.clone().prop_recursive(2, 8, 3, |inner| {
        let inner = vec(inner, 0..3);
        prop_oneof![
            (dialect(), inner.clone())
                .prop_map(|(dialect, operations)| Operation::On { dialect, operations }),
            (text(), any::<bool>(), inner).prop_map(|(sql, is_outside_transaction, means)| {
                Operation::Execute(Execute { sql, is_outside_transaction, means: Some(means) })
            }),
        ]
    });
    vec(prop_oneof![4 => flat, 1 => nested], 0..8).boxed()
}
