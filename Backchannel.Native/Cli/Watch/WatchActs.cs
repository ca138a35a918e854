using Backchannel.Native.Cli.Views;
using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Cli.Watch;

/// <summary>What a person does with a task, and what has to be read for it. The screen goes on meanwhile.</summary>
/// <param name="post">Runs something where the page may be changed.</param>
internal sealed class WatchActs(BusViews bus, WatchPage page, Action<Action> post, CancellationToken cancellationToken)
{
    private readonly List<Task> begun = [];
    private Task act = Task.CompletedTask;
    private long beingRead = -1;

    /// <summary>Completes when nothing is on its way any more.</summary>
    public Task EndAsync() => Task.WhenAll(begun);

    public void Cancel(TaskRow row) => Act($"Task {RowWords.ShortId(row.Id)} is cancelled.", () => bus.CancelAsync(row.Id, cancellationToken));

    public void Answer(TaskRow row, string text) =>
        Act($"The question of task {RowWords.ShortId(row.Id)} is answered.", () => bus.AnswerAsync(row.Id, text, cancellationToken));

    public void Reopen(TaskRow row) => Act($"Task {RowWords.ShortId(row.Id)} is open again.", () => bus.ReopenAsync(row.Id, cancellationToken));

    /// <summary>Reads the task that has just been opened, or a version of it that was not read yet.</summary>
    public void ReadOpened(long version)
    {
        if (page.Opened is not { } opened || (opened.Version >= 0 && beingRead >= version))
        {
            return;
        }

        beingRead = version;
        Begin(async () =>
        {
            try
            {
                var state = await bus.TaskAsync(opened.Id, cancellationToken);
                post(() => opened.Set(state, page.Model.NameOf(state.Message.ChannelId)));
            }
            catch (BackchannelException fault) when (fault.Code is ErrorCodes.MessageNotFound or ErrorCodes.MessageExpired)
            {
                // No change tells that a task was taken back or has expired.
                post(() => page.Forget(opened));
                throw;
            }
        });
    }

    public void ReadTasks(LaneView lane) => Begin(async () =>
    {
        var rows = await bus.TasksAsync(lane.Id, state: null, Limits.DefaultPageSize, cancellationToken);
        post(() => page.Model.SetTasks(lane.Id, rows));
    });

    private void Act(string done, Func<Task> ask)
    {
        if (!act.IsCompleted)
        {
            page.Message = "The bus has not answered the last act yet. Try again in a moment.";
            return;
        }

        page.Message = "Asking the bus.";
        act = Begin(async () =>
        {
            await ask();
            post(() => page.Message = done);
        });
    }

    private Task Begin(Func<Task> ask)
    {
        begun.RemoveAll(static task => task.IsCompletedSuccessfully);
        var task = TryAsync(ask);
        begun.Add(task);
        return task;
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
