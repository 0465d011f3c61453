"""Values of names, what an expression and its derivatives are at them, and the numeric check of an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcalc.door import door

if TYPE_CHECKING:
    from mcalc.numbers.arithmetic import COMPLEX, REAL, Arithmetic, NotReal
    from mcalc.numbers.arrays import HELPERS
    from mcalc.numbers.axes import along_row, meaning, places
    from mcalc.numbers.bounded_module import entries
    from mcalc.numbers.bounds import Bounded, Unsure
    from mcalc.numbers.certain import certain as certain_digits
    from mcalc.numbers.compiled import Compiled
    from mcalc.numbers.complex_step import ANALYTIC, STEP
    from mcalc.numbers.complex_step import complex_step as slope_by_complex_step
    from mcalc.numbers.conditions import asked_by, counted, margin
    from mcalc.numbers.conditions import conditions as conditions_of
    from mcalc.numbers.decimals import decimal
    from mcalc.numbers.descent import Method, descend
    from mcalc.numbers.differences import differences as slope_by_differences
    from mcalc.numbers.differences import differences_at as slopes_by_differences
    from mcalc.numbers.digits import digits as digits_of
    from mcalc.numbers.evaluation import Number, Slope, values_of
    from mcalc.numbers.exact import EXACT
    from mcalc.numbers.exact_numbers import TooLarge
    from mcalc.numbers.fields import FUNCTIONS, Field
    from mcalc.numbers.fitting import fit
    from mcalc.numbers.jitter import JITTER, Jitter
    from mcalc.numbers.located import BESIDE, Regions
    from mcalc.numbers.many_points import evaluate_at_points
    from mcalc.numbers.numeric import (
        KINDS,
        TensorProgram,
        draw_point,
        draw_sizes,
        evaluate,
        evaluate_tensor,
        fitting_sizes,
    )
    from mcalc.numbers.program import Program, UnboundIndex
    from mcalc.numbers.ranges import read_varied
    from mcalc.numbers.regions import regions as regions_of
    from mcalc.numbers.sizes import dimensions, whole
    from mcalc.numbers.slope_in_digits import agrees_here
    from mcalc.numbers.suitable_sizes import chosen_sizes
    from mcalc.numbers.ties import equal_on_an_open_set, tied_by_rounding
    from mcalc.numbers.value import Value, of_numbers
    from mcalc.numbers.values import read_assignments
    from mcalc.numbers.verification import Verification, verify, verify_answer
    from mcalc.numbers.written import node_of

__getattr__ = door(__name__)
