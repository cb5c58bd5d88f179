"""Writes what the tokenizers library knows of Unicode, as the tables of the room text.

Each part of that library has a Unicode version of its own (its expressions 16, its normalisation forms 11, BERT's
categories 8), so the tables are asked of the library itself and not taken from any one edition of the standard.

    pip install tokenizers==0.21.4
    python make_unicode_tables.py ../../main/resources/io/github/glimpse/text
"""
import sys
import unicodedata
from pathlib import Path

from tokenizers import Regex, normalizers, pre_tokenizers

POINTS = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
CATEGORIES = "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Co".split()
HANGUL = range(0xAC00, 0xD7A4)


def removed(pre_tokenizer):
    """Code points that a splitter takes away."""
    left = set()
    for start in range(0, len(POINTS), 4096):
        text = "".join(map(chr, POINTS[start : start + 4096]))
        for piece, _ in pre_tokenizer.pre_tokenize_str(text):
            left.update(map(ord, piece))
    return [c for c in POINTS if c not in left]


def matched(expression):
    return removed(pre_tokenizers.Split(Regex(expression), "removed"))


def runs(points):
    result = []
    for c in points:
        if result and result[-1][1] == c - 1:
            result[-1][1] = c
        else:
            result.append([c, c])
    return " ".join(f"{a:X}" if a == b else f"{a:X}-{b:X}" for a, b in result)


def splits_from_letter(pre_tokenizer):
    return [c for c in POINTS if len(pre_tokenizer.pre_tokenize_str("a" + chr(c))) > 1]


def changed(normalizer):
    result = {}
    for c in POINTS:
        text = normalizer.normalize_str(chr(c))
        if text != chr(c):
            result[c] = text
    return result


def hexes(text):
    return " ".join(f"{ord(c):X}" for c in text)


def kinds():
    lines = [f"{name} {runs(matched(chr(92) + 'p{' + name + '}'))}" for name in CATEGORIES]
    whitespace = pre_tokenizers.Whitespace()
    lines.append("word " + runs([c for c in POINTS if [p for p, _ in whitespace.pre_tokenize_str("a" + chr(c))] == ["a" + chr(c)]]))
    lines.append("numeric " + runs(splits_from_letter(pre_tokenizers.Digits(individual_digits=True))))
    lines.append("bertPunctuation " + runs(removed(pre_tokenizers.Punctuation("removed"))))
    plain = dict(handle_chinese_chars=False, lowercase=False)
    cleaned = changed(normalizers.BertNormalizer(clean_text=True, strip_accents=False, **plain))
    lines.append("bertControl " + runs([c for c, text in cleaned.items() if text == ""]))
    stripped = changed(normalizers.BertNormalizer(clean_text=False, strip_accents=True, **plain))
    lines.append("bertMark " + runs([c for c, text in stripped.items() if text == ""]))
    lines.append("accent " + runs([c for c, text in changed(normalizers.StripAccents()).items() if text == ""]))
    lines.append("chinese " + runs([c for c, text in changed(
        normalizers.BertNormalizer(clean_text=False, strip_accents=False, handle_chinese_chars=True, lowercase=False)).items()]))
    for c, text in changed(normalizers.Lowercase()).items():
        lines.append(f"lower {c:X} {hexes(text)}")
    return lines


def forms():
    nfd, nfkd, nfc = changed(normalizers.NFD()), changed(normalizers.NFKD()), normalizers.NFC()
    order = normalizers.NFD()
    lines = []
    classes = {}
    for c in POINTS:
        value = unicodedata.combining(chr(c))
        if value and (c == 0x345 or order.normalize_str("\u0345" + chr(c))[0] != "\u0345"):
            classes.setdefault(value, []).append(c)
    lines += [f"class {value} {runs(points)}" for value, points in sorted(classes.items())]
    lines += [f"canonical {c:X} {hexes(text)}" for c, text in nfd.items() if c not in HANGUL]
    lines += [f"compatible {c:X} {hexes(text)}" for c, text in nfkd.items() if c not in HANGUL and nfd.get(c) != text]
    for c in nfd:
        pair = unicodedata.decomposition(chr(c)).split()
        if c not in HANGUL and len(pair) == 2 and nfc.normalize_str("".join(chr(int(p, 16)) for p in pair)) == chr(c):
            lines.append(f"pair {c:X} {pair[0]} {pair[1]}")
    return lines


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    for name, lines in (("unicode-kinds.txt", kinds()), ("unicode-forms.txt", forms())):
        (folder / name).write_text("\n".join(lines) + "\n", encoding="ascii")
        print(name, len(lines))
