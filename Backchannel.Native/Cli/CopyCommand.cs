using System.CommandLine;
using System.Globalization;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Storage.Copying;
using Backchannel.Native.Bus.Storage.Postgres;

namespace Backchannel.Native.Cli;

/// <summary>Copies a bus's whole content into an empty place, and reports what the copy holds.</summary>
internal sealed class CopyCommand : Command
{
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(2);

    private readonly Surroundings surroundings;

    private readonly Option<string> from = new("--from")
    {
        Description = "The database of a bus, which may use it meanwhile: a file, or postgres://user@host/database. Or a file of the reference server (Python), whose content is made one of this bus",
        HelpName = "database",
        Required = true,
    };

    private readonly Option<string> to = new("--to")
    {
        Description = "The file to make, or an empty database of a server, postgres://user@host/database; nothing may be there",
        HelpName = "database",
        Required = true,
    };

    public CopyCommand(Surroundings surroundings)
        : base("copy", "Copy all that a bus keeps into a new database, and compare both")
    {
        this.surroundings = surroundings;
        Add(from);
        Add(to);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var (source, target) = (Address(parsed, from), Address(parsed, to));
        if (CopyPlaces.IsServer(source) && source == target)
        {
            throw new SettingsException("--from and --to name the same database. Name a new file, or an empty database, with --to.");
        }

        if (CopyPlaces.IsServer(source) || CopyPlaces.IsServer(target))
        {
            PasswordFile.RequirePrivate(surroundings.Environment);
        }

        using var signals = new StopSignals();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(signals.Token, cancellationToken);
        await using var error = new StreamWriter(surroundings.OpenError()) { AutoFlush = true };
        try
        {
            await using var output = new StreamWriter(surroundings.OpenOutput()) { AutoFlush = true };
            await RunAsync(source, target, output, error, stop.Token);
            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await error.WriteLineAsync($"backchannel-mcp: stopped; there is no copy at {target}.");
            return ExitCode.Failed;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or StorageException or InvalidOperationException or CopyException)
        {
            await error.WriteLineAsync($"backchannel-mcp: {Explain(exception, source, target)}");
            return ExitCode.Failed;
        }
    }

    private async Task RunAsync(string source, string target, StreamWriter output, StreamWriter error, CancellationToken cancellationToken)
    {
        var start = surroundings.TimeProvider.GetTimestamp();
        using var copy = DatabaseCopy.Open(source, target);
        await output.WriteLineAsync($"copying {source} to {target}{(copy.IsReference ? ", from the reference server's form" : "")}");
        if (copy.IsServed)
        {
            await output.WriteLineAsync("A bus has the source open: what it writes from now on is not in the copy. To move the bus, end it first, then copy.");
        }
        else if (copy.IsReference)
        {
            await output.WriteLineAsync("What the reference server writes from now on is not in the copy. To move the bus, end it first, then copy.");
        }

        var report = await RunAsync(copy, error, cancellationToken);
        await WriteAsync(report, output);
        var seconds = Number(surroundings.TimeProvider.GetElapsedTime(start).TotalSeconds);
        await output.WriteLineAsync($"done in {seconds} s: {Number(report.Rows)} rows in {Number(report.Tables.Count)} tables, read back and found equal.");
    }

    private async Task<CopyReport> RunAsync(DatabaseCopy copy, StreamWriter error, CancellationToken cancellationToken)
    {
        // On a thread of its own, so that it can be stopped and watched while a database does not answer.
        var work = Task.Factory.StartNew(() => copy.Run(cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        while (await Task.WhenAny(work, Task.Delay(ReportInterval, surroundings.TimeProvider, CancellationToken.None)) != work)
        {
            if (copy.Progress is { } progress)
            {
                await error.WriteLineAsync($"{progress.Step} {progress.Table}: {Number(progress.Rows)} of {Number(progress.Total)} rows");
            }
        }

        return await work;
    }

    private static async Task WriteAsync(CopyReport report, StreamWriter output)
    {
        foreach (var (table, rows) in report.Tables)
        {
            await output.WriteLineAsync($"  {table,-16} {Number(rows),10}");
        }

        if (report.LeftOut.Count > 0)
        {
            await output.WriteLineAsync("Not carried over, or not as it was:");
        }

        foreach (var (count, what, meaning) in report.LeftOut)
        {
            await output.WriteLineAsync($"  {Number(count)} {what}: {meaning}.");
        }
    }

    /// <exception cref="SettingsException">It is empty, usually a variable that a script did not set, or a folder.</exception>
    private static string Address(ParseResult parsed, Option<string> option) => parsed.GetValue(option) switch
    {
        null or "" => throw new SettingsException($"{option.Name} is empty. Give it a path."),
        var address when CopyPlaces.IsServer(address) => Server(option, address),
        var path when Path.EndsInDirectorySeparator(path) => throw new SettingsException($"{option.Name} is a folder: {path}. Name a file in it, such as {Path.Combine(path, "bus.db")}."),
        var path => Path.GetFullPath(path),
    };

    /// <exception cref="SettingsException">It is not understood, or names a password.</exception>
    private static string Server(Option<string> option, string address)
    {
        try
        {
            return PostgresAddress.Parse(address) is { Password: null } parsed
                ? parsed.ToString()
                : throw new SettingsException(
                    $"{option.Name} names a password, which every user of this machine can read in the list of processes. Put it into PGPASSWORD or a pgpass file instead.");
        }
        catch (FormatException fault)
        {
            throw new SettingsException($"The address in {option.Name} is not understood: {fault.Message}.");
        }
    }

    private static string Explain(Exception exception, string source, string target) => exception switch
    {
        NewerDatabaseException fault => $"{source} cannot be copied: {fault.Message} Copy it with {fault.Release}.",
        DatabaseInUseException => $"{exception.Message} A copy needs an empty place: name another one.",
        StorageException { IsUnavailable: true } => $"the copy was given up: {exception.Message.TrimEnd('.')}. There is no copy at {target}. Look at the database server and at the way to it.",
        StorageException { IsDamage: true } => $"{source} is damaged, or no database at all ({exception.Message}). Nothing was copied: restore a backup, or rescue what can be "
            + "read (sqlite3 FILE .recover | sqlite3 NEW), and copy that.",
        StorageException => $"the copy was given up: {exception.Message.TrimEnd('.')}. There is no copy at {target}. See whether there is room for it, and whether both places can be written to.",
        _ => exception.Message,
    };

    private static string Number(double number) => number.ToString("0", CultureInfo.InvariantCulture);
}
