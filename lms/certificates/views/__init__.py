"""Pages of certificates."""

from lms.certificates.views import issuers, papers
from lms.certificates.views.blueprint import bp

__all__ = ["bp", "issuers", "papers"]
