"""Pages of certificates."""

from lms.certificates.views import issuers, orders, papers
from lms.certificates.views.blueprint import bp

__all__ = ["bp", "issuers", "orders", "papers"]
