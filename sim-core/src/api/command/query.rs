//! `--query`: JMESPath, by the `jmespath` crate, with three things that it lacks.
//!
//! * **Bounds.** An expression from a stranger may neither exhaust the stack nor the memory: its nesting is limited,
//!   and the size of its result is bounded before it is evaluated ([`bound`]).
//! * **Order.** The crate sorts the keys of every object. Here they keep the order of the answer, or that of the
//!   expression for `{b: …, a: …}`; so do `*`, `keys()`, `values()` and `to_string()`. What `merge()` makes goes by
//!   the alphabet.
//! * **Numbers.** `sum`, `abs`, `ceil` and `floor` of whole numbers are whole, and the `avg` of nothing is null, as in
//!   the AWS CLI.

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use jmespath::ast::Ast;
use jmespath::functions::{ArgumentType, CustomFunction, Signature};
use jmespath::{Context, Rcvar, Runtime, Variable};
use serde_json::{Number, Value};

use super::names::did_you_mean;
use super::value::Fault;

/// The longest expression [bytes].
const LENGTH_MAX: usize = 4096;
/// Operators and brackets in one expression [count]: each may be one step deeper on the stack.
const OPERATORS_MAX: usize = 256;
/// The largest result, and the largest value on the way to it [bytes of JSON], as an upper bound.
const SIZE_MAX: f64 = (64 << 20) as f64;
/// The longest step of a slice `[::n]` [count]; the crate's arithmetic overflows near 2³¹.
const STEP_MAX: u32 = 1 << 30;

/// JMESPath's functions.
const FUNCTIONS: [&str; 26] = [
    "abs",
    "avg",
    "ceil",
    "contains",
    "ends_with",
    "floor",
    "join",
    "keys",
    "length",
    "map",
    "max",
    "max_by",
    "merge",
    "min",
    "min_by",
    "not_null",
    "reverse",
    "sort",
    "sort_by",
    "starts_with",
    "sum",
    "to_array",
    "to_number",
    "to_string",
    "type",
    "values",
];

/// What stands for `*` in an expression: a function, so that it can know the order.
const STAR: &str = "*";

/// The functions, those above included that the crate does differently.
fn runtime(order: &Arc<Order>) -> Runtime {
    let mut runtime = Runtime::new();
    runtime.register_builtin_functions();
    let mut add = |name: &str, argument: ArgumentType, work: Box<dyn Fn(&Rcvar) -> Variable + Send + Sync>| {
        let work = move |args: &[Rcvar], _: &mut Context<'_>| Ok(Rc::new(args.first().map_or(Variable::Null, &work)));
        let signature = Signature::new(vec![argument], None);
        runtime.register_function(name, Box::new(CustomFunction::new(signature, Box::new(work))));
    };
    for (name, work) in [("abs", f64::abs as fn(f64) -> f64), ("ceil", f64::ceil), ("floor", f64::floor)] {
        add(name, ArgumentType::Number, Box::new(move |value| whole(work(number(value)))));
    }
    let numbers = || ArgumentType::TypedArray(Box::new(ArgumentType::Number));
    add(
        "sum",
        numbers(),
        Box::new(|list| {
            let fraction = |item: &Rcvar| matches!(&**item, Variable::Number(number) if number.is_f64());
            if items(list).iter().any(fraction) { float(sum(list)) } else { whole(sum(list)) }
        }),
    );
    add(
        "avg",
        numbers(),
        Box::new(|list| match items(list).len() {
            0 => Variable::Null,
            count => float(sum(list) / count as f64),
        }),
    );
    let own = Arc::clone(order);
    add(
        "keys",
        ArgumentType::Object,
        Box::new(move |object| {
            Variable::Array(own.names(object).into_iter().map(|name| Rc::new(Variable::String(name))).collect())
        }),
    );
    let own = Arc::clone(order);
    add(
        "to_string",
        ArgumentType::Any,
        Box::new(move |value| match &**value {
            Variable::String(text) => Variable::String(text.clone()),
            _ => Variable::String(plain(value, &own).to_string()),
        }),
    );
    for (name, argument) in [("values", ArgumentType::Object), (STAR, ArgumentType::Any)] {
        let own = Arc::clone(order);
        add(
            name,
            argument,
            Box::new(move |object| match object.as_object() {
                Some(members) => {
                    Variable::Array(own.names(object).iter().filter_map(|name| members.get(name).cloned()).collect())
                }
                None => Variable::Null,
            }),
        );
    }
    runtime
}

