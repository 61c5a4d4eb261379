"""What stands against an import as a whole; wrong rows are listed on the job instead."""

from services.shared.language import Texts
from services.shared.problems import Conflict, Forbidden, NotFound, Unprocessable


class MayNotImport(Forbidden):
    code = "may_not_import"
    detail = Texts(
        "Imports are for administrators and for service accounts with the scope tickets:import.",
        "Las importaciones son para la administración y las cuentas de servicio con el ámbito tickets:import.",
    )


class UnknownImport(NotFound):
    code = "unknown_import"
    detail = Texts("There is no such import.", "No existe esa importación.")


class BadMapping(Unprocessable):
    code = "invalid_mapping"
    detail = Texts(
        "The mapping is not of its schema; see `errors`.", "El plan de lectura no cumple su esquema; vea `errors`."
    )


class NoHeaderLine(Conflict):
    code = "no_header"
    detail = Texts(
        "The file has no first line with the names of its columns.",
        "El fichero no tiene una primera línea con los nombres de sus columnas.",
    )


class NoXesLog(Conflict):
    code = "no_xes_log"
    detail = Texts("The file is no XES log: {why}.", "El fichero no es un registro XES: {why}.")


class BadTimeFormat(Conflict):
    code = "bad_time_format"
    detail = Texts(
        "By the format {time_format} no whole date can be read; it is `iso`, or as strptime reads.",
        "Con el formato {time_format} no se lee una fecha completa; use `iso` o un formato de strptime.",
    )


class ColumnTwice(Conflict):
    code = "column_twice"
    detail = Texts("The file has several columns {column}.", "El fichero tiene varias columnas {column}.")


class ColumnMissing(Conflict):
    code = "column_missing"
    detail = Texts(
        "The file has no column {column}; its columns are: {columns}.",
        "El fichero no tiene la columna {column}; sus columnas son: {columns}.",
    )


class UnknownZone(Conflict):
    code = "unknown_time_zone"
    detail = Texts("{zone} is no time zone of the IANA database.", "{zone} no es una zona horaria de la base IANA.")


class HasEnded(Conflict):
    code = "import_has_ended"
    detail = Texts("This import has ended already.", "Esta importación ya ha terminado.")
