"""Formatted text as a translator or a coordinator writes it, turned into what each platform reads.

The neutral form is `markupsafe.Markup` with the tags b, i, u, s, code and a href, nothing else. Platforms see only what
`to_html` and `to_whatsapp` make of it, so a stray tag or a star in somebody's name can never break a message.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape, unescape
from itertools import groupby
from operator import attrgetter
from typing import Final, NamedTuple

from markupsafe import Markup

TAGS: Final = {"b": "bold", "i": "italic", "u": "underline", "s": "strike", "code": "code"}

_TAG: Final = re.compile(r"""<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:\s(?:"[^"]*"|'[^']*'|[^<>"'])*)?)/?>""")
_HREF: Final = re.compile(r"""\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))""")
_SAFE: Final = re.compile(r"(?:https?|mailto|tel|tg):", re.IGNORECASE)
"""Where a link may lead. The demo page shows links too, and there "javascript:" would be an open door."""

_END: Final = re.compile(r"[\s.,;:!?)»”]")
"""What may follow a web address without becoming part of it."""

_MARKER: Final = re.compile(r"(?P<address>[a-zA-Z][a-zA-Z0-9+.-]*://\S*)|[*_~`]")
_MARKS: Final = (("strike", "~"), ("bold", "*"), ("italic", "_"), ("code", "```"))
_HUSH: Final = "\N{ZERO WIDTH SPACE}"


class Span(NamedTuple):
    """A run of text that looks the same from its first character to its last."""

    text: str
    bold: bool = False
    italic: bool = False
    underline: bool = False
    strike: bool = False
    code: bool = False
    link: str = ""


def parse(markup: str) -> tuple[Span, ...]:
    """Read neutral markup, and forgive: unknown tags and unsafe links are dropped, unclosed ones end with the text."""
    markup = str(markup)
    if "<" not in markup:
        return merged([Span(unescape(markup))])
    spans: list[Span] = []
    depth = dict.fromkeys(TAGS, 0)
    links: list[str] = []
    start = 0

    def add(text: str) -> None:
        style = {name: depth[tag] > 0 for tag, name in TAGS.items()}
        spans.append(Span(unescape(text), **style, link=links[-1] if links else ""))

    for tag in _TAG.finditer(markup):
        add(markup[start : tag.start()])
        start = tag.end()
        closing, name = tag[1], tag[2].lower()
        if name in depth:
            depth[name] = max(0, depth[name] - 1) if closing else depth[name] + 1
        elif name == "a" and not closing:
            links.append(_target(tag[3]))
        elif name == "a" and links:
            links.pop()
    add(markup[start:])
    return merged(spans)


