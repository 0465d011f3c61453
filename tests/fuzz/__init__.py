"""Random programs over the whole operator table, judged by an evaluator that shares no code with mcalc.

``PYTHONPATH=tests python -m fuzz --seed 1 --count 1000`` asks mcalc for the derivatives of that many programs and
compares the tree, what is printed (read back) and the emitted code (run) with derivatives by the complex step.

    terms      expressions of our own, and how they are typed
    meanings   what each operator means, in NumPy, for real and complex numbers
    values     the value of a program, its first and second derivatives
    leaves     what programs are made of
    risky      combinations that chance alone makes too seldom
    making     random programs
    answers    what mcalc answers, as numbers
    asking     what is asked, and what is expected
    judging    right, wrong, unreadable, refused, fault, slow
    shrinking  the smallest program that has the same verdict
    running    programs made and judged, in one process or several
    report     counts, shares, and failures as commands
"""
