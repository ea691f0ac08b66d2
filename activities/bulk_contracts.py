"""What is said about acts in bulk: an identifier and a number, nothing of what is done to whom."""

from domain.values import Contract


class BulkRef(Contract):
    """Which act in bulk is to be carried out."""

    bulk_id: str


class BulkOutcome(Contract):
    """How many journeys have their result."""

    settled: int
