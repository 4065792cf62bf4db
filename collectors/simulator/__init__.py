"""A hospital to practise on: a pure seeded model of its life, and PACS, RIS and HL7 sender that play it."""
