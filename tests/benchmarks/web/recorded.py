"""How many times as much processor time a request took the product as REST framework's view, and as the floor.

Written by `make bench ARGS=--record`; the gates allow 15 % more.
"""

RATIOS = {
    ("W1", "drf"): 2.00,
    ("W1", "floor"): 60.00,
    ("W2", "drf"): 2.20,
    ("W2", "floor"): 40.00,
    ("W3", "drf"): 2.50,
    ("W3", "floor"): 65.00,
}
