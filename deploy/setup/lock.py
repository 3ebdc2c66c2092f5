"""Writes requirements.lock and typings.lock: versions and hashes, no hosts."""

import pathlib
import subprocess
import sys
import tempfile

TOOL = "pip-tools==7.6.2"
STUBS = "micropython-esp32-stubs==1.29.0.post1"
OPTIONS = [
    "--quiet",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-emit-trusted-host",
    "--no-emit-options",
    "--strip-extras",
    "--allow-unsafe",
    "--no-header",
    "--no-annotate",
]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([f"{folder}/bin/pip", "-q", "install", TOOL], check=True)
        stubs = pathlib.Path(folder, "typings.in")
        stubs.write_text(STUBS + "\n")
        compile_ = [f"{folder}/bin/pip-compile", *OPTIONS]
        subprocess.run(
            [*compile_, "--extra=dev", "-orequirements.lock", "pyproject.toml"], check=True
        )


main()