fn items(list: &Rcvar) -> &[Rcvar] {
    list.as_array().map_or(&[], Vec::as_slice)
}

fn sum(list: &Rcvar) -> f64 {
    items(list).iter().map(number).sum()
}

fn number(value: &Rcvar) -> f64 {
    value.as_number().unwrap_or(0.0)
}

fn float(value: f64) -> Variable {
    Number::from_f64(value).map_or(Variable::Null, Variable::Number)
}

/// The number without `.0` where it has no fraction and a float still tells whole numbers apart.
fn whole(value: f64) -> Variable {
    let exact = value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0;
    if exact { Variable::Number(Number::from(value as i64)) } else { float(value) }
}

/// A valid expression.
#[derive(Debug)]
pub(super) struct Query {
    text: String,
    ast: Ast,
    /// The keys of each `{…}` in it.
    written: Vec<Vec<String>>,
}

impl Query {
    /// Reads an expression.
    pub fn compile(text: &str) -> Result<Query, Fault> {
        let operators = text.matches(|c: char| c.is_ascii_punctuation() && !"_-'\"`\\".contains(c)).count();
        if text.len() > LENGTH_MAX || operators > OPERATORS_MAX {
            let help = format!("{LENGTH_MAX} bytes and {OPERATORS_MAX} operators are the most");
            return Err(Fault::new(0..text.len(), "the query is too long", help));
        }
        let mut ast = jmespath::parse(text).map_err(|error| {
            let reason = match &error.reason {
                jmespath::ErrorReason::Parse(reason) => reason.clone(),
                jmespath::ErrorReason::Runtime(reason) => reason.to_string(),
            };
            let help = "queries are JMESPath, such as services[*].serviceName";
            Fault::new(place(text, error.offset), format!("this is not a valid query: {reason}"), help)
        })?;
        check(&mut ast, text)?;
        let mut written = Vec::new();
        each(&mut ast, &mut |ast| match ast {
            Ast::MultiHash { elements, .. } => written.push(elements.iter().map(|pair| pair.key.clone()).collect()),
            Ast::ObjectValues { offset, node } => {
                let node = std::mem::replace(&mut **node, Ast::Identity { offset: *offset });
                *ast = Ast::Function { offset: *offset, name: STAR.to_owned(), args: vec![node] };
            }
            _ => {}
        });
        Ok(Query { text: text.to_owned(), ast, written })
    }

    /// What the expression chooses from `data`.
    pub fn search(&self, data: &Value) -> Result<Value, String> {
        let mut peak = 0.0;
        let size = data.to_string().len() as f64;
        bound(&self.ast, size, 1.0, &mut peak);
        if peak > SIZE_MAX {
            return Err("The query could make an output that is too large; ask for less at once.".to_owned());
        }
        let mut order = Order { seen: BTreeMap::new(), written: self.written.clone() };
        let root = variable(data, &mut order);
        let order = Arc::new(order);
        let runtime = runtime(&order);
        let found = jmespath::interpret(&root, &self.ast, &mut Context::new(&self.text, &runtime));
        let found = found.map_err(|error| match error.reason {
            jmespath::ErrorReason::Parse(reason) => reason,
            jmespath::ErrorReason::Runtime(reason) => reason.to_string(),
        })?;
        Ok(plain(&found, &order))
    }
}

/// The character at this byte.
fn place(text: &str, offset: usize) -> Range<usize> {
    match text.get(offset..).and_then(|rest| rest.chars().next()) {
        Some(c) => offset..offset + c.len_utf8(),
        None => 0..text.len(),
    }
}

