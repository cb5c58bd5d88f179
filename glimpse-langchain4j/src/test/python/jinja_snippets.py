"""Small templates, one point of the language each. A name that starts with "fails: " says that Jinja refuses it."""

PEOPLE = [
    {"name": "Ada", "age": 36, "tags": ["maths", "poems"], "home": {"city": "London"}},
    {"name": "bob", "age": 17, "tags": [], "home": {"city": "Ulm"}},
    {"name": "Cy", "age": 36, "tags": ["x"], "home": {"city": "Rome"}},
]

V = {
    "people": PEOPLE,
    "text": "  Hello, World!  ",
    "uni": "Ünï 你好 🙂 ß",
    "n": 7,
    "f": 2.5,
    "yes": True,
    "no": False,
    "nothing": None,
    "empty": "",
    "nums": [3, 1, 2],
    "words": ["pear", "Apple", "fig", "apple"],
    "d": {"b": 2, "a": 1, "C": 3},
    "quote": "it's \"quoted\" & <b>",
    "lines": "one\ntwo\n\nfour",
    "nested": {"list": [{"k": [1, 2.0, None, True, "s"]}], "e": {}},
}

_PLAIN = """
{{ 1 + 2 * 3 }}|{{ (1 + 2) * 3 }}|{{ 7 / 2 }}|{{ 6 / 3 }}|{{ 7 // 2 }}|{{ -7 // 2 }}|{{ 7 % 3 }}|{{ -7 % 3 }}|{{ 7 % -3 }}
{{ 2 ** 10 }}|{{ 2 ** 3 ** 2 }}|{{ 2 ** -1 }}|{{ 2.0 ** 0.5 }}|{{ -2 ** 2 }}|{{ 10 ** 15 }}
{{ 7.5 // 2 }}|{{ 1 // 0.1 }}|{{ 0 % -2.5 }}|{{ -7.5 % 2 }}|{{ 7.5 % -2 }}|{{ 1.5 + 1 }}|{{ 1 - 0.9 }}|{{ 3 * 0.1 }}|{{ 1e3 }}|{{ 1.5e-7 }}|{{ 12345678901234567.0 }}
{{ 1e16 }}|{{ 1e15 }}|{{ 123456789012345.6 }}|{{ 0.0001 }}|{{ 0.00001 }}|{{ 1e22 }}|{{ 5e-324 }}|{{ 1.7976931348623157e308 }}|{{ -0.0 }}
{{ 1_000 }}|{{ 0x1F }}|{{ 0b101 }}|{{ 0o17 }}|{{ 0 }}|{{ 1_0.5_0 }}|{{ 2E2 }}
{{ 'a' ~ 1 ~ none ~ true ~ 2.0 ~ [1] }}|{{ 'ab' * 3 }}|{{ 3 * 'ab' }}|{{ 'a' * 0 }}|{{ 'a' * -1 }}|{{ [1, 2] * 2 }}
{{ 'a' + 'b' }}|{{ [1] + [2, 3] }}|{{ (1,) + (2,) }}|{{ true + 1 }}|{{ true * 3 }}|{{ -true }}|{{ +n }}|{{ - n }}
{{ 1 < 2 < 3 }}|{{ 1 < 3 < 2 }}|{{ 1 == 1.0 }}|{{ true == 1 }}|{{ 'a' == 'a' != 'b' }}|{{ 'B' < 'a' }}|{{ [1, 2] < [1, 3] }}|{{ (1, 2) == [1, 2] }}
{{ 1 in nums }}|{{ 5 not in nums }}|{{ 'ell' in text }}|{{ '' in text }}|{{ 'a' in d }}|{{ 'z' in d }}|{{ 1.0 in nums }}|{{ 2 in (1, 2) }}|{{ x in undefd }}
{{ yes and no }}|{{ yes and 'x' }}|{{ empty or 'y' }}|{{ 0 or none }}|{{ not empty }}|{{ not not 3 }}|{{ not 1 == 2 }}|{{ yes or undefd.x }}
{{ 'yes' if n > 3 else 'no' }}|{{ 'yes' if n > 30 else 'no' }}|{{ 'yes' if no }}|{{ 1 if no else 2 if no else 3 }}|{{ (1 if yes else 2) + 1 }}
{{ nothing }}|{{ yes }}|{{ no }}|{{ n }}|{{ f }}|{{ undefd }}|{{ nums }}|{{ d }}|{{ (1, 'a') }}|{{ (1,) }}|{{ () }}|{{ [] }}|{{ {} }}
{{ nested }}|{{ [none, true, 1.0, 'it\\'s', "say \\"x\\"", 'both \\' and "'] }}|{{ ['ünï', '\\n\\t\\\\', '\\x00', '🙂', '\\u200b'] }}
{{ [undefd] }}|{{ {'k': undefd} }}|{{ {1: 'a', none: 'b', 'x': (1,)} }}
{{ people[0].name }}|{{ people[0]['name'] }}|{{ people[-1].age }}|{{ people.0.name }}|{{ people[0].home.city }}|{{ people[9] }}|{{ d.zzz }}|{{ d['zzz'] }}
{{ 'abc'[0] }}|{{ 'abc'[-1] }}|{{ 'abc'[5] }}|{{ uni[0] }}|{{ uni[7] }}|{{ uni[-1] }}|{{ uni[4:8] }}|{{ uni | length }}|{{ 'abc'['upper']() }}
{{ nums[1:] }}|{{ nums[:-1] }}|{{ nums[::-1] }}|{{ nums[::2] }}|{{ nums[-2:] }}|{{ nums[5:] }}|{{ nums[:] }}|{{ (1, 2, 3)[1:] }}|{{ 'hello'[1:3] }}|{{ 'hello'[::-1] }}|{{ 'hello'[-3:-1] }}|{{ 'hello'[10:] }}|{{ 'hello'[4:1:-1] }}|{{ 'hello'[::-2] }}|{{ nums[true:] }}|{{ range(9)[1:8:2] }}|{{ range(4)[::-1] | list }}
{{ range(3) | list }}|{{ range(1, 4) | list }}|{{ range(5, 0, -2) | list }}|{{ range(3) }}|{{ range(0, 6, 2) }}|{{ range(3)[1] }}|{{ range(0) | list }}|{{ 2 in range(3) }}|{{ range(5) | length }}
{{ dict(a=1, b=2) }}|{{ dict({'x': 1}, y=2) }}|{{ dict([['a', 1]]) }}|{{ dict() }}
{{ text.strip() }}|{{ text.lstrip() }}|{{ text.rstrip() }}|{{ 'xxhixx'.strip('x') }}|{{ 'abcba'.strip('ab') }}|{{ 'xyhi'.lstrip('yx') }}|{{ 'hixy'.rstrip('yx') }}|{{ '\\u00a0\\u2003a\\u3000'.strip() }}
{{ text.upper() }}|{{ text.lower() }}|{{ uni.upper() }}|{{ 'hELLO wORLD it\\'s'.title() }}|{{ 'hELLO wORLD'.capitalize() }}|{{ 'ßa'.capitalize() }}|{{ 'Straße'.casefold() }}
{{ 'a,b,,c'.split(',') }}|{{ 'a,b,c'.split(',', 1) }}|{{ 'a b  c '.split() }}|{{ ' a b  c '.split(none, 1) }}|{{ ''.split() }}|{{ ''.split(',') }}|{{ 'a--b--c'.split('--', maxsplit=1) }}|{{ 'abc'.split('x') }}
{{ 'a,b,c'.rsplit(',', 1) }}|{{ 'a b  c '.rsplit() }}|{{ ' a b  c '.rsplit(none, 1) }}|{{ 'a,b,c'.rsplit(',') }}|{{ 'abc'.rsplit(',', 1) }}|{{ 'aXXb'.rsplit('X', 1) }}
{{ 'a</think>b</think>c'.split('</think>')[-1] }}|{{ 'a</think>b'.split('</think>')[0].split('<think>')[-1] }}|{{ 'x'.split('</think>')[-1].lstrip('\\n') }}
{{ lines.splitlines() }}|{{ 'a\\r\\nb\\rc\\n'.splitlines() }}|{{ 'a\\nb\\n'.splitlines(true) }}|{{ ''.splitlines() }}
{{ 'key=value=x'.partition('=') }}|{{ 'key=value=x'.rpartition('=') }}|{{ 'key'.partition('=') }}|{{ 'key'.rpartition('=') }}
{{ text.strip().startswith('Hello') }}|{{ 'abc'.startswith(('x', 'a')) }}|{{ 'abc'.endswith('bc') }}|{{ 'abc'.endswith(('x', 'y')) }}|{{ 'abc'.startswith('b', 1) }}|{{ 'abc'.startswith('') }}|{{ 'abc'.endswith('b', 0, 2) }}
{{ 'a-b-c'.replace('-', '+') }}|{{ 'a-b-c'.replace('-', '+', 1) }}|{{ 'aaa'.replace('aa', 'b') }}
{{ 'hello'.find('l') }}|{{ 'hello'.find('z') }}|{{ 'hello'.rfind('l') }}|{{ 'hello'.find('l', 3) }}|{{ 'hello'.index('o') }}|{{ '🙂hello'.find('l') }}|{{ 'hello'.count('l') }}|{{ 'aaaa'.count('aa') }}|{{ 'ab'.count('') }}
{{ ', '.join(['a', 'b']) }}|{{ '-'.join('abc') }}|{{ ''.join([]) }}|{{ '+'.join(d) }}
{{ '7'.zfill(3) }}|{{ '-7'.zfill(4) }}|{{ 'abc'.zfill(2) }}
{{ 'prefix-x'.removeprefix('prefix-') }}|{{ 'x.txt'.removesuffix('.txt') }}|{{ 'x'.removeprefix('y') }}|{{ 'x'.removesuffix('y') }}
{{ '12'.isdigit() }}|{{ 'a1'.isdigit() }}|{{ ''.isdigit() }}|{{ 'ab'.isalpha() }}|{{ 'a1'.isalnum() }}|{{ ' \\t'.isspace() }}|{{ 'AB'.isupper() }}|{{ 'ab1'.islower() }}|{{ '1'.isupper() }}
{{ '{} and {}'.format('a', 1) }}|{{ '{1} {0}'.format('a', 'b') }}|{{ '{x:>5}|{y:<4}|{z:^5}'.format(x='a', y='b', z='c') }}|{{ '{{}} {}'.format(1) }}|{{ '{!r}'.format('a') }}|{{ '{:.2f}'.format(3.14159) }}|{{ '{:05d}'.format(42) }}|{{ '{:,}'.format(1234567) }}|{{ '{:x}'.format(255) }}|{{ '{:+d}'.format(3) }}|{{ '{}'.format(none) }}|{{ '{:*^7}'.format('ab') }}|{{ '{:.3}'.format('abcdef') }}|{{ '{:6}'.format(2) }}|{{ '{}'.format(2.0) }}
{{ '%s is %d' % ('a', 3) }}|{{ '%05.1f' % 3.14159 }}|{{ '%x' % 255 }}|{{ '%r' % 'a' }}|{{ '100%%' % () }}|{{ '%(a)s-%(b)03d' % {'a': 1, 'b': 2} }}|{{ '%-5s|' % 'ab' }}|{{ '%5s|' % 'ab' }}|{{ '%+d' % 3 }}|{{ '%s' % [1] }}|{{ '%.2s' % 'abc' }}|{{ '%d' % 3.9 }}|{{ '%s' % none }}
{{ "%s, %s!" | format('a', 'b') }}|{{ "%(x)s" | format(x=1) }}|{{ '%s' | format(1.5) }}
{{ d.items() | list }}|{{ d.keys() | list }}|{{ d.values() | list }}|{{ d.items() }}|{{ d.keys() }}|{{ d.get('a') }}|{{ d.get('z') }}|{{ d.get('z', 5) }}|{{ d.copy() }}|{{ d.items() | length }}
{{ nums.index(1) }}|{{ nums.count(3) }}|{{ nums.copy() }}|{{ (1, 2, 1).count(1) }}
{{ d | dictsort }}|{{ d | dictsort(true) }}|{{ d | dictsort(false, 'value') }}|{{ d | dictsort(reverse=true) }}|{{ d | dictsort(by='value', reverse=true) }}
{{ d | items | list }}|{{ undefd | items | list }}|{{ d | length }}|{{ nums | count }}|{{ undefd | length }}|{{ '' | length }}
{{ nums | first }}|{{ nums | last }}|{{ [] | first }}|{{ [] | last }}|{{ 'abc' | first }}|{{ 'abc' | last }}|{{ d | first }}|{{ d | last }}|{{ undefd | first }}|{{ undefd | last }}
{{ nums | join(', ') }}|{{ nums | join }}|{{ people | join('; ', attribute='name') }}|{{ 'abc' | join('-') }}|{{ [1, none, true, undefd] | join(',') }}|{{ people | map(attribute='home.city') | join(' ') }}|{{ [[1, 2], [3]] | join('/', 0) }}
{{ undefd | default('x') }}|{{ nothing | default('x') }}|{{ nothing | default('x', true) }}|{{ empty | default('x', boolean=true) }}|{{ empty | d('x') }}|{{ 0 | default(5, true) }}|{{ undefd | default }}|{{ n | default(1) }}|{{ undefd | default(none) }}
{{ text | trim }}|{{ 'xxaxx' | trim('x') }}|{{ nothing | trim }}|{{ n | string | trim }}|{{ undefd | trim }}.
{{ text | upper }}|{{ text | lower }}|{{ 'hello wORLD-foo (bar) it\\'s' | title }}|{{ 'hELLO' | capitalize }}|{{ 5 | upper }}|{{ '' | capitalize }}|{{ 'élan vital' | title }}
{{ 'a.b.c' | replace('.', '-') }}|{{ 'aaa' | replace('a', 'b', 2) }}|{{ 121 | replace(1, 'x') }}
{{ '42' | int }}|{{ '42.9' | int }}|{{ 'x' | int }}|{{ 'x' | int(5) }}|{{ 3.9 | int }}|{{ -3.9 | int }}|{{ nothing | int }}|{{ ' 7 ' | int }}|{{ '1_000' | int }}|{{ '1e3' | int }}|{{ true | int }}|{{ '-5' | int }}|{{ [] | int }}|{{ 'inf' | int }}|{{ '+3' | int }}|{{ '--3' | int }}
{{ '4.5' | float }}|{{ 'x' | float }}|{{ 'x' | float(1.5) }}|{{ 3 | float }}|{{ 'inf' | float }}|{{ 'nan' | float }}|{{ '1e2' | float }}|{{ '1f' | float }}|{{ nothing | float }}|{{ '-Infinity' | float }}
{{ 42.55 | round }}|{{ 42.55 | round(1) }}|{{ 42.55 | round(1, 'floor') }}|{{ 42.51 | round(1, 'ceil') }}|{{ 2.5 | round }}|{{ 3.5 | round }}|{{ 0.125 | round(2) }}|{{ 42 | round }}|{{ 1234 | round(-2) }}|{{ -1.5 | round(0, 'floor') }}|{{ 2.675 | round(2) }}|{{ 42 | round(0, 'ceil') }}
{{ -5 | abs }}|{{ 5.5 | abs }}|{{ (-5.5) | abs }}|{{ (-5) | abs }}
{{ nums | min }}|{{ nums | max }}|{{ words | min }}|{{ words | max }}|{{ words | min(case_sensitive=true) }}|{{ people | max(attribute='age') }}|{{ [] | min }}|{{ 'hello' | max }}
{{ nums | sum }}|{{ people | sum(attribute='age') }}|{{ [] | sum }}|{{ [1.5, 2] | sum(start=1) }}|{{ [[1], [2]] | sum(start=[]) }}
{{ words | sort }}|{{ words | sort(case_sensitive=true) }}|{{ nums | sort(reverse=true) }}|{{ people | sort(attribute='age') | map(attribute='name') | list }}|{{ people | sort(attribute='age,name', reverse=true) | map(attribute='name') | list }}|{{ 'hello' | sort }}|{{ people | sort(false, false, 'home.city') | map(attribute='name') | join(',') }}
{{ words | unique | list }}|{{ words | unique(true) | list }}|{{ people | unique(attribute='age') | map(attribute='name') | list }}|{{ [1, 1.0, true, 2] | unique | list }}
{{ nums | reverse | list }}|{{ 'abc' | reverse }}|{{ d | reverse | list }}|{{ (1, 2) | reverse | list }}
{{ words | map('upper') | list }}|{{ words | map('replace', 'p', 'P') | list }}|{{ people | map(attribute='nick', default='?') | list }}|{{ people | map(attribute='tags') | map('length') | sum }}|{{ nums | map('string') | join }}|{{ undefd | map('upper') | list }}
{{ nums | select('odd') | list }}|{{ nums | reject('odd') | list }}|{{ nums | select('gt', 1) | list }}|{{ [0, 1, '', 'a', none] | select | list }}|{{ [0, 1, ''] | reject | list }}|{{ nums | select('in', [1, 2]) | list }}|{{ nums | select('divisibleby', 3) | list }}
{{ people | selectattr('age', 'gt', 20) | map(attribute='name') | list }}|{{ people | rejectattr('age', 'equalto', 36) | map(attribute='name') | list }}|{{ people | selectattr('tags') | list | length }}|{{ people | selectattr('home.city', 'eq', 'Ulm') | first }}|{{ people | selectattr('nick', 'defined') | list }}|{{ people | rejectattr('nick') | list | length }}
{{ people | selectattr('age', 'ge', 36) | list | length }}|{% if people | selectattr('age', 'gt', 99) %}a generator is true{% endif %}|{{ (nums | select('gt', 9) | list) or 'none' }}
{{ quote | escape }}|{{ quote | e }}|{{ quote | safe }}|{{ 5 | string }}|{{ nothing | string }}
{{ lines | indent }}|{{ lines | indent(2) }}|{{ lines | indent(2, true) }}|{{ lines | indent(2, first=true, blank=true) }}|{{ lines | indent('> ') }}|{{ 'a\\n' | indent(2) }}|{{ '' | indent(2) }}
{{ d | tojson }}|{{ nested | tojson }}|{{ quote | tojson }}|{{ uni | tojson }}|{{ uni | tojson(ensure_ascii=true) }}|{{ nothing | tojson }}|{{ '\\n\\t\\x07\\x7f/' | tojson }}|{{ [1.0, 1e20, 0.1] | tojson }}|{{ (1, 2) | tojson }}|{{ {'b': 1, 'a': 2} | tojson(sort_keys=true) }}|{{ [] | tojson }}|{{ {} | tojson }}
{{ nested | tojson(indent=2) }}|{{ d | tojson(indent=4) }}|{{ [1, [2, []]] | tojson(indent=1) }}|{{ d | tojson(separators=(',', ':')) }}|{{ {1: 'a', none: 'b', 2.5: 'c'} | tojson }}|{{ {true: 'c'} | tojson }}|{{ d | tojson(indent='--') }}|{{ d | tojson(indent=0) }}
{{ d | attr('items') is callable }}|{{ d | attr('a') }}|{{ text | attr('upper') is callable }}
{{ n is defined }}|{{ undefd is defined }}|{{ undefd is undefined }}|{{ d.x is defined }}|{{ nothing is none }}|{{ nothing is not none }}|{{ undefd is none }}|{{ nothing is defined }}
{{ text is string }}|{{ n is string }}|{{ d is mapping }}|{{ nums is mapping }}|{{ nums is iterable }}|{{ text is iterable }}|{{ n is iterable }}|{{ d is iterable }}|{{ nums is sequence }}|{{ d is sequence }}|{{ text is sequence }}|{{ n is sequence }}|{{ (1,) is sequence }}|{{ undefd is iterable }}|{{ undefd is sequence }}|{{ range(3) is sequence }}|{{ d.items() is sequence }}|{{ d.items() is iterable }}
{{ n is number }}|{{ f is number }}|{{ yes is number }}|{{ n is integer }}|{{ f is integer }}|{{ yes is integer }}|{{ f is float }}|{{ n is float }}|{{ yes is boolean }}|{{ n is boolean }}|{{ yes is true }}|{{ no is false }}|{{ 1 is true }}|{{ no is true }}|{{ '1' is number }}
{{ n is odd }}|{{ n is even }}|{{ n is divisibleby 7 }}|{{ n is divisibleby(2) }}|{{ -3 is odd }}|{{ 4 is even }}|{{ 2.5 is odd }}|{{ 3.0 is odd }}
{{ n is eq 7 }}|{{ n is equalto 8 }}|{{ n is ne 7 }}|{{ n is gt 3 }}|{{ n is ge(7) }}|{{ n is lt 3 }}|{{ n is le 7 }}|{{ n is greaterthan 3 }}|{{ n is lessthan 3 }}|{{ n is sameas n }}|{{ 1 is in nums }}|{{ 9 is in [1] }}|{{ 'a' is in 'abc' }}|{{ n is not in nums }}
{{ 'ab' is lower }}|{{ 'AB' is upper }}|{{ 'Ab' is lower }}|{{ raise_exception is callable }}|{{ n is callable }}|{{ 'upper' is filter }}|{{ 'zzz' is filter }}|{{ 'odd' is test }}|{{ text is escaped }}
{{ n is defined and n > 3 }}|{{ n is not defined or n == 7 }}|{{ 'a' if n is defined else 'b' }}|{{ not n is defined }}|{{ (n is defined) == true }}
{{ 'a' 'b' "c" }}|{{ 'tab\\there' }}|{{ 'uni\\u00e9\\x41\\101' }}|{{ 'q\\q' }}|{{ "it's" }}|{{ 'new\\nline' }}|{{ '\\N{BULLET}' }}|{{ '\\U0001F642' }}|{{ 'a\\
b' }}
{{ '{{ not a tag }}' }}|{{ "{% if %}" }}|{{ {'a': {'b': 1}}.a.b }}|{{ {'a': [1, {'c': 2}]}['a'][1].c }}|{{ [[1, 2], [3]][0][1] }}|{{ ({'a': 1}) }}
{{ strftime_now('%Y-%m-%d') }}|{{ strftime_now('%d %b %Y') }}|{{ strftime_now('%A, %B %d, %Y %H:%M:%S %p %I %j %y %a %%') }}|{{ strftime_now('%-d %e %-m') }}|{{ strftime_now('%f %D %F %T %R %x %X %c') }}
{{ text.strip | string is string }}|{{ people | map(attribute='name') | map('lower') | sort | join }}|{{ (people | first).tags | last }}
{{ -n | abs }}|{{ (-n) | abs }}|{{ not yes | string }}|{{ n + 1 | string | length }}|{{ 2 * n ~ 'x' }}|{{ 'x' ~ n + 1 ~ 'y' if no else 'z' }}
{{ "a" if yes and not no or no }}|{{ [1, 2, 3,] }}|{{ {'a': 1,} }}|{{ (1, 2,) }}|{{ dict(a=1,) }}
{{ 1, 2 }}|{{ (1, 2) }}|{{ 1, }}
{{ people[0].items() | map('first') | list }}|{{ people[0] | list }}|{{ 'héllo' | list }}|{{ d | map('upper') | list }}
{{ '🙂🙂' | reverse }}|{{ '🙂a'[1] }}|{{ '🙂a' | first }}|{{ 'a🙂b' | list }}|{{ 'a🙂'.find('🙂') }}|{{ ['😀', '\\ufb01'] | sort }}|{{ 'Ǆ'.title() }}
{{ '{:<08d}'.format(5) }}|{{ '{:f}'.format(1079254290265948059) }}|{{ -1.0 // -2.5 }}|{{ -0.5 // 3 }}|{{ '{:5}'.format(true) }}|{{ '{:>8.2f}'.format(3.14159) }}|{{ '{:,.2f}'.format(1234567.891) }}|{{ '{:+.1f}'.format(0.25) }}|{{ '{: d}'.format(5) }}|{{ '{:<5}|'.format(7) }}|{{ '{:=+6d}'.format(5) }}|{{ '{:06.1f}'.format(-2.25) }}|{{ '{!s:>5}'.format(true) }}|{{ '{0}{0}'.format('a') }}|{{ '{:x}'.format(-255) }}|{{ '{:.1f}'.format(-0.04) }}|{{ '{:f}'.format(1e20) }}
{{ '%5.1f|%-6d|%06d|% d' % (2.25, 42, -42, 7) }}|{{ '%i' % 7 }}|{{ '%.0f' % 0.5 }}|{{ '%.3f' % 1 }}|{{ '%x' % 0 }}|{{ '%s %%' % 5 }}|{{ '%(a)s' % {'a': 1, 'b': 2} }}|{{ '%f' % ('inf' | float) }}
{{ 'aaa'.rsplit('aa', 1) }}|{{ 'aaa'.split('aa', 1) }}|{{ '🙂a🙂b'.split('🙂') }}|{{ '🙂a🙂b'.rsplit('🙂', 1) }}|{{ 'a.b'.split('.') }}|{{ ' a\\u2003b '.split() }}|{{ 'abc'.split('c') }}|{{ 'a b'.split(' ', 0) }}|{{ ' a  b '.rsplit(none, 1) }}|{{ 'aaa'.replace('a', 'aa', 2) }}|{{ 'a\\\\b$1'.replace('b', '$1\\\\') }}
{{ 'a\\x0bb\\x0cc\\x1cd\\x85e\\u2028f\\n\\ng'.splitlines() }}|{{ 'a\\r\\n\\rb'.splitlines(true) }}|{{ '\\n'.splitlines() }}
{{ 'q\\$1\\\\\\'\\0\\18\\x7e\\N{LATIN SMALL LETTER A}' }}|{{ 0X1f }}|{{ 00 }}|{{ 00.5 }}|{{ 1e+3 }}|{{ 1_0e1_0 }}|{{ [[1, [2]]].0.1.0 }}|{{ nums.0 }}
{{ '9223372036854775807' | int }}|{{ '1__0' | int }}|{{ '_1' | int }}|{{ '1_0.5' | float }}|{{ '.5' | float }}|{{ '5.' | int }}|{{ '1e400' | int(3) }}|{{ '+nan' | float }}|{{ '0x10' | float(1) }}|{{ ' -1_0 ' | int }}
{{ (1, 2) + (3,) }}|{{ (1, 2) * 2 }}|{{ (1, 2, 3)[::-1] }}|{{ (1, 2) < (1, 3) }}|{{ (1, 2) == (1, 2) }}|{{ [(1, 2)] == [[1, 2]] }}|{{ range(3) == range(0, 3) }}|{{ range(3) == [0, 1, 2] }}|{{ (1, 2).index(2) }}|{{ (1, 2).copy is defined }}|{{ range(9)[2:] }}|{{ 2 ** 62 }}|{{ (-3) ** 3 }}|{{ 3 ** 39 }}|{{ 0 ** 0 }}|{{ 1 ** 99 }}
{{ 'a b-c'.title() }}|{{ 'ab'.casefold() }}|{{ '٣'.isdigit() }}|{{ ''.isupper() }}|{{ 'aB'.islower() }}|{{ 'a' | trim }}|{{ 7 | lower }}|{{ none | capitalize }}
"""

