"""How many times as much processor time a request took the product as REST framework's view, and as the floor.

Written by `make bench ARGS=--record`; the gates allow 15 % more.
"""

RATIOS = {
    ("W1", "drf"): 0.24,
    ("W1", "floor"): 8.60,
    ("W2", "drf"): 0.53,
    ("W2", "floor"): 10.99,
    ("W3", "drf"): 0.61,
    ("W3", "floor"): 14.67,
}
