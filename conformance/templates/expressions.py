"""Random small templates: expressions over values of every type, and blocks around them."""

TEXTS = ["''", "'a'", "'Ab c'", "' x\\n'", "'\\n\\n  y '", "'😀b'", "'10'", "'1.5'", "'a,b,,c'", "'ǆß İ'", "'it\\'s'", "'%s-%d'", "'a1'", "'\\u00a0z\\x85'"]
NUMBERS = ["0", "1", "2", "-3", "7", "10", "0.5", "-2.5", "1.0", "1e16", "3.14159", "100"]
OTHERS = ["true", "false", "none", "missing", "yes", "nothing"]
LISTS = ["[]", "[1, 2, 3]", "['b', 'A', 'a']", "[1, 'x', none]", "[[1], [2, 3]]", "(1, 'y')", "numbers", "words", "nested", "range(4)", "record.tags", "rows"]
DICTS = ["{}", "{'a': 1, 'b': 2}", "{'k': [1], 'n': {'m': none}}", "record", "tool", "{1: 'x', 'y': 2.5}"]
BINARY = ["+", "-", "*", "/", "//", "%", "~", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "and", "or"]
TESTS = [
    "defined", "undefined", "none", "string", "number", "integer", "float", "boolean", "mapping", "sequence", "iterable",
    "true", "false", "odd", "even", "lower", "upper", "divisibleby(2)", "eq(1)", "in([1, 'a'])", "gt(1)", "lt('b')", "callable",
]  # fmt: skip
FILTERS = [
    "abs", "capitalize", "default('d')", "default('d', true)", "first", "last", "float", "int", "int(5)", "length", "list",
    "lower", "upper", "title", "trim", "trim('a')", "string", "reverse", "reverse | list", "round", "round(1)",
    "round(1, 'floor')", "sort", "sort(reverse=true)", "unique | list", "sum", "min", "max", "join", "join(', ')", "tojson",
    "tojson(indent=2)", "tojson(ensure_ascii=true)", "tojson(sort_keys=true)", "tojson(separators=(',', ':'))", "indent",
    "indent(2, true)", "indent(1, blank=true)", "replace('a', 'bb')", "replace('a', 'b', 1)", "replace('', '-')",
    "batch(2) | list", "batch(2, 0) | list", "slice(2) | list", "slice(3, 'f') | list", "map('upper') | list",
    "map('length') | list", "map('int') | list", "map(attribute='n') | list", "map(attribute='n', default=0) | sum",
    "select('odd') | list", "reject('string') | list", "select | list", "selectattr('on') | list", "rejectattr('on') | list",
    "selectattr('k', 'equalto', 'x') | list", "selectattr('n', 'gt', 1) | map(attribute='k') | join('+')", "dictsort",
    "items | list", "groupby('k')", "groupby(0)", "center(7)", "wordcount", "truncate(3)", "truncate(4, true, '~')", "count",
    "format(1, 2)", "escape", "urlencode", "attr('upper')", "sort(attribute='n') | map(attribute='n') | list",
]  # fmt: skip
METHODS = [
    "upper()", "lower()", "strip()", "strip('a ')", "lstrip()", "lstrip('\\n')", "rstrip()", "rstrip('c')", "title()",
    "capitalize()", "swapcase()", "casefold()", "split()", "split(',')", "split(' ', 1)", "split('a')", "rsplit(',', 1)",
    "rsplit()", "rsplit(none, 1)", "splitlines()", "splitlines(true)", "partition(',')", "rpartition('a')", "replace('a', 'x')",
    "replace('', '-', 2)", "startswith('a')", "startswith(('A', ' '))", "endswith('c')", "endswith('')", "find('b')", "rfind('a')",
    "index('a')", "count('a')", "count('')", "join(['x', 'y'])", "join(words)", "zfill(5)", "ljust(4, '.')", "rjust(4)", "center(5, '*')",
    "isdigit()", "isalpha()", "isalnum()", "isspace()", "isupper()", "islower()", "istitle()", "isnumeric()", "isdecimal()",
    "isascii()", "isidentifier()", "removeprefix('a')", "removesuffix('c')", "format(1)", "get('a')", "get('zz', 3)", "items()",
    "keys()", "values()", "keys() | list", "values() | list", "items() | list", "copy()", "index(1)", "count(1)",
]  # fmt: skip
SUBSCRIPTS = ["[0]", "[-1]", "[1]", "['a']", "['k']", ".k", ".name", ".0", "[1:]", "[:-1]", "[::-1]", "[::2]", "[-2:]", "[2:1]", "[5]", "[true]", "[none]"]


def atom(numbers):
    return numbers.choice(numbers.choice([TEXTS, TEXTS, NUMBERS, NUMBERS, OTHERS, LISTS, DICTS]))


def expression(numbers, depth):
    if depth == 0:
        return atom(numbers)
    inner = expression(numbers, depth - 1)
    kind = numbers.randrange(10)
    if kind < 3:
        return f"({inner} {numbers.choice(BINARY)} {expression(numbers, numbers.randrange(depth))})"
    if kind < 5:
        return f"({inner} | {numbers.choice(FILTERS)})"
    if kind == 5:
        return f"({inner} is {numbers.choice(['', 'not '])}{numbers.choice(TESTS)})"
    if kind == 6:
        return f"({inner}).{numbers.choice(METHODS)}"
    if kind == 7:
        return f"({inner}){numbers.choice(SUBSCRIPTS)}"
    if kind == 8:
        unary = numbers.choice(["not ", "-", "+"])
        return f"({unary}{inner})"
    return f"({inner} if {expression(numbers, depth - 1)} else {atom(numbers)})"


def random_snippet(numbers):
    written = expression(numbers, numbers.randrange(1, 4))
    frame = numbers.randrange(12)
    if frame < 8:
        return "{{ " + written + " }}"
    if frame == 8:
        dash = numbers.choice(["", "-", "+"])
        return f"a \n {{%{dash} if {written} {dash}%}}\n  b\n {{%{numbers.choice(['', '-'])} else %}} c \n{{% endif %}} \n d"
    if frame == 9:
        return f"{{% for x in {written} %}}{{{{ loop.index }}}}{{{{ x }}}}{{{{ loop.last }}}};{{% else %}}none{{% endfor %}}"
    if frame == 10:
        return f"{{% set x = {written} %}}{{{{ x }}}}{{{{ x is string }}}}{{{{ [x] | tojson }}}}"
    return f"{{% macro m(a, b={atom(numbers)}) %}}{{{{ a }}}}/{{{{ b }}}}{{% endmacro %}}{{{{ m({written}) }}}}"
