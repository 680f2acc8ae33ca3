"""The looks of the admin (bookings/admin/theme.py). Nothing of it comes from another host."""

PRIMARY = {
    "50": "oklch(97% .014 254.604)",
    "100": "oklch(93.2% .032 255.585)",
    "200": "oklch(88.2% .059 254.128)",
    "300": "oklch(80.9% .105 251.813)",
    "400": "oklch(70.7% .165 254.624)",
    "500": "oklch(62.3% .214 259.815)",
    "600": "oklch(54.6% .245 262.881)",
    "700": "oklch(48.8% .243 264.376)",
    "800": "oklch(42.4% .199 265.638)",
    "900": "oklch(37.9% .146 265.522)",
    "950": "oklch(28.2% .091 267.935)",
}
"""From light to dark; 600 and darker are read on white, 400 and lighter on black."""

UNFOLD = {
    "SITE_TITLE": "Slotwell",
    "SITE_HEADER": "Slotwell",
    "SITE_SYMBOL": "event_available",
    "SITE_URL": None,
    "SHOW_BACK_BUTTON": True,
    "COLORS": {"primary": PRIMARY},
    "DASHBOARD_CALLBACK": "bookings.admin.home.page",
    "SIDEBAR": {"show_search": True, "navigation": "bookings.admin.navigation.groups"},
    "STYLES": ["bookings.admin.theme.style_sheet"],
    "SCRIPTS": ["bookings.admin.theme.script"],
}
