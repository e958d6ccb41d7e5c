"""Texts as they are compared in a search: without regard to case, accents and the width of letters."""

from unicodedata import category, combining, normalize


def fold(text: str) -> str:
    """Return a text without case, accents and invisible characters, its words separated by single spaces.

    What is left of accents are marks that make another letter of one, as in Japanese and the scripts of India.
    """
    text = text.replace('\0', '')
    folded = text.lower() if text.isascii() else normalize('NFC', text).translate(FOLDS)
    return ' '.join(folded.split())


def fold_with_positions(text: str) -> tuple[str, list[int]]:
    """Return a text as `fold` does, but for a space at its end, and for each character of it where it comes from.

    :param text: without NUL, in normal form C (NFC), to which the positions refer
    """
    folded: list[str] = []
    positions: list[int] = []
    for position, char in enumerate(text):
        for part in FOLDS[ord(char)]:
            if not part.isspace():
                folded.append(part)
            elif folded and folded[-1] != ' ':
                folded.append(' ')
            else:
                continue
            positions.append(position)
    return ''.join(folded), positions


class Folds(dict[int, str]):
    """What becomes of each character, found when it is first needed."""

    def __missing__(self, code: int) -> str:
        plain = normalize('NFKD', normalize('NFKD', chr(code)).casefold())
        folded = normalize('NFC', ''.join(char for char in plain if not _is_dropped(char)))
        if code < 0x10000:  # of others there are too many to be kept
            self[code] = folded
        return folded


FOLDS = Folds()


def _is_dropped(char: str) -> bool:
    """Return whether a character is invisible, or an accent: a mark above or below, or a point of Hebrew or Arabic."""
    mark = combining(char)
    return mark >= 200 or 10 <= mark <= 36 or category(char) == 'Cf'
