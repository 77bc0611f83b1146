"""Smaller scripts and styles that mean the same."""

from __future__ import annotations

from rostra.edge.minify import script, style


def test_comments_indentation_and_needless_blanks_go() -> None:
    source = "// what it is\nconst a = 1;\n\n/** Why. */\nif (a > 0) {\n  go( a, 2 );\n}\n"
    assert script(source) == "const a=1;\nif(a>0){\ngo(a,2);\n}\n"


def test_literals_stay_as_they_are() -> None:
    source = "say(\"a , b // no comment\", 'x : y', `${ a } + { b }`);"
    assert script(source) == "say(\"a , b // no comment\",'x : y',`${ a } + { b }`);\n"


def test_words_stay_apart() -> None:
    source = "for (const one of list) if (one in all) return typeof one;"
    assert script(source) == "for(const one of list)if(one in all)return typeof one;\n"


def test_a_style_becomes_one_line_and_sums_keep_their_blanks() -> None:
    source = "/* Why. */\na:hover > b,\nc {\n  width: calc(1px + 2px);\n  color: red;\n}\n"
    assert style(source) == "a:hover>b,c{width:calc(1px + 2px);color:red}"


def test_a_descendant_with_a_pseudo_class_keeps_its_blank() -> None:
    assert style('.a :is(b, c) { content: "x ; y"; }') == '.a :is(b,c){content:"x ; y"}'
