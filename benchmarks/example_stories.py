"""What the example's three stories need beside its cases: told by `csmcore customers example`.

University West (B2B) is about to sign for more, Mia Brandt (B2C) grows mushrooms at home, and Nordkaelte (a partner)
looks after the freezers of the Nordlicht clinic in Kiel. Nothing of it bears on the 360 cases: what is new begins after
them, is for others, or is only a default.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

__all__ = ["ADDED", "TABLES", "Lines"]


class Lines(list[dict[str, Any]]):
    """An array of inline tables, each on its own line."""

    __slots__ = ()


FIRST_DAY, LAST_DAY = date(2026, 7, 15), date(2027, 7, 14)

ADDED: Mapping[str, dict[str, Any]] = {
    "products.polar-86": {
        "product": "ultra-low",
        "model_number": "P-86",
        "categories": ["freezers"],
        "skills": ["refrigeration"],
        "components": Lines([{"product_model": "compressor-c2", "quantity": 2}, {"product_model": "controller-k1"}]),
        "upgrades_to": ["polar-90"],
        "goes_with": ["backup-co2"],
    },
    "products.fjord-20": {"product": "refrigerators", "model_number": "F-20", "skills": ["refrigeration"]},
    "products.drift-4": {"product": "boxes", "model_number": "D-4"},
    "accounts.nordlicht": {"account_code": "NORD"},
    "accounts.nordlicht-kiel": {"account_code": "KIEL", "primary_contact": "bruno@nordlicht-kiel"},
    "accounts.university-west": {
        "account_code": "UWEST",
        "registration_code": "UWEST-7431",
        "primary_contact": "ines@university-west",
        "addresses": Lines(
            [{"id": "main", "kind": "mailing", "street": "Retortenweg 8", "city": "Westhafen", "is_primary": True}]
        ),
    },
    "contacts.ines@university-west": {"email": "ines@uwest.example", "roles": ["customer", "customer_case_manager"]},
    "contacts.henrik.2@university-west": {"email": "henrik@uwest.example", "roles": ["customer"]},
    "contacts.bruno@nordlicht-kiel": {"email": "bruno@nordlicht.example", "roles": ["customer"]},
    "assets.university-west-1": {
        "tag": "UW-0001",
        "asset_class": "freezer",
        "configuration_item": "ci-uwest-1",
        "location": "uwest-lab-3",
        "installed_on": date(2024, 3, 4),
        "contacts": ["ines@university-west"],
        "primary_contact": "ines@university-west",
    },
}
"""More about what the example has for its cases."""

TABLES: Mapping[str, dict[str, Any]] = {
    # --- the people of Halden & Moor ---
    "skills.refrigeration": {"name": "Refrigeration"},
    "skills.electronics": {"name": "Electronics"},
    "groups.cold-desk": {"name": "Cold desk", "manager": "tilda", "skills": ["refrigeration"], "calendar": "office"},
    "users.tilda": {"name": "Tilda", "roles": ["manager"], "languages": ["de", "en"]},
    "users.mara": {
        "name": "Mara",
        "roles": ["agent"],
        "groups": ["cold-desk"],
        "skills": Lines([{"skill": "refrigeration", "level": 4}, {"skill": "electronics", "level": 2}]),
        "capacity": 12,
    },
    "users.oskar": {"name": "Oskar", "roles": ["agent"], "groups": ["cold-desk"], "capacity": 8},
    "responsibilities.account-manager": {"name": "Account Manager", "is_unique": True},
    "responsibilities.authorized": {"name": "Authorized Contact", "held_by": "contact"},
    # --- what they make ---
    "offered_products.ultra-low": {"name": "Ultra-low freezers"},
    "offered_products.refrigerators": {"name": "Refrigerators"},
    "offered_products.boxes": {"name": "Transport boxes"},
    "offered_products.home": {"name": "Freezers for the home"},
    "offered_products.care": {"name": "Care plans", "form": "service"},
    "model_categories.freezers": {
        "name": "Freezers",
        "ci_class": "cold_storage",
        "asset_class": "freezer",
        "install_base_class": "installed_freezer",
    },
    "products.polar-90": {
        "name": "Polar 90 ultra-low freezer",
        "product": "ultra-low",
        "model_number": "P-90",
        "categories": ["freezers"],
    },
    "products.compressor-c2": {"name": "Compressor C2", "skills": ["refrigeration"]},
    "products.controller-k1": {"name": "Controller K1", "skills": ["electronics"]},
    "products.backup-co2": {"name": "CO2 backup", "product": "ultra-low"},
    "products.moss-60": {
        "name": "Moss 60 home freezer",
        "product": "home",
        "model_number": "M-60",
        "categories": ["freezers"],
        "goes_with": ["drift-4"],
    },
    "products.moss-care": {"name": "Care plan for Moss", "product": "care", "delivery": "subscription"},
    # --- University West: an account with a draft to be signed ---
    "locations.uwest": {"name": "University West", "timezone": "Europe/Berlin"},
    "locations.uwest-lab-3": {"name": "Laboratory 3", "parent": "uwest"},
    "team_members.uwest-manager": {
        "user": "tilda",
        "responsibility": "account-manager",
        "account": "university-west",
    },
    "contact_relationships.uwest-ines": {
        "account": "university-west",
        "contact": "ines@university-west",
        "responsibility": "authorized",
    },
    "configuration_items.ci-uwest-1": {
        "name": "UW-0001",
        "ci_class": "cold_storage",
        "product_model": "polar-86",
        "asset": "university-west-1",
    },
    "install_base_items.uwest-freezer": {
        "name": "Freezer in laboratory 3",
        "product": "polar-86",
        "asset": "university-west-1",
        "configuration_item": "ci-uwest-1",
        "account": "university-west",
        "location": "uwest-lab-3",
        "installed_on": date(2024, 3, 4),
    },
    "install_base_items.uwest-compressor": {
        "name": "Lower compressor",
        "product": "compressor-c2",
        "account": "university-west",
        "parent": "uwest-freezer",
        "installed_on": date(2024, 3, 4),
        "uninstalled_on": date(2026, 2, 10),
    },
    "install_base_items.uwest-compressor-2": {
        "name": "Lower compressor",
        "product": "compressor-c2",
        "account": "university-west",
        "parent": "uwest-freezer",
        "replaces": "uwest-compressor",
        "installed_on": date(2026, 2, 10),
    },
    "sold_products.uwest-backup": {
        "name": "CO2 backup, on loan",
        "product": "backup-co2",
        "account": "university-west",
        "contact": "ines@university-west",
        "starts_on": date(2024, 3, 4),
        "ends_on": date(2026, 5, 31),
    },
    "contracts.CON-101": {
        "number": "CON-101",
        "name": "Calibration for University West",
        "account": "university-west",
        "contact": "ines@university-west",
        "administrator": "mara",
        "approver": "tilda",
        "starts_on": FIRST_DAY,
        "ends_on": LAST_DAY,
        "runs_non_contractual": True,
        "lines": Lines(
            [
                {"id": "calibration", "state": "draft", "starts_on": FIRST_DAY, "ends_on": LAST_DAY},
                {"id": "visits", "parent": "calibration", "state": "draft", "ends_on": date(2027, 3, 31)},
            ]
        ),
        "covered_assets": Lines([{"asset": "university-west-1", "line": "calibration"}]),
        "covered_install_base_items": Lines([{"install_base_item": "uwest-freezer", "line": "visits"}]),
    },
    "contract_relationships.CON-101-oskar": {"contract": "CON-101", "role": "technician", "user": "oskar"},
    "entitlements.ENT-101": {
        "number": "ENT-101",
        "name": "Calibration hours",
        "plan": "gold",
        "account": "university-west",
        "asset": "university-west-1",
        "product": "polar-86",
        "contract": "CON-101",
        "contract_line": "calibration",
        "state": "draft",
        "channels": ["email", "web"],
        "per_unit": True,
        "unit": "hours",
        "total_units": 10,
        "consume_on": "resolution",
    },
    # --- Mia Brandt: a consumer in a household ---
    "consumers.mia": {
        "name": "Mia Brandt",
        "email": "mia@brandt.example",
        "addresses": Lines([{"id": "home", "kind": "home", "city": "Lueneburg", "country": "DE", "is_primary": True}]),
    },
    "consumers.till": {"name": "Till Brandt", "email": "till@brandt.example"},
    "consumers.caller-17": {"name": "Caller", "phone": "+49 4131 5550", "is_unknown": True},
    "households.brandt": {
        "name": "The Brandts",
        "head": "mia",
        "members": Lines(
            [
                {"consumer": "mia", "starts_on": date(2025, 9, 1), "is_primary": True},
                {"consumer": "till", "starts_on": date(2025, 9, 1), "is_primary": True},
            ]
        ),
    },
    "assets.moss-mia": {
        "product_model": "moss-60",
        "serial_number": "M60-2291",
        "consumer": "mia",
        "installed_on": date(2025, 9, 6),
    },
    "sold_products.brandt-set": {
        "name": "Mushroom set",
        "product": "moss-60",
        "household": "brandt",
        "starts_on": date(2025, 9, 6),
    },
    "sold_products.brandt-care": {
        "name": "Care for a winter",
        "product": "moss-care",
        "household": "brandt",
        "parent": "brandt-set",
        "starts_on": date(2025, 9, 6),
        "ends_on": date(2026, 5, 31),
    },
    "install_base_items.brandt-freezer": {
        "name": "Freezer in the cellar",
        "product": "moss-60",
        "asset": "moss-mia",
        "household": "brandt",
        "installed_on": date(2025, 9, 6),
    },
    "contracts.CON-102": {
        "number": "CON-102",
        "name": "Warranty of Mia Brandt",
        "consumer": "mia",
        "state": "active",
        "starts_on": date(2025, 8, 31),
        "ends_on": date(2026, 8, 30),
        "renews_by_itself": True,
        "runs_non_contractual": True,
        "covered_products": Lines([{"product": "moss-60"}]),
    },
    "entitlements.ENT-102": {
        "number": "ENT-102",
        "name": "Warranty",
        "plan": "bronze",
        "consumer": "mia",
        "contract": "CON-102",
    },
    "entitlements.ENT-104": {
        "number": "ENT-104",
        "name": "Three cases for the household",
        "plan": "bronze",
        "household": "brandt",
        "product": "moss-60",
        "channels": ["email", "web"],
        "per_unit": True,
        "total_units": 3,
        "consume_on": "creation",
        "used": 2,
        "ledger_entries": 2,
        "restrict_when_exhausted": True,
    },
    "entitlements.ENT-105": {
        "number": "ENT-105",
        "name": "Goodwill",
        "household": "brandt",
        "is_default": True,
        "channels": ["email", "web"],
    },
    # --- Nordkaelte: a partner, who resells to a clinic ---
    "accounts.nordkaelte": {
        "name": "Nordkaelte Service",
        "is_customer": False,
        "is_partner": True,
        "registration_code": "NK-2086",
    },
    "contacts.sven@nordkaelte": {
        "name": "Sven",
        "account": "nordkaelte",
        "email": "sven@nordkaelte.example",
        "roles": ["partner"],
    },
    "relationship_types.resale": {"from_role": "partner", "label": "resells to", "reverse_label": "buys from"},
    "account_relationships.nordkaelte-kiel": {
        "type": "resale",
        "from_account": "nordkaelte",
        "to_account": "nordlicht-kiel",
    },
    "contracts.CON-103": {
        "number": "CON-103",
        "name": "Service by Nordkaelte in Kiel",
        "account": "nordlicht-kiel",
        "state": "active",
        "starts_on": date(2026, 7, 1),
        "ends_on": date(2027, 6, 30),
        "runs_non_contractual": True,
        "covered_assets": Lines(
            [
                {"asset": "nordlicht-kiel-1"},
                {"asset": "nordlicht-kiel-2", "date_removed": date(2026, 9, 30)},
            ]
        ),
    },
    "contract_relationships.CON-103-nordkaelte": {
        "contract": "CON-103",
        "role": "service partner",
        "account": "nordkaelte",
    },
    "entitlements.ENT-103": {
        "number": "ENT-103",
        "name": "Visits by the partner",
        "plan": "silver",
        "account": "nordlicht-kiel",
        "contract": "CON-103",
        "channels": ["email", "web"],
        "per_unit": True,
        "total_units": 4,
        "consume_on": "creation",
    },
}
"""Tables of their own, in the order in which they are written."""
