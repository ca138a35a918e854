using System.Globalization;
using Backchannel.Native.Tests.Measurements;

namespace Backchannel.Native.Tests.Interop;

/// <summary>How long after events the turns of an idle session began.</summary>
internal sealed class WakeFigures(string host, int sessions)
{
    private readonly List<double> waits = [];
    private readonly List<DateTimeOffset> events = [];
    private readonly List<double> calls = [];
    private string way = "";

    public IEnumerable<int> Sessions => Enumerable.Range(0, sessions);

    /// <summary>Makes an event by a call from outside.</summary>
    public async Task<T> TakeAsync<T>(Func<Task<T>> call)
    {
        var begun = TimeProvider.System.GetUtcNow();
        events.Add(begun);
        var answer = await call();
        calls.Add((TimeProvider.System.GetUtcNow() - begun).TotalMilliseconds);
        return answer;
    }

    /// <summary>Waits for the end of a session, and holds what its model saw against the events.</summary>
    /// <param name="mark">What the host shows to the model with a text that came this way; an empty one: it shows nothing.</param>
    /// <param name="turns">How many turns such a text began.</param>
    public async Task EndAsync(HostRun session, string mark, int turns)
    {
        await session.EndAsync();
        if (mark.Length > 0)
        {
            way = $" ({mark})";
            Assert.Equal(turns, (await session.SeenByModelAsync()).Split('\n').Max(request => request.Split(mark).Length - 1));
        }

        var requests = await session.RequestTimesAsync();
        waits.AddRange(events.Select(begun => (requests.First(request => request > begun) - begun).TotalMilliseconds));
        events.Clear();
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{host}{way}: {waits.Count} events, one turn each; from the call of post_task or ack_task to the turn: median {Bench.Median(waits):0} ms, most {waits.Max():0} ms; the call itself at most {calls.Max():0} ms");
}
