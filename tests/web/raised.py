"""Every sentence that src/rostra says no with, found by reading the source.

A sentence is an argument of an error, or of what carries one there. It is followed through names,
tables and conditions, functions that return it, and the calls of functions that are given it; and
so are the words that its places may hold, as far as they are written down.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import rostra
from rostra import errors

SOURCE = Path(rostra.__file__).parent
HOLE = "{}"

LEFT_ENGLISH = {
    "backup": "commands of the shell",
    "cli": "commands of the shell",
    "clients": "commands of the shell",
    "doctor": "commands of the shell",
    "rehearsal": "commands of the shell",
    "node": "the supervisor's log",
    "edge": "answers to players; the listening page has words of its own",
    "testing": "tests of this project",
    "settings.py": "read at the start, by the operator",
    "tls.py": "read at the start, by the operator",
    "rated.py": "read at the start, by the operator",
}
"""Folders and files whose sentences no page shows and no API says, and where they are met."""

FOR_OPERATORS = {"Misconfigured", "Malformed", "CorruptIndex"}
"""Errors that end on the command line or in a log; people are told something else instead."""

CARRIERS = {"OAuthRefused": 1, "Relayed": 2, "Refused": 0, "Pending": 1, "_answer": 3}
"""Where the sentence stands among the arguments, where that is not first or no error is made."""

_DEEPEST = 6
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Said:
    """One sentence: its text with {} for each place, and the words known for each of them."""

    shape: str
    words: tuple[frozenset[str], ...]
    where: str


@dataclass
class Module:
    """One file: its functions, what it imports from where, and which function a node is in."""

    name: str
    tree: ast.Module
    functions: dict[str, list[Function]] = field(default_factory=lambda: defaultdict(list))
    imports: dict[str, str] = field(default_factory=dict)
    inside: dict[ast.AST, Function] = field(default_factory=dict)


class Source:
    """All modules, and the calls in them by what is called."""

    def __init__(self, folder: Path = SOURCE) -> None:
        self.modules: dict[str, Module] = {}
        self.calls: dict[str, list[tuple[Module, ast.Call]]] = defaultdict(list)
        self.carriers = _errors() | CARRIERS
        classes = []
        for path in sorted(folder.rglob("*.py")):
            name = path.relative_to(folder).as_posix()
            if name.partition("/")[0] not in LEFT_ENGLISH:
                module = self.modules[name] = Module(name, ast.parse(path.read_text("utf-8")))
                classes += self._noted(module)
        for each in classes:
            if any(_name(base) in self.carriers for base in each.bases):
                self.carriers.setdefault(each.name, 0)

    def _noted(self, module: Module) -> list[ast.ClassDef]:
        classes = []
        for node in ast.walk(module.tree):  # from the outside in: the innermost function stays
            if isinstance(node, Function):
                module.functions[node.name].append(node)
                module.inside.update((each, node) for one in node.body for each in ast.walk(one))
            elif isinstance(node, ast.Call):
                self.calls[_name(node.func)].append((module, node))
            elif isinstance(node, ast.ImportFrom):
                origin = (node.module or "").replace(".", "/").removeprefix("rostra/") + ".py"
                module.imports.update((each.asname or each.name, origin) for each in node.names)
            elif isinstance(node, ast.ClassDef):
                classes.append(node)
        return classes

    def sentences(self) -> Iterator[Said]:
        """Each as often as it stands there."""
        for module, given in self._given():
            yield from self.texts(module, given)

    def not_followed(self) -> set[str]:
        """Where a sentence is handed on, and none was found that it could be."""
        lost = [(module, node) for module, node in self._given() if not [*self.texts(module, node)]]
        return {f"{module.name}: {ast.unparse(node)}" for module, node in lost}

    def _given(self) -> Iterator[tuple[Module, ast.expr]]:
        for name in sorted(self.carriers.keys() - FOR_OPERATORS):
            for module, call in self.calls[name]:
                given = _argument(call, self.carriers[name], "sentence")
                if given is not None:
                    yield module, given

    def texts(self, module: Module, node: ast.expr, depth: int = 0) -> Iterator[Said]:
        """Every text that `node` may be, of those that are written down."""
        deeper = depth + 1
        if depth > _DEEPEST:
            return
        match node:
            case ast.Constant(value=str() as text):
                yield Said(text, (), f"{module.name}:{node.lineno}")
            case ast.JoinedStr():
                yield self._filled(module, node, deeper)
            case ast.IfExp():
                yield from self._each(module, [node.body, node.orelse], deeper)
            case ast.BoolOp() | ast.Tuple():
                yield from self._each(module, _parts(node), deeper)
            case ast.Subscript(value=ast.Name(id=name)):
                yield from self._each(module, _table(module, name), deeper)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="get")):
                yield from self._each(module, [*_table(module, name), *node.args[1:]], deeper)
            case ast.Call(func=ast.Name(id=name)):
                yield from self._each(module, _returned(module, name), deeper)
            case ast.Name():
                yield from self._named(module, node, deeper)

    def _each(self, module: Module, nodes: Sequence[ast.expr], depth: int) -> Iterator[Said]:
        for node in nodes:
            yield from self.texts(module, node, depth)

    def _filled(self, module: Module, node: ast.JoinedStr, depth: int) -> Said:
        pieces, words = [], []
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                known = frozenset(each.shape for each in self.texts(module, part.value, depth))
                if pieces[-1:] == [HOLE]:  # two places that touch are one
                    words[-1] |= known
                else:
                    pieces.append(HOLE)
                    words.append(known)
            else:
                assert isinstance(part, ast.Constant)
                pieces.append(str(part.value))
        return Said("".join(pieces), tuple(words), f"{module.name}:{node.lineno}")

    def _named(self, module: Module, node: ast.Name, depth: int) -> Iterator[Said]:
        """What a local name was given, in its function or by those who call that."""
        function = module.inside.get(node)
        if function is None:
            return
        yield from self._each(module, _assigned(function, node.id), depth)
        before = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
        if node.id not in [*before, *(each.arg for each in function.args.kwonlyargs)]:
            return
        place = before.index(node.id) - (before[0] == "self") if node.id in before else None
        for elsewhere, call in self.calls[function.name]:
            given = _argument(call, place, node.id)
            if given is not None and self._means(elsewhere, call, module):
                yield from self.texts(elsewhere, given, depth)

    def _means(self, place: Module, call: ast.Call, module: Module) -> bool:
        """Whether a call there is of the function that stands in `module`."""
        if isinstance(call.func, ast.Attribute):
            return True
        name = _name(call.func)
        seen: Module | None = place
        while seen is not None and seen is not module:
            seen = self.modules.get(seen.imports.get(name, ""))  # some names are passed on
        return seen is module


def _errors() -> dict[str, int]:
    every = {name: each for name, each in vars(errors).items() if isinstance(each, type)}
    return {name: 0 for name, each in every.items() if issubclass(each, errors.RostraError)}


def _name(node: ast.AST) -> str:
    return str(getattr(node, "id", "") or getattr(node, "attr", ""))


def _argument(call: ast.Call, place: int | None, name: str) -> ast.expr | None:
    for each in call.keywords:
        if each.arg == name:
            return each.value
    return call.args[place] if place is not None and place < len(call.args) else None


def _parts(node: ast.BoolOp | ast.Tuple) -> list[ast.expr]:
    return node.values if isinstance(node, ast.BoolOp) else node.elts


def _table(module: Module, name: str) -> list[ast.expr]:
    """The values of a dict of the module."""
    found = [each for each in _assigned(module.tree, name) if isinstance(each, ast.Dict)]
    return [value for each in found for value in each.values]


def _assigned(place: ast.AST, name: str) -> list[ast.expr]:
    """What is given that name there, alone or among others."""
    found = []
    for node in ast.walk(place):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(_name(each) == name for target in targets for each in ast.walk(target)):
                found.append(node.value)
    return found


def _returned(module: Module, name: str) -> list[ast.expr]:
    inside = [node for function in module.functions[name] for node in ast.walk(function)]
    return [node.value for node in inside if isinstance(node, ast.Return) and node.value]


def all_said() -> dict[str, Said]:
    """By shape, with the words of all places where it stands; codes are no sentences."""
    found: dict[str, Said] = {}
    for said in Source().sentences():
        if re.search(r"\s", said.shape):
            before = found.get(said.shape, said)
            words = tuple(a | b for a, b in zip(before.words, said.words, strict=True))
            found[said.shape] = Said(said.shape, words, before.where)
    return found
