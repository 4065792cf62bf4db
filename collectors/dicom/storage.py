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

_UNCOMPRESSED = STORAGE_SYNTAXES[:2]
_STORAGE = "1.2.840.10008.5.1.4.1.1."
_IMAGES = (
    ("1", "1.1", "1.1.1", "1.2", "1.2.1", "1.3", "1.3.1"),  # radiography, mammography, intra-oral
    ("2", "2.1", "2.2", "4", "4.1", "4.2", "4.3", "4.4"),  # CT, MR
    ("3.1", "6.1", "6.2", "6.3"),  # ultrasound
    ("7", "7.1", "7.2", "7.3", "7.4"),  # secondary capture
    ("12.1", "12.1.1", "12.2", "12.2.1"),  # angiography, fluoroscopy
    ("13.1.1", "13.1.2", "13.1.3", "13.1.4", "13.1.5"),  # 3D X-ray, breast tomosynthesis
    ("14.1", "14.2"),  # intravascular OCT
    ("20", "128", "128.1", "130"),  # nuclear medicine, PET
    ("30", "66.4", "66.7"),  # parametric maps, segmentations
    ("77.1.1", "77.1.1.1", "77.1.2", "77.1.2.1", "77.1.3", "77.1.4", "77.1.4.1"),  # visible light and its videos
    ("77.1.5.1", "77.1.5.2", "77.1.5.4", "77.1.5.5", "77.1.5.6", "77.1.5.7", "81.1"),  # ophthalmology
    ("77.1.6", "77.1.7"),  # whole slides, dermoscopy
    ("481.1",),  # radiotherapy
)
_OTHERS = (
    ("9.1.1", "9.1.2", "9.1.3", "9.2.1", "9.3.1", "9.4.1"),  # ECG and other waveforms
    ("11.1", "11.2", "11.3", "11.4", "11.5", "11.6", "11.8"),  # presentation states
    ("66", "66.1", "66.2", "66.3", "66.5", "66.6", "67", "68.1"),  # raw data, registrations, surfaces
    ("77.1.5.3", "78.1", "78.2", "78.3", "78.7", "79.1", "80.1"),  # ophthalmic measurements
    ("88.11", "88.22", "88.33", "88.34", "88.35", "88.40"),  # structured reports
    ("88.50", "88.65", "88.69", "88.71", "88.72"),  # CAD, echo
    ("88.59", "88.67", "88.68", "88.73", "88.76"),  # key objects, doses
    ("91.1", "104.1", "104.2", "104.3", "104.4", "131"),  # annotations, PDF, CDA, STL, OBJ, hangings
    ("481.2", "481.3", "481.4", "481.5", "481.6", "481.7", "481.8", "481.9"),  # radiotherapy
)
STORAGE = tuple(
    (_STORAGE + tail, syntaxes)
    for groups, syntaxes in ((_IMAGES, STORAGE_SYNTAXES), (_OTHERS, _UNCOMPRESSED))
    for group in groups
    for tail in group
)
