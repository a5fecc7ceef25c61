# Words on the panel: folded to the letters that the font has, broken into lines, set with a space
# of their own for every letter. What is said, and where, is a scene's affair.

# The longest text that is looked at: more than four pages of any scene.
TEXT_MAX = 512
LINE_HEIGHT = 10
PAGE_MS = 3_000
PAGES_MAX = 4
CUT = "..."
# What the font has no letter for.
BOX = "\x7f"
BOX_WIDTH = 7

# Of every letter from " " to "~": in the upper half of a byte the empty columns on its left, in the
# lower half its own columns and one of space.
SPACES = (
    b"\x04\x33\x17\x09\x17\x17\x18\x35\x25\x25\x09\x17\x24\x17\x33\x18"
    b"\x17\x17\x17\x17\x18\x17\x17\x17\x17\x17\x33\x24\x17\x17\x17\x17"
    b"\x17\x17\x17\x17\x17\x17\x17\x17\x17\x25\x17\x17\x17\x18\x17\x17"
    b"\x17\x17\x17\x17\x17\x17\x17\x18\x17\x17\x17\x25\x18\x25\x17\x09"
    b"\x25\x17\x17\x17\x17\x17\x17\x17\x17\x33\x17\x17\x25\x18\x17\x17"
    b"\x17\x17\x17\x17\x08\x17\x17\x18\x17\x17\x17\x17\x33\x17\x18"
)

LETTERS = ((32, 126),)
BLANK = ((0, 31), (0xA0, 0xA0), (0x2000, 0x200A), (0x202F, 0x202F), (0x3000, 0x3000))
# Marks that change the letter before them, and what only says how to join or to break.
UNSEEN = ((0xAD, 0xAD), (0x300, 0x36F), (0x200B, 0x200F), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF))
# The letters U+00C0 to U+017F without their marks.
LATIN_FIRST = 0xC0
LATIN = (
    "AAAAAAACEEEEIIIIDNOOOOOxOUUUUYTsaaaaaaaceeeeiiiidnooooo/ouuuuyty"
    "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlLlLl"
    "NnNnNnnNnOoOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs"
)
# What is written with other characters, three for each, spaces not counted.
RARE = (
    "\u00c6\u00e6\u00df\u00de\u00fe\u0132\u0133\u0152\u0153\u0218\u0219\u021a\u021b\u1e9e"
    "\u2010\u2011\u2012\u2013\u2014\u2015\u2018\u2019\u201a\u201c\u201d\u201e\u2026\u2032\u2033"
    "\u00ab\u00bb\u2039\u203a\u00b4\u00b7\u2022\u20ac\u2212"
)
RARE_AS = (
    "AE ae ss Th th IJ ij OE oe S  s  T  t  SS "
    '-  -  -  -  -  -  \'  \'  ,  "  "  "  ...\'  "  '
    "\"  \"  '  '  '  *  *  EUR-  "
)

# What was made lately; a scene that moves asks for the same at every frame.
KEPT: list = []
KEPT_LEN_MAX = 3


# A text of the font's letters and line breaks only.
def fold(text: str) -> str:
    if len(text) > TEXT_MAX:
        text = text[:TEXT_MAX] + CUT
    return "".join([_letters(char, ord(char)) for char in text])


def width_of(text: str) -> int:
    return sum([_advance(char) for char in text])


# The lines of a text that is at most `width` points wide. Of a text with more lines than `most` the
# last one ends with dots.
def lines_of(text: str, width: int, most: int) -> list:
    return kept(_lines, (text, width, most))


# make(*asked), or what it gave when it was asked the same a moment ago.
def kept(make, asked: tuple) -> list:
    for made_by, once_asked, made in KEPT:
        if made_by == make and once_asked == asked:
            return made
    KEPT.append((make, asked, make(*asked)))
    if len(KEPT) > KEPT_LEN_MAX:
        KEPT.pop(0)
    return KEPT[-1][2]


# One line of folded letters, its upper left corner at (x, y); c is 0 on a white ground.
def write(canvas, line: str, x: int, y: int, c: int = 1) -> None:
    for char in line:
        if char == BOX:
            canvas.rect(x, y, BOX_WIDTH - 1, 7, c)
        elif char != " ":
            canvas.text(char, x - (SPACES[ord(char) - 32] >> 4), y, c)
        x += _advance(char)


# In the middle between two columns.
def write_centred(canvas, line: str, left: int, right: int, y: int) -> None:
    write(canvas, line, (left + right - width_of(line) + 1) // 2, y)


# The lines that are shown of all when `rows` fit at once, the number of pages, and how long until
# the page is turned, None when it never is.
def page_of(lines: list, rows: int, age_ms: int) -> tuple:
    pages = (len(lines) + rows - 1) // rows
    if pages <= 1:
        return lines, 1, None
    first = age_ms // PAGE_MS % pages * rows
    return lines[first : first + rows], pages, PAGE_MS - age_ms % PAGE_MS


def _advance(char: str) -> int:
    return BOX_WIDTH if char == BOX else SPACES[ord(char) - 32] & 15


def _letters(char: str, code: int) -> str:
    if _is_in(LETTERS, code) or char == "\n":
        return char
    if _is_in(BLANK, code):
        return " "
    if char in RARE:
        at = RARE.index(char) * 3
        return RARE_AS[at : at + 3].strip()
    if 0 <= code - LATIN_FIRST < len(LATIN):
        return LATIN[code - LATIN_FIRST]
    return "" if _is_in(UNSEEN, code) else BOX


def _is_in(ranges: tuple, code: int) -> bool:
    return any(first <= code <= last for first, last in ranges)


def _lines(text: str, width: int, most: int) -> list:
    return _cut(_broken(fold(text), width, most + 1), width, most)


# Breaks at words, and within a word that is wider than a line; stops at the line number `most`.
def _broken(text: str, width: int, most: int) -> list:
    lines: list = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            if not word:
                continue
            joined = line + " " + word if line else word
            if width_of(joined) <= width + 1:
                line = joined
                continue
            if line:
                lines.append(line)
            line = _split(word, width, lines, most)
            if len(lines) >= most:
                return lines
        if line:
            lines.append(line)
    return lines


# Adds the full lines of a long word, and gives what is left of it.
def _split(word: str, width: int, lines: list, most: int) -> str:
    while width_of(word) > width + 1 and len(lines) < most:
        piece = _fitting(word, width)
        lines.append(piece)
        word = word[len(piece) :]
    return word


# The beginning of a text that fits; at least one letter, or nothing would ever be done.
def _fitting(text: str, width: int) -> str:
    taken = 0
    for at in range(len(text)):
        taken += _advance(text[at])
        if taken > width + 1:
            return text[: max(1, at)]
    return text


def _cut(lines: list, width: int, most: int) -> list:
    if len(lines) <= most:
        return lines
    last = _fitting(lines[most - 1], width - width_of(CUT))
    return lines[: most - 1] + [last + CUT]
