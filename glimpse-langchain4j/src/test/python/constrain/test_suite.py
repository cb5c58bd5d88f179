"""Makes src/test/resources/fixtures/json-schema-test-suite.json anew, or says that it is the same.

    pip download --no-deps --no-binary jsonschema jsonschema==4.26.0
    python test_suite.py jsonschema-4.26.0.tar.gz [json-schema-test-suite.json]
"""

import json
import pathlib
import sys
import tarfile

FORMATS = ["date", "date-time", "duration", "email", "hostname", "ipv4", "ipv6", "time", "uri", "uuid"]
DRAFT = "https://json-schema.org/draft/2020-12/schema"
FILE = pathlib.Path(__file__).parents[2] / "resources" / "fixtures" / "json-schema-test-suite.json"


def groups(archive):
    found = {}
    for member in archive.getmembers():
        if "/json/tests/draft2020-12/" not in member.name or not member.name.endswith(".json"):
            continue
        name = member.name.split("/json/tests/draft2020-12/")[1].removesuffix(".json")
        optional = name.removeprefix("optional/")
        if optional != name and optional.removeprefix("format/") not in FORMATS:
            continue
        found[optional] = json.load(archive.extractfile(member))
    for name in sorted(found):
        for group in found[name]:
            schema = group["schema"]
            if isinstance(schema, dict) and schema.get("$schema") == DRAFT:
                schema = {keyword: value for keyword, value in schema.items() if keyword != "$schema"}
            tests = [[test["valid"], test["description"], test["data"]] for test in group["tests"]]
            yield {"file": name, "description": group["description"], "schema": json.dumps(schema, ensure_ascii=False),
                   "tests": tests}


def ordered(suite):
    return {**suite, "groups": sorted(json.dumps(group, sort_keys=True) for group in suite["groups"])}


def main(path, file=FILE):
    with tarfile.open(path) as archive:
        licence = next(member for member in archive.getmembers() if member.name.endswith("/json/LICENSE"))
        made = {"source": "JSON-Schema-Test-Suite, draft 2020-12, as in the source archive of "
                          + pathlib.Path(path).name.removesuffix(".tar.gz").replace("-", " "),
                "licence": archive.extractfile(licence).read().decode(),
                "groups": list(groups(archive))}
    file = pathlib.Path(file)
    same = file.exists() and ordered(json.loads(file.read_text())) == ordered(made)
    if not same:
        file.write_text(json.dumps(made, ensure_ascii=False))
    print(f"{len(made['groups'])} groups, {'the same' if same else 'written'}")


if __name__ == "__main__":
    main(*sys.argv[1:])
