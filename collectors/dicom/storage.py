"""The images that a retrieval may bring, and how they may be encoded: we count them, so we take nearly any."""

STORAGE_SYNTAXES = (
    "1.2.840.10008.1.2.1",
    "1.2.840.10008.1.2",
    "1.2.840.10008.1.2.4.50",  # JPEG baseline
    "1.2.840.10008.1.2.4.51",
    "1.2.840.10008.1.2.4.57",  # JPEG lossless
    "1.2.840.10008.1.2.4.70",
    "1.2.840.10008.1.2.4.80",  # JPEG-LS
    "1.2.840.10008.1.2.4.81",
    "1.2.840.10008.1.2.4.90",  # JPEG 2000
    "1.2.840.10008.1.2.4.91",
    "1.2.840.10008.1.2.4.100",  # MPEG-2
    "1.2.840.10008.1.2.4.102",  # H.264
    "1.2.840.10008.1.2.4.201",  # HTJ2K
    "1.2.840.10008.1.2.4.203",
    "1.2.840.10008.1.2.5",  # RLE
)

_STORAGE = "1.2.840.10008.5.1.4.1.1."
STORAGE_CLASSES = tuple(
    _STORAGE + tail
    for tail in (
        "1",  # computed radiography
        "1.1",  # digital X-ray
        "1.2",  # mammography
        "1.3",  # intra-oral X-ray
        "2",  # CT
        "2.1",  # enhanced CT
        "3.1",  # ultrasound multi-frame
        "4",  # MR
        "4.1",  # enhanced MR
        "4.2",  # MR spectroscopy
        "6.1",  # ultrasound
        "6.2",
        "7",  # secondary capture
        "7.1",
        "7.2",
        "7.3",
        "7.4",
        "9.1.1",  # ECG
        "11.1",  # presentation states
        "11.2",
        "12.1",  # angiography
        "12.1.1",
        "12.2",  # fluoroscopy
        "12.2.1",
        "13.1.1",
        "13.1.2",
        "13.1.3",  # breast tomosynthesis
        "20",  # nuclear medicine
        "66",  # raw data, registrations
        "66.1",
        "66.4",
        "77.1.1",  # visible light
        "77.1.2",
        "77.1.4",
        "88.11",  # structured reports
        "88.22",
        "88.33",
        "88.59",  # key objects
        "88.67",  # radiation dose
        "104.1",  # PDF
        "128",  # PET
        "130",
        "481.1",  # radiotherapy
        "481.2",
        "481.3",
        "481.5",
    )
)
