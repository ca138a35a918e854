using System.Globalization;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Storage.Sqlite;

namespace Backchannel.Native.Cli;

/// <summary><c>serve --compact</c>: gives the free space in a database file back to the disk, and reports its progress.</summary>
internal sealed class CompactAction(string path, Surroundings surroundings)
{
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(2);

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var compaction = Compaction.Open(path);
            await using var output = new StreamWriter(surroundings.OpenOutput()) { AutoFlush = true };
            await output.WriteLineAsync(
                $"compacting {path}: {Compaction.Megabytes(compaction.Size)} MB, of these {Compaction.Megabytes(compaction.Free)} MB free");
            var start = surroundings.TimeProvider.GetTimestamp();
            var size = await RunAsync(compaction, output, cancellationToken);
            var seconds = surroundings.TimeProvider.GetElapsedTime(start).TotalSeconds;
            await output.WriteLineAsync(
                $"done in {Number(seconds)} s: {Compaction.Megabytes(size)} MB. From now on the bus gives free space back by itself.");
            return ExitCode.Done;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or StorageException or InvalidOperationException)
        {
            await using var error = new StreamWriter(surroundings.OpenError());
            await error.WriteLineAsync($"backchannel-mcp: {Explain(exception, cancellationToken.IsCancellationRequested)}");
            return ExitCode.Failed;
        }
    }

    private async Task<long> RunAsync(Compaction compaction, StreamWriter output, CancellationToken cancellationToken)
    {
        var work = Task.Factory.StartNew(compaction.Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await using var stop = cancellationToken.Register(compaction.Interrupt);
        var start = surroundings.TimeProvider.GetTimestamp();
        while (await Task.WhenAny(work, Task.Delay(ReportInterval, surroundings.TimeProvider, CancellationToken.None)) != work)
        {
            var progress = compaction.Progress();
            var seconds = Number(surroundings.TimeProvider.GetElapsedTime(start).TotalSeconds);
            await output.WriteLineAsync(progress > 0
                ? $"writing: {Number(progress * 100)} % after {seconds} s"
                : $"reading what is kept: {seconds} s so far");
        }

        return await work;
    }

    private string Explain(Exception exception, bool isStopped) => exception switch
    {
        StorageException when isStopped => $"stopped; {path} is unchanged.",
        DatabaseInUseException => $"{exception.Message} Stop it first, then compact, then start it again.",
        StorageException { IsDamage: true } => $"{path} is damaged, or no database at all ({exception.Message}). It was left as it is: restore a backup, or rescue "
            + "what can be read (sqlite3 FILE .recover | sqlite3 NEW).",
        StorageException => $"{path} cannot be compacted: {exception.Message.TrimEnd('.')}. It is unchanged.",
        _ => exception.Message,
    };

    private static string Number(double number) => number.ToString("0", CultureInfo.InvariantCulture);
}