/// Calls `visit` for every part of the expression, outer parts first.
fn each(ast: &mut Ast, visit: &mut impl FnMut(&mut Ast)) {
    visit(ast);
    match ast {
        Ast::Comparison { lhs, rhs, .. }
        | Ast::Projection { lhs, rhs, .. }
        | Ast::And { lhs, rhs, .. }
        | Ast::Or { lhs, rhs, .. }
        | Ast::Subexpr { lhs, rhs, .. }
        | Ast::Condition { predicate: lhs, then: rhs, .. } => {
            each(lhs, visit);
            each(rhs, visit);
        }
        Ast::Expref { ast: node, .. }
        | Ast::Flatten { node, .. }
        | Ast::Not { node, .. }
        | Ast::ObjectValues { node, .. } => each(node, visit),
        Ast::Function { args: parts, .. } | Ast::MultiList { elements: parts, .. } => {
            parts.iter_mut().for_each(|part| each(part, visit));
        }
        Ast::MultiHash { elements, .. } => elements.iter_mut().for_each(|pair| each(&mut pair.value, visit)),
        Ast::Identity { .. } | Ast::Field { .. } | Ast::Index { .. } | Ast::Literal { .. } | Ast::Slice { .. } => {}
    }
}

/// What the parser lets through, but evaluation would refuse or trip over.
fn check(ast: &mut Ast, text: &str) -> Result<(), Fault> {
    let mut fault = None;
    each(ast, &mut |ast| match ast {
        Ast::Function { name, offset, .. } if !FUNCTIONS.contains(&name.as_str()) => {
            let help = did_you_mean(name, FUNCTIONS);
            fault.get_or_insert(Fault::new(place(text, *offset), format!("there is no function `{name}`"), help));
        }
        Ast::Slice { step, offset, .. } if *step == 0 || step.unsigned_abs() > STEP_MAX => {
            let message = "the step of a slice cannot be 0 or huge";
            fault.get_or_insert(Fault::new(place(text, *offset), message, "write [first:last:step]"));
        }
        Ast::Function { name, args, offset } if name == "join" && !is_constant(args.first()) => {
            let message = "the first argument of join must be a literal here";
            fault.get_or_insert(Fault::new(place(text, *offset), message, "write join(', ', list)"));
        }
        _ => {}
    });
    fault.map_or(Ok(()), Err)
}

fn is_constant(ast: Option<&Ast>) -> bool {
    matches!(ast, None | Some(Ast::Literal { .. }))
}

/// An upper bound of the size of what `ast` makes of a value of `size` [bytes of JSON], and in `peak` the largest
/// of all values on the way, each `times` over. `[@, @]` doubles, and so does every repetition of it.
///
/// Sizes grow in proportion: a part that is applied to each element of a list of altogether `n` bytes makes at most
/// `n` times what it makes of one byte. `join` alone could square them, if its glue were not a literal.
fn bound(ast: &Ast, size: f64, times: f64, peak: &mut f64) -> f64 {
    let mut of = |ast: &Ast, size: f64, times: f64| bound(ast, size, times, peak);
    let result = match ast {
        Ast::Identity { .. } | Ast::Field { .. } | Ast::Index { .. } | Ast::Slice { .. } => size,
        Ast::Literal { value, .. } => value.to_string().len() as f64,
        Ast::Flatten { node, .. } | Ast::ObjectValues { node, .. } | Ast::Expref { ast: node, .. } => {
            of(node, size, times)
        }
        Ast::Not { node, .. } => {
            of(node, size, times);
            5.0
        }
        Ast::Comparison { lhs, rhs, .. } => {
            of(lhs, size, times);
            of(rhs, size, times);
            5.0
        }
        Ast::Condition { predicate, then, .. } => {
            of(predicate, size, times);
            of(then, size, times).max(4.0)
        }
        Ast::And { lhs, rhs, .. } | Ast::Or { lhs, rhs, .. } => of(lhs, size, times).max(of(rhs, size, times)),
        Ast::Subexpr { lhs, rhs, .. } => {
            let left = of(lhs, size, times);
            of(rhs, left, times)
        }
        Ast::Projection { lhs, rhs, .. } => {
            let left = of(lhs, size, times);
            left * of(rhs, 1.0, times * left)
        }
        Ast::MultiList { elements, .. } => 2.0 + elements.iter().map(|part| 1.0 + of(part, size, times)).sum::<f64>(),
        Ast::MultiHash { elements, .. } => {
            2.0 + elements.iter().map(|pair| 6.0 + pair.key.len() as f64 + of(&pair.value, size, times)).sum::<f64>()
        }
        Ast::Function { name, args, .. } => match (name.as_str(), args.as_slice()) {
            ("map", [by, list]) | ("sort_by" | "max_by" | "min_by", [list, by]) => {
                let left = of(list, size, times);
                let mapped = left * of(by, 1.0, times * left);
                if name == "map" { mapped } else { left }
            }
            ("join", [glue, list]) => (1.0 + of(glue, size, times)) * of(list, size, times),
            (name, args) => {
                let all: f64 = args.iter().map(|arg| of(arg, size, times)).sum();
                // Quotes inside text are escaped once more.
                if name == "to_string" { 2.0 * all + 2.0 } else { all + 24.0 }
            }
        },
    };
    // A comparison of NaN would let everything through.
    let total = result * times;
    *peak = if total.is_nan() { f64::INFINITY } else { peak.max(total) };
    result
}

