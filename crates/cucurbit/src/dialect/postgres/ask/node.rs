//! Expressions as the server keeps them, trees of nodes (`pg_node_tree`), in a form in which two that surely mean one thing
//! are one text.
//!
//! Types that were altered leave casts behind: `v = ANY (ARRAY[('x'::character varying)::text])` stands where
//! `v = ANY (ARRAY['x'::text])` would, `n = ANY (ARRAY[1, 2])` where `(1)::bigint` would. Texts do not tell whether that
//! makes a difference; the tree does, as it names each function and each operator that is called by its number. What is
//! left out of the form changes no value: names of types that are one in storage, casts of whole numbers that lose nothing
//! under comparisons that are one for all of them, and where a thing stood in its text.

use std::collections::BTreeMap;

/// Trees that are deeper than this have no form.
const DEEPEST: usize = 200;

/// The first number of what is not the server's own (`FirstNormalObjectId` in `src/include/access/transam.h`).
const FIRST_FOREIGN: u32 = 16_384;

/// What says where a thing stood in its text and how it is printed, or repeats what an operator's number says.
const LEFT_OUT: [&str; 9] = [
    "coerceformat",
    "funcformat",
    "hashfuncid",
    "list_end",
    "list_start",
    "location",
    "negfuncid",
    "opfuncid",
    "relabelformat",
];

/// Fields that hold the number of a type, of what each kind of node is in itself.
const TYPES: [&str; 10] = [
    "array_typeid",
    "casetype",
    "coalescetype",
    "consttype",
    "element_typeid",
    "funcresulttype",
    "minmaxtype",
    "opresulttype",
    "resulttype",
    "typeId",
];

/// Numbers of types (`src/include/catalog/pg_type.dat`).
mod oid {
    pub(super) const DATE: &str = "1082";
    pub(super) const DOUBLE: &str = "701";
    pub(super) const INTEGERS: [&str; 3] = ["20", "21", "23"];
    pub(super) const NUMERIC: &str = "1700";
    /// Those whose every value is one of a DOUBLE PRECISION.
    pub(super) const SMALL_INTEGERS: [&str; 2] = ["21", "23"];
    pub(super) const TEXT: &str = "25";
    pub(super) const TEXTS: &str = "1009";
    pub(super) const TIMESTAMP: &str = "1114";
    pub(super) const VARCHAR: &str = "1043";
    pub(super) const VARCHARS: &str = "1015";
    /// The function `pg_typeof`, which tells what is one in storage apart.
    pub(super) const TYPE_OF: &str = "1619";
}

/// What the server says of its operators and casts, by their numbers.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// The operators that compare: their family, and which comparison it is.
    comparisons: BTreeMap<String, (String, String)>,
    /// The functions behind casts that need no word: from which type to which.
    casts: BTreeMap<String, (String, String)>,
    /// The operators `%` of whole and exact numbers.
    remainders: Vec<String>,
}

/// The query for them: what it is, its number, and two words about it.
pub(super) const FACTS: &str = "SELECT 'comparison', c.operator::text, f.opfname::text, c.strategy
     FROM (SELECT p.amopfamily, p.amopopr AS operator, p.amopstrategy::text AS strategy
           FROM pg_catalog.pg_amop p
           UNION ALL
           SELECT p.amopfamily, o.oprnegate, 'not 3'
           FROM pg_catalog.pg_amop p JOIN pg_catalog.pg_operator o ON o.oid = p.amopopr
           WHERE p.amopstrategy = 3) c
     JOIN pg_catalog.pg_opfamily f ON f.oid = c.amopfamily
     JOIN pg_catalog.pg_am m ON m.oid = f.opfmethod
     WHERE m.amname = 'btree' AND f.opfnamespace = 'pg_catalog'::regnamespace
       AND f.opfname IN ('datetime_ops', 'float_ops', 'integer_ops', 'numeric_ops')
     UNION ALL
     SELECT 'cast', c.castfunc::oid::text, c.castsource::oid::text, c.casttarget::oid::text
     FROM pg_catalog.pg_cast c
     WHERE c.castfunc <> 0 AND c.castcontext = 'i'
       AND c.castsource IN (20, 21, 23, 1700) AND c.casttarget IN (20, 23, 701, 1700) AND c.castsource <> c.casttarget
     UNION ALL
     SELECT 'remainder', o.oid::text, '', ''
     FROM pg_catalog.pg_operator o
     WHERE o.oprname = '%' AND o.oprnamespace = 'pg_catalog'::regnamespace
       AND o.oprleft IN (20, 21, 23, 1700) AND o.oprright = o.oprleft";

