"""What is said about deliveries of webhooks: identifiers and enumerations, nothing of a payload."""

from domain.values import Contract
from domain.webhooks import DeliveryState


class DeliveryRef(Contract):
    """Which delivery is to be made."""

    delivery_id: str


class DeliveryOutcome(Contract):
    """What became of a delivery, as the records say after the attempt."""

    state: DeliveryState


class DeliveryDispatch(Contract):
    """A delivery that is ready to be put on its queue; endpoints are served side by side."""

    delivery_id: str
    endpoint_id: str
