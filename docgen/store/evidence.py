"""Where the proofs a record names are archived."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from docgen.store.ledger import by_hundreds
from docgen.store.models import Paper


def homes_of_evidence(named: Collection[str]) -> Mapping[str, tuple[str, str]]:
    """Return contract number and item type of what each name means: an item's id, or a paper's newest signed copy.

    A name that means nothing is left out. It asks a few times for all names, not once for each.
    """
    found: dict[str, tuple[str, str]] = {}
    for chosen in by_hundreds(named):
        for item_id, *home in Paper.objects.filter(id__in=chosen).values_list("id", "contract_no", "item_type"):
            found[item_id] = (home[0], home[1])
    numbers: dict[str, list[str]] = {}
    for chosen in by_hundreds([one for one in named if one not in found]):
        issued = Paper.objects.filter(number__in=chosen, item_type="issued").exclude(document_id="")
        for number, document_id in issued.values_list("number", "document_id"):
            numbers.setdefault(document_id, []).append(number)
    for chosen in by_hundreds(numbers):
        answers = Paper.objects.filter(answers__in=chosen).order_by("version")
        for document_id, *home in answers.values_list("answers", "contract_no", "item_type"):
            found |= dict.fromkeys(numbers[document_id], (home[0], home[1]))
    return found