impl Facts {
    /// Records a row of the query; tells whether it was one.
    pub(super) fn record(&mut self, [what, number, one, other]: [&str; 4]) -> bool {
        let number = number.to_owned();
        let words = (one.to_owned(), other.to_owned());
        match what {
            "cast" => drop(self.casts.insert(number, words)),
            "comparison" => drop(self.comparisons.insert(number, words)),
            "remainder" => self.remainders.push(number),
            _ => return false,
        }
        true
    }
}

/// Writes the form of a tree over the columns of its table, in their order; `None` if it cannot be read.
pub(super) fn form(tree: &str, columns: &[String], facts: &Facts) -> Option<String> {
    let pieces = pieces(tree);
    let mut pieces = pieces.iter().copied();
    let value = value(pieces.next()?, &mut pieces, 0)?;
    let is_all = pieces.next().is_none();
    is_all.then(|| Form { columns, facts }.any(&value, Types::Joined))
}

/// Cuts a tree into its pieces, as `pg_strtok` in `src/backend/nodes/read.c` does.
fn pieces(tree: &str) -> Vec<&str> {
    let is_single = |letter: char| matches!(letter, '(' | ')' | '{' | '}');
    let mut pieces = Vec::new();
    let mut rest = tree.trim_start();
    while let Some(first) = rest.chars().next() {
        let mut is_escaped = false;
        let ends = |letter: char| {
            let ends = !is_escaped && (letter.is_ascii_whitespace() || is_single(letter));
            is_escaped = !is_escaped && letter == '\\';
            ends
        };
        let length = if is_single(first) { 1 } else { rest.find(ends).unwrap_or(rest.len()) };
        let (piece, behind) = rest.split_at(length);
        pieces.push(piece);
        rest = behind.trim_start();
    }
    pieces
}

#[derive(Debug)]
enum Value<'t> {
    List(Vec<Self>),
    Node(Node<'t>),
    Word(&'t str),
}

#[derive(Debug)]
struct Node<'t> {
    tag: &'t str,
    fields: Vec<(&'t str, Vec<Value<'t>>)>,
}

fn value<'t>(first: &'t str, pieces: &mut impl Iterator<Item = &'t str>, depth: usize) -> Option<Value<'t>> {
    if depth > DEEPEST {
        return None;
    }
    match first {
        "{" => {
            let mut node = Node { tag: pieces.next()?, fields: Vec::new() };
            loop {
                let piece = pieces.next()?;
                if piece == "}" {
                    return Some(Value::Node(node));
                }
                match piece.strip_prefix(':') {
                    Some(name) => node.fields.push((name, Vec::new())),
                    None => node.fields.last_mut()?.1.push(value(piece, pieces, depth + 1)?),
                }
            }
        }
        "(" => {
            let mut list = Vec::new();
            loop {
                let piece = pieces.next()?;
                if piece == ")" {
                    return Some(Value::List(list));
                }
                list.push(value(piece, pieces, depth + 1)?);
            }
        }
        "}" | ")" => None,
        word => Some(Value::Word(word)),
    }
}

impl<'t> Node<'t> {
    fn values(&self, name: &str) -> &[Value<'t>] {
        let field = self.fields.iter().find(|(field, _)| *field == name);
        field.map_or(&[], |(_, values)| values.as_slice())
    }

    /// A field of one word.
    fn word(&self, name: &str) -> &'t str {
        match self.values(name) {
            [Value::Word(word)] => word,
            _ => "",
        }
    }

    /// A field of one node.
    fn node(&self, name: &str) -> Option<&Self> {
        match self.values(name) {
            [Value::Node(node)] => Some(node),
            _ => None,
        }
    }

    /// A field that is a list of nodes.
    fn nodes(&self, name: &str) -> Option<Vec<&Self>> {
        let [Value::List(list)] = self.values(name) else { return None };
        list.iter()
            .map(|value| match value {
                Value::Node(node) => Some(node),
                Value::List(_) | Value::Word(_) => None,
            })
            .collect()
    }

    /// The number of the type of what it computes, where that is known.
    fn ty(&self) -> &'t str {
        let field = match self.tag {
            "ARRAYEXPR" => "array_typeid",
            "CASEEXPR" => "casetype",
            "COALESCEEXPR" => "coalescetype",
            "COLLATEEXPR" => return self.node("arg").map_or("", Node::ty),
            "CONST" => "consttype",
            "FUNCEXPR" => "funcresulttype",
            "MINMAXEXPR" => "minmaxtype",
            "NULLIFEXPR" | "OPEXPR" => "opresulttype",
            "RELABELTYPE" => "resulttype",
            "VAR" => "vartype",
            _ => return "",
        };
        self.word(field)
    }

    /// Tells whether it calls what may look at the types of what it is handed.
    fn minds_types(&self) -> bool {
        let is_foreign = |field| self.word(field).parse::<u32>().is_ok_and(|number| number >= FIRST_FOREIGN);
        is_foreign("funcid") || is_foreign("opno") || self.word("funcid") == oid::TYPE_OF
    }

    fn is_null(&self) -> bool {
        self.word("constisnull") != "false"
    }
}

