"""The tables. All but `LogCursor` are projections of the archive's event logs and can be rebuilt."""

from __future__ import annotations

from django.db import models


class LogCursor(models.Model):
    """How far a folder's event log has been read into the tables; `is_dirty` while an append is under way."""

    key = models.CharField(max_length=300, primary_key=True)
    place = models.CharField(max_length=600)
    offset = models.BigIntegerField(default=0)
    seq = models.BigIntegerField(default=0)
    head = models.CharField(max_length=64, default="")
    is_dirty = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["key"], condition=models.Q(is_dirty=True), name="dirty_folders")]


class Event(models.Model):
    """One entry of a folder's event log."""

    key = models.CharField(max_length=300)
    seq = models.BigIntegerField()
    at = models.CharField(max_length=40)
    type = models.CharField(max_length=60)
    actor = models.CharField(max_length=200)
    payload = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "seq"], name="event_once")]
        indexes = [
            models.Index(fields=["key", "type"]),
            models.Index(fields=["type", "key", "seq"], name="event_of_type"),
            models.Index(fields=["key", "at"], name="event_newest"),
            models.Index(fields=["at"], name="event_at"),
        ]


class Customer(models.Model):
    """A customer by its lasting id; the name may change, the id and the folder never do.

    `record` is the register's own entry; null while only deals speak of the customer. `revision` counts its events.
    """

    id = models.CharField(max_length=40, primary_key=True)
    name = models.CharField(max_length=200, db_index=True)
    uscc = models.CharField(max_length=40, blank=True, db_index=True)
    record = models.JSONField(null=True)
    revision = models.IntegerField(default=0)
    merged_into = models.CharField(max_length=40, blank=True, db_index=True)


class CustomerName(models.Model):
    """A name a customer bears or bore; `folded` is what NFC, NFD and full-width twins of it share."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="names")
    position = models.IntegerField()
    name = models.CharField(max_length=200)
    folded = models.CharField(max_length=400, db_index=True)
    since = models.CharField(max_length=10, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "position"], name="customer_name_once")]


class Deal(models.Model):
    """A deal as replayed from its log: the record as JSON, and what lists and look-ups need."""

    contract_no = models.CharField(max_length=40, primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="deals")
    title = models.CharField(max_length=200)
    order_no = models.CharField(max_length=40, blank=True, db_index=True)
    total = models.CharField(max_length=30)
    revision = models.IntegerField()
    record = models.JSONField()
    created_at = models.CharField(max_length=40)
    recorded_at = models.CharField(max_length=40, default="")


class Alias(models.Model):
    """Another number a contract is known by: the customer's own, or the order's."""

    value = models.CharField(max_length=200, db_index=True)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="aliases")


class Evaluation(models.Model):
    """What a department last said of a change; what it said before stays in the log."""

    contract_no = models.CharField(max_length=40, db_index=True)
    change = models.IntegerField()
    department = models.CharField(max_length=20)
    result = models.CharField(max_length=20)
    remark = models.TextField(blank=True)
    at = models.CharField(max_length=40)
    actor = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contract_no", "change", "department"], name="evaluation_once"),
        ]


class Letter(models.Model):
    """One dispatch of an issued paper and what became of it; a paper sent again has a further attempt."""

    contract_no = models.CharField(max_length=40, db_index=True)
    number = models.CharField(max_length=120, db_index=True)
    attempt = models.IntegerField()
    channel = models.CharField(max_length=20)
    tracking = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=20)
    sent_on = models.CharField(max_length=10)
    delivered_on = models.CharField(max_length=10, blank=True)
    failed_on = models.CharField(max_length=10, blank=True)
    reason = models.TextField(blank=True)
    evidence = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["number", "attempt"], name="letter_once")]


class OwnCompany(models.Model):
    """One of our own companies as the log of the company last recorded it; the file in companies/ should agree."""

    id = models.CharField(max_length=40, primary_key=True)
    record = models.JSONField()
    revision = models.IntegerField()
    at = models.CharField(max_length=40)


class Number(models.Model):
    """A number once allotted; it is never given again, whatever became of it."""

    series = models.CharField(max_length=120)
    n = models.BigIntegerField()
    number = models.CharField(max_length=120, unique=True)
    key = models.CharField(max_length=300)
    at = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["series", "n"], name="number_once")]


class Paper(models.Model):
    """One archived item: a paper we issued, or a scan that came back; of a destroyed one `sidecar` is the tombstone."""

    id = models.CharField(max_length=60, primary_key=True)
    key = models.CharField(max_length=300, db_index=True)
    contract_no = models.CharField(max_length=40, db_index=True)
    item_type = models.CharField(max_length=20)
    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    number = models.CharField(max_length=120, blank=True, db_index=True)
    document_id = models.CharField(max_length=20, blank=True, db_index=True)
    answers = models.CharField(max_length=20, blank=True, db_index=True)
    subject = models.CharField(max_length=40, blank=True)
    pages = models.IntegerField(default=0)
    version = models.IntegerField(default=1)
    status = models.CharField(max_length=20, default="current")
    superseded_by = models.CharField(max_length=120, blank=True)
    at = models.CharField(max_length=40)
    source_sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    is_disposed = models.BooleanField(default=False)
    sidecar = models.JSONField()


class ReviewAnswer(models.Model):
    """A person's answer to a line of the key-clause checklist, bound by a digest to the values it was about."""

    contract_no = models.CharField(max_length=40, db_index=True)
    number = models.IntegerField()
    line = models.CharField(max_length=20)
    result = models.CharField(max_length=10)
    remark = models.TextField(blank=True)
    digest = models.CharField(max_length=64)
    version = models.IntegerField()
    on = models.CharField(max_length=10)
    at = models.CharField(max_length=40)
    actor = models.CharField(max_length=200)
    is_withdrawn = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contract_no", "number"], name="review_answer_once")]


