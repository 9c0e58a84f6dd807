"""What can go wrong, as one hierarchy.

The text of an exception is one line that says what happened and what to do. What else is known of it (the catalog's own code, what was being
done) is in its attributes and goes to the log. Neither ever holds a secret."""
from __future__ import annotations

from .observability import log


class LakeError(Exception):
    """Base of all. `code` is a stable word such as ``not_found``; `vendor_code` what the catalog or the storage called it."""

    def __init__(self, message: str, *, hint: str = "", code: str = "unknown", vendor_code: str = "", contexts: tuple[str, ...] = ()) -> None:
        said = ", ".join([message.rstrip("."), *contexts]) if contexts else message
        super().__init__(f"{said.rstrip('.')}; {hint}" if hint else said)
        self.message, self.hint, self.code, self.vendor_code, self.contexts = message, hint, code, vendor_code, tuple(contexts)

    def __reduce__(self):  # type: ignore[no-untyped-def]
        return _made, (type(self), self.message, self.hint, self.code, self.vendor_code, self.contexts)


class CatalogConnectionError(LakeError):
    """The catalog cannot be reached, is too busy, or is not the one that its settings say (address, warehouse)."""


class CatalogAuthenticationError(LakeError):
    """The catalog or its authorization server refused the credentials, or does not allow what was asked."""


class TableNotFoundError(LakeError):
    """There is no such table, view or namespace."""


class NamespaceNotFoundError(TableNotFoundError):
    """There is no such namespace."""


class SchemaEvolutionError(LakeError):
    """The rows do not fit the table's columns, and the columns may not or cannot be changed to take them."""


class ConcurrencyConflictError(LakeError):
    """Somebody else changed the table at the same time, again and again or in a way that this change cannot follow."""


class CommitStateUnknownError(ConcurrencyConflictError):
    """The catalog did not say whether it committed, and looking did not tell."""


class AlreadyExistsError(LakeError):
    """A table, view or namespace of that name is there already."""


class StorageError(LakeError):
    """A file of the table is missing, damaged or cannot be reached."""


class InvalidInputError(LakeError, ValueError):
    """An argument cannot be used: a filter, a column, a snapshot, a transform."""


class UnsupportedError(LakeError, NotImplementedError):
    """Understood, but not possible."""


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _made(kind: type[LakeError], message: str, hint: str, code: str, vendor_code: str, contexts: tuple[str, ...]) -> LakeError:
    return kind(message, hint=hint, code=code, vendor_code=vendor_code, contexts=contexts)


def wrong_input(message: str, *, code: str = "invalid_argument") -> InvalidInputError:
    """An argument that is refused before the core sees it; logged as the core's errors are."""
    error = _of_core("InvalidInputError", message, "", code, "", [])
    assert isinstance(error, InvalidInputError)
    return error


def _of_core(kind: str, message: str, hint: str, code: str, vendor_code: str, contexts: list[str]) -> LakeError:
    """Called by the core for each of its errors."""
    error = _made(globals()[kind], _one_line(message), _one_line(hint), code, _one_line(vendor_code), tuple(map(_one_line, contexts)))
    log().warning("lake_error", error=kind, code=code, vendor_code=error.vendor_code, message=error.message, hint=error.hint, contexts=list(error.contexts))
    return error
