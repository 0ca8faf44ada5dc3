"""What a demand rests on besides the sums: what was delivered and accepted, and the letters that went before."""

from __future__ import annotations

from docgen.deals.milestones import deliveries_until, passed_acceptances
from docgen.kinds.sent import sent_letters
from docgen.rendering.sections.background import Background, Values


def section(about: Background) -> Values:
    """Return deliveries, passed acceptances, and the earlier letters about this instalment that were really sent."""
    day = min(about.as_of, about.paper.dated)
    letters = sent_letters(about.dossier, about.subject.seq, until=day)
    return {
        "deliveries": [{"seq": each.seq, "on": each.on} for each in deliveries_until(about.deal, day)],
        "acceptances": [
            {"seq": each.seq, "on": each.on, "result": each.result.value, "basis": each.basis}
            for each in passed_acceptances(about.deal, as_of=day)
        ],
        "letters": [
            {
                "title": paper.title,
                "number": paper.number,
                "sent_on": sent.sent_on,
                "tracking": sent.tracking,
                "delivered_on": sent.delivered_on,
            }
            for paper, sent in letters
        ],
    }
