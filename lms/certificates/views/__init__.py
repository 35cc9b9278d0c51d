"""Pages of certificates."""

from lms.certificates.views import appearance, issuers, orders, papers
from lms.certificates.views.blueprint import bp

__all__ = ["appearance", "bp", "issuers", "orders", "papers"]
