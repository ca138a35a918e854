using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Http;

/// <summary>What a caller is told when the bus itself fails. The text of the exception stays in the log.</summary>
internal static class FaultRefusals
{
    public static ApiException Of(Exception fault) => fault switch
    {
        UnusableDatabaseException { Fault: var known } => Refuse(known),
        StorageException { IsDamage: true } => Refuse(StorageFault.Damaged("", "")),
        StorageException { IsDiskTrouble: true } => new ApiException(
            503,
            ErrorCodes.StorageUnavailable,
            "The bus cannot write its database: nothing was kept. Its operator has to look at the disk (space, permissions, the limit on the size of files); then send this again."),
        StorageException { IsHeld: true } => new ApiException(
            503, ErrorCodes.StorageUnavailable, "Another process held the bus's database for too long: nothing was kept. Send this again in a moment.")
        {
            RetryAfterSeconds = 1,
        },
        StorageException { IsUnavailable: true } => new ApiException(
            503, ErrorCodes.StorageUnavailable, "The bus cannot use its database at the moment: nothing was kept. Send this again in a moment.")
        {
            RetryAfterSeconds = 1,
        },
        // No 503: clients take that as "not done".
        StorageException { IsUndecided: true } => new ApiException(
            504,
            ErrorCodes.WriteUndecided,
            "The bus lost its database in the middle of this write: it may have been kept or not. Send it again with the same Idempotency-Key, or look before you send it again.")
        {
            RetryAfterSeconds = 1,
        },
        ObjectDisposedException => new ApiException(503, ErrorCodes.StorageUnavailable, "The bus is stopping: nothing was kept. Send this again."),
        _ => new ApiException(500, ErrorCodes.InternalServerError, "The bus failed; its log has the details under this request id."),
    };

    private static ApiException Refuse(StorageFault fault) => new(503, fault.Code, fault.Message);
}
