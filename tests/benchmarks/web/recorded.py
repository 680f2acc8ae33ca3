"""How many times as much processor time a request took the product as REST framework's view, and as the floor.

Written by `make bench ARGS=--record`; the gates allow 15 % more.
"""

RATIOS = {
    ("W1", "drf"): 0.27,
    ("W1", "floor"): 9.52,
    ("W2", "drf"): 0.64,
    ("W2", "floor"): 12.00,
    ("W3", "drf"): 0.64,
    ("W3", "floor"): 14.53,
}
