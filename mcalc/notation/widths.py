"""Widths in em of what TeX's Computer Modern sets: letters, signs, brackets, and the spaces between them."""

from __future__ import annotations

from string import ascii_letters

from mcalc.notation.pieces import Piece
from mcalc.table.roles import DELTA

DISPLAY, TEXT, SCRIPT, SMALL = range(4)
"""TeX's styles, from a formula on a line of its own to scripts of scripts."""
SHRUNK = (1.0, 1.0, 0.8, 0.68)
THIN, MEDIUM, THICK = 0.167, 0.222, 0.278

_LETTERS = {
    "italic": "529 429 433 520 466 597 513 576 345 469 552 318 878 600 485 503 482 479 469 361 572 521 743 572 526 509 "
    "750 809 786 856 796 782 786 912 518 651 921 681 1079 912 791 781 791 767 671 723 792 806 1083 907 803 754",
    "bold": "559 639 511 639 527 460 591 639 319 351 607 319 958 639 575 639 607 474 454 447 639 623 847 607 623 511 "
    "869 818 831 882 756 724 904 900 436 594 901 692 1092 900 864 786 864 862 639 800 885 885 1205 869 898 703",
    "upright": "500 556 444 556 444 383 514 556 278 306 528 278 833 556 500 556 528 392 394 389 556 542 736 528 542 "
    "444 750 708 722 764 681 653 785 750 361 514 778 625 917 750 778 681 778 736 556 722 750 764 1042 750 775 611",
}
LETTERS = {
    look: dict(zip(ascii_letters, (int(width) / 1000 for width in table.split()), strict=True))
    for look, table in _LETTERS.items()
}
LEANING = dict(
    V=0.222, W=0.139, T=0.139, Y=0.222, P=0.139, F=0.139, N=0.109, M=0.109, U=0.109, K=0.072, J=0.096, H=0.081,
    E=0.058, C=0.072, B=0.05, X=0.079, Z=0.072, I=0.079, S=0.058, j=0.057, f=0.108, y=0.036, v=0.036, g=0.036,
    q=0.036, z=0.044, k=0.032, w=0.027, r=0.028, l=0.02,
)  # fmt: skip
"""By how much a subscript stands under the overhang of an italic letter: TeX's italic correction."""
_GREEK_TABLE = (
    "alpha 643 beta 618 gamma 573 delta 482 epsilon 406 zeta 511 eta 532 theta 497 iota 354 kappa 576 "
    "lambda 583 mu 603 nu 558 xi 484 pi 606 rho 517 sigma 607 tau 550 upsilon 576 phi 596 chi 626 psi 687 "
    "omega 658 Gamma 625 Delta 833 Theta 778 Lambda 694 Xi 667 Pi 750 Sigma 722 Upsilon 778 Phi 722 "
    "Psi 778 Omega 722"
)
_GREEK = _GREEK_TABLE.split()
GREEK_WIDTHS = dict(zip(_GREEK[::2], (int(width) / 1000 for width in _GREEK[1::2]), strict=True))
SIGN_WIDTHS = {
    "dot": 0.278, "comma": 0.278, "d": 0.586, "total": 0.556, "nabla": 0.833, "eye": 0.52, "pi": 0.57, DELTA: 0.444,
    "across": 1.33, "down": 0.278, "aslant": 1.33, "infinity": 1.0, "maps": 1.0, "derivation": 0.764, "circ": 0.5,
    "prime": 0.275, "in": 0.667, "to": 1.0,
}  # fmt: skip
WIDE = 0.778
"""The width of + − = ⊗ and their like."""
DIGIT, BOLD_DIGIT = 0.5, 0.575
BRACKETS = ((0.72, 0, 0.389), (0.8, 1, 0.458), (1.1, 2, 0.597), (1.4, 3, 0.736), (1.75, 4, 0.792), (1e9, 5, 0.875))
"""Up to which size from the axis which of TeX's brackets is taken, and its width; the last grows with what it holds."""
BRACKET_SHARES = {"(": 1.0, "[": 0.8, "|": 0.72, "‖": 1.29}

_SPACES = {
    "ord": {"op": THIN, "bin": MEDIUM, "rel": THICK, "inner": THIN},
    "op": {"ord": THIN, "op": THIN, "rel": THICK, "inner": THIN},
    "bin": dict.fromkeys(("ord", "op", "open", "inner"), MEDIUM),
    "rel": dict.fromkeys(("ord", "op", "open", "inner"), THICK),
    "close": {"op": THIN, "bin": MEDIUM, "rel": THICK, "inner": THIN},
    "punct": dict.fromkeys(("ord", "op", "rel", "open", "close", "punct", "inner"), THIN),
    "inner": {"ord": THIN, "op": THIN, "bin": MEDIUM, "rel": THICK, "open": THIN, "punct": THIN, "inner": THIN},
}  # fmt: skip


def space_between(before: str, after: str, size: int = DISPLAY) -> float:
    """What TeX leaves between two classes of atoms; in scripts only beside operators."""
    space = _SPACES.get(before, {}).get(after, 0.0)
    return 0.0 if size >= SCRIPT and not (space == THIN and "op" in (before, after)) else space


def width_of(run: list[Piece], size: int = DISPLAY) -> float:
    """The width in em, with the spaces between the pieces."""
    total, before = 0.0, ""
    for at, piece in enumerate(run):
        if at == 0 and piece.lead:
            total += SIGN_WIDTHS["dot"] + MEDIUM
        total += space_between(before, piece.kind, size) + piece.width
        before = piece.kind
    return total


def word_width(word: str, look: str) -> float:
    """The width of letters and digits side by side."""
    other = BOLD_DIGIT if look == "bold" else DIGIT
    return sum(LETTERS.get(look, LETTERS["italic"]).get(letter, other) for letter in word)
