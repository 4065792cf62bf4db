"""What stands on the sheets of rooms, in the language of the tablets."""

WORDS = {
    "en": {
        "title": "QR sheets of the rooms",
        "calls": "Something wrong with the PACS here?",
        "how": "Open golive on the tablet and scan this, or type the code.",
        "print": "Print",
        "none": "No area of golive.toml has rooms yet, so there is nothing to print: give an [[areas]] its rooms.",
        "code": "Code",
        "alt": "QR code of",
    },
    "de": {
        "title": "QR-Blätter der Räume",
        "calls": "Stimmt hier etwas mit dem PACS nicht?",
        "how": "golive auf dem Tablet öffnen und dies scannen, oder den Code eintippen.",
        "print": "Drucken",
        "none": "Noch hat kein Bereich in golive.toml Räume, also ist nichts zu drucken: [[areas]] nennt seine rooms.",
        "code": "Code",
        "alt": "QR-Code von",
    },
}