_BLOCKS = [
    ("if", "{% if n > 5 %}big{% elif n > 2 %}mid{% else %}small{% endif %}"),
    ("elif", "{% if n > 50 %}big{% elif n > 2 %}mid{% else %}small{% endif %}"),
    ("else", "{% if n > 50 %}big{% elif n > 20 %}mid{% else %}small{% endif %}"),
    ("if without branch", "[{% if no %}x{% endif %}]"),
    ("if tuple", "{% if 1, 2 %}x{% endif %}"),
    ("for", "{% for x in nums %}{{ x }},{% endfor %}"),
    ("for else", "{% for x in [] %}{{ x }}{% else %}nobody{% endfor %}"),
    ("for else is not run", "{% for x in nums %}{{ x }}{% else %}nobody{% endfor %}"),
    ("for else has a scope", "{% set y = 1 %}{% for x in [] %}{% else %}{% set y = 2 %}{{ y }}{% endfor %}{{ y }}"),
    ("for if", "{% for p in people if p.age > 20 %}{{ loop.index }}/{{ loop.length }}:{{ p.name }} {% endfor %}"),
    ("for if else", "{% for p in people if p.age > 99 %}{{ p.name }}{% else %}none{% endfor %}"),
    ("loop fields", "{% for x in nums %}{{ loop.index }} {{ loop.index0 }} {{ loop.first }} {{ loop.last }} {{ loop.length }} {{ loop.revindex }} {{ loop.revindex0 }} {{ loop.depth }} {{ loop.depth0 }};{% endfor %}"),
    ("loop neighbours", "{% for x in nums %}[{{ loop.previtem }}<{{ x }}>{{ loop.nextitem }}]{% endfor %}"),
    ("loop neighbour tests", "{% for x in nums %}{{ loop.previtem is defined }}{{ loop.nextitem is defined }} {% endfor %}"),
    ("loop cycle", "{% for x in nums %}{{ loop.cycle('a', 'b') }}{% endfor %}"),
    ("loop changed", "{% for x in [1, 1, 2, 2, 1] %}{{ loop.changed(x) }} {% endfor %}"),
    ("loop over generator", "{% for x in nums | select('gt', 1) %}{{ x }}{{ loop.last }}{{ loop.length }}{{ loop.revindex }} {% endfor %}"),
    ("loop prints", "{% for x in nums %}{{ loop }}{% endfor %}"),
    ("nested loops", "{% for a in nums %}{% set outer = loop %}{% for b in 'xy' %}{{ outer.index }}{{ loop.index }}{{ a }}{{ b }} {% endfor %}{% endfor %}"),
    ("loop after inner loop", "{% for a in nums %}{% for b in 'xy' %}{{ loop.index }}{% endfor %}{{ loop.index }} {% endfor %}"),
    ("unpacking", "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}"),
    ("unpacking nested", "{% for (a, b), c in [((1, 2), 3)] %}{{ a }}{{ b }}{{ c }}{% endfor %}"),
    ("loop over dict", "{% for k in d %}{{ k }}{% endfor %}"),
    ("loop over string", "{% for c in 'a🙂c' %}[{{ c }}]{% endfor %}"),
    ("loop over undefined", "{% for c in undefd %}x{% else %}nothing{% endfor %}"),
    ("loop over range", "{% for i in range(3) %}{{ i }}{% endfor %}"),
    ("loop over tuple without brackets", "{% for i in 1, 2, 3 %}{{ i }}{% endfor %}"),
    ("loop scope", "{% set x = 1 %}{% for i in nums %}{% set x = i %}{{ x }}{% endfor %}{{ x }}"),
    ("loop scope starts anew", "{% for i in nums %}{% if loop.first %}{% set y = i %}{% endif %}[{{ y }}]{% endfor %}"),
    ("loop variable is gone", "{% for i in nums %}{% endfor %}[{{ i }}]"),
    ("loop variable hides", "{% set i = 'outer' %}{% for i in nums %}{{ i }}{% endfor %}{{ i }}"),
    ("if has no scope", "{% if yes %}{% set z = 3 %}{% endif %}{{ z }}"),
    ("break", "{% for x in range(10) %}{% if x == 3 %}{% break %}{% endif %}{{ x }}{% endfor %}"),
    ("continue", "{% for x in range(5) %}{% if x is odd %}{% continue %}{% endif %}{{ x }}{% endfor %}"),
    ("break inner", "{% for a in 'ab' %}{% for x in range(3) %}{% if x == 1 %}{% break %}{% endif %}{{ a }}{{ x }}{% endfor %};{% endfor %}"),
    ("break and else", "{% for x in nums %}{% break %}{% else %}else{% endfor %}"),
    ("continue and else", "{% for x in nums %}{{ x }}{% continue %}{% else %}else{% endfor %}"),
    ("late break and else", "{% for x in nums %}{% if loop.index == 2 %}{% break %}{% endif %}{{ x }}{% else %}else{% endfor %}"),
    ("set", "{% set a = 1 %}{% set b, c = 2, 3 %}{{ a }}{{ b }}{{ c }}{% set t = 4, 5 %}{{ t }}"),
    ("set tuple in brackets", "{% set (a, b) = (1, 2) %}{{ b }}{{ a }}"),
    ("set block", "{% set x %}hello {{ n }}{% endset %}[{{ x }}]"),
    ("set block filtered", "{% set x | upper | trim %} hello {{ n }} {% endset %}[{{ x }}]"),
    ("set block scope", "{% set y = 1 %}{% set x %}{% set y = 2 %}{{ y }}{% endset %}{{ x }}{{ y }}"),
    ("namespace", "{% set ns = namespace(count=0, found=false) %}{% for x in nums %}{% set ns.count = ns.count + x %}{% endfor %}{{ ns.count }}{{ ns.found }}{{ ns.other }}"),
    ("namespace item", "{% set ns = namespace({'a': 1}, b=2) %}{{ ns['a'] }}{{ ns.b }}{% set ns.c = [1] %}{{ ns.c + [2] }}"),
    ("namespace prints", "{% set ns = namespace(a='x') %}{{ ns }}"),
    ("namespace in tuple target", "{% set ns = namespace() %}{% set ns.a, b = 1, 2 %}{{ ns.a }}{{ b }}"),
    ("namespace is changed inside macro", "{% set ns = namespace(x=0) %}{% macro add() %}{% set ns.x = ns.x + 1 %}{% endmacro %}{{ add() }}{{ add() }}{{ ns.x }}"),
    ("macro", "{% macro greet(name, greeting='Hi', mark='!') %}{{ greeting }} {{ name }}{{ mark }}{% endmacro %}{{ greet('A') }}|{{ greet('B', 'Yo') }}|{{ greet(name='C', mark='?') }}|{{ greet() }}"),
    ("macro default sees earlier argument", "{% macro m(a, b=a ~ '!') %}{{ b }}{% endmacro %}{{ m('x') }}"),
    ("macro sees later global", "{% macro m() %}{{ later }}{% endmacro %}{% set later = 5 %}{{ m() }}"),
    ("macro does not see loop", "{% macro m() %}[{{ i }}]{% endmacro %}{% for i in nums %}{{ m() }}{% endfor %}"),
    ("macro calls itself", "{% macro count(k) %}{{ k }}{% if k > 0 %}{{ count(k - 1) }}{% endif %}{% endmacro %}{{ count(4) }}"),
    ("macro with varargs and kwargs", "{% macro m(a) %}{{ a }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, 3, x=4) }}{{ m(1) }}"),
    ("macro value filtered", "{% macro m() %} x {% endmacro %}[{{ m() | trim }}]{{ m().strip() | upper }}"),
    ("macro name", "{% macro m() %}{% endmacro %}{{ m.name }}{{ m }}"),
    ("macro called in loop", "{% macro li(p) %}<{{ p.name }}>{% endmacro %}{% for p in people %}{{ li(p) }}{% endfor %}"),
    ("macro given dict arguments", "{% macro m(a, b=2, c=3) %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ m(*[7, 8], **{'c': 9}) }}"),
    ("call block", "{% macro box(t) %}[{{ t }}:{{ caller() }}]{% endmacro %}{% call box('x') %}inner {{ n }}{% endcall %}"),
    ("call block with arguments", "{% macro each(xs) %}{% for x in xs %}{{ caller(x, loop.index) }}{% endfor %}{% endmacro %}{% call(x, i) each(nums) %}<{{ i }}{{ x }}>{% endcall %}"),
    ("filter block", "{% filter upper %}hello {{ n }}{% endfilter %}"),
    ("filter block chain", "{% filter replace('l', 'L') | trim %} hello {% endfilter %}"),
    ("with", "{% with a = 1, b = n %}{{ a }}{{ b }}{% endwith %}[{{ a }}]"),
    ("with empty", "{% with %}{% set q = 1 %}{{ q }}{% endwith %}[{{ q }}]"),
    ("generation", "{% for p in people %}{% generation %}{{ p.name }}{% endgeneration %};{% endfor %}"),
    ("generation scope", "{% set a = 1 %}{% generation %}{% set a = 2 %}{{ a }}{% endgeneration %}{{ a }}"),
    ("comment", "a{# comment {{ n }} #}b{#- x -#} c"),
    ("raw", "{% raw %}{{ n }} {% if %}{% endraw %}|{%- raw -%}  {{ x }}  {%- endraw -%}  |"),
    ("raw keeps line", "a\n  {% raw %}\n  {{ x }}\n  {% endraw %}\nb"),
    ("trim blocks", "{% if yes %}\na\n{% endif %}\nb\n{{ n }}\nc\n"),
    ("lstrip blocks", "  {% if yes %}\n    a\n  {% endif %}\n  {{ n }}\n\tb {% if yes %}c{% endif %}\n"),
    ("lstrip only before blocks", "x\n   {{ n }}\n   {% if yes %}y{% endif %}\n   {# c #}\nz"),
    ("minus strips", "a  \n {%- if yes -%} \n b \n{%- endif -%}\n c  {{- n -}}  d"),
    ("plus keeps", "a\n  {%+ if yes +%}\n  b\n  {%+ endif %}\nc\n  {#+ c +#}\nd"),
    ("comment trims line", "a\n  {# x #}\nb\n{#- y -#}\nc"),
    ("two blocks in a line", "  {% if yes %}{% if yes %}\n  x\n  {% endif %}{% endif %}\ny"),
    ("block after text in line", "a  {% if yes %}  b{% endif %}  c"),
    ("trailing line ends", "a\n\n"),
    ("one trailing line end", "{{ n }}\n"),
    ("carriage returns", "a\r\n{% if yes %}\r\nb\r{% endif %}\r\nc\r\n"),
    ("line end in string", "{{ 'a\nb' }}"),
    ("expression over lines", "{{ [1,\n 2,\n   3] |\n join('-') }}"),
    ("colon after statement", "{% if yes: %}a{% endif %}{% for x in nums: %}{{ x }}{% endfor %}"),
    ("braces in text", "{ a } {b} { { } } %} }} #}"),
    ("non-breaking blank", "a\n\u00a0 {% if yes %}b{% endif %}"),
    ("undefined is empty", "[{{ undefd }}][{{ d.x }}][{{ nothing.x }}][{{ n.x }}]{{ undefd == undefd2 }}{{ undefd != 1 }}"),
    ("undefined tests", "{{ undefd is string }}{{ undefd is none }}{{ undefd | string == '' }}{{ [] + (undefd | list) }}{{ not undefd }}"),
    ("none attributes", "{{ nothing.x is defined }}{{ nothing['x'] is defined }}"),
    ("attribute of dict beats key", "{{ {'items': 5}.items is callable }}{{ {'items': 5}['items'] }}{{ {'get': 1}['get'] }}"),
    ("method of item access", "{{ 'abc'['upper']() }}{{ d['keys']() | list }}"),
    ("unsafe is undefined", "{{ nums.append is defined }}{{ d.update is defined }}{{ nums.__class__ is defined }}"),
    ("conditional unknown filter", "{% if no %}{{ n | nosuchfilter }}{% endif %}ok"),
    ("string tests in messages", "{% for m in [{'content': 'x'}, {'content': [{'text': 'y'}]}] %}{% if m.content is string %}{{ m.content }}{% else %}{% for c in m.content %}{{ c.text }}{% endfor %}{% endif %}{% endfor %}"),
    ("macro in if", "{% if yes %}{% macro m() %}x{% endmacro %}{% endif %}{{ m() }}"),
    ("list of dicts prints", "{{ people }}"),
    ("long concatenation", "{{ " + " ~ ".join(["'ab'"] * 200) + " }}"),
    ("many additions", "{{ " + " + ".join(["1"] * 150) + " }}"),
    ("loop over items filter", "{% for k, v in d | items %}{{ k }}{{ v }}{% endfor %}"),
    ("loop over dictsort", "{% for k, v in d | dictsort %}{{ k }}{{ v }}{% endfor %}"),
    ("generators fail late", "{% set g = n | select('odd') %}{% set h = n | map('upper') %}{% set i = n | items %}fine"),
    ("generator is used up", "{% set g = nums | map('string') %}{{ g | join }}[{{ g | join }}]"),
    ("lazy condition sees changes", "{% set ns = namespace(seen=0) %}{% for x in nums if ns.seen < 2 %}{% set ns.seen = ns.seen + 1 %}{{ x }}{% endfor %}"),
    ("reversed messages", "{% for m in people[::-1] %}{{ m.name }}{% if not loop.last %},{% endif %}{% endfor %}"),
    ("index from the end", "{% for p in people %}{% if loop.index0 == people | length - 1 %}last{% endif %}{% endfor %}"),
    ("assign in nested ifs", "{% set x = 1 %}{% if yes %}{% if yes %}{% set x = 2 %}{% endif %}{% endif %}{{ x }}"),
    ("call result attribute", "{{ dict(a={'b': 3}).get('a').b }}"),
    ("numbers in names", "{% set a1_b2 = 3 %}{{ a1_b2 }}{% set ünï = 4 %}{{ ünï }}"),
    ("keyword-like names", "{% set is_x = 1 %}{% set notify = 2 %}{% set inner = 3 %}{{ is_x }}{{ notify }}{{ inner }}{{ not_defined is defined }}"),
]

