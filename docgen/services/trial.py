"""A checkout of the project is a trial workspace: on first use it gets its own settings, with the sample company."""

from __future__ import annotations

from pathlib import Path

from docgen.services.initialise import initialise
from docgen.services.office import read_companies
from docgen.workspace import CONFIG_NAME, data_root, is_checkout


def ensure_trial_workspace(root: Path) -> None:
    """Make a checkout without settings into a trial workspace; any other folder is left as it is."""
    if not is_checkout(root) or (root / CONFIG_NAME).exists():
        return
    companies = read_companies(data_root() / "samples" / "companies")
    initialise(root, companies[min(companies)])
