"""Where Python meets native code: stub, module and the classes over it say the same."""
