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


# What is set. Not what the request brings: a macro that reads such a name before the template sets it, which the
# interpreter here lets it, reads nothing in jinja2.
SET_NAMES = ["x", "y", "z"]
NAMES = ["z", "x", "y", "word", "yes", "seven"]
BLANKS = ["", "", " ", "\n", "\n\n", "  \n\t", "\r\n", "text", " a \n", "\n  b", "\t", "\u00a0\n", "}", "{ ", "%}"]


def tag(numbers, inside):
    """A tag with blanks and signs as templates have them."""
    begin, end = numbers.choice(["", "", "-", "+"]), numbers.choice(["", "", "-", "+"])
    return f"{{%{begin}{numbers.choice(['', ' ', ' ', chr(10)])}{inside} {end}%}}"


def printed(numbers):
    begin, end = numbers.choice(["", "", "-"]), numbers.choice(["", "", "-"])
    written = numbers.choice(NAMES) if numbers.random() < 0.6 else expression(numbers, 1)
    return f"{{{{{begin} {written} {end}}}}}"


def body(numbers, depth, in_loop=False):
    parts = [statement(numbers, depth, in_loop) for _ in range(numbers.randrange(1, 4))]
    return "".join(numbers.choice(BLANKS) + part for part in parts) + numbers.choice(BLANKS)


def statement(numbers, depth, in_loop):
    kind = numbers.randrange(4 if depth == 0 else 14)
    name = numbers.choice(NAMES)
    if kind == 0:
        return printed(numbers)
    if kind == 1:
        return tag(numbers, f"set {numbers.choice(SET_NAMES)} = {expression(numbers, 1)}")
    if kind == 2:
        return numbers.choice(["{# c #}", "{#- c -#}", "{#- c #}", "{# a\n b -#}", "{#+ c +#}"])
    if kind == 3:
        return tag(numbers, f"set ns.n = ns.n + {numbers.choice('123')}") + "{{ ns.n }}"
    inner = body(numbers, depth - 1, in_loop or kind in (6, 7, 8))
    if kind in (4, 5):
        otherwise = tag(numbers, "else") + body(numbers, depth - 1, in_loop) if numbers.random() < 0.5 else ""
        return tag(numbers, f"if {expression(numbers, 1)}") + inner + otherwise + tag(numbers, "endif")
    if kind in (6, 7, 8):
        jump = tag(numbers, f"if {expression(numbers, 1)}") + tag(numbers, numbers.choice(["break", "continue"])) + tag(numbers, "endif")
        chosen = f" if {name} is {numbers.choice(TESTS)}" if numbers.random() < 0.3 else ""
        member = numbers.choice(["index", "last", "length", "revindex0", "previtem", "nextitem", "first", "depth", "changed(x)", "cycle(1, 2)"])
        otherwise = tag(numbers, "else") + body(numbers, depth - 1) if numbers.random() < 0.3 else ""
        start = tag(numbers, f"for {name} in {numbers.choice(LISTS)}{chosen}") + "{{ loop." + member + " }}"
        return start + inner + (jump if numbers.random() < 0.4 else "") + otherwise + tag(numbers, "endfor")
    if kind == 9:
        return tag(numbers, f"with {name} = {expression(numbers, 1)}") + inner + tag(numbers, "endwith")
    if kind == 10:
        return tag(numbers, f"set {numbers.choice(SET_NAMES)}{numbers.choice(['', ' | upper', ' | trim | length'])}") + inner + tag(numbers, "endset")
    if kind == 11:
        block = numbers.choice(["filter upper", "filter replace('a', 'b') | trim", "generation"])
        return tag(numbers, block) + inner + tag(numbers, "end" + block.split()[0])
    if kind == 12:
        caller = "{{ caller() }}" if numbers.random() < 0.5 else ""
        used = tag(numbers, "call m(1)") + body(numbers, 0) + tag(numbers, "endcall") if caller else "{{ m(2, y=3) }}{{ m() }}"
        return tag(numbers, f"macro m({name}, y={atom(numbers)})" if name != "y" else "macro m(x, y=2)") + inner + caller + tag(numbers, "endmacro") + used
    raw = numbers.choice(BLANKS) + "{{ x }}" + numbers.choice(BLANKS)
    return tag(numbers, "raw").replace("+%}", "%}") + raw + tag(numbers, "endraw")


def random_snippet(numbers):
    if numbers.random() < 0.4:
        return "{% set ns = namespace(n=0) %}" + body(numbers, 3)
    written = expression(numbers, numbers.randrange(1, 4))
    return "{{ " + written + " }}" if numbers.random() < 0.8 else framed(numbers, written)


def framed(numbers, written):
    frame = numbers.randrange(4)
    if frame == 0:
        dash = numbers.choice(["", "-", "+"])
        return f"a \n {{%{dash} if {written} {dash}%}}\n  b\n {{%{numbers.choice(['', '-'])} else %}} c \n{{% endif %}} \n d"
    if frame == 1:
        return f"{{% for x in {written} %}}{{{{ loop.index }}}}{{{{ x }}}}{{{{ loop.last }}}};{{% else %}}none{{% endfor %}}"
    if frame == 2:
        return f"{{% set x = {written} %}}{{{{ x }}}}{{{{ x is string }}}}{{{{ [x] | tojson }}}}"
    return f"{{% macro m(a, b={atom(numbers)}) %}}{{{{ a }}}}/{{{{ b }}}}{{% endmacro %}}{{{{ m({written}) }}}}"