_FAILS = [
    ("undefined attribute", "{{ undefd.x }}"),
    ("undefined item", "{{ undefd['x'] }}"),
    ("undefined item of missing", "{{ d.x.y }}"),
    ("undefined call", "{{ undefd() }}"),
    ("undefined plus", "{{ undefd + 1 }}"),
    ("plus undefined", "{{ 'a' + undefd }}"),
    ("undefined compare", "{{ undefd < 1 }}"),
    ("undefined minus", "{{ -undefd }}"),
    ("undefined slice", "{{ undefd[1:] }}"),
    ("slice of dict", "{{ d[1:] }}"),
    ("slice of number", "{{ n[1:] }}"),
    ("filter block gives number", "{% filter length %}abc{% endfilter %}"),
    ("undefined int", "{{ undefd | int }}"),
    ("undefined json", "{{ undefd | tojson }}"),
    ("text plus number", "{{ 'a' + 1 }}"),
    ("number plus text", "{{ 1 + 'a' }}"),
    ("text plus list", "{{ 'a' + nums }}"),
    ("text times text", "{{ 'a' * 'b' }}"),
    ("list plus tuple", "{{ [1] + (2,) }}"),
    ("none plus text", "{{ nothing + 'a' }}"),
    ("compare text and number", "{{ 'a' < 1 }}"),
    ("compare none", "{{ nothing > 1 }}"),
    ("division by zero", "{{ n / 0 }}"),
    ("floor division by zero", "{{ n // 0 }}"),
    ("modulo by zero", "{{ n % 0 }}"),
    ("in number", "{{ 1 in n }}"),
    ("in none", "{{ 1 in nothing }}"),
    ("number in text", "{{ 1 in text }}"),
    ("loop over number", "{% for x in n %}{% endfor %}"),
    ("loop over none", "{% for x in nothing %}{% endfor %}"),
    ("unpack too few", "{% for a, b in [[1]] %}{% endfor %}"),
    ("unpack too many", "{% set a, b = [1, 2, 3] %}"),
    ("call text", "{{ text() }}"),
    ("call number", "{{ n(1) }}"),
    ("unknown method", "{{ text.nosuch() }}"),
    ("append", "{% set _ = nums.append(1) %}"),
    ("dict update", "{% set _ = d.update({'x': 1}) %}"),
    ("dict pop", "{{ d.pop('a') }}"),
    ("class", "{{ text.__class__.__mro__ }}"),
    ("wrong argument", "{{ text | trim(1, 2, 3) }}"),
    ("unknown keyword", "{{ text | replace('a', 'b', nope=1) }}"),
    ("missing argument", "{{ text | replace('a') }}"),
    ("macro too many", "{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}"),
    ("macro unknown keyword", "{% macro m(a) %}{% endmacro %}{{ m(b=1) }}"),
    ("namespace needed", "{% set d.x = 1 %}"),
    ("range too big", "{{ range(1000000) | list }}"),
    ("range step zero", "{{ range(1, 2, 0) }}"),
    ("slice step zero", "{{ nums[::0] }}"),
    ("length of number", "{{ n | length }}"),
    ("length of none", "{{ nothing | length }}"),
    ("last of generator", "{{ nums | select('odd') | last }}"),
    ("generator length", "{{ nums | select('odd') | length }}"),
    ("items of list", "{{ nums | items | list }}"),
    ("sum of texts", "{{ words | sum }}"),
    ("sort of mixed", "{{ [1, 'a'] | sort }}"),
    ("abs of text", "{{ text | abs }}"),
    ("index of absent", "{{ 'abc'.index('z') }}"),
    ("join of numbers by method", "{{ ''.join([1]) }}"),
    ("empty separator", "{{ 'abc'.split('') }}"),
    ("json of function", "{{ raise_exception | tojson }}"),
    ("format of text as a number", "{{ '{:+}'.format('a') }}"),
    ("format of text in groups", "{{ '{:,}'.format('a') }}"),
    ("format of a whole number with a precision", "{{ '{:.1d}'.format(5) }}"),
    ("format of a list with a width", "{{ '{:5}'.format([1]) }}"),
    ("format needs more", "{{ '{} {}'.format(1) }}"),
    ("percent needs more", "{{ '%s %s' % (1,) }}"),
    ("percent given too much", "{{ '%s' % (1, 2) }}"),
    ("filter named at run time", "{{ words | map('nosuch') | list }}"),
    ("test named at run time", "{{ words | select('nosuch') | list }}"),
    ("unknown filter reached in if", "{% if yes %}{{ n | nosuchfilter }}{% endif %}"),
    ("odd of text", "{{ text is odd }}"),
    ("recursion without mark", "{% for x in nums %}{{ loop([1]) }}{% endfor %}"),
    ("raise", "{{ raise_exception('Only user and assistant roles are supported!') }}"),
    ("raise with name", "{% for p in people %}{% if p.age < 18 %}{{ raise_exception('too young: ' + p.name) }}{% endif %}{% endfor %}"),
    ("syntax: no end", "{% if yes %}"),
    ("syntax: no end on line 3", "a\nb\n{% for x in y %}\nc"),
    ("syntax: wrong end", "{% if yes %}{% endfor %}"),
    ("syntax: unknown tag", "a\n{% nosuch %}"),
    ("syntax: do is not there", "{% do nums.append(1) %}"),
    ("syntax: unknown filter", "{{ n | nosuchfilter }}"),
    ("syntax: unknown test", "{{ n is nosuchtest }}"),
    ("syntax: unclosed output", "{{ n "),
    ("syntax: unclosed string", "{{ 'abc }}"),
    ("syntax: unclosed comment", "{# abc"),
    ("syntax: unclosed raw", "{% raw %} abc"),
    ("syntax: unbalanced", "{{ (1 + 2 }}"),
    ("syntax: wrong bracket", "{{ (1 + 2] }}"),
    ("syntax: empty output", "{{ }}"),
    ("syntax: two values", "{{ 1 2 }}"),
    ("syntax: operator at end", "{{ 1 + }}"),
    ("syntax: strange character", "{{ a ? b }}"),
    ("syntax: assign to literal", "{% set true = 1 %}"),
    ("syntax: assign to call", "{% set a() = 1 %}"),
    ("syntax: break outside of loop", "{% break %}"),
    ("syntax: for without in", "{% for x nums %}{% endfor %}"),
    ("syntax: chained tests", "{{ n is defined is defined }}"),
    ("syntax: keyword before positional", "{{ dict(a=1, 2) }}"),
    ("syntax: default before plain", "{% macro m(a=1, b) %}{% endmacro %}"),
    ("syntax: tag without name", "{% 5 %}"),
    ("syntax: else without if", "{% else %}"),
    ("syntax: bad escape", "{{ '\\x4' }}"),
    ("syntax: call needs call", "{% call n %}{% endcall %}"),
]


def _plain():
    buffer = ""
    count = 0
    for line in _PLAIN.strip("\n").split("\n"):
        buffer += line
        # A string that goes over the line end belongs to one case.
        if buffer.endswith("\\"):
            buffer += "\n"
            continue
        count += 1
        yield (f"expressions {count}", buffer, V)
        buffer = ""


SNIPPETS = (
    list(_plain())
    + [(f"statement: {name}", template, V) for name, template in _BLOCKS]
    + [(f"fails: {name}", template, V) for name, template in _FAILS]
)
