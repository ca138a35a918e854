using Backchannel.Native.Cli.Views;
using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Cli.Watch;

/// <summary>What a person does with a task, and what has to be read for it. The screen goes on meanwhile.</summary>
/// <param name="post">Runs something where the page may be changed.</param>
internal sealed class WatchActs(BusViews bus, WatchPage page, Action<Action> post, CancellationToken cancellationToken)
{
    private Task running = Task.CompletedTask;
    private Task reading = Task.CompletedTask;
    private long beingRead = -1;

    /// <summary>Completes when nothing is on its way any more.</summary>
    public Task EndAsync() => Task.WhenAll(running, reading).ContinueWith(
        static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    public void Cancel(TaskRow row) => Act($"Task {RowWords.ShortId(row.Id)} is cancelled.", () => bus.CancelAsync(row.Id, cancellationToken));

    public void Answer(TaskRow row, string text) =>
        Act($"The question of task {RowWords.ShortId(row.Id)} is answered.", () => bus.AnswerAsync(row.Id, text, cancellationToken));

    public void Reopen(TaskRow row) => Act($"Task {RowWords.ShortId(row.Id)} is open again.", () => bus.ReopenAsync(row.Id, cancellationToken));

    /// <summary>Reads the opened task, unless what is read is as new as a version.</summary>
    public void ReadOpened(long version)
    {
        if (page.Opened is { } opened && opened.Version < version && (reading.IsCompleted || beingRead < version))
        {
            beingRead = version;
            reading = TryAsync(async () =>
            {
                var state = await bus.TaskAsync(opened.Id, cancellationToken);
                post(() => opened.Set(state, page.Model.NameOf(state.Message.ChannelId)));
            });
        }
    }

    public void ReadTasks(LaneView lane) => reading = TryAsync(async () =>
    {
        var rows = await bus.TasksAsync(lane.Id, state: null, Limits.DefaultPageSize, cancellationToken);
        post(() => page.Model.SetTasks(lane.Id, rows));
    });

    private void Act(string done, Func<Task> act)
    {
        if (!running.IsCompleted)
        {
            page.Message = "The bus has not answered the last act yet. Try again in a moment.";
            return;
        }

        page.Message = "Asking the bus.";
        running = TryAsync(async () =>
        {
            await act();
            post(() => page.Message = done);
        });
    }

    private async Task TryAsync(Func<Task> ask)
    {
        try
        {
            await ask();
        }
        catch (BackchannelException fault)
        {
            post(() => page.Message = ShownLines.One($"{fault.Message.TrimEnd('.')}. {fault.Advice}"));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The screen is closed.
        }
    }
}