/// Whether types that are one in storage are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Types {
    Apart,
    Joined,
}

impl Types {
    /// Names a type: VARCHAR is TEXT in storage and has all its operators (manual, 8.3).
    fn name(self, number: &str) -> &str {
        match (self, number) {
            (Self::Joined, oid::VARCHAR) => oid::TEXT,
            (Self::Joined, oid::VARCHARS) => oid::TEXTS,
            (Self::Apart | Self::Joined, _) => number,
        }
    }
}

struct Form<'f> {
    columns: &'f [String],
    facts: &'f Facts,
}

impl Form<'_> {
    fn any(&self, value: &Value<'_>, types: Types) -> String {
        match value {
            Value::List(list) => {
                let list = list.iter().map(|value| self.any(value, types));
                format!("({})", list.collect::<Vec<_>>().join(" "))
            }
            Value::Node(node) => self.node(node, types),
            Value::Word(word) => (*word).to_owned(),
        }
    }

    fn node(&self, node: &Node<'_>, types: Types) -> String {
        let types = if node.minds_types() { Types::Apart } else { types };
        let special = match (node.tag, types) {
            ("CONST", _) => Some(constant(node, types)),
            ("VAR", _) => Some(self.column(node)),
            ("RELABELTYPE", Types::Joined) => {
                let arg = node.node("arg");
                let is_one = |arg: &&Node<'_>| {
                    let one = types.name(node.word("resulttype"));
                    matches!(one, oid::TEXT | oid::TEXTS) && types.name(arg.ty()) == one
                };
                arg.filter(is_one).map(|arg| self.node(arg, types))
            }
            ("OPEXPR" | "SCALARARRAYOPEXPR", Types::Joined) => self.comparison(node),
            ("FUNCEXPR", Types::Joined) => {
                self.whole(node).map(|whole| format!("{{FUNCEXPR {} {whole}}}", node.ty()))
            }
            (_, _) => None,
        };
        special.unwrap_or_else(|| self.generic(node, types))
    }

    fn generic(&self, node: &Node<'_>, types: Types) -> String {
        let mut text = format!("{{{}", node.tag);
        for (name, values) in node.fields.iter().filter(|(name, _)| !LEFT_OUT.contains(name)) {
            text.push_str(" :");
            text.push_str(name);
            for value in values {
                text.push(' ');
                match value {
                    Value::Word(word) if TYPES.contains(name) => text.push_str(types.name(word)),
                    Value::List(_) | Value::Node(_) | Value::Word(_) => {
                        text.push_str(&self.any(value, types))
                    }
                }
            }
        }
        text.push('}');
        text
    }

    /// A column by its name, for tables that do not have the same columns, and its type: where that changes, the server
    /// reads the text of what stands on it again, which may come to mean something else.
    fn column(&self, node: &Node<'_>) -> String {
        let number = node.word("varattno");
        let place = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let name = place.and_then(|place| self.columns.get(place));
        let name = name.map_or_else(|| number.to_owned(), |name| format!("{name:?}"));
        format!("{{VAR {name} {} {}}}", node.word("vartype"), node.word("varcollid"))
    }

    /// A comparison of whole numbers of any type, or of days and times without a zone.
    ///
    /// The operators of one family agree with each other whatever types they are for (manual, 38.16.2 and 64.1.3).
    fn comparison(&self, node: &Node<'_>) -> Option<String> {
        let (family, which) = self.facts.comparisons.get(node.word("opno"))?;
        let args = node.nodes("args")?;
        let [one, other] = args.as_slice() else { return None };
        let mut operands = vec![*one];
        if node.tag == "OPEXPR" {
            operands.push(*other);
        } else if other.tag == "ARRAYEXPR" && other.word("multidims") == "false" {
            operands.extend(other.nodes("elements")?);
        } else {
            return None;
        }
        let (kind, operands): (_, Option<Vec<String>>) = match family.as_str() {
            "integer_ops" => ("whole", operands.into_iter().map(|node| Some(self.integer(node))).collect()),
            "float_ops" | "numeric_ops" => {
                ("whole", operands.into_iter().map(|node| self.whole(node)).collect())
            }
            _ => ("moment", operands.into_iter().map(|node| self.moment(node)).collect()),
        };
        let of = node.word("useOr");
        Some(format!("{{COMPARE {} {kind} {which} {of} {}}}", node.tag, operands?.join(" ")))
    }

    /// A whole number as such, whatever its type holds.
    fn integer(&self, node: &Node<'_>) -> String {
        let is_integer = oid::INTEGERS.contains(&node.ty());
        match node.tag {
            "CONST" if is_integer && !node.is_null() => format!("{{INTEGER {}}}", bytes(node).join(" ")),
            "VAR" => self.column(node),
            "FUNCEXPR" if is_integer => match self.cast(node) {
                Some(arg) => self.integer(arg),
                None => self.node(node, Types::Joined),
            },
            _ => {
                let computed =
                    if is_integer { self.computed(node, &|node| Some(self.integer(node))) } else { None };
                computed.unwrap_or_else(|| self.node(node, Types::Joined))
            }
        }
    }

    /// The whole number that stands under a cast that loses nothing; `None` if it is none.
    fn whole(&self, node: &Node<'_>) -> Option<String> {
        match (node.tag, self.cast(node)) {
            ("FUNCEXPR", Some(arg)) if node.ty() == oid::NUMERIC => {
                oid::INTEGERS.contains(&arg.ty()).then(|| self.integer(arg))
            }
            ("FUNCEXPR", Some(arg)) if node.ty() == oid::DOUBLE => {
                let inner = if arg.ty() == oid::NUMERIC { self.cast(arg)? } else { arg };
                oid::SMALL_INTEGERS.contains(&inner.ty()).then(|| self.integer(inner))
            }
            ("COALESCEEXPR" | "OPEXPR", _) if node.ty() == oid::NUMERIC => {
                self.computed(node, &|node| self.whole(node))
            }
            (_, _) => None,
        }
    }

    /// The first that is there, or what is left of a division: the same for whole numbers of every type.
    fn computed(&self, node: &Node<'_>, operand: &dyn Fn(&Node<'_>) -> Option<String>) -> Option<String> {
        let word = match node.tag {
            "COALESCEEXPR" => "FIRST",
            "OPEXPR" if self.facts.remainders.iter().any(|known| known == node.word("opno")) => "REMAINDER",
            _ => return None,
        };
        let operands: Option<Vec<String>> = node.nodes("args")?.into_iter().map(operand).collect();
        Some(format!("{{{word} {}}}", operands?.join(" ")))
    }

    /// What a cast is of that loses nothing, or what the server takes for such (BIGINT to DOUBLE PRECISION is none).
    fn cast<'n, 't>(&self, node: &'n Node<'t>) -> Option<&'n Node<'t>> {
        let (_, target) = self.facts.casts.get(node.word("funcid"))?;
        let args = node.nodes("args").filter(|_| target == node.ty())?;
        let [arg] = args.as_slice() else { return None };
        Some(*arg)
    }

    /// A day or a time without a zone, as microseconds.
    fn moment(&self, node: &Node<'_>) -> Option<String> {
        match (node.tag, node.ty()) {
            ("VAR", oid::DATE | oid::TIMESTAMP) => Some(self.column(node)),
            ("CONST", oid::DATE) if !node.is_null() => {
                let days = number(node)?;
                let moment = match i32::try_from(days).ok()? {
                    i32::MIN => i64::MIN,
                    i32::MAX => i64::MAX,
                    days => i64::from(days).checked_mul(86_400_000_000)?,
                };
                Some(format!("{{MOMENT {moment}}}"))
            }
            ("CONST", oid::TIMESTAMP) if !node.is_null() => Some(format!("{{MOMENT {}}}", number(node)?)),
            (_, _) => None,
        }
    }
}

