"""Style that can be counted: imports, what the device has, first lines, both languages, locks."""

import ast
import json
import pathlib
import re
import subprocess

import pytest

HOME = pathlib.Path(__file__).parent.parent

# What of the firmware others may import: the files that are pure.
PURE = (
    "wire", "sign", "record", "policy", "upload", "trust", "sayings", "talk", "orders", "tables",
    "offline", "codecs", "rsa", "bundle", "codes", "lists", "ring", "journal",
)  # fmt: skip
# folder: what of ours its files may import
LAYERS = {
    "bookcase_fw": ("bookcase_fw",),
    "kiosk/core": ("kiosk.core", *(f"bookcase_fw.{name}" for name in PURE)),
    "kiosk": ("kiosk", *(f"bookcase_fw.{name}" for name in PURE)),
    "broker": ("broker", *(f"bookcase_fw.{name}" for name in PURE)),
    "hw_sim/devices": ("hw_sim.devices", *(f"bookcase_fw.{name}" for name in PURE)),
    # The desk's half of the firmware, which it starts.
    "hw_sim/upy": ("bookcase_fw",),
    # It runs them all, in memory.
    "hw_sim/city": ("hw_sim", "broker", "kiosk", "bookcase_fw"),
    # It replays a year through the service, in memory.
    "hw_sim/year": ("hw_sim", "broker", *(f"bookcase_fw.{name}" for name in PURE)),
    "hw_sim": ("hw_sim", *(f"bookcase_fw.{name}" for name in PURE)),
}
OURS = ("bookcase_fw", "kiosk", "broker", "hw_sim", "tests")
DEVICE_MODULES = {
    "asyncio", "binascii", "collections", "gc", "hashlib", "json", "math", "os", "random", "struct",
    "sys", "time", "socket", "io",
}  # fmt: skip
# `halves` is the copy that lies beside boot.py.
HARDWARE_MODULES = {"machine", "network", "esp32", "board", "tls", "halves"}
HARDWARE_ONLY_IN = {"board.py", "main.py", "boot.py", "certificates.py"}
# These stand in the pure ring: nothing that waits, no clock and no chance.
PURE_FILES = (
    "wire", "sign", "record", "policy", "upload", "count", "trust", "sayings", "talk", "orders",
    "rsa", "bundle", "lastwords", "pulse", "codes", "lists", "ring", "journal",
)  # fmt: skip
IMPURE_MODULES = {"asyncio", "time", "random", "os", "socket"}


def _files(folder: str) -> list[pathlib.Path]:
    return sorted(path for path in (HOME / folder).rglob("*.py"))


def _imports(path: pathlib.Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _layer(path: pathlib.Path) -> str:
    inside = path.relative_to(HOME).as_posix()
    return next(layer for layer in LAYERS if inside.startswith(layer + "/"))


def _allowed(name: str, prefixes: tuple[str, ...]) -> bool:
    return any(name == prefix or name.startswith(prefix + ".") for prefix in prefixes)


@pytest.mark.parametrize("folder", ["bookcase_fw", "kiosk", "broker", "hw_sim"])
def test_imports_point_one_way(folder: str) -> None:
    wrong = [
        f"{path.relative_to(HOME)} imports {name}"
        for path in _files(folder)
        for name in _imports(path)
        if name.split(".")[0] in OURS and not _allowed(name, LAYERS[_layer(path)])
    ]

    assert wrong == []


def test_firmware_imports_only_what_the_device_has() -> None:
    wrong = []
    for path in _files("bookcase_fw"):
        extra = HARDWARE_MODULES if path.name in HARDWARE_ONLY_IN else set()
        names = {name.split(".")[0] for name in _imports(path)} - {"bookcase_fw", "typing"}
        wrong += [f"{path.name} imports {name}" for name in names - DEVICE_MODULES - extra]

    assert wrong == []


def test_pure_firmware_neither_waits_nor_throws_dice() -> None:
    folder = HOME / "bookcase_fw"
    pure = [folder / f"{name}.py" for name in PURE_FILES]
    pure += [*(folder / "codecs").glob("*.py"), *(folder / "tables").glob("*.py")]

    wrong = [(path.name, name) for path in pure for name in _imports(path) & IMPURE_MODULES]

    assert wrong == []


def test_the_core_of_the_kiosk_imports_no_screen() -> None:
    wrong = [
        path.name
        for path in _files("kiosk/core")
        if any(name.split(".")[0] == "kivy" for name in _imports(path))
    ]

    assert wrong == []


def test_every_file_says_its_duty_in_its_first_line() -> None:
    folders = ("bookcase_fw", "kiosk", "broker", "hw_sim", "tests", "deploy")
    silent = [
        str(path.relative_to(HOME))
        for folder in folders
        for path in _files(folder)
        if path.read_text().strip() and not path.read_text().startswith(('"""', "#!"))
    ]

    assert silent == []


def test_no_cjk_text_hides_in_code_that_is_not_for_readers() -> None:
    """Words for readers live in catalogues; code and comments are plain English."""
    wrong = [path.name for path in _files("bookcase_fw") if re.search("[一-鿿]", path.read_text())]

    assert wrong == []


def test_both_languages_of_the_kiosk_have_the_same_keys() -> None:
    chinese, english = (
        json.loads((HOME / f"kiosk/ui/texts/{name}.json").read_text()) for name in ("zh", "en")
    )

    assert chinese.keys() == english.keys()
    assert all(chinese.values())
    assert all(english.values())


def test_lock_files_carry_hashes_and_no_host() -> None:
    for name in ("requirements.lock", "typings.lock"):
        text = (HOME / name).read_text()

        assert "--hash=sha256:" in text
        assert "://" not in text


def test_every_dependency_is_explained() -> None:
    text = (HOME / "pyproject.toml").read_text()
    named = re.findall(r'^  "([A-Za-z0-9_-]+)[^"]*==', text, re.M)
    explained = (HOME / "docs/dependencies.md").read_text().lower()

    assert [name for name in named if f"`{name.lower()}`" not in explained] == []


def test_every_link_in_the_documents_leads_somewhere() -> None:
    pages = [HOME / "README.md", HOME / "README.zh.md", *(HOME / "docs").rglob("*.md")]
    broken = [
        f"{page.name} -> {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text())
        if "://" not in target and not (page.parent / target).exists()
    ]

    assert broken == []


def test_make_alone_lists_every_target_that_the_readme_names() -> None:
    listed = subprocess.run(["make"], cwd=HOME, capture_output=True, text=True, check=True).stdout
    named = set(re.findall(r"`make ([a-z-]+)", (HOME / "README.md").read_text()))

    assert {name for name in named if not re.search(rf"^{name}\b", listed, re.M)} == set()
