"""A validator for the pages that a test gets: html5lib's parse errors and the rules of our own interface.

assert_good_html(response.text, "/classes/")
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import TypeAlias
from xml.etree.ElementTree import Element

import html5lib
from html5lib.constants import E as PARSE_MESSAGES

Parents: TypeAlias = dict[Element, Element]

DIRECTIONS = {"vi": "ltr", "en": "ltr", "ar": "rtl"}
OBSOLETE = {
    "acronym",
    "applet",
    "basefont",
    "big",
    "blink",
    "center",
    "dir",
    "font",
    "frame",
    "marquee",
    "strike",
    "tt",
}
PRESENTATIONAL = {"align", "bgcolor", "border", "cellpadding", "cellspacing", "valign"}
UNLABELLED_TYPES = {"hidden", "submit", "button", "reset", "image"}
DATA_TYPES = {"application/json", "application/ld+json", "text/plain"}
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
REFERENCES = ("aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "headers")
TEMPLATE_LEFTOVERS = re.compile(r"\{\{|\}\}|\{%|%\(\w+\)[sd]|<lazy|\bNone\b(?= *$)|\bobject at 0x")


def faults(source: str, *, fragment: bool = False) -> list[str]:
    """What is wrong with a page, a sentence each.

    Args:
        source: the HTML as sent.
        fragment: whether it is a part of a page, without <html> and headings of its own.
    """
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    root = parser.parseFragment(source) if fragment else parser.parse(source)
    found = [f"line {place[0]}: {_parse_message(code, data)}" for place, code, data in parser.errors]
    parents = {child: parent for parent in root.iter() for child in parent}
    if not fragment:
        found += _document_faults(root)
    found += _identity_faults(root)
    found += _policy_faults(root)
    found += _control_faults(root, parents)
    found += _structure_faults(root, parents)
    found += _text_faults(root)
    return found


def assert_good_html(source: str, where: str = "", *, fragment: bool = False) -> None:
    """Fail with the list of faults, if there are any."""
    found = faults(source, fragment=fragment)
    assert not found, f"{where}\n" + "\n".join(found)


def _parse_message(code: str, data: dict[str, object]) -> str:
    return str(PARSE_MESSAGES.get(code, code)) % data


def _elements(root: Element) -> Iterator[Element]:
    """All elements, without comments."""
    return (element for element in root.iter() if isinstance(element.tag, str))


def _show(element: Element) -> str:
    """The start tag, shortened, so that a person finds the place."""
    attributes = "".join(f' {name}="{value}"' for name, value in element.attrib.items())
    shown = f"<{element.tag}{attributes}>"
    return shown if len(shown) <= 120 else shown[:119] + "…"


def _name(element: Element) -> str:
    """What a screen reader would say: the text, the alternatives of pictures, the label attributes."""
    parts = [element.get("aria-label") or "", *element.itertext()]
    parts += [picture.get("alt") or "" for picture in element.iter("img")]
    parts += ["labelled" for inner in _elements(element) if inner.get("aria-labelledby")]
    return " ".join(parts).strip()


def _document_faults(root: Element) -> list[str]:
    found = []
    language, direction = root.get("lang"), root.get("dir")
    if language not in DIRECTIONS:
        found.append(f'<html lang="{language}">: the language is not one of ours')
    elif direction != DIRECTIONS[language]:
        found.append(
            f'<html lang="{language}" dir="{direction}">: the direction must be {DIRECTIONS[language]}'
        )
    if not "".join(root.findtext("head/title") or "").strip():
        found.append("The page has no title")
    metas = root.findall("head/meta")
    if not any(meta.get("name") == "viewport" for meta in metas):
        found.append("There is no <meta name=viewport>: phones would show the page of a desk")
    if not any((meta.get("charset") or "").lower() == "utf-8" for meta in metas):
        found.append("There is no <meta charset=utf-8>")
    if (count := len(list(root.iter("main")))) != 1:
        found.append(f"The page has {count} <main>, not one")
    if (count := len(list(root.iter("h1")))) != 1:
        found.append(f"The page has {count} <h1>, not one")
    levels = [HEADINGS.index(element.tag) + 1 for element in _elements(root) if element.tag in HEADINGS]
    for before, after in pairwise(levels):
        if after > before + 1:
            found.append(f"A heading h{after} follows an h{before}: a level is left out")
    return found


def _identity_faults(root: Element) -> list[str]:
    ids = Counter(identity for element in _elements(root) if (identity := element.get("id")) is not None)
    found = [f'The id "{identity}" is there {count} times' for identity, count in ids.items() if count > 1]
    found += [
        f'The id "{identity}" is empty or has a blank'
        for identity in ids
        if not re.fullmatch(r"\S+", identity)
    ]
    for element in _elements(root):
        for attribute in REFERENCES:
            for identity in (element.get(attribute) or "").split():
                if identity not in ids:
                    found.append(f'{_show(element)}: {attribute} names "{identity}", which is not there')
        target = element.get("for") if element.tag in ("label", "output") else element.get("list")
        if target is not None and target not in ids:
            found.append(f'{_show(element)} names "{target}", which is not there')
        link = element.get("href") or ""
        if element.tag == "a" and link.startswith("#") and link[1:] not in {"", "top", *ids}:
            found.append(f"{_show(element)}: the page has no such place")
    return found


def _policy_faults(root: Element) -> list[str]:
    """What the strict content security policy would stop, and what is obsolete."""
    found = []
    for element in _elements(root):
        shown = _show(element)
        if element.get("style") is not None or element.tag == "style":
            found.append(f"{shown}: inline style")
        if element.tag == "script" and element.get("src") is None and element.get("type") not in DATA_TYPES:
            found.append(f"{shown}: inline script")
        for name, value in element.attrib.items():
            if name.startswith("on"):
                found.append(f"{shown}: {name} is an inline script")
            if name in ("href", "src", "action", "formaction") and value.strip().lower().startswith(
                "javascript:"
            ):
                found.append(f"{shown}: a script as an address")
        if element.tag in OBSOLETE:
            found.append(f"{shown}: the element is obsolete")
        if not _in_drawing(element):
            found += [
                f"{shown}: {name} belongs into the stylesheet"
                for name in PRESENTATIONAL & set(element.keys())
            ]
    return found


def _in_drawing(element: Element) -> bool:
    return element.tag in ("svg", "path", "rect", "circle", "g")


def _control_faults(root: Element, parents: Parents) -> list[str]:
    found = []
    labelled = {label.get("for") for label in root.iter("label") if _name(label)}
    for element in _elements(root):
        shown = _show(element)
        if element.tag in ("input", "select", "textarea") and element.get("type") not in UNLABELLED_TYPES:
            wrapped = any(parent.tag == "label" and _name(parent) for parent in _ancestors(element, parents))
            named = (element.get("aria-label") or "").strip() or element.get("aria-labelledby")
            if not (wrapped or named or element.get("id") in labelled):
                found.append(f"{shown} has no label")
        pressed = element.tag == "input" and element.get("type") in ("submit", "button", "reset")
        if pressed and not (element.get("value") or element.get("aria-label") or "").strip():
            found.append(f"{shown}: a button without words")
        if element.tag == "button" and not _name(element):
            found.append(f"{shown}: a button without words")
        if element.tag == "a" and element.get("href") is not None and not _name(element):
            found.append(f"{shown}: a link without words")
        if element.tag == "img" and element.get("alt") is None:
            found.append(f"{shown} has no alt")
        if element.tag == "fieldset" and (
            len(element) == 0 or element[0].tag != "legend" or not _name(element[0])
        ):
            found.append(f"{shown} has no legend")
        if re.fullmatch(r"\s*\+?0*[1-9]\d*\s*", element.get("tabindex") or ""):
            found.append(f"{shown}: a positive tabindex breaks the order of the keyboard")
    return found


def _structure_faults(root: Element, parents: Parents) -> list[str]:
    found = []
    interactive = ("a", "button", "label")
    for element in _elements(root):
        shown = _show(element)
        parent = parents.get(element)
        if parent is not None and element.tag == "li" and parent.tag not in ("ul", "ol", "menu"):
            found.append(f"{shown} stands in <{parent.tag}>, not in a list")
        if element.tag in ("ul", "ol"):
            for child in element:
                if isinstance(child.tag, str) and child.tag not in ("li", "script", "template"):
                    found.append(f"<{child.tag}> stands directly in <{element.tag}>")
        if element.tag in ("a", "button"):
            for ancestor in _ancestors(element, parents):
                if ancestor.tag in interactive:
                    found.append(f"{shown} stands inside <{ancestor.tag}>: two things to press in one place")
        if element.tag == "table" and not any(True for _ in element.iter("th")):
            found.append(f"{shown}: a table without headings (th)")
        if element.tag == "th" and not _name(element) and element.get("aria-hidden") != "true":
            found.append(f"{shown}: an empty table heading")
    return found


def _ancestors(element: Element, parents: Parents) -> Iterator[Element]:
    while (parent := parents.get(element)) is not None:
        yield parent
        element = parent


def _text_faults(root: Element) -> list[str]:
    """Marks of a template or a translation that was not filled in."""
    found = []
    for element in _elements(root):
        if element.tag in ("script", "style", "code", "pre", "textarea"):
            continue
        texts = [element.text or "", *(child.tail or "" for child in element)]
        texts += [element.get(name) or "" for name in ("title", "alt", "aria-label", "placeholder")]
        for text in texts:
            if leftover := TEMPLATE_LEFTOVERS.search(text):
                found.append(f"{_show(element)}: “{leftover.group()}” was not filled in: {text.strip()[:80]}")
    return found
