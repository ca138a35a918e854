using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>The channels that a person may mean who types the name of one: those for tasks that this key made, or was let into.</summary>
/// <remarks>
/// A host may ask at every key that is pressed, so what was read serves for some seconds, and a bus that is slow or away suggests nothing.
/// <see cref="CompleteAsync"/> is called by the read loop alone.
/// </remarks>
internal sealed class ChannelNames(BackchannelClient client, TimeProvider time) : IDisposable
{
    /// <summary>A person notices a longer wait. The reading goes on and serves the next question.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(5);

    /// <summary>A page is a request, and a bus may allow 120 a minute.</summary>
    private const int MostPages = 5;

    private readonly CancellationTokenSource lifetime = new();
    private Task<Completion>? reading;
    private long started;

    /// <summary>Finds the names that begin with <paramref name="typed"/>, in any case, newest first.</summary>
    public async Task<Completion> CompleteAsync(string typed, CancellationToken cancellationToken)
    {
        if (reading is not { } current || (current.IsCompleted && time.GetElapsedTime(started) > KeptFor))
        {
            started = time.GetTimestamp();
            reading = current = ReadAsync(lifetime.Token);
        }

        try
        {
            var known = await current.WaitAsync(Patience, time, cancellationToken);
            return known with { Values = [.. known.Values.Where(name => name.StartsWith(typed, StringComparison.OrdinalIgnoreCase))] };
        }
        catch (TimeoutException)
        {
            return Completion.None;
        }
    }

    public void Dispose()
    {
        lifetime.Cancel();
        lifetime.Dispose();
    }

    private async Task<Completion> ReadAsync(CancellationToken cancellationToken)
    {
        List<string> names = [];
        string? cursor = null;
        try
        {
            for (var page = 0; page < MostPages; page++)
            {
                var answer = await client.ListChannelsAsync(Limits.MaxPageSize, cursor, cancellationToken);
                names.AddRange(answer.Data.Where(IsMeant).Select(channel => channel.Name));
                cursor = answer.NextCursor;
                if (cursor is null)
                {
                    break;
                }
            }
        }
        catch (Exception away) when (away is BackchannelException or OperationCanceledException)
        {
            // The tools say what is wrong with a bus. Here an error would only disturb whoever is typing.
        }

        return new([.. names.Distinct()], IsWhole: cursor is null);
    }

    /// <summary>
    /// Of another owner's channel the name leads nowhere. What is invisible in a name must not get into a line that is being typed, nor a sign behind which
    /// a client puts a file or a skill: the name may be somebody else's.
    /// </summary>
    private static bool IsMeant(ChannelSummary channel) =>
        channel is { IsMember: true, Mode: ChannelMode.Claimable } && ShownText.Name(channel.Name) == channel.Name && !channel.Name.AsSpan().ContainsAny('@', '$');
}
