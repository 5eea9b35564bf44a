"""What the declarations of `expectations/` say: who delivers what, when, in what shape, under which rules."""
