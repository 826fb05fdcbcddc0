"""The house's rules that import-linter cannot say: doors, sizes, signatures, words."""

import ast
import inspect
from importlib import import_module
from pathlib import Path

import grimp
import pytest

SRC = Path(__file__).resolve().parents[2] / "src" / "loopline"
DOORS = {"services", "queries", "events", "endpoints", "urls", "tools", "apps", "rules"}
MORE_DOORS = {"docs": {"pages", "templating", "company", "freezing"}}  # prepared pages: decision 12
SLICES = sorted(p.parent.name for p in (SRC / "slices").glob("*/apps.py"))


@pytest.fixture(scope="module")
def graph():
    return grimp.build_graph("loopline", cache_dir=None)


def _python():
    return [p for p in SRC.rglob("*.py") if "migrations" not in p.parts and "tests" not in p.parts]


def test_outsiders_enter_a_slice_only_by_its_door(graph):
    wrong = []
    for slice_ in SLICES:
        own = f"loopline.slices.{slice_}"
        for module in graph.find_descendants(own):
            part = module.removeprefix(f"{own}.").split(".")[0]
            if (
                part in DOORS | MORE_DOORS.get(slice_, set())
                or "tests" in module
                or "migrations" in module
            ):
                continue
            wrong += [
                f"{importer} imports {module}"
                for importer in graph.find_modules_that_directly_import(module)
                if not importer.startswith(f"{own}.") and importer != own
            ]
    assert wrong == []


def test_platform_and_core_name_no_product_words_in_their_modules():
    words = ("opportunity", "bet_", "follow_up", "release_")
    wrong = [
        str(p.relative_to(SRC))
        for floor in ("platform", "core")
        for p in (SRC / floor).rglob("*.py")
        if any(w in p.stem for w in words)
    ]
    assert wrong == []


def test_files_stay_under_400_lines_and_functions_under_60():
    wrong = []
    for file in _python():
        text = file.read_text()
        if text.count("\n") > 400:
            wrong.append(f"{file.relative_to(SRC)} has {text.count(chr(10))} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > 60:
                    wrong.append(f"{file.relative_to(SRC)}:{node.lineno} {node.name} has {length}")
    assert wrong == []


def test_every_module_says_what_it_owns():
    bare = {"apps.py", "__init__.py"}
    wrong = [
        str(p.relative_to(SRC))
        for p in _python()
        if p.name not in bare
        and not ast.get_docstring(ast.parse(p.read_text()))
        and p.read_text().strip()
        and not (p.name == "models.py" and '"""' in p.read_text())  # a single table says it itself
    ]
    assert wrong == []


@pytest.mark.parametrize("slice_", SLICES)
def test_services_take_keywords_only_and_their_actor_first(slice_):
    root = SRC / "slices" / slice_
    names = (
        [
            f"loopline.slices.{slice_}.services.{p.stem}"
            for p in (root / "services").glob("[a-z]*.py")
        ]
        if (root / "services").is_dir()
        else [f"loopline.slices.{slice_}.services"] * (root / "services.py").exists()
    )
    wrong = []
    for name in names:
        module = import_module(name)
        for key, function in vars(module).items():
            if key.startswith("_") or not inspect.isfunction(function):
                continue
            if getattr(function, "__module__", "") != name and not hasattr(function, "__wrapped__"):
                continue
            parameters = list(inspect.signature(function).parameters.values())
            writes = any(p.name == "now" for p in parameters)
            if writes and any(p.kind is not p.KEYWORD_ONLY for p in parameters):
                wrong.append(f"{name}.{key} takes positional arguments")
            if writes and parameters[0].name != "actor":
                wrong.append(f"{name}.{key} does not take its actor first")
    assert wrong == []
