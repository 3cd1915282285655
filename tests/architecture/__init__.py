"""The house rules that a script can check: walls between parts, sizes, and documented names."""
