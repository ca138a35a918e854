using Backchannel.Native.Mcp;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>How long <c>await_result</c> waits.</summary>
internal static class AwaitedTime
{
    /// <summary>Longer than a task lives on a bus: such a wait ends with what it waits for.</summary>
    public const int UnlimitedSeconds = 40 * 24 * 3600;

    private const int DefaultSeconds = 50;

    /// <summary>The wait that the caller asked for. A task of the extension that names no limit has none.</summary>
    public static int Seconds(AwaitResultArguments arguments, ToolCall call) =>
        arguments.TimeoutSeconds ?? (call.Task is null ? DefaultSeconds : UnlimitedSeconds);

    /// <summary>Notes that a task of the extension can be asked for as long as the message lives.</summary>
    public static void Keep(ToolCall call, SeenMessage? seen)
    {
        if (call.Task is { } task && Timestamp.TryParse(seen?.Message.ExpiresAt, out var end))
        {
            task.KeepUntil(end);
        }
    }

    public static ToolException NeverSeen() => new("The bus could not be asked while this wait lasted.\nCall await_result again.");
}