/// In which order the keys of objects stand.
struct Order {
    /// The keys of each object of the data, by its address. Only looked up, never listed: addresses differ between
    /// runs. The data outlives the evaluation, so that no other object can have the address.
    seen: BTreeMap<usize, Vec<String>>,
    /// The keys of each `{…}` of the expression.
    written: Vec<Vec<String>>,
}

impl Order {
    /// The keys of this object in their order.
    fn names(&self, object: &Rcvar) -> Vec<String> {
        let Some(members) = object.as_object() else { return Vec::new() };
        let same = |order: &&Vec<String>| {
            order.iter().all(|name| members.contains_key(name)) && members.keys().all(|name| order.contains(name))
        };
        let known = self.seen.get(&(Rc::as_ptr(object) as usize)).or_else(|| self.written.iter().find(same));
        known.map_or_else(|| members.keys().cloned().collect(), Clone::clone)
    }
}

fn variable(value: &Value, order: &mut Order) -> Rcvar {
    let variable = Rc::new(match value {
        Value::Null => Variable::Null,
        Value::Bool(value) => Variable::Bool(*value),
        Value::Number(number) => Variable::Number(number.clone()),
        Value::String(text) => Variable::String(text.clone()),
        Value::Array(items) => Variable::Array(items.iter().map(|item| variable(item, order)).collect()),
        Value::Object(members) => {
            Variable::Object(members.iter().map(|(name, value)| (name.clone(), variable(value, order))).collect())
        }
    });
    if let Value::Object(members) = value {
        order.seen.insert(Rc::as_ptr(&variable) as usize, members.keys().cloned().collect());
    }
    variable
}

