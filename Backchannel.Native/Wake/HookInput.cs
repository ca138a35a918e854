using System.Text.Json;
using Backchannel.Native.Text;

namespace Backchannel.Native.Wake;

/// <summary>What a host tells a hook on its standard input.</summary>
/// <param name="Event">The name of the event; null: the host gives none.</param>
/// <param name="Prompt">What the user typed, where the event is about that.</param>
/// <param name="IsOfHook">Whether a hook began the turn that the event is of: a host may name the last prompt of the user all the same.</param>
internal sealed record HookInput(string? Event, string? Prompt, bool IsOfHook = false)
{
    /// <summary>What hosts write in the user's place: the end of a task in the background, and messages of other sessions.</summary>
    private static readonly string[] HostsOwn = ["<task-notification>", "<cross_session_message", "Another Claude session sent a message"];

    private const int MostBytes = 1024 * 1024;

    /// <summary>A host that says something says it at once.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    /// <summary>For the rest of an input that has begun. The host waits meanwhile, and in all less than 200 ms.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(40);

    /// <summary>Whether the user has written something since the last hook.</summary>
    /// <remarks>Some hosts report a prompt without words for each turn that nobody typed.</remarks>
    public bool IsOfUser => !string.IsNullOrWhiteSpace(Prompt)
        && !IsOfHook
        && !Prompt.Contains(WakeSentence.Start, StringComparison.Ordinal)
        && !HostsOwn.Any(start => Prompt.TrimStart().StartsWith(start, StringComparison.Ordinal));

    /// <summary>Whether the event is the user's writing itself, at which there is nothing to say.</summary>
    public bool IsPromptEvent => Prompt is not null && Event is null or "UserPromptSubmit" or "userPromptSubmitted" or "BeforeAgent";

    public static async Task<HookInput> ReadAsync(Stream input, TimeProvider time)
    {
        var bytes = new MemoryStream();
        var gate = new Lock();
        var reading = Task.Run(() => Read(input, bytes, gate));
        await ((Task)reading).WaitAsync(Patience, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        bool hasBegun;
        lock (gate)
        {
            hasBegun = bytes.Length > 0;
        }

        if (hasBegun)
        {
            await ((Task)reading).WaitAsync(Limit, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        lock (gate)
        {
            return Parse(bytes.ToArray());
        }
    }

    /// <summary>Also what is no JSON: a hook says what it has to say all the same.</summary>
    public static HookInput Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            return new(
                root.TextOf("hook_event_name"),
                root.TextOf("prompt"),
                root.ValueKind == JsonValueKind.Object && root.TryGetProperty("stop_hook_active", out var active) && active.ValueKind == JsonValueKind.True);
        }
        // The second: half of a surrogate pair is JSON and no text.
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return new(null, null);
        }
    }

    private static void Read(Stream input, MemoryStream bytes, Lock gate)
    {
        var buffer = new byte[16 * 1024];
        while (bytes.Length < MostBytes && input.Read(buffer) is > 0 and var count)
        {
            lock (gate)
            {
                bytes.Write(buffer, 0, count);
            }
        }
    }
}
