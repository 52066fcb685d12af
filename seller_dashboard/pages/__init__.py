"""The pages: each a pure function, a drawing, and a few lines that join them."""
