"""Proofs by other people's tools: coreutils' sha256sum and the Library of Congress bagit library."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from docgen.archive.layout import Folder
from docgen.findings import sentence


@dataclass(frozen=True, slots=True)
class Proof:
    """What a foreign tool said; a tool that is not installed finds no fault, and the words say that nobody looked."""

    is_good: bool
    words: str


def manifest_proof(folder: Folder) -> Proof:
    """Run plain `sha256sum -c` in the contract's folder."""
    tool = shutil.which("sha256sum")
    if tool is None:
        return Proof(is_good=True, words=sentence("demo.tool-missing", {"tool": "sha256sum"}))
    manifest = folder.manifest.relative_to(folder.path).as_posix()
    done = subprocess.run(
        [tool, "--check", "--strict", manifest], cwd=folder.path, capture_output=True, text=True, check=False
    )
    lines = done.stdout.splitlines()
    return Proof(done.returncode == 0, sentence("demo.sums", {"good": len(lines), "code": done.returncode}))


def bag_proof(bag: Path) -> Proof:
    """Validate a bag with the Library of Congress library (it comes with the dev extra)."""
    try:
        import bagit  # noqa: PLC0415  # an optional tool
    except ImportError:
        return Proof(is_good=True, words=sentence("demo.tool-missing", {"tool": "bagit"}))
    try:
        bagit.Bag(str(bag)).validate()
    except bagit.BagError as problem:
        return Proof(is_good=False, words=str(problem))
    return Proof(is_good=True, words=sentence("demo.bag-valid", {"tool": f"bagit {bagit.VERSION}"}))
