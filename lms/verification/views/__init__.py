"""Public pages: whether a certificate is genuine, and people's own certificates."""

from lms.verification.views import checking, files, mine, proofs
from lms.verification.views.blueprint import bp

__all__ = ["bp", "checking", "files", "mine", "proofs"]
