using System.Runtime.InteropServices;
using System.Threading.Channels;
using Backchannel.Native.Cli.Views;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Cli.Watch;

/// <summary>The screen of a person at work: keys, changes of the bus and signals come one after the other, and each is followed by a drawing.</summary>
internal sealed class WatchScreen : IWatchDisplay, IDisposable
{
    /// <summary>So often texts such as "3 min ago" are drawn anew while nothing happens.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly Channel<Action> events = System.Threading.Channels.Channel.CreateUnbounded<Action>(new() { SingleReader = true });
    private readonly CancellationTokenSource closed = new();
    private readonly Surroundings surroundings;
    private readonly WatchPage page;
    private readonly WatchActs acts;
    private bool isOver;

    public WatchScreen(BusViews bus, Surroundings surroundings)
    {
        this.surroundings = surroundings;
        var hasColours = string.IsNullOrEmpty(surroundings.Environment("NO_COLOR"));
        page = new(bus.BusName, new ShownTime(surroundings.TimeProvider, isRelative: true), hasColours);
        acts = new(bus, page, Post, closed.Token);
    }

    /// <summary>Shows what is followed until the person quits, a signal comes, or the bus refuses.</summary>
    /// <param name="follower">Tells this display what changes.</param>
    public async Task RunAsync(ChangeFollower follower, CancellationToken cancellationToken)
    {
        using var terminal = new ScreenTerminal(surroundings.OpenOutput());
        using var resized = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => Post(static () => { }));
        using var continued = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGCONT, _ => Post(terminal.Begin));
        using var clock = surroundings.TimeProvider.CreateTimer(_ => Post(static () => { }), null, Interval, Interval);
        using var stop = cancellationToken.Register(() => Post(() => isOver = true));
        var keys = new WatchKeys(page, acts, follower.TryNow, () => surroundings.ScreenSize().Rows);
        new Thread(() => ReadKeys(keys)) { IsBackground = true, Name = "keys" }.Start();
        var following = FollowAsync(follower);
        try
        {
            while (!isOver)
            {
                terminal.Show(page.Draw(surroundings.ScreenSize()));
                await events.Reader.WaitToReadAsync(CancellationToken.None);
                while (!isOver && events.Reader.TryRead(out var happened))
                {
                    happened();
                }
            }
        }
        finally
        {
            await closed.CancelAsync();
            await acts.EndAsync();
        }

        await following;
    }

    public void Lanes(IReadOnlyList<LaneView> lanes) => Post(() => page.Model.SetLanes(lanes));

    public void Tasks(string channelId, IReadOnlyList<TaskRow> rows) => Post(() =>
    {
        page.Model.SetTasks(channelId, rows);
        ReadOpened(rows);
    });

    public void Changed(IReadOnlyList<TaskRow> rows) => Post(() =>
    {
        page.Model.Merge(rows);
        ReadOpened(rows);
    });

    public void Notice(string text) => Post(() => page.Message = ShownLines.One(text));

    public void Lost(string reason) => Post(() => page.Lost = ShownLines.One(reason));

    public void Found() => Post(() => page.Lost = null);

    public void Dispose() => closed.Dispose();

    private void ReadOpened(IReadOnlyList<TaskRow> rows)
    {
        if (page.Opened is { } opened && rows.FirstOrDefault(row => row.Id == opened.Id) is { } row)
        {
            acts.ReadOpened(row.Version);
        }
    }

    private void Post(Action happened) => events.Writer.TryWrite(happened);

    private async Task FollowAsync(ChangeFollower follower)
    {
        try
        {
            await follower.FollowAsync(closed.Token);
        }
        catch (OperationCanceledException) when (closed.IsCancellationRequested)
        {
            // The screen is closed.
        }
        finally
        {
            // A fault is thrown where this task is awaited, once the terminal is put back.
            Post(() => isOver = true);
        }
    }

    /// <remarks>A read of the terminal cannot be cancelled: the thread ends with the process.</remarks>
    private void ReadKeys(WatchKeys keys)
    {
        var decoder = new KeyDecoder();
        var buffer = new byte[1024];
        try
        {
            using var input = surroundings.OpenInput();
            while (input.Read(buffer, 0, buffer.Length) is > 0 and var count)
            {
                foreach (var key in decoder.Decode(buffer.AsSpan(0, count)))
                {
                    Post(() => isOver |= keys.Press(key));
                }
            }
        }
        catch (StandardStreamException)
        {
            // The terminal is gone, which is the end too.
        }

        Post(() => isOver = true);
    }
}
