"""Names that look like others, or like nothing: what Unicode says of characters (UTS #39, DerivedCoreProperties)."""

import unicodedata
from functools import cache, lru_cache

# Default_Ignorable_Code_Point of DerivedCoreProperties.txt outside category Cf, and what fonts show as nothing: the
# blank Braille pattern, the object replacement character and the null notehead
INVISIBLE = frozenset('\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0\ufffc\U0001d159')
VARIATION_SELECTORS = frozenset(map(chr, [*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]))
# Cn is what is not assigned, which fonts may show as nothing
INVISIBLE_CATEGORIES = frozenset({'Cc', 'Cf', 'Cn', 'Co', 'Cs', 'Zl', 'Zp'})
LEFT_TO_RIGHT_MARK = '\u200e'  # around letters of the other direction in Unicode's table


def is_invisible(char: str) -> bool:
    """Return whether a character may be shown as nothing: control, formatting, ignorable or unassigned."""
    return unicodedata.category(char) in INVISIBLE_CATEGORIES or char in INVISIBLE or char in VARIATION_SELECTORS


@lru_cache(maxsize=4096)
def skeleton(text: str) -> str:
    """Return what texts that look alike have in common (the skeleton of UTS #39); nothing to be shown."""
    prototypes = _prototypes()
    for _ in range(2):  # some prototypes are made of confusables
        text = ''.join(prototypes.get(char, char) for char in unicodedata.normalize('NFD', text))
    return unicodedata.normalize('NFD', text)


@cache
def _prototypes() -> dict[str, str]:
    """Return for each confusable character what stands for all that look like it."""
    # only here: it reads a megabyte
    from confusable_homoglyphs.confusables import confusables_data

    # The library has each pair of Unicode's table in both directions, {'m': [{'c': 'rn', …}], 'rn': [{'c': 'm', …}]}. A
    # confusable has one prototype. What has several look-alikes, or more than one character, is the prototype.
    pairs: dict[str, list[str]] = {}
    for char, alike in confusables_data.items():
        pairs.setdefault(_plain(char), []).extend(_plain(other['c']) for other in alike)
    prototypes = {}
    for char, others in pairs.items():
        longer = [other for other in others if len(other) > 1]
        prototype = longer[0] if longer else others[0]
        if len(char) == 1 and (longer or (len(others) == 1 and (len(pairs[prototype]) > 1 or prototype < char))):
            prototypes[char] = prototype
    return prototypes


def _plain(char: str) -> str:
    return char.replace(LEFT_TO_RIGHT_MARK, '') or char
