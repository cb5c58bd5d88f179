#!/usr/bin/env python3
"""Makes the cases that check the Jinja interpreter of io.github.glimpse.text.

Every case is a template with variables and what jinja2 makes of it in the environment that the transformers library
sets up for chat templates: sandbox without changes to lists and dicts, trim_blocks, lstrip_blocks, loop controls,
raise_exception, strftime_now, its own tojson, the generation tag. Needs jinja2 3.1.6, nothing else:

    pip install jinja2==3.1.6
    python3 make_jinja_cases.py ../resources/io/github/glimpse/text/jinja/jinja-cases.json

The templates of the families are written for this file in the manner of those models; they are not theirs.
"""

import datetime
import json
import sys

sys.dont_write_bytecode = True

import jinja2
import jinja2.ext
import jinja2.sandbox
from jinja2 import nodes

from jinja_families import FAMILIES
from jinja_snippets import SNIPPETS, V

NOW = datetime.datetime(2024, 9, 5, 14, 7, 3)


class Raised(Exception):
    pass


class GenerationBlock(jinja2.ext.Extension):
    """{% generation %}: marks what the assistant said. The text is written as it is."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return nodes.CallBlock(self.call_method("_write"), [], [], body).set_lineno(line)

    def _write(self, caller):
        return caller()


def raise_exception(message):
    raise Raised(message)


def strftime_now(format):
    return NOW.strftime(format)


def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(
        value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys
    )


def environment():
    env = jinja2.sandbox.ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[GenerationBlock, jinja2.ext.loopcontrols]
    )
    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = strftime_now
    return env


def outcome(env, template, variables):
    try:
        compiled = env.from_string(template)
    except jinja2.TemplateSyntaxError as error:
        return {"error": "syntax", "line": error.lineno}
    except SyntaxError:  # from Python: a break outside of a loop
        return {"error": "syntax"}
    try:
        return {"expected": compiled.render(**variables)}
    except Raised as error:
        return {"error": "raised", "message": str(error)}
    except Exception:  # whatever Python or Jinja object to
        return {"error": "runtime"}


def main(path):
    assert jinja2.__version__ == "3.1.6", jinja2.__version__
    env = environment()
    cases = []
    for name, template, variables in list(SNIPPETS) + list(FAMILIES):
        case = {"name": name, "template": template}
        if variables is not V:
            case["variables"] = variables
        case.update(outcome(env, template, variables))
        if case.get("error") and not name.startswith("fails: "):
            raise SystemExit(f"{name}: {case}")
        if name.startswith("fails: ") and "error" not in case:
            raise SystemExit(f"{name} does not fail: {case}")
        cases.append(case)
    names = [case["name"] for case in cases]
    doubles = {name for name in names if names.count(name) > 1}
    assert not doubles, doubles
    with open(path, "w", encoding="utf-8") as out:
        head = {"jinja2": jinja2.__version__, "now": NOW.isoformat(), "variables": V}
        json.dump({**head, "cases": cases}, out, indent=1)
        out.write("\n")
    print(len(cases), "cases")


if __name__ == "__main__":
    main(sys.argv[1])