/// The bytes of a constant's value, as numbers.
fn bytes<'t>(node: &Node<'t>) -> Vec<&'t str> {
    let words = node.values("constvalue").iter().filter_map(|value| match value {
        Value::Word(word) => Some(*word),
        Value::List(_) | Value::Node(_) => None,
    });
    words.skip_while(|word| *word != "[").skip(1).take_while(|word| *word != "]").collect()
}

/// The eight bytes of a constant that is passed by its value, the lowest first.
fn number(node: &Node<'_>) -> Option<i64> {
    let bytes: Option<Vec<u8>> =
        bytes(node).into_iter().map(|byte| Some(byte.parse::<i8>().ok()?.cast_unsigned())).collect();
    Some(i64::from_le_bytes(bytes?.try_into().ok()?))
}

/// A constant by its value. The value of an array names the type of what is in it (`ArrayType` in
/// `src/include/utils/array.h`).
fn constant(node: &Node<'_>, types: Types) -> String {
    let ty = node.word("consttype");
    let mut bytes = bytes(node);
    if (ty, types) == (oid::VARCHARS, Types::Joined)
        && let Some(of) = bytes.get_mut(12..16)
        && *of == ["19", "4", "0", "0"]
    {
        of.copy_from_slice(&["25", "0", "0", "0"]);
    }
    let (ty, null, collation) = (types.name(ty), node.word("constisnull"), node.word("constcollid"));
    format!("{{CONST {ty} {collation} {null} {}}}", bytes.join(" "))
}
