using System.Text;

namespace Backchannel.Native.Wake;

/// <summary>What a session was told so far: a file that its server and its hooks share, so that nobody tells an event twice.</summary>
/// <remarks>Whoever tells writes it down first. One line for each event told, each wake and each input of the user; the open file itself is the lock.</remarks>
internal sealed class ToldEvents(string path, TimeProvider time)
{
    /// <summary>Two agents that wake each other would go on for ever. Some hosts have no limit of their own.</summary>
    public const int MostWakes = 20;

    /// <summary>Far more than the events of one session take.</summary>
    private const int MostBytes = 4 * 1024 * 1024;

    /// <summary>Of the events told, once the file is half as long as that.</summary>
    private const int MostKept = 10_000;

    private const string Told = "told ";
    private const string Untold = "untold ";
    private const string Wake = "wake";
    private const string Unwake = "unwake";
    private const string Input = "input";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>A holder writes a few lines.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(150);

    /// <summary>Takes those of the events that nobody has told, for the caller to tell now.</summary>
    /// <returns>None: all were told, too many wakes came since the user's last input, or the file is not to be had.</returns>
    public async Task<WakeOrder> TakeAsync(IReadOnlyList<WakeEvent> events, CancellationToken cancellationToken)
    {
        await using var file = events.Count > 0 ? await OpenAsync(cancellationToken) : null;
        if (file is null)
        {
            return WakeOrder.None;
        }

        var (told, wakes) = await ReadLinesAsync(file, cancellationToken);
        var fresh = events.Where(one => !told.Contains(one.Key)).ToList();
        if (fresh.Count == 0 || wakes >= MostWakes)
        {
            return WakeOrder.None;
        }

        if (file.Length > MostBytes / 2)
        {
            // Of so long a session, the oldest events are of tasks that are gone.
            file.SetLength(0);
            await AppendAsync(file, [.. Enumerable.Repeat(Wake, wakes), .. told.TakeLast(MostKept).Select(static key => Told + key)], cancellationToken);
        }

        await AppendAsync(file, [Wake, .. fresh.Select(static one => Told + one.Key)], cancellationToken);
        return new(fresh, wakes + 1 == MostWakes);
    }

    /// <summary>Somebody else may tell what did not reach the session for certain.</summary>
    /// <param name="isCounted">Whether it was a wake all the same, because it may have arrived.</param>
    public async Task GiveBackAsync(IReadOnlyList<WakeEvent> events, bool isCounted, CancellationToken cancellationToken)
    {
        await using var file = await OpenAsync(cancellationToken);
        if (file is not null)
        {
            await AppendAsync(file, [.. isCounted ? [] : (string[])[Unwake], .. events.Select(static one => Untold + one.Key)], cancellationToken);
        }
    }

    /// <summary>The user has said something: the count of wakes begins anew.</summary>
    public async Task NoteInputAsync(CancellationToken cancellationToken)
    {
        await using var file = await OpenAsync(cancellationToken);

        // A flood of inputs does not make the file grow.
        if (file is not null && (await ReadLinesAsync(file, cancellationToken)).Wakes > 0)
        {
            await AppendAsync(file, [Input], cancellationToken);
        }
    }

    /// <returns>The keys of all that was told; null: the file is not to be had now.</returns>
    public async Task<IReadOnlySet<string>?> ReadAsync(CancellationToken cancellationToken)
    {
        await using var file = await OpenAsync(cancellationToken);
        return file is null ? null : (await ReadLinesAsync(file, cancellationToken)).Told;
    }

    private static async Task<Lines> ReadLinesAsync(FileStream file, CancellationToken cancellationToken)
    {
        var (told, wakes) = (new HashSet<string>(StringComparer.Ordinal), 0);
        using var reader = new StreamReader(file, leaveOpen: true);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith(Told, StringComparison.Ordinal))
            {
                told.Add(line[Told.Length..]);
            }
            else if (line.StartsWith(Untold, StringComparison.Ordinal))
            {
                told.Remove(line[Untold.Length..]);
            }
            else
            {
                wakes = line switch { Wake => wakes + 1, Unwake => Math.Max(0, wakes - 1), Input => 0, _ => wakes };
            }
        }

        return new(told, wakes);
    }

    private static async Task AppendAsync(FileStream file, IReadOnlyList<string> lines, CancellationToken cancellationToken)
    {
        var end = file.Seek(0, SeekOrigin.End);
        try
        {
            await file.WriteAsync(Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"), cancellationToken);
        }
        catch (IOException)
        {
            // A full disk takes a part of a line, which would run into the next one.
            file.SetLength(end);
            throw;
        }
    }

    /// <param name="Told">Keys of the events.</param>
    /// <param name="Wakes">Since the user's last input.</param>
    private sealed record Lines(HashSet<string> Told, int Wakes);

    private async Task<FileStream?> OpenAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            if (PlainFile.TryHold(path) is { } file)
            {
                if (file.Length <= MostBytes)
                {
                    return file;
                }

                await file.DisposeAsync();
                return null;
            }

            if (time.GetElapsedTime(started) > Patience)
            {
                return null;
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }
}

/// <summary>What the caller has to tell now.</summary>
/// <param name="IsLast">Whether the limit is reached with it.</param>
internal sealed record WakeOrder(IReadOnlyList<WakeEvent> Events, bool IsLast)
{
    public static readonly WakeOrder None = new([], false);
}