def _target(attributes: str) -> str:
    found = _HREF.search(attributes)
    target = unescape(found[1] or found[2] or found[3] or "").strip() if found else ""
    return target if _SAFE.match(target) else ""


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same text in as few spans as possible: the form `parse` returns."""
    return tuple(
        Span("".join(span.text for span in run), *style)
        for style, run in groupby((span for span in spans if span.text), key=lambda span: span[1:])
    )


def to_markup(spans: Iterable[Span]) -> Markup:
    """Well nested neutral markup; `parse` reads the same spans back."""
    written: list[str] = []
    opened: list[str] = []
    for span in spans:
        wanted = list(_opening(span))
        kept = 0
        while kept < min(len(opened), len(wanted)) and opened[kept] == wanted[kept]:
            kept += 1
        written += _closing(opened[kept:])
        written += wanted[kept:]
        written.append(escape(span.text, quote=False))
        opened = wanted
    written += _closing(opened)
    return Markup("".join(written))  # noqa: S704 - every text and address above is escaped


def _opening(span: Span) -> Iterator[str]:
    if span.link:
        yield f'<a href="{escape(span.link)}">'
    for tag, name in TAGS.items():
        if getattr(span, name):
            yield f"<{tag}>"


def _closing(opened: Sequence[str]) -> list[str]:
    return [f"</{tag[1:-1].split()[0]}>" for tag in reversed(opened)]


def plain(markup: str) -> str:
    """What is seen, without any formatting; a link leaves only its label."""
    return "".join(span.text for span in parse(markup))


def to_html(markup: str) -> str:
    """Telegram's HTML: the same tags, always well nested, only < > & escaped in text.

    https://core.telegram.org/bots/api#html-style
    """
    return str(to_markup(parse(markup)))


def unlinked(markup: str) -> Markup:
    """For channels whose links have no labels: "label: https://...", or the address alone when it is its own label."""
    spans: list[Span] = []
    for link, run in groupby(parse(markup), key=attrgetter("link")):
        labels = [span._replace(link="") for span in run]
        if spans and spans[-1].link and not _END.match(labels[0].text):
            spans.append(Span(" "))
        if not link:
            spans += labels
            continue
        label = "".join(span.text for span in labels)
        space = label[len(label.rstrip()) :]
        labels[-1] = labels[-1]._replace(text=labels[-1].text.removesuffix(space))
        shown = re.sub(r"^(?:mailto|tel):", "", link, flags=re.IGNORECASE)
        if _bare(label.strip()) in (_bare(link), _bare(shown)):
            spans.append(Span(shown, link=link))
        else:
            spans += [*labels, Span(f": {shown}", link=link)]
        if space:
            spans.append(Span(space))
    return to_markup(merged(span._replace(link="") for span in spans))


def _bare(address: str) -> str:
    return re.sub(r"^https?://", "", address, flags=re.IGNORECASE).rstrip("/")


def to_whatsapp(markup: str) -> str:
    """WhatsApp's *bold* _italic_ ~strike~ ```code```; underlined text stays plain, links are written out.

    Markers work only when they hug the words, within one line and not inside a word: spaces move outside, every line is
    marked by itself, half a word stays plain. https://faq.whatsapp.com/539178204879377
    """
    lines: list[list[Span]] = [[]]
    for span in parse(unlinked(markup)):
        first, *others = span.text.split("\n")
        lines[-1].append(span._replace(text=first))
        lines += [[span._replace(text=text)] for text in others]
    return "\n".join(_marked(_hushed(merged(line)), _MARKS) for line in lines)


def _hushed(line: Sequence[Span]) -> list[Span]:
    """Zero-width spaces around every star, underscore, tilde and backtick that WhatsApp could take for a marker.

    It takes none between two letters or two spaces, and nothing may be put into a web address.
    """
    last = len(line) - 1
    return [
        span._replace(text=_hush(span.text, " " if index == 0 else "|", " " if index == last else "|"))
        for index, span in enumerate(line)
    ]


def _hush(text: str, before: str, after: str) -> str:
    around = f"{before}{text}{after}"

    def hush(found: re.Match[str]) -> str:
        left, right = around[found.start()], around[found.end() + 1]
        harmless = found["address"] or (left.isalnum() and right.isalnum()) or (left.isspace() and right.isspace())
        return found[0] if harmless else f"{_HUSH}{found[0]}{_HUSH}"

    return _MARKER.sub(hush, text)


def _marked(spans: Sequence[Span], marks: Sequence[tuple[str, str]], before: str = "", after: str = "") -> str:
    """One line with its markers, the outermost first; `before` and `after` are the characters around it."""
    if not marks:
        return "".join(span.text for span in spans)
    (name, mark), *inner = marks
    runs = [tuple(run) for _, run in groupby(spans, key=attrgetter(name))]
    written = ""
    for index, run in enumerate(runs):
        left = runs[index - 1][-1].text[-1] if index else before
        right = runs[index + 1][0].text[0] if index + 1 < len(runs) else after
        inside = _marked(run, inner, left, right)
        written += _hugged(inside, mark, left, right) if getattr(run[0], name) else inside
    return written


def _hugged(inside: str, mark: str, left: str, right: str) -> str:
    """Marked unless it begins or ends within a word, or in a web address, which would swallow the marker."""
    words = inside.strip()
    start = inside.find(words)
    end = start + len(words)
    within_word = (start == 0 and left.isalnum()) or (end == len(inside) and right.isalnum())
    if not words or within_word or "://" in words.split()[-1]:
        return inside
    return f"{inside[:start]}{mark}{words}{mark}{inside[end:]}"
