
namespace Backchannel.Native.Tests.Bus.Model;

/// <summary>One step of a sequence: a request, the passing of time, the setting of the clock, a pass of the bus's maintenance, or a restart of the bus.</summary>
/// <param name="Number">Its place in the sequence as it was generated; shrinking keeps it.</param>
/// <param name="Key">The raw key to send, or empty for none.</param>
/// <param name="Method">Of the request; or <see cref="Advance"/>, <see cref="SetClock"/>, <see cref="Sweep"/>, <see cref="Restart"/>.</param>
/// <param name="Path">With its query; of an advance or a setting the seconds, of a sweep what it sweeps.</param>
/// <remarks>
/// Key, path and body refer to earlier answers: <c>{12.message.id}</c> is that member of the answer to operation 12. An operation
/// that refers to what is not there (the earlier one failed, or was shrunk away) is left out.
/// </remarks>
internal sealed record Operation(int Number, string Key, string Method, string Path, string? Body = null, string? IdempotencyKey = null)
{
    public const string Advance = "ADVANCE";

    public const string SetClock = "SET";

    public const string Sweep = "SWEEP";

    public const string Restart = "RESTART";

    public const string Leases = "leases";

    public const string Expiry = "expiry";

    public override string ToString()
    {
        var key = Key.Length > 0 ? $" as {Key}" : "";
        var idempotency = IdempotencyKey is null ? "" : $" (Idempotency-Key: {IdempotencyKey})";
        return $"{Number,3}{key} {Method} {Path} {Body}{idempotency}";
    }
}
