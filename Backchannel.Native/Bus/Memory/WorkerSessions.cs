using System.Globalization;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Memory;

/// <summary>Which sessions live: those with an open presence request, and those with a sign of life within <see cref="Grace"/>.</summary>
/// <remarks>
/// Kept in memory. After a start of the bus every session counts as living for <see cref="Grace"/>, so that it can come back. Where several processes
/// are one bus, each tells the others which sessions live with it.
/// </remarks>
internal sealed class WorkerSessions(TimeProvider timeProvider)
{
    /// <summary>The session of a process that ends at once, such as a shell command: it counts as ended from the start.</summary>
    public const string Detached = "";

    /// <summary>How long a session lives on after its last sign of life.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>How long a session is shown as present after its last sign of life. Its tasks stay its own for <see cref="Grace"/>.</summary>
    private static readonly TimeSpan PresenceGrace = TimeSpan.FromSeconds(5);

    /// <summary>How often the processes of a bus tell each other which sessions live with them.</summary>
    public static readonly TimeSpan SignInterval = TimeSpan.FromSeconds(3);

    private const int FirstPrune = 1024;

    private readonly Lock gate = new();
    private readonly Dictionary<string, SessionLife> lives = [];
    private readonly SessionsElsewhere elsewhere = new(timeProvider);
    private long started = timeProvider.GetTimestamp();
    private int pruneAt = FirstPrune;

    /// <summary>A request of the session is open until the result is disposed.</summary>
    /// <param name="session">The hash of its secret.</param>
    public OpenRequest Enter(string session)
    {
        lock (gate)
        {
            Find(session).OpenRequests++;
            return new OpenRequest(this, session, news: null);
        }
    }

    /// <summary>The same for a request that is answered when there is news.</summary>
    public OpenRequest Listen(string session)
    {
        lock (gate)
        {
            var life = Find(session);
            life.OpenRequests++;
            life.Listeners++;
            var news = (life.Missed ?? elsewhere.Take(Number(session))) is { } missed ? Task.FromResult(missed) : life.News.Task;
            life.Missed = null;
            return new OpenRequest(this, session, news);
        }
    }

    /// <summary>Somebody else has ended a task of the session, or noted something on it: its listening request hears of it, or else its next one.</summary>
    /// <param name="news"><see cref="StatusAnswer.TaskEnded"/> or <see cref="StatusAnswer.TaskNoted"/>.</param>
    public void Tell(string session, string news)
    {
        lock (gate)
        {
            if (!lives.TryGetValue(session, out var life))
            {
                return;
            }

            if (life.Listeners == 0)
            {
                // One answer tells one thing; whoever hears of an end looks at the notes too.
                life.Missed = life.Missed == StatusAnswer.TaskEnded ? StatusAnswer.TaskEnded : news;
                return;
            }

            life.News.SetResult(news);
            life.News = SessionLife.NewSignal();
        }
    }

    /// <summary>The session claimed or renewed something.</summary>
    public void Saw(string session)
    {
        lock (gate)
        {
            Find(session).LastSeen = timeProvider.GetTimestamp();
        }
    }

    /// <summary>The sessions that the other processes of the bus have to know of: they live here, or did until a moment ago.</summary>
    public IReadOnlyCollection<Change> Signs()
    {
        lock (gate)
        {
            return [.. lives.Where(entry => HasShownItself(entry.Value, SignInterval)).Select(static entry => new Change(ChangeKind.SessionSeen, Number(entry.Key)))];
        }
    }

    /// <summary>How many sessions are present at this process.</summary>
    public int CountPresent()
    {
        lock (gate)
        {
            return lives.Count(entry => entry.Key != Detached && HasShownItself(entry.Value, PresenceGrace));
        }
    }

    /// <summary>Takes what another process of the bus tells.</summary>
    public void Hear(Change change)
    {
        switch (change.Kind)
        {
            case ChangeKind.SessionSeen:
                lock (gate)
                {
                    elsewhere.Saw(change.Number);
                }

                break;
            case ChangeKind.SessionTaskEnded:
                TellByNumber(change.Number, StatusAnswer.TaskEnded);
                break;
            case ChangeKind.SessionTaskNoted:
                TellByNumber(change.Number, StatusAnswer.TaskNoted);
                break;
            case ChangeKind.Everything:
                // Signs may have been missed: every session counts as living until it could show itself again.
                lock (gate)
                {
                    started = timeProvider.GetTimestamp();
                }

                break;
        }
    }

    /// <summary>What stands for a session in a <see cref="Change"/>.</summary>
    public static long Number(string session) =>
        session.Length >= 16 && long.TryParse(session.AsSpan(0, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>Whether nobody else may end the session's tasks.</summary>
    public bool IsLiving(string session) => HasShownItself(session, Grace);

    /// <summary>Whether it is told to others as present.</summary>
    public bool IsPresent(string session) => HasShownItself(session, PresenceGrace);

    private bool HasShownItself(string session, TimeSpan within)
    {
        if (session == Detached)
        {
            return false;
        }

        lock (gate)
        {
            return (lives.TryGetValue(session, out var life) && HasShownItself(life, within))
                || elsewhere.HasShownItself(Number(session), within)
                // One that was known here may have moved to another process, whose signs were missed.
                || ((life is null || life.LastSeen < started) && timeProvider.GetElapsedTime(started) < Grace);
        }
    }

    private void TellByNumber(long number, string news)
    {
        string? session;
        lock (gate)
        {
            session = lives.Keys.FirstOrDefault(session => Number(session) == number);
            if (session is null)
            {
                elsewhere.Keep(number, news);
            }
        }

        if (session is not null)
        {
            Tell(session, news);
        }
    }

    private bool HasShownItself(SessionLife life, TimeSpan within) => life.OpenRequests > 0 || timeProvider.GetElapsedTime(life.LastSeen) < within;

    private SessionLife Find(string session)
    {
        if (lives.TryGetValue(session, out var life))
        {
            return life;
        }

        if (lives.Count >= pruneAt)
        {
            foreach (var (gone, _) in lives.Where(entry => !HasShownItself(entry.Value, Grace)).ToList())
            {
                lives.Remove(gone);
            }

            pruneAt = Math.Max(FirstPrune, lives.Count * 2);
        }

        return lives[session] = new SessionLife { LastSeen = timeProvider.GetTimestamp() };
    }

    private void Leave(string session, bool listened)
    {
        lock (gate)
        {
            var life = Find(session);
            life.OpenRequests--;
            life.Listeners -= listened ? 1 : 0;
            life.LastSeen = timeProvider.GetTimestamp();
        }
    }

    /// <param name="news">See <see cref="News"/>.</param>
    public sealed class OpenRequest(WorkerSessions sessions, string session, Task<string>? news) : IDisposable
    {
        private bool left;

        /// <summary>Completes when somebody else ends a task of the session or notes something on it, and says which. Only of a request that listens.</summary>
        public Task<string> News => news ?? throw new InvalidOperationException("This request does not listen.");

        public void Dispose()
        {
            if (!left)
            {
                left = true;
                sessions.Leave(session, listened: news is not null);
            }
        }
    }
}
