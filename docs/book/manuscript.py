"""The book's text in pandoc's Markdown: its chapters, and the parts made from all of them.

Figures, questions and exercises get numbers; answers move to the end of their chapter; the index
knows the terms of the comments <!-- index: ... --> and the functions that the lessons quote.
"""
import html
import re

import pages
import quotes

# The paragraph that leads to the lessons before and after.
FOR_SCREENS = re.compile(r"^\[(?:Previous: |Contents\]|Back to the lesson\]).*\n(?:.+\n)*", re.M)
FUNCTION = re.compile(r"^(?:static |inline |const )*[A-Za-z]\w*[ *]+(\w+)\((?!.*;$)", re.M)


class Book:
    """The state that chapters share during translation."""

    def __init__(self, in_print):
        self.in_print = in_print
        self.index = {}  # {term: [(id, section)]}
        self.figures = {}  # {(page, picture): number}
        self.sources = pages.sources()
        for page in pages.read(pages.book()):
            for figure in page.of_kind("figure"):
                self.figures[page.path, page.resolve(figure["figure"])[0]] = len(self.figures) + 1


class Chapter(pages.Translator):
    """A page as a chapter of the book."""

    DISPLAY = "$$", "$$"

    def __init__(self, page, book, first=""):
        super().__init__(page)
        self.book, self.first = book, first
        number = re.search(r"(?:chapters|solutions)/(\d+)", page.path)
        self.number = int(number[1]) if number else "" if page.path != pages.PROLOGUE else 0
        self.section, self.kept, self.answers = page.title(), "", []

    def whole(self):
        text = super().whole()
        if self.answers:
            text += f"\n\n## Answers {{#{self.page.label('answers')}}}\n\n"
            text += "\n\n".join(self.answers)
        return text

    def text(self, text):
        # The line break after a comment with terms would be a space before the paragraph.
        after_terms = text.startswith("\n") and re.search(r"\[\]\{#term\S+\}$", self.out)
        text = super().text(text[1:] if after_terms else text)
        if self.number == "":
            return text
        if self.section == "Exercises":
            text = re.sub(r"^((\d+)\. )(?=\*\*)", rf"\1**{self.number}.\2** ", text, flags=re.M)
        return re.sub(r"\b([Ee]xercise) (\d)(?! of chapter|\.\d)", rf"\1 {self.number}.\2", text)

    def heading(self, token):
        level, title = len(token["hashes"]), token["heading"]
        self.section = pages.plain(title)
        label = self.page.label(pages.slug(title) if level > 1 else "")
        kind = " .advanced" if title.endswith("(advanced)") else ""
        below = "#" if self.page.path in pages.solutions() else ""  # all in one chapter
        title = self.inline(title) if level > 1 else self.first + title
        return f"{below}{token['hashes']} {title} {{#{label}{kind}}}"

    def figure(self, token):
        path, _ = self.page.resolve(token["figure"])
        number = self.book.figures.get((self.page.path, path))
        alt = html.escape(super().text(pages.plain(token["alt"])))
        caption = self.inline(token["caption"] or token["alt"])
        caption += "" if caption.endswith((".", "?")) else "."
        picture = f'<span class="picture"><img src="{path}" alt="{alt}"/></span>'
        begin = f'<figure id="figure-{number}">{picture}<figcaption>'
        return f"{begin}\n\n**Figure {number}.** {caption}\n\n</figcaption></figure>"

    def fold(self, token):
        """A question stays; its answer goes to the end of the chapter."""
        if token["fold"] == "<details>":
            self.kept, self.out = self.out, ""
            return ""
        name = f"{self.number}{chr(ord('a') + len(self.answers))}"
        label = self.page.label(f"question-{name}")
        if token["fold"] == "</details>":
            answer, self.out = self.out.strip("\n"), self.kept
            back = f"[Question {name}](#{label}){{.page}}"
            begin = f"[]{{#{label}-answer}}**{back}.**"
            loose = re.match(r"[|`:]", answer)
            self.answers.append(begin + ("\n\n" if loose else " ") + answer)
            return ""
        question = re.sub(r"<[^>]*>", "", token["fold"]).strip()
        question = super().text(question + ("" if question[-1] in ".?!" else "."))
        link = f"[Answer](#{label}-answer){{.page}}"
        self.kept += f"**[Question {name}.]{{#{label}}}** *{question}* {link}\n"
        return ""

    def comment(self, token):
        words = pages.words(token)
        if words.startswith("quote"):
            return f'{self.function(words)}<div class="origin">{words.split()[1]}</div>\n'
        if words.startswith("output"):
            command = html.escape(quotes.ORDER.match(words)["command"])
            return f'<div class="origin">printed by {command}</div>\n'
        if words.startswith("index:"):
            return "".join(map(self.term, pages.terms(words)))
        return ""

    def function(self, words):
        """The index knows the function that a lesson quotes."""
        quote = quotes.marks.QUOTE.fullmatch(words)
        if self.page.path not in pages.lessons() or not quote:
            return ""
        found = FUNCTION.findall(quotes.marks.piece(pages.read_text(quote["path"]), quote["mark"]))
        term = f"`{found[0]}()`" if len(found) == 1 else ""
        known = self.book.index.get(term, [("", "")])[-1][1]
        return self.term(term) + "\n\n" if term and known != self.place() else ""

    def place(self):
        """The EPUB index's name of a place."""
        chapter = f"{self.number}: " if self.number else ""
        return chapter + self.section.removesuffix(" (advanced)")

    def term(self, term):
        places = self.book.index.setdefault(term, [])
        label = f"term-{list(self.book.index).index(term)}-{len(places)}"
        places.append((label, self.place()))
        return f"[]{{#{label}}}"

    def link(self, token):
        text, to = self.inline(token["text"]), token["link"]
        if source := self.book.sources.get(to):
            if self.page.path == pages.BIBLIOGRAPHY:
                return f"[[{text}]({to})]{{#source-{source}}}"
            return f"{text} [[{source}]](#source-{source})"
        if re.match(r"[a-z]+:", to):
            return f"[{text}]({to})"
        path, anchor = self.page.resolve(to)
        if number := self.book.figures.get((self.page.path, path)):
            return f"{text} ([Figure {number}](#figure-{number}))"
        if path not in pages.book():
            return text
        kind = "" if path == self.page.path else "{.page}"
        return f"[{text}](#{pages.Page(path).label(anchor)}){kind}"