class User(models.Model):
    """Somebody who may act under their own name; lives in the database only, and outlives a rebuild of it."""

    name = models.CharField(max_length=40, primary_key=True)
    display = models.CharField(max_length=60)
    role = models.CharField(max_length=20)
    posts = models.JSONField(default=list)
    password = models.CharField(max_length=200)
    is_enabled = models.BooleanField(default=True)
    failures = models.IntegerField(default=0)
    wait_until = models.CharField(max_length=40, blank=True)
    created_at = models.CharField(max_length=40)


class Approval(models.Model):
    """A request for approval as its contract's log leaves it; the trail itself is replayed from the events."""

    id = models.CharField(max_length=40, primary_key=True)
    contract_no = models.CharField(max_length=40, db_index=True)
    n = models.IntegerField()
    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    subject = models.CharField(max_length=40)
    amount = models.CharField(max_length=30)
    status = models.CharField(max_length=20, db_index=True)
    round = models.IntegerField()
    waiting = models.JSONField(default=list)
    requested_by = models.CharField(max_length=40)
    requested_on = models.CharField(max_length=10)
    digest = models.CharField(max_length=64)
    used_by = models.CharField(max_length=120, blank=True)


class Delegation(models.Model):
    """Somebody acting for somebody else for a while."""

    id = models.CharField(max_length=40, primary_key=True)
    key = models.CharField(max_length=300)
    giver = models.CharField(max_length=40, db_index=True)
    taker = models.CharField(max_length=40, db_index=True)
    first = models.CharField(max_length=10)
    last = models.CharField(max_length=10)
    reason = models.TextField()
    is_ended = models.BooleanField(default=False)


class DisposalProposal(models.Model):
    """A proposal to destroy archived items as its log leaves it; items and signatures are replayed from the events."""

    id = models.CharField(max_length=40, primary_key=True)
    key = models.CharField(max_length=300)
    status = models.CharField(max_length=20, db_index=True)
    as_of = models.CharField(max_length=10)
    reason = models.TextField()
    proposed_by = models.CharField(max_length=60)
    proposed_on = models.CharField(max_length=10)
    items = models.IntegerField()
    approvals = models.IntegerField()
    list_number = models.CharField(max_length=120, blank=True)


class DealOutline(models.Model):
    """A deal's claims through a run of days (docgen.receivables.outline), kept so that a board need not read records.

    Good while the deal stands at `revision` and `basis` (calendar, form of the outline) is the program's own; made anew
    when wanted, so it may be emptied at any time.
    """

    contract_no = models.CharField(max_length=40)
    revision = models.IntegerField()
    basis = models.CharField(max_length=200)
    valid_from = models.CharField(max_length=10)
    valid_to = models.CharField(max_length=10)
    data = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contract_no", "valid_from"], name="outline_once")]


class PaymentsKnown(models.Model):
    """Until which day a company's incoming money is known: a bank statement taken in, or a person's word."""

    key = models.CharField(max_length=300)
    seq = models.BigIntegerField()
    company = models.CharField(max_length=40, db_index=True)
    as_of = models.CharField(max_length=10)
    source = models.CharField(max_length=20)
    name = models.CharField(max_length=300, blank=True)
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    at = models.CharField(max_length=40)
    actor = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "seq"], name="payments_known_once")]


class BankLine(models.Model):
    """A line of a bank statement that a person must place; `status` waiting, assigned or rejected."""

    id = models.CharField(max_length=40, primary_key=True)
    company = models.CharField(max_length=40)
    on = models.CharField(max_length=10)
    amount = models.CharField(max_length=30)
    payer = models.CharField(max_length=300, blank=True)
    memo = models.TextField(blank=True)
    reference = models.CharField(max_length=200)
    source = models.CharField(max_length=300)
    reason = models.CharField(max_length=80)
    candidates = models.JSONField()
    status = models.CharField(max_length=20, default="waiting", db_index=True)
    contract_no = models.CharField(max_length=40, blank=True)
    settled_reason = models.TextField(blank=True)
    at = models.CharField(max_length=40)


class Original(models.Model):
    """Where the paper original of an archived item lies, as the log of its folder last said."""

    item = models.CharField(max_length=60, primary_key=True)
    key = models.CharField(max_length=300, db_index=True)
    place = models.CharField(max_length=300)
    keeper = models.CharField(max_length=200, blank=True)
    form = models.CharField(max_length=20)
    copies = models.IntegerField()
    remark = models.TextField(blank=True)
    listed = models.CharField(max_length=120, blank=True, db_index=True)
    on = models.CharField(max_length=10)
    at = models.CharField(max_length=40)
    actor = models.CharField(max_length=200)


class ArchiveNumber(models.Model):
    """The archive number (档号) an item bears, where the company uses such numbers."""

    item = models.CharField(max_length=60, primary_key=True)
    key = models.CharField(max_length=300)
    number = models.CharField(max_length=120, unique=True)