fn plain(variable: &Rcvar, order: &Order) -> Value {
    match &**variable {
        Variable::Null | Variable::Expref(_) => Value::Null,
        Variable::Bool(value) => Value::Bool(*value),
        Variable::Number(number) => Value::Number(number.clone()),
        Variable::String(text) => Value::String(text.clone()),
        Variable::Array(items) => items.iter().map(|item| plain(item, order)).collect(),
        Variable::Object(members) => {
            let names = order.names(variable).into_iter();
            names.filter_map(|name| members.get(&name).map(|value| (name.clone(), plain(value, order)))).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn data() -> Value {
        json!({"services": [
            {"serviceName": "web", "desiredCount": 2, "tags": [{"key": "b", "value": "x"}]},
            {"serviceName": "api", "desiredCount": 1, "tags": []},
        ]})
    }

    #[track_caller]
    fn check(query: &str, expected: &str) {
        let query = Query::compile(query).unwrap_or_else(|fault| panic!("{query}: {fault:?}"));
        assert_eq!(query.search(&data()).map(|value| value.to_string()), Ok(expected.to_owned()), "{query:?}");
    }

    #[test]
    fn queries_are_jmespath_and_objects_keep_their_order() {
        check("services[*].serviceName", r#"["web","api"]"#);
        check("services[?serviceName=='api'] | [0]", r#"{"serviceName":"api","desiredCount":1,"tags":[]}"#);
        check("services[].{z: serviceName, a: desiredCount}", r#"[{"z":"web","a":2},{"z":"api","a":1}]"#);
        check("sort_by(services, &desiredCount)[].desiredCount", "[1,2]");
        check("length(services[0].tags)", "1");
        check("join(', ', services[].serviceName)", "\"web, api\"");
        check("services[0].*", r#"["web",2,[{"key":"b","value":"x"}]]"#);
        check(
            "[keys(services[0]), values({b: `1`, a: `2`}), keys({b: `1`, a: `2`})]",
            r#"[["serviceName","desiredCount","tags"],[1,2],["b","a"]]"#,
        );
        check("to_string({b: `1`, a: `2`})", r#""{\"b\":1,\"a\":2}""#);
        check("services.*", "null");
        check("nothing.here", "null");
        check("&services", "null");
    }

    #[test]
    fn whole_numbers_stay_whole() {
        check("sum(services[].desiredCount)", "3");
        check("avg(services[].desiredCount)", "1.5");
        check(
            "[ceil(`1.5`), floor(`-1.5`), abs(`-2`), sum(`[1.5, 1.5]`), sum(`[]`), avg(`[]`)]",
            "[2,-2,2,3.0,0,null]",
        );
        check("max(services[].desiredCount)", "2");
    }

    #[test]
    fn a_wrong_query_points_at_the_place_and_says_what_is_wrong() {
        for (query, place) in [("services[", ""), ("a..b", "."), ("lenght(a)", "("), ("a[::0]", "]"), ("a = b", "=")] {
            let fault = Query::compile(query).unwrap_err();
            let found = &query[fault.range.clone()];
            assert!(found == place || place.is_empty() && found == query, "{query}: {fault:?}");
        }
        assert_eq!(Query::compile("lenght(a)").unwrap_err().help, "did you mean `length`?");
    }

    #[test]
    fn a_query_that_does_not_fit_the_output_is_an_error() {
        let query = Query::compile("length(services[0].desiredCount)").unwrap();
        assert!(query.search(&data()).unwrap_err().contains("expects type"), "{:?}", query.search(&data()));
    }

    #[test]
    fn a_query_can_exhaust_neither_stack_nor_memory() {
        assert!(Query::compile(&"(".repeat(100_000)).is_err());
        assert!(Query::compile(&"!".repeat(2000)).is_err());
        let growing =
            ["[@,@]", "[@,@][]", "to_string(@)", "{a: @, b: @}", "map(&[@,@], [@,@])", "join('xxxxxxxx', [@,@])"];
        for step in growing {
            let chain = [step; 12].join("|");
            let Ok(query) = Query::compile(&chain) else { continue };
            let large = Value::from("x".repeat(100_000));
            assert!(query.search(&large).is_err(), "{step}");
        }
        assert!(Query::compile("a[::2147483647]").is_err());
        assert!(Query::compile("join(a, b)").is_err());
    }

    #[test]
    fn a_usual_query_over_a_large_output_is_not_refused() {
        let services = vec![data()["services"][0].clone(); 2000];
        let query = "services[*].{name: serviceName, count: desiredCount, keys: tags[*].{k: key, v: value}}";
        assert!(Query::compile(query).unwrap().search(&json!({ "services": services })).is_ok());
    }

    fn part() -> impl Strategy<Value = String> {
        prop::sample::select(vec![
            "services",
            "tags",
            "[*]",
            "[]",
            "[0]",
            "[-1]",
            "[::-1]",
            "[?",
            "]",
            ".",
            "*",
            "@",
            "&",
            "|",
            "||",
            "&&",
            "!",
            "==",
            "<",
            "(",
            ")",
            ",",
            "{",
            "}",
            "a:",
            "`1`",
            "'x'",
            "\"y\"",
            "length",
            "sort_by",
            "map",
            "join",
            "to_number",
            "merge",
            "sum",
            "max_by",
            "keys",
            "[",
            "1",
            ":",
            " ",
            "é",
            "-2147483648",
            "[1:1073741824]",
            "`",
            "\\",
        ])
        .prop_map(str::to_owned)
    }

    proptest! {
        #[test]
        fn no_expression_makes_it_panic(parts in prop::collection::vec(part(), 0..12)) {
            let text = parts.concat();
            match Query::compile(&text) {
                Ok(query) => drop(query.search(&data())),
                Err(fault) => prop_assert!(text.get(fault.range).is_some()),
            }
        }
    }
}
