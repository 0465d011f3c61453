"""What the commands, the options and a batch request may name; light, as the command line reads it at every start."""

COMMANDS = {
    "jacobian": "The derivative of anything by anything.",
    "gradient": "The derivative of a scalar.",
    "hessian": "The second derivative of a scalar; of scalars --wrt x,y gives the whole matrix, else every block.",
    "explain": "The derivation, step by step.",
}
LAYOUTS = ("paper", "numerator", "denominator")
METHODS = ("chain", "differential", "index")
SYMMETRIC = ("free", "constrained", "entries")
DETAILS = ("outline", "normal", "full", "brief")
PLOTS = ("curve", "surface", "levels", "gradient", "descent")
PICTURES = (".png", ".svg", ".pdf")
PRODUCTS = ("jvp", "vjp", "hvp")
"""Products of a derivative with a vector: J v, v J, and H v."""
WRAPPERS = ("minimize", "autograd")
"""What code is made ready for."""
