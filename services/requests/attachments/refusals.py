"""What stands against a file, as problems."""

from services.shared.language import Texts
from services.shared.problems import Conflict, Forbidden, NotFound, Problem, Unavailable, Unprocessable


class UnknownAttachment(NotFound):
    code = "unknown_attachment"
    detail = Texts("This ticket has no such attachment.", "Este ticket no tiene ese adjunto.")


class AttachmentRemoved(Problem):
    status = 410
    code = "attachment_removed"
    title = Texts("This is no longer here", "Esto ya no está aquí")
    detail = Texts("This attachment was removed on {removed_at}.", "Este adjunto se retiró el {removed_at}.")


class NoForm(Unprocessable):
    code = "no_form"
    detail = Texts("A file comes as multipart/form-data: {why}.", "Un fichero llega como multipart/form-data: {why}.")


class EmptyFile(Conflict):
    code = "empty_file"
    detail = Texts("This file is empty.", "Este fichero está vacío.")


class FileTypeNotTaken(Conflict):
    code = "file_type_not_taken"
    detail = Texts(
        "Files are taken whose names end in one of: {extensions}.",
        "Se aceptan ficheros cuyo nombre acabe en: {extensions}.",
    )


class NotWhatItIsCalled(Conflict):
    code = "file_type_differs"
    detail = Texts(
        "This file is called .{extension} and does not begin as one.",
        "Este fichero se llama .{extension} y no empieza como tal.",
    )


class TooManyAttachments(Conflict):
    code = "too_many_attachments"
    detail = Texts("A ticket has {most} attachments at most.", "Un ticket tiene {most} adjuntos como máximo.")


class NotYours(Forbidden):
    code = "not_your_attachment"
    detail = Texts(
        "Only who attached a file, or an admin, removes it.",
        "Solo quien adjuntó un fichero, o la administración, lo retira.",
    )


class StorageAway(Unavailable):
    """Nothing was kept; or what is kept cannot be read now."""

    code = "storage_unavailable"
    detail = Texts("Files cannot be reached at the moment.", "No se puede acceder a los ficheros en este momento.")
