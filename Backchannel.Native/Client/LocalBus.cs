using System.Diagnostics;
using System.Net.Sockets;

namespace Backchannel.Native.Client;

/// <summary>Finds, starts and restarts the machine's private bus.</summary>
/// <remarks>Connects first and starts only when nobody listens, under a lock file, so that sessions that start together share one bus.</remarks>
internal sealed class LocalBus(LocalBusOptions options, TimeProvider time)
{
    /// <summary>What a started bus says on standard output, once it can be connected to; the address follows.</summary>
    public const string ReadyLine = "listening on ";

    /// <summary>Begins the second line on standard error of a bus that cannot start: what to do about it.</summary>
    public const string AdviceMark = "→ ";

    /// <summary>The last argument of the process that serves, behind those of <see cref="Arguments"/>.</summary>
    public const string Detached = "--detached";

    /// <summary>ENOENT.</summary>
    private const int FileNotFound = 2;

    private string Folder { get; } = Path.GetDirectoryName(Path.GetFullPath(options.SocketPath))!;

    /// <summary>A connection to the bus, which is started if it does not run.</summary>
    /// <exception cref="BackchannelException">It cannot be started, or does not listen in time.</exception>
    public async ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken) =>
        await TryConnectAsync(cancellationToken)
        ?? await TryStartAsync(cancellationToken)
        // It may have been killed just then; a bus that cannot start says why.
        ?? await TryStartAsync(cancellationToken)
        ?? throw CannotStart("it ended at once, twice, and said nothing", null);

    /// <summary>The process that listens, which is not started for this.</summary>
    /// <returns>Null: nobody listens.</returns>
    /// <exception cref="BackchannelException">What lies there, or who listens, is not this user's.</exception>
    public async Task<int?> FindProcessAsync(CancellationToken cancellationToken)
    {
        await using var connected = await TryConnectAsync(cancellationToken);
        return connected is NetworkStream stream ? LocalBusFolder.ProcessOf(stream.Socket) : null;
    }

    /// <returns>Null: the started bus ended without a reason.</returns>
    private async ValueTask<Stream?> TryStartAsync(CancellationToken cancellationToken)
    {
        try
        {
            LocalBusFolder.Prepare(Folder, options.UserId);

            // The lock is held while another process starts the bus.
            using var held = await FileLock.AcquireAsync(Path.Combine(Folder, "bus.lock"), options.LockTimeout, time, cancellationToken);
            if (await TryConnectAsync(cancellationToken) is { } started)
            {
                return started;
            }

            return await StartOrMeetAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CannotStart(exception.Message, exception);
        }
    }

    /// <summary>Starts a bus. Where a killed process was starting one, that bus listens by now, and the one that is started here cannot.</summary>
    private async ValueTask<Stream?> StartOrMeetAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await StartAsync(cancellationToken) ? await TryConnectAsync(cancellationToken) : null;
        }
        catch (BackchannelException)
        {
            if (await TryConnectAsync(cancellationToken) is { } other)
            {
                return other;
            }

            throw;
        }
    }

    /// <returns>Null: nobody listens there.</returns>
    /// <exception cref="BackchannelException">What lies there, or who listens, is not this user's.</exception>
    private async ValueTask<Stream?> TryConnectAsync(CancellationToken cancellationToken)
    {
        if (!await HasSocketAsync(cancellationToken))
        {
            return null;
        }

        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var connected = false;
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(options.SocketPath), cancellationToken);
            LocalBusFolder.CheckPeer(socket, options.SocketPath, options.UserId);
            connected = true;
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException exception) when (IsNobodyThere(exception))
        {
            return null;
        }
        finally
        {
            if (!connected)
            {
                socket.Dispose();
            }
        }
    }

    /// <summary>Looks at folder and socket on a thread of its own: a file system that hangs becomes an error.</summary>
    private async Task<bool> HasSocketAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(() => LocalBusFolder.HasSocket(options.SocketPath, options.UserId), CancellationToken.None)
                .WaitAsync(options.LockTimeout, time, cancellationToken);
        }
        catch (TimeoutException exception)
        {
            throw new BackchannelException(
                $"{Folder}, where the local bus lies, could not be looked at within {options.LockTimeout.TotalSeconds:0} s; if it lies on a network drive, it may hang", exception)
            {
                Code = FaultCodes.Locked,
            };
        }
    }

    /// <summary>No socket file, or one that a dead bus left behind. A bus that is busy or belongs to another user gives other errors.</summary>
    private static bool IsNobodyThere(SocketException exception) => exception.SocketErrorCode
        is SocketError.ConnectionRefused or SocketError.AddressNotAvailable or SocketError.HostNotFound or SocketError.HostUnreachable
        || exception.ErrorCode is FileNotFound;

    /// <summary>Starts the bus and waits until it says that it listens.</summary>
    /// <returns>Whether it said so; false: it ended and said nothing.</returns>
    private async Task<bool> StartAsync(CancellationToken cancellationToken)
    {
        using var process = Start();
        process.StandardInput.Close();

        using var deadline = new CancellationTokenSource(options.StartTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var complaint = process.StandardError.ReadLineAsync(either.Token).AsTask();
        try
        {
            var line = await process.StandardOutput.ReadLineAsync(either.Token);
            if (line?.StartsWith(ReadyLine, StringComparison.Ordinal) == true)
            {
                if (!OperatingSystem.IsWindows())
                {
                    // The process that was started has started the bus and ends. From then on nothing links the bus to this session.
                    await process.WaitForExitAsync(either.Token);
                }

                return true;
            }

            if ((line ?? await complaint) is not { } cause)
            {
                return false;
            }

            var next = line is null ? await process.StandardError.ReadLineAsync(either.Token) : null;
            throw CannotStart(cause, null, next?.StartsWith(AdviceMark, StringComparison.Ordinal) == true ? next[AdviceMark.Length..] : null);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            process.Kill();
            ProcessGroup.Kill(process.Id);
            throw CannotStart($"it did not listen within {options.StartTimeout.TotalSeconds:0} s", null);
        }
        finally
        {
            // From now on the bus writes to its log file.
            await either.CancelAsync();
            await ((Task)complaint).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private Process Start()
    {
        var start = new ProcessStartInfo(options.ExecutablePath)
        {
            // Pipes of its own: our standard output belongs to the MCP client.
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = Folder,
        };
        foreach (var argument in options.ArgumentsPrefix)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var argument in Arguments(options.SocketPath))
        {
            start.ArgumentList.Add(argument);
        }

        // The bus outlives this session, and must not get the key of another bus.
        foreach (var secret in SettingNames.Secrets)
        {
            start.EnvironmentVariables.Remove(secret);
        }

        try
        {
            return Process.Start(start) ?? throw CannotStart($"{options.ExecutablePath} did not start", null);
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw CannotStart($"{options.ExecutablePath}: {exception.Message}", exception);
        }
    }

    /// <summary>With which a bus is started that listens there.</summary>
    public static IReadOnlyList<string> Arguments(string socketPath) =>
        ["serve", "--socket", socketPath, "--db", Path.Combine(Path.GetDirectoryName(socketPath) ?? "", "bus.db"), "--background"];

    private BackchannelException CannotStart(string cause, Exception? exception, string? advice = null) =>
        new($"the local bus at {options.SocketPath} cannot be started: {cause}", exception)
        {
            Code = FaultCodes.Unreachable,
            Advice = (advice ?? $"{Folder} must be a folder of yours that can be written (mode 0700); otherwise set HOME to a folder where that is so.")
                + $" What the bus said last is in {options.LogPath}.",
        };
}
