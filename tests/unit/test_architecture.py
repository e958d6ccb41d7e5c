"""The architecture, read from the code: which module may import which, and what stays out."""

import ast
import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.support.server import ROOT

LAYERS = {  # who may import whom, besides `batching`, which everything may; a package is one name
    'messenger_app': {
        'pages',
        'api',
        'startup',
        'draining',
        'compat',
        'storage',
        'auth',
        'chat',
        'files',
        'presence',
        'config',
    },
    'startup': {'draining', 'compat', 'config'},
    'draining': {'compat'},
    'pages': {
        'guard',
        'elements',
        'realtime',
        'markdown',
        'auth',
        'throttle',
        'rate_limits',
        'chat',
        'commands',
        'rooms',
        'search',
        'presence',
        'compat',
        'config',
        'models',
    },
    'api': {'draining', 'markdown', 'auth', 'rate_limits', 'chat', 'files', 'presence', 'config', 'models'},
    'elements': {'realtime', 'markdown', 'models'},
    'realtime': {'compat'},
    'chat': {'rooms', 'commands', 'storage', 'models'},
    'rooms': {'commands', 'lookalikes', 'storage', 'models'},
    'commands': {'storage', 'models'},
    'search': {'storage', 'commands', 'folding', 'models'},
    'folding': set[str](),
    'files': {'storage', 'pictures', 'lookalikes', 'models'},
    'pictures': set[str](),
    'picture_worker': set[str](),
    'presence': {'storage', 'models'},
    'auth': {'storage', 'lookalikes', 'throttle', 'rate_limits', 'config', 'models'},
    'throttle': {'networks', 'rate_limits'},
    'rate_limits': set[str](),
    'markdown': {'config', 'models'},
    'storage': {'folding', 'models', 'config'},
    'guard': {'realtime', 'compat', 'networks'},
    'lookalikes': set[str](),
    'networks': set[str](),
    'models': set[str](),
    'batching': set[str](),
    'config': set[str](),
    'compat': set[str](),
}
OWNERS = {
    'sqlmodel': {'storage', 'models'},
    'sqlalchemy': {'storage', 'models'},
    'alembic': {'storage'},
    'sqlite3': {'storage'},
    'psycopg': {'storage'},
    'pydantic_settings': {'config'},
    'markdown_it': {'markdown'},
    'nh3': {'markdown'},
    'pygments': {'markdown'},
    'emoji': {'markdown', 'chat'},
    'cachetools': {'elements'},
    'segno': {'elements'},
    'brotli': {'pages'},
    'confusable_homoglyphs': {'lookalikes'},
    'filetype': {'files'},
    'PIL': {'picture_worker'},
}
PRIVATE_MODULE = re.compile(
    r'(engineio|socketio|uvicorn|websockets|nicegui\.(nicegui|server)|nicegui\..*\b_[a-z]\w*)\b'
)
PRIVATE_ATTRIBUTE = re.compile(
    r'\.(_(?!exit|replace)[a-z]\w*|outbox|sio\.(eio|environ|manager|packet_class|async_handlers))\b'
)
OWN_ATTRIBUTE = re.compile(r'^(self|cls)\._\w+')
HTML_TAG = re.compile(r'</?[a-z][\w-]*[\s>/]')
CSS_RULE = re.compile(r'[\w\])*-]\s*\{[^{}]*[\w-]+\s*:[^{}]*\}')
BROWSER_CODE = re.compile(r'\b(document|window)\.\w|addEventListener|querySelector|sessionStorage|localStorage')
FILES = sorted([*ROOT.glob('*.py'), *(ROOT / 'messenger').rglob('*.py')])


TESTS = sorted((ROOT / 'tests').rglob('*.py'))
PAGES = [file for file in FILES if 'pages' in file.parts]


def name_of(file: Path) -> str:
    return '.'.join(file.relative_to(ROOT).with_suffix('').parts)


def part_of(file: Path) -> str:
    """The name of a module, or of the package in ``messenger`` that it belongs to."""
    parts = file.relative_to(ROOT).with_suffix('').parts
    return parts[1] if parts[0] == 'messenger' else parts[0]


def our_imports(file: Path) -> set[str]:
    names = {name.removeprefix('messenger.').split('.')[0] for name in imports(file)}
    return names & LAYERS.keys() - {part_of(file), 'batching'}


