"""The basement of ``lms``: database, configuration, errors, access, languages. It imports no feature."""
