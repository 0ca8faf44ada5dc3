"""Through which inbox a file came in, and so who is responsible for it: a department, a person, or neither named."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Inlet:
    """An inbox as it stood when a file came in: its name, and whose it is; empty where docgen.toml says nothing."""

    name: str
    department: str = ""
    owner: str = ""

    def belongs_to(self, who: str) -> bool:
        """Tell whether a person or department of this name is responsible, whatever the letters' case."""
        return who.strip().casefold() in {one.casefold() for one in (self.department, self.owner) if one}

    def as_json(self) -> dict[str, str]:
        """Return it as kept beside a paper."""
        return {"name": self.name, "department": self.department, "owner": self.owner}

    @property
    def whose(self) -> str:
        """Return department and owner in words; empty where neither is named."""
        return " ".join(one for one in (self.department, self.owner) if one)
