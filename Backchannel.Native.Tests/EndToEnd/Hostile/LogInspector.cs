using System.Collections.Concurrent;
using System.Text;

namespace Backchannel.Native.Tests.EndToEnd.Hostile;

/// <summary>Reads a log to its end and keeps the lines that hold anything but printable ASCII, or that tell of a fault of the bus.</summary>
internal sealed class LogInspector
{
    private const int Kept = 20;

    private readonly ConcurrentQueue<string> last = new();
    private readonly ConcurrentQueue<string> offences = new();

    private LogInspector(Stream stream) => Completion = ReadAsync(stream);

    /// <summary>Ends with the stream.</summary>
    public Task Completion { get; }

    public IReadOnlyCollection<string> Last => last;

    public IReadOnlyCollection<string> Offences => offences;

    public static LogInspector Start(Stream stream) => new(stream);

    private async Task ReadAsync(Stream stream)
    {
        // Latin-1 keeps every byte; only LF ends a line here.
        using var reader = new StreamReader(stream, Encoding.Latin1);
        var line = new StringBuilder();
        var buffer = new char[16 * 1024];
        int read;
        while ((read = await reader.ReadAsync(buffer)) > 0)
        {
            foreach (var c in buffer.AsSpan(0, read))
            {
                if (c == '\n')
                {
                    Inspect(line.ToString());
                    line.Clear();
                }
                else
                {
                    line.Append(c);
                }
            }
        }
    }

    private void Inspect(string line)
    {
        last.Enqueue(line);
        if (last.Count > Kept)
        {
            last.TryDequeue(out _);
        }

        var isRaw = line.AsSpan().ContainsAnyExceptInRange(' ', '~');
        if (offences.Count < Kept && (isRaw || line.Contains("fault", StringComparison.Ordinal)))
        {
            offences.Enqueue(line);
        }
    }
}
