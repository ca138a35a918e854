using System.Runtime.InteropServices;
using System.Text.Json;
using Backchannel.Native.JsonRpc;

namespace Backchannel.Native.Mcp.Tasks;

/// <summary>The tasks that this process goes on with: those that it made, and those of other processes that were asked for here.</summary>
/// <remarks>
/// A task is waited for while its client polls or listens. Nothing is lost when that ends, or with the process: whoever asks next
/// begins the wait again, from what the id holds.
/// </remarks>
/// <param name="calls">Runs the tools.</param>
/// <param name="log">Takes messages for the operator.</param>
internal sealed class RunningTasks(ToolCalls calls, TaskIds ids, Implementation serverInfo, Action<string> log, TimeProvider time)
{
    /// <summary>Most tasks that are waited for at a time.</summary>
    private const int Limit = 256;

    /// <summary>How long an id is of use after its wait or its message has ended.</summary>
    private static readonly TimeSpan Afterlife = TimeSpan.FromHours(1);

    /// <summary>How long the first poll in a process waits for a bus that does not answer.</summary>
    private static readonly TimeSpan FirstLook = TimeSpan.FromSeconds(5);

    private readonly KnownTasks known = new();
    private readonly CancelledTasks cancelled = new(time);

    /// <summary>Whether a call may become a task.</summary>
    public bool MayTake(Tool tool, JsonElement arguments) =>
        tool.CanBecomeTask && JsonMarshal.GetRawUtf8Value(arguments).Length <= TaskIds.MaxArgumentBytes && !IsFull;

    private bool IsFull => known.Unsettled >= Limit;

    /// <summary>Calls a tool whose wait goes on as a task, if it has to wait.</summary>
    /// <param name="start">Begins the call.</param>
    public async Task<ReadOnlyMemory<byte>> CallAsync(
        Tool tool, JsonElement arguments, JsonRpcRequest request, Func<TaskWait, CancellationToken, Task<ReadOnlyMemory<byte>>> start)
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
        var ticket = new TaskTicket(Guid.CreateVersion7(now), now, now, tool.Name, JsonMarshal.GetRawUtf8Value(arguments).ToArray());
        var task = new RunningTask(ticket, isResumed: false, time);

        // Until it is a task, the call ends with its request.
        var cancellation = request.Cancelled.UnsafeRegister(static task => ((RunningTask)task!).End(), task);
        task.Start(start);
        await task.LookedAsync();
        if (task.Work.IsCompleted)
        {
            task.Wait.Settle(isDelivered: true);
            return await task.Work;
        }

        var isTask = false;
        try
        {
            var id = await ids.WriteAsync(task.Keep(Afterlife), request.Cancelled);
            if (!cancellation.Unregister())
            {
                throw new OperationCanceledException(request.Cancelled);
            }

            Add(id, task, listens: false);
            isTask = true;
            LogBug(task);
            return TaskAnswer.Created(id, task, serverInfo);
        }
        catch (ToolException failure)
        {
            task.End();
            return CallToolResult.Failure(failure.Message, ProtocolVersion.V2026_07_28, serverInfo);
        }
        finally
        {
            if (!isTask)
            {
                task.Wait.Settle(isDelivered: false);
            }
        }
    }

    /// <summary>The task of an id; a task of another process is gone on with here.</summary>
    /// <param name="listens">Whether the caller waits for news of it, until it calls <see cref="RunningTask.Unlisten"/>.</param>
    /// <exception cref="JsonRpcException">There is none, or it cannot be asked for now.</exception>
    public async Task<RunningTask> FindAsync(string id, JsonRpcRequest request, bool listens = false)
    {
        if (known.Touch(id, listens) is { } running)
        {
            return running;
        }

        var (ticket, tool) = await RequireAsync(id, request.Cancelled);
        if (cancelled.Find(ticket) is { } instant)
        {
            var ended = new RunningTask(ticket, isResumed: true, time);
            ended.Cancel(instant);
            return Add(id, ended, listens);
        }

        // Whoever asks waits for the first look, which may take longer than a poll should.
        var resumed = new RunningTask(ticket, isResumed: true, time);
        resumed.Listen();
        if (Add(id, resumed, listens) is var first && first != resumed)
        {
            return first;
        }

        resumed.Start((wait, ending) => calls.ResumeAsync(tool, ticket.ReadArguments(), wait, request.InputEnded, ending));
        LogBug(resumed);
        await resumed.LookedAsync().WaitAsync(FirstLook, time, request.Cancelled).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        resumed.Unlisten();
        return resumed;
    }

    /// <summary>Ends the waiting for a task in this process. What another one waits for or has taken is its own to end.</summary>
    /// <exception cref="JsonRpcException">There is none, or it cannot be asked for now.</exception>
    public async Task CancelAsync(string id, JsonRpcRequest request)
    {
        var task = known.Touch(id, listens: false);
        DateTimeOffset? earlier = null;
        if (task is null)
        {
            var (ticket, _) = await RequireAsync(id, request.Cancelled);
            earlier = cancelled.Find(ticket);
            task = Add(id, new(ticket, isResumed: true, time), listens: false);
        }

        task.Cancel(earlier ?? time.GetUtcNow());
        if (task.Status == TaskStatuses.Cancelled)
        {
            cancelled.Add(task.Ticket);
        }
    }

    /// <returns>What the id of a task holds that this process does not go on with.</returns>
    private async Task<(TaskTicket Ticket, Tool Tool)> RequireAsync(string id, CancellationToken cancellationToken)
    {
        var ticket = await ReadAsync(id, cancellationToken);
        var tool = ticket is not null && ticket.Until > time.GetUtcNow() ? calls.Find(ticket.Tool) : null;
        if (ticket is null || tool is not { CanBecomeTask: true })
        {
            throw TasksExtension.UnknownTask();
        }

        return IsFull
            ? throw new JsonRpcException(JsonRpcErrorCode.InternalError, $"Too many tasks: {Limit} can be waited for at a time.")
            : (ticket, tool);
    }

    /// <returns>The task, or that of another request, which came first.</returns>
    private RunningTask Add(string id, RunningTask task, bool listens)
    {
        var first = known.Add(id, task, listens);
        if (first == task)
        {
            _ = WatchAsync(id, task);
        }

        return first;
    }

    private async Task<TaskTicket?> ReadAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return await ids.ReadAsync(id, cancellationToken);
        }
        catch (ToolException failure)
        {
            throw new JsonRpcException(JsonRpcErrorCode.InternalError, failure.Message);
        }
    }

    /// <summary>Ends the wait when nobody polls any more.</summary>
    private async Task WatchAsync(string id, RunningTask task)
    {
        while (!known.TryLeave(id, task))
        {
            await Task.Delay(task.PatienceLeft, time);
        }

        // Not sooner: a request that is cancelled brings its answer to nobody.
        task.Wait.Settle(task.IsDelivered);
    }

    /// <summary>Tells the operator of a bug as soon as it ends the call: no request's answer does.</summary>
    private void LogBug(RunningTask task) => task.Work.ContinueWith(
        work => log(work.Exception!.ToString()),
        CancellationToken.None,
        TaskContinuationOptions.ExecuteSynchronously | TaskContinuationOptions.OnlyOnFaulted,
        TaskScheduler.Default);
}
