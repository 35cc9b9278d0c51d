"""The course library and the engine that loads, checks and typesets it. No Flask, no database.

library      one folder a course: course.toml and lessons.<language>.md
catalogue    load(slug), courses(), and what a course consists of
lessons      the plain Markdown of lessons
competences  the framework's codes and names
checking     check(): what is missing or differs between the languages
typeset      lesson_sheet(): a lesson as a large-print hand-out; the one module here that calls WeasyPrint
"""
