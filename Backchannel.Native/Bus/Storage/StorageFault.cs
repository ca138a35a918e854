using Backchannel.Native.Bus.Storage.Postgres;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Storage;

/// <summary>The reason why a database cannot be relied on any more.</summary>
/// <param name="Code">One of <see cref="ErrorCodes"/>.</param>
/// <param name="Message">For the caller: what it means for the request, and who has to do what. It names no file.</param>
/// <param name="Cause">For the operator: what was found.</param>
/// <param name="Next">For the operator: what to do.</param>
internal sealed record StorageFault(string Code, string Message, string Cause, string Next)
{
    /// <summary>True when files are gone, false when their content is damaged.</summary>
    public bool IsRemoval => Code == ErrorCodes.StorageUnavailable;

    public static StorageFault Damaged(string path, string cause) => new(
        ErrorCodes.StorageDamaged,
        "The bus's database is damaged: the bus refuses every request until it is mended, and has done nothing of this one. Its operator has to restore a backup or rescue the data, then start the bus again.",
        $"{path} is damaged ({cause})",
        PostgresAddress.IsMeant(path)
        ? "The bus answers 503 from now on. The log of the database server says more. Stop all buses of this database, mend it or restore a backup, then start them again."
        : "The bus answers 503 from now on. Stop it, put a backup in the place of this file and of those beside it, or rescue what can be read "
        + "(sqlite3 FILE .recover | sqlite3 NEW), then start it again.");

    public static StorageFault Removed(string missing) => new(
        ErrorCodes.StorageUnavailable,
        "The bus's files were removed or replaced while it ran: the bus refuses every request until it is mended, and has done nothing of this one. Sending it again helps only once its operator has put them back and started the bus again.",
        $"{missing} was removed or replaced while the bus had it open",
        "What would be written now would be lost, so the bus answers 503 from now on. Put the files back if they were moved, then start the bus again.");
}