def imports(file: Path) -> set[str]:
    """Every module that a file imports, with its full name, and ``nicegui.ui`` for ``from nicegui import ui``."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f'{node.module}.{alias.name}' for alias in node.names}
    return names


def strings(file: Path) -> list[str]:
    """Every string of a file but its docstrings; what an f-string inserts is an ``x``."""
    tree = ast.parse(file.read_text())
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            found.append(''.join(str(part.value) if isinstance(part, ast.Constant) else 'x' for part in node.values))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            found.append(node.value)
    return found


def private_names(file: Path) -> set[str]:
    """What a file uses of NiceGUI and the servers below it without their promise."""
    tree = ast.parse(file.read_text())
    attributes = {dotted_name(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    private = {name for name in attributes if PRIVATE_ATTRIBUTE.search(OWN_ATTRIBUTE.sub('', name))}
    return private | {name for name in imports(file) if PRIVATE_MODULE.match(name)}


def dotted_name(node: ast.expr) -> str:
    """The attributes of an expression from left to right, whatever the calls and subscripts between them hold."""
    match node:
        case ast.Name():
            return node.id
        case ast.Attribute():
            return f'{dotted_name(node.value)}.{node.attr}'
        case ast.Call():
            return dotted_name(node.func)
        case ast.Subscript():
            return dotted_name(node.value)
    return ''


def calls(tree: ast.AST) -> set[str]:
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


def test_every_module_is_in_the_plan() -> None:
    assert {part_of(file) for file in FILES} <= LAYERS.keys() | {'__init__'}


def test_program_fits_on_one_screen() -> None:
    assert len((ROOT / 'messenger_app.py').read_text().splitlines()) <= 80


@pytest.mark.parametrize('file', FILES, ids=name_of)
def test_imports_go_down_only(file: Path) -> None:
    assert our_imports(file) <= LAYERS.get(part_of(file), set())


@pytest.mark.parametrize('file', FILES, ids=name_of)
def test_each_library_has_one_owner(file: Path) -> None:
    for library, owners in OWNERS.items():
        if library in {name.split('.')[0] for name in imports(file)}:
            assert part_of(file) in owners
    if 'nicegui.ui' in imports(file):
        assert part_of(file) in {'pages', 'elements', 'messenger_app'}


def test_only_config_reads_settings_from_the_environment() -> None:
    for file in FILES:
        if part_of(file) != 'config':
            assert 'MESSENGER_' not in ''.join(re.findall(r'environ[^\n]*', file.read_text()))


@pytest.mark.parametrize('file', [file for file in FILES if part_of(file) != 'pages'], ids=name_of)
def test_browser_code_is_not_in_python(file: Path) -> None:
    assert not [text for text in strings(file) if BROWSER_CODE.search(text)]


@pytest.mark.parametrize('file', PAGES, ids=name_of)
def test_pages_hold_no_html_css_or_browser_code(file: Path) -> None:
    for forbidden in (HTML_TAG, CSS_RULE, BROWSER_CODE):
        assert not [text for text in strings(file) if forbidden.search(text)]


@pytest.mark.parametrize('file', FILES, ids=name_of)
def test_private_names_of_others_are_only_in_compat(file: Path) -> None:
    assert part_of(file) == 'compat' or not private_names(file)


def test_no_time_is_measured_by_a_clock_that_can_be_set_back() -> None:
    for file in FILES:
        assert 'time.time' not in calls(ast.parse(file.read_text())), file
    for script in (ROOT / 'messenger').rglob('*.js'):
        assert not re.search(r'Date\.now\(\) [-+<>]|= Date\.now', script.read_text()), script


@pytest.mark.parametrize('file', FILES, ids=name_of)
def test_nothing_happens_at_import(file: Path) -> None:
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.If):
            assert ast.unparse(node.test) == "__name__ == '__main__'"
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            assert not {call for call in calls(node) if call.split('.')[0] in {'app', 'ui', 'print', 'open'}}
        for decorator in getattr(node, 'decorator_list', []):
            assert ast.unparse(decorator).split('.')[0] not in {'app', 'ui'}


def test_no_module_is_swollen() -> None:
    for file in [*FILES, *TESTS]:
        assert len(file.read_text().splitlines()) <= 300, file


def test_javascript_is_only_in_custom_elements() -> None:
    foreign = [name for name in our_files() if re.search(r'\.(js|mjs|ts|vue|html|jinja2?)$', name)]

    assert not [name for name in foreign if not re.fullmatch(r'messenger/elements/(\w+\.js|globals\.d\.ts)', name)]


def our_files() -> list[str]:
    listed = subprocess.run(['git', 'ls-files'], cwd=ROOT, capture_output=True, text=True, check=False)
    return listed.stdout.splitlines() or [
        str(file.relative_to(ROOT)) for file in ROOT.rglob('*') if not {'.venv', 'node_modules'} & set(file.parts)
    ]


PINNED = r'[\w.-]+(?:\[\w+\])?==[\w.]+'


def required(name: str) -> list[str]:
    lines = (ROOT / f'{name}.in').read_text().splitlines()
    return [line for line in lines if line and line[0] not in '#-']


@pytest.mark.parametrize('name', ['requirements', 'requirements-postgresql', 'requirements-dev'])
def test_every_requirement_has_an_exact_version_and_hashes(name: str) -> None:
    lock = (ROOT / f'{name}.txt').read_text()
    entries = re.split(r'\n(?=[a-z])', re.sub(r'^ *#.*\n', '', lock, flags=re.MULTILINE))

    for entry in entries:
        assert re.match(rf'{PINNED}( ; [^\n]+)? \\\n    --hash=sha256:[0-9a-f]{{64}}', entry)
    assert all(re.fullmatch(PINNED, line) for line in required(name))
    assert {re.sub(r'\[\w+\]', '', line.lower()) for line in required(name)} <= {entry.split()[0] for entry in entries}


def test_requirements_name_no_host() -> None:
    assert not [file.name for file in ROOT.glob('requirements*') if re.search(r'://|index-url', file.read_text())]


def test_developers_have_the_versions_of_the_product() -> None:
    locks = [(ROOT / file).read_text() for file in ('requirements-postgresql.txt', 'requirements-dev.txt')]
    product, developers = [set(re.findall(rf'^{PINNED}', lock, re.MULTILINE)) for lock in locks]

    assert product <= developers


def test_checks_of_javascript_have_exact_versions() -> None:
    package = json.loads((ROOT / 'package.json').read_text())

    assert 'dependencies' not in package
    assert all(re.fullmatch(r'[\d.]+', version) for version in package['devDependencies'].values())
    assert '"resolved"' not in (ROOT / 'package-lock.json').read_text()
