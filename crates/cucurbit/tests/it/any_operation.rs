//! Operations of every kind, made by proptest, with the names and texts that break things.

use cucurbit::{
    operation::{
        BulkInsert, ColumnChange, Concurrency, Consent, ConstraintChange, EnumChange, Execute, Operation,
        SequenceChange,
    },
    schema::{
        Action, Check, Column, ConstraintRef, Constraints, Deferral, Dialect, EnumPlace, EnumType, Exclusion,
        ForeignKey, Ident, Identity, Index, IndexKey, IndexPart, Literal, Match, Nulls, OnConflict, Order,
        PrimaryKey, Referred, Sequence, SequenceOptions, Serial, ServerDefault, Table, TableName,
        TableOption, TableOptions, Type, Unique, Variants,
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

fn sequence() -> BoxedStrategy<Sequence> {
    (table_name(), ty(), sequence_options(), comment())
        .prop_map(|(name, ty, options, comment)| Sequence { name, ty, options, comment })
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
        .prop_map(|(name, columns, constraints, indexes, comment, options)| {
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
    prop_oneof![
        ident().prop_map(|to| ConstraintChange::Rename { to }),
        option::of(text()).prop_map(ConstraintChange::SetComment),
        deferral().prop_map(ConstraintChange::SetDeferral),
        Just(ConstraintChange::Validate),
    ]
    .boxed()
}

/// What one table's `alter_table` can hold.
fn alteration() -> BoxedStrategy<Operation> {
    let consent = || any::<bool>().prop_map(|is_given| Consent { is_given });
    prop_oneof![
        (table_name(), column(), option::of(expression()))
            .prop_map(|(table, column, backfill)| Operation::AddColumn { table, column, backfill }),
        (table_name(), ident(), vec(column_change(), 0..4))
            .prop_map(|(table, column, changes)| Operation::AlterColumn { table, column, changes }),
        (table_name(), constraint_ref(), constraint_change()).prop_map(|(table, constraint, change)| {
            Operation::AlterConstraint { table, constraint, change }
        }),
        (table_name(), check()).prop_map(|(table, check)| Operation::CreateCheck { table, check }),
        (table_name(), exclusion())
            .prop_map(|(table, exclusion)| Operation::CreateExclusion { table, exclusion }),
        (table_name(), foreign_key())
            .prop_map(|(table, foreign_key)| Operation::CreateForeignKey { table, foreign_key }),
        (table_name(), primary_key())
            .prop_map(|(table, primary_key)| Operation::CreatePrimaryKey { table, primary_key }),
        (table_name(), unique()).prop_map(|(table, unique)| Operation::CreateUnique { table, unique }),
        (table_name(), ident(), consent()).prop_map(|(table, column, consent)| Operation::DropColumn {
            table,
            column,
            consent
        }),
        (table_name(), select(&TableOption::ALL[..]), any::<bool>())
            .prop_map(|(table, option, is_set)| Operation::SetTableOption { table, option, is_set }),
        (table_name(), constraint_ref())
            .prop_map(|(table, constraint)| Operation::DropConstraint { table, constraint }),
    ]
    .boxed()
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
    let consent = any::<bool>().prop_map(|is_given| Consent { is_given });
    prop_oneof![
        (text(), place).prop_map(|(value, place)| EnumChange::AddValue { value, place }),
        (text(), text()).prop_map(|(value, to)| EnumChange::RenameValue { value, to }),
        option::of(text()).prop_map(EnumChange::SetComment),
        (vec(text(), 0..4), vec((text(), text()), 0..3), consent).prop_map(
            |(values, replacements, consent)| EnumChange::SetValues { values, replacements, consent }
        ),
    ]
    .boxed()
}

fn statement() -> BoxedStrategy<Operation> {
    let consent = any::<bool>().prop_map(|is_given| Consent { is_given });
    let rows = prop_oneof![
        vec(vec(literal(), 0..4), 0..4),
        vec(vec(any::<i64>().prop_map(Literal::Integer), 2), 1..4),
        vec(vec(text().prop_map(Literal::String), 2), 1..4),
    ];
    prop_oneof![
        (table_name(), idents(), rows).prop_map(|(table, columns, rows)| {
            Operation::BulkInsert(BulkInsert { table, columns, rows })
        }),
        (table_name(), index(), concurrency())
            .prop_map(|(table, index, concurrency)| { Operation::CreateIndex { table, index, concurrency } }),
        enum_type().prop_map(Operation::CreateEnum),
        (table_name(), vec(sequence_change(), 0..4))
            .prop_map(|(name, changes)| Operation::AlterSequence { name, changes }),
        sequence().prop_map(Operation::CreateSequence),
        ident().prop_map(|name| Operation::CreateSchema { name }),
        ident().prop_map(|name| Operation::DropSchema { name }),
        table_name().prop_map(|name| Operation::DropSequence { name }),
        table().prop_map(Operation::CreateTable),
        (table_name(), enum_change()).prop_map(|(name, change)| Operation::AlterEnum { name, change }),
        table_name().prop_map(|name| Operation::DropEnum { name }),
        (table_name(), ident(), concurrency()).prop_map(|(table, name, concurrency)| Operation::DropIndex {
            table,
            name,
            concurrency
        }),
        (table_name(), consent).prop_map(|(table, consent)| Operation::DropTable { table, consent }),
        (text(), any::<bool>()).prop_map(|(sql, is_outside_transaction)| {
            Operation::Execute(Execute { sql, is_outside_transaction, means: None })
        }),
        text().prop_map(|reason| Operation::Irreversible { reason }),
        (table_name(), ident(), ident()).prop_map(|(table, name, to)| Operation::RenameIndex {
            table,
            name,
            to
        }),
        (table_name(), ident()).prop_map(|(table, to)| Operation::RenameTable { table, to }),
        (table_name(), ident(), option::of(text()))
            .prop_map(|(table, name, comment)| Operation::SetIndexComment { table, name, comment }),
        (table_name(), option::of(text()))
            .prop_map(|(table, comment)| Operation::SetTableComment { table, comment }),
    ]
    .boxed()
}

/// Makes lists of operations, some of them inside one another.
pub(crate) fn operations() -> BoxedStrategy<Vec<Operation>> {
    let flat = prop_oneof![3 => alteration(), 2 => statement()].boxed();
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
