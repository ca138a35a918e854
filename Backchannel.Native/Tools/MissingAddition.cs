using Backchannel.Native.Client;
using Backchannel.Native.Mcp;

namespace Backchannel.Native.Tools;

/// <summary>Refuses what only a bus of this program can do, on any other bus.</summary>
internal static class MissingAddition
{
    /// <summary>Why the bus cannot do it, within a sentence.</summary>
    public static string Why(BackchannelClient bus) => bus.Connection.IsLocal
        ? "an older release of backchannel-mcp runs it; 'backchannel-mcp stop' ends that, and the next call starts this release"
        : "it is no backchannel-mcp, or an older release";

    /// <param name="addition">One of <see cref="Wire.Additions"/>.</param>
    /// <param name="what">What was asked for, as "keep notes on tasks".</param>
    /// <param name="instead">What can be done here; null: nothing like it.</param>
    /// <exception cref="ToolException">The bus lacks it.</exception>
    public static async Task RequireAsync(
        BackchannelClient bus, string addition, string what, string? instead, CancellationToken cancellationToken)
    {
        if (!await bus.Connection.Additions.OfferAsync(addition, cancellationToken))
        {
            throw Of(bus, what, instead);
        }
    }

    public static ToolException Of(BackchannelClient bus, string what, string? instead) =>
        new($"{Sentence(bus, $"cannot {what}")} Nothing was done.{(instead is null ? "" : $"\n{instead}")}");

    /// <summary>A sentence about what the bus cannot do, and why.</summary>
    /// <param name="lack">As "cannot keep notes on tasks".</param>
    public static string Sentence(BackchannelClient bus, string lack)
    {
        var name = bus.Connection.BusName;
        return $"{char.ToUpperInvariant(name[0])}{name[1..]} {lack}: {Why(bus)}.";
    }
}
