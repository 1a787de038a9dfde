"""Privacy: records in pseudonym or without names, all that is held of somebody, erasing them, and what is kept for too long."""

from salesperf.privacy.erasing import KEPT_IN_PSEUDONYM, KEPT_KINDS, ErasedKind, Erasure, KeptKind, erase
from salesperf.privacy.links import ID_KINDS, IdKind
from salesperf.privacy.pseudonyms import LEAST_KEY_BYTES, pseudonym, pseudonymize, redact
from salesperf.privacy.retaining import RETAINED_KINDS, Expired, RetainedKind, RetentionReport, check_retention
from salesperf.privacy.subjects import SUBJECT_KINDS, HeldItem, Subject, SubjectExport, SubjectKind, subject_export

__all__ = [
    "ID_KINDS",
    "KEPT_IN_PSEUDONYM",
    "KEPT_KINDS",
    "LEAST_KEY_BYTES",
    "RETAINED_KINDS",
    "SUBJECT_KINDS",
    "ErasedKind",
    "Erasure",
    "Expired",
    "HeldItem",
    "IdKind",
    "KeptKind",
    "RetainedKind",
    "RetentionReport",
    "Subject",
    "SubjectExport",
    "SubjectKind",
    "check_retention",
    "erase",
    "pseudonym",
    "pseudonymize",
    "redact",
    "subject_export",
]
