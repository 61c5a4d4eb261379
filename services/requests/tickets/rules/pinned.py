"""What a ticket pins, where it stood before `timeline/promised.py`: kept for the moves under way."""

from services.requests.timeline.promised import PinnedTarget, PinnedTerms, pinned_from

__all__ = ["PinnedTarget", "PinnedTerms", "pinned_from"]