# ---- the index -----------------------------------------------------------------------------------
def entry(book, text, places):
    if book.in_print:
        return text + "".join(f"[](#{place}){{.at}}" for place, _ in places)
    return f"{text}: " + "; ".join(f"[{section}](#{place})" for place, section in places)


def index(book):
    """Every term with its pages, or in an EPUB with its sections; "main, sub" below "main"."""
    lines = ["# Index {#index}", "", "::: index"]
    letter = main = ""
    for term in sorted(book.index, key=lambda term: term.strip("`").lower()):
        name, _, sub = term.partition(", ")
        first = term.strip("`")[0].upper()
        if first != letter:
            letter = first
            lines += ["", f"**{letter}**", ""]
        if sub and name != main and name not in book.index:
            lines.append(f"- {name}")
        main = name
        lines.append(entry(book, f"{'  - ' + sub if sub else '- ' + name}", book.index[term]))
    return "\n".join([*lines, ":::", ""])


def whole(in_print, front, back):
    """front and back are what book.py adds before the first chapter and after the last."""
    book, chapters = Book(in_print), [front]
    for page in pages.read(pages.book()):
        page.tokens = list(pages.tokens(FOR_SCREENS.sub("", page.text)))
        if page.path in pages.solutions()[:1]:
            chapters.append("# Solutions {#solutions}")
        appendix = page.path in pages.appendices() and pages.appendices().index(page.path)
        first = "" if appendix is False else f"Appendix {chr(ord('A') + appendix)}: "
        chapters.append(Chapter(page, book, first).whole())
    return "\n\n".join([*chapters, index(book), back])
