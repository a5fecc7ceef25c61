# A long text as pages that fit on the screen, while it still comes in pieces. Pure: which page is
# shown when says whoever shows it (talk.py).

PAGE_LEN = 56
# A minute and a half of speech; more is not kept.
PAGES_MAX = 24
DOTS = "..."


class Pages:
    def __init__(self) -> None:
        self.whole: list = []
        self.rest = ""  # of the text, not a whole page yet

    # Some more of the text.
    def add(self, text: str) -> None:
        self.rest = (self.rest + text).lstrip()
        while len(self.rest) > PAGE_LEN:
            at = self.rest.rfind(" ", 1, PAGE_LEN + 1)
            page = self.rest[:at] if at > 0 else self.rest[:PAGE_LEN]
            self.rest = self.rest[len(page) :].lstrip()
            if len(self.whole) < PAGES_MAX:
                self.whole.append(page.strip())
            elif not self.whole[-1].endswith(DOTS):
                self.whole[-1] += DOTS

    # None if there is no such page yet; the last one may still grow.
    def page(self, number: int) -> str | None:
        if number < len(self.whole):
            return self.whole[number]
        if number == len(self.whole) < PAGES_MAX:
            return self.rest.strip() or None
        return None
