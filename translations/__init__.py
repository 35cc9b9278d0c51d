"""Everything that differs between Vietnamese, Arabic and English: the ground floor.

It imports nothing of ours.

locales    the registry of languages: code, own name, direction, print fonts, plural rule
messages   gettext on our catalogues without Flask; ``python -m translations`` keeps the catalogues
catalogues extracting and merging texts; ``catalogue_check`` finds what is missing or differs
names      people's names: clean, fold for searching, sort the Vietnamese way, what cannot be a name
dates      dates and times as each language writes them
partial_dates birth dates known to the day, the month or the year, and ages
numbers    decimals, percentages, counts, lists
phones     Vietnamese telephone numbers
bidi       direction of a text, isolation of a text of another script
fonts      the faces used in print and the characters they lack; ``print.css`` is the base print stylesheet
glossary   the field's terms in the three languages
"""
